"""Variables of Pulumi's own do not change what `bxbi` understands of what Pulumi prints."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.local_portal import on_the_current_api
from tests.preflight.record import leave_pending

if TYPE_CHECKING:
    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

PROGRAM = 'bxbi.BiSource("crm", "CRM", 123, {"login": config.require_secret("password")})'

#: Each option of each command of Pulumi's can stand in such a variable; and what else there is.
VARIABLES = {
    "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true",
    "PULUMI_DEBUG_COMMANDS": "true",
    "PULUMI_EXPERIMENTAL": "true",
    "PULUMI_NEO": "true",
    "PULUMI_OPTION_COLOR": "always",
    "PULUMI_OPTION_DEBUG": "true",
    "PULUMI_OPTION_DIFF": "true",
    "PULUMI_OPTION_EVENT_LOG": "events.json",
    "PULUMI_OPTION_EXPECT_NO_CHANGES": "true",
    "PULUMI_OPTION_FILE": "file.json",
    "PULUMI_OPTION_FULLY_QUALIFY_STACK_NAMES": "true",
    "PULUMI_OPTION_JSON": "true",
    "PULUMI_OPTION_LOGTOSTDERR": "true",
    "PULUMI_OPTION_OUTPUT": "json",
    "PULUMI_OPTION_PATH": "true",
    "PULUMI_OPTION_PLAINTEXT": "true",
    "PULUMI_OPTION_PREVIEW_ONLY": "true",
    "PULUMI_OPTION_SAVE_PLAN": "plan.json",
    "PULUMI_OPTION_SHOW_REPLACEMENT_STEPS": "true",
    "PULUMI_OPTION_SHOW_SECRETS": "true",
    "PULUMI_OPTION_SUPPRESS_OUTPUTS": "true",
    "PULUMI_OPTION_URNS": "true",
    "PULUMI_OPTION_VERBOSE": "3",
    "PULUMI_OPTION_VERSION": "1",
}

pytestmark = on_the_current_api


def test_commands_work_under_all_of_them(portal: LocalPortal, stack: Stack) -> None:
    """A stack with one source, on a portal that has another one, and a program that has a third."""
    stack.program(PROGRAM)
    stack.up()
    portal.add("source", title="By hand", connectorId=123, settings={"login": "hunter3"})
    stack.program(PROGRAM.replace('"CRM"', '"Customers"') + f"\n{PROGRAM.replace('crm', 'erp')}")
    by_hand = max(portal.sources())

    judges_a_plan(under_all(stack))
    keeps_a_limit_of_the_users_own(stack)
    imports(under_all(stack), by_hand)
    recovers(under_all(stack), portal)


def under_all(stack: Stack) -> Stack:
    return replace(stack, environment={**stack.environment, **VARIABLES})


def judges_a_plan(stack: Stack) -> None:
    told = stack.bxbi("preflight")

    assert "Connectors, sources and tables: 1 created, 1 changed." in " ".join(told.split())
    assert not {"events.json", "plan.json"} & {path.name for path in stack.folder.iterdir()}


def keeps_a_limit_of_the_users_own(stack: Stack) -> None:
    """The limit holds for the preview, and is told."""
    target = stack.resources()["crm"]["urn"]

    told = " ".join(stack.bxbi("preflight", PULUMI_OPTION_TARGET=target).split())

    assert "Connectors, sources and tables: 1 changed." in told
    assert "The plan is limited by --target or --exclude: 1 of them is left as it is" in told


def imports(stack: Stack, by_hand: int) -> None:
    stack.bxbi("import", "--apply")

    assert stack.resources()["by-hand"]["id"] == str(by_hand)
    assert "hunter3" not in stack.state().replace((stack.folder / "imported.py").read_text(), "")


def recovers(stack: Stack, portal: LocalPortal) -> None:
    leave_pending(stack, portal)

    assert "is in the state already, as source" in stack.bxbi("recover")

    assert "pending_operations" not in stack.deployment()

"""`bxbi recover`, after a deployment was killed."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from tests.engine.killing import kill
from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

TWO = """\
group = pulumi.ComponentResource("acme:bi:Group", "group")
settings = {"login": "admin", "password": config.require_secret("password")}
bxbi.BiSource("crm", "CRM", 123, settings, opts=pulumi.ResourceOptions(parent=group))
bxbi.BiSource("erp", "ERP", 123, settings)
"""
TABLE = """\
crm = bxbi.BiSource("crm", "{title}", 123, {{"login": "admin"}})
bxbi.BiTable("orders", crm.id, "orders", "Orders", "{code}", [bxbi.Column("ID", "id", "int")])
"""
PARENT = "urn:pulumi:test::test::acme:bi:Group::group"


DEFAULT_PROVIDER = {
    "urn": "urn:pulumi:test::test::pulumi:providers:pulumi-python::default",
    "type": "pulumi:providers:pulumi-python",
    "custom": True,
}
BUCKET = {
    "type": "aws:s3/bucket:Bucket",
    "urn": "urn:pulumi:test::test::aws:s3/bucket:Bucket::logs",
    "custom": True,
    "inputs": {},
}


@contextmanager
def checkpoint_of(stack: Stack) -> Iterator[dict[str, Any]]:
    """Change the state as it is kept."""
    kept = stack.folder / "backend" / ".pulumi" / "stacks" / "test" / "test.json"
    document = json.loads(kept.read_text("utf-8"))
    yield document["checkpoint"]["latest"]
    kept.write_text(json.dumps(document), "utf-8")


def interrupt(stack: Stack, *operations: tuple[str, dict[str, Any]]) -> None:
    """Leave operations in the state as a killed deployment does."""
    with checkpoint_of(stack) as latest:
        latest["pending_operations"] = [
            {"type": action, "resource": resource} for action, resource in operations
        ]


def pending(stack: Stack) -> list[str]:
    """Name what is pending in the state."""
    operations = stack.deployment().get("pending_operations", [])
    return [each["resource"]["urn"] for each in operations]


def answered(portal: LocalPortal, method: str, times: int = 1) -> Callable[[], bool]:
    """Tell when a method has been answered so many times from now on."""

    def count() -> int:
        return sum(call["method"] == f"biconnector.{method}" for call in portal.calls())

    before = count()
    return lambda: count() >= before + times


def kill_in(stack: Stack, portal: LocalPortal, method: str, happened: Callable[[], Any]) -> None:
    """Kill the engine while the portal has executed a call, and not answered it yet."""
    portal.faults({"method": f"biconnector.{method}", "action": "delay", "times": 2, "seconds": 2})
    kill(stack, happened, answered(portal, method, 1))
    portal.faults()
    assert "locked" in stack.bxbi("recover", status=1)
    stack.succeeds("cancel", "--yes")


def test_what_a_killed_deployment_made_is_taken_into_the_state(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.program(TWO)
    kill_in(stack, portal, "source.add", lambda: len(portal.sources()) == 2)

    report = stack.bxbi("recover", "--check", status=3)
    assert {f"source {number} was created" in report for number in portal.sources()} == {True}
    assert stack.resources() == {}
    assert "nothing is pending any more" in stack.bxbi("recover")

    assert stack.bxbi("recover", "--check").startswith("Nothing of this provider is pending")
    assert stack.preview() == {}
    assert stack.resources()["crm"]["parent"] == PARENT
    assert stack.resources()["crm"]["outputs"]["code"] == "rest_123"
    assert "hunter2" not in stack.state() + stack.output
    stack.up()
    assert len(portal.sources()) == 2


@on_the_current_api
def test_what_was_interrupted_otherwise_is_compared_with_the_portal(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.program(TABLE.format(title="CRM", code="orders"))
    stack.up()
    stack.program(TABLE.format(title="Renamed", code="orders"))
    kill_in(stack, portal, "source.update", lambda: portal.source()["title"] == "Renamed")

    assert "interrupted while updating" in stack.bxbi("recover", "--check", status=3)
    told = stack.bxbi("recover", BXBI_TIMEOUT="15")

    waiting, _, compared = told.partition("Comparing once more")
    assert "The portal may work on a call for" in waiting
    assert "nothing is pending any more" in compared
    assert stack.preview() == {}


@on_the_current_api
def test_a_deletion_that_the_portal_has_carried_out_is_recovered(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.program(TWO)
    stack.up()
    resources = stack.resources()
    portal.call("source.delete", id=int(resources["erp"]["id"]))
    portal.call("source.update", id=int(resources["crm"]["id"]), fields={"title": "Renamed"})
    interrupt(stack, ("deleting", resources["erp"]), ("updating", resources["crm"]))

    told = stack.bxbi("recover", BXBI_TIMEOUT="15")

    assert "Comparing once more" in told
    assert "nothing is pending any more" in told
    assert set(stack.resources()) == {"crm"}
    assert stack.resources()["crm"]["outputs"]["title"] == "Renamed"


@on_the_current_api
def test_a_comparison_that_is_interrupted_is_told(stack: Stack) -> None:
    """The state does not know any more what was being changed."""
    stack.program(TABLE.format(title="CRM", code="orders"))
    stack.up()
    interrupt(stack, ("updating", stack.resources()["crm"]))
    with subprocess.Popen(
        ["bxbi", "recover"],
        cwd=stack.folder,
        env=stack.environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        while "Waiting ..." not in (line := process.stdout.readline()):
            assert line
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()

    assert process.returncode == 1
    assert re.search(r"In \d+ seconds run\n  pulumi refresh --target urn:.*::crm\n", rest)


@on_the_current_api
def test_a_replacement_is_recovered_too(portal: LocalPortal, stack: Stack) -> None:
    stack.program(TABLE.format(title="CRM", code="orders"))
    stack.up()
    stack.program(TABLE.format(title="CRM", code="other"))

    def replaced() -> bool:
        return any(each["externalCode"] == "other" for each in portal.call(f"{portal.family}.list"))

    kill_in(stack, portal, f"{portal.family}.add", replaced)
    stack.bxbi("recover")

    assert stack.preview() == {}
    assert portal.table()["externalCode"] == "other"
    stack.destroy()
    assert portal.sources() == {}


@on_the_current_api
def test_what_is_not_clear_is_listed_with_the_command_for_it(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.program(TWO)
    kill_in(stack, portal, "source.add", lambda: len(portal.sources()) == 2)
    made = {source["title"]: number for number, source in portal.sources().items()}
    settings = {"login": "admin", "password": "hunter2"}
    by_hand = portal.add("source", title="CRM", connectorId=123, settings=settings)

    listed = stack.bxbi("recover", status=3)

    for number in (made["CRM"], by_hand):
        command = f"bxbi import source {number} --name crm --parent {PARENT}"
        assert re.search(rf"source {number} \(created [\d: -]+\): {re.escape(command)}\n", listed)
    assert list(stack.resources()) == ["erp"]
    stack.bxbi("import", "source", str(made["CRM"]), "--name", "crm", "--parent", PARENT)
    assert f"source {by_hand}" in stack.bxbi("recover", status=3)
    portal.call("source.delete", id=by_hand)
    stack.bxbi("recover")
    assert stack.preview() == {}


@on_the_current_api
def test_what_was_made_before_the_state_was_written_again_is_listed(
    portal: LocalPortal, stack: Stack
) -> None:
    """Whatever Pulumi does with the state after the killed run leaves what is pending."""
    stack.program(TWO)
    kill_in(stack, portal, "source.add", lambda: len(portal.sources()) == 2)
    made = {source["title"]: number for number, source in portal.sources().items()}
    in_some_days = datetime.now(timezone.utc) + timedelta(days=3)
    with checkpoint_of(stack) as latest:
        latest["manifest"]["time"] = in_some_days.isoformat()

    listed = stack.bxbi("recover", status=3)

    assert f"bxbi import source {made['ERP']} --name erp\n" in listed
    assert len(pending(stack)) == 2
    stack.bxbi("import", "source", str(made["CRM"]), "--name", "crm", "--parent", PARENT)
    stack.bxbi("import", "source", str(made["ERP"]), "--name", "erp")
    assert "nothing is pending any more" in stack.bxbi("recover")
    assert stack.preview() == {}


@on_the_current_api
def test_what_was_not_made_is_cleared_when_the_portal_cannot_make_it_any_more(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.program(TWO)
    kill_in(stack, portal, "source.add", lambda: len(portal.sources()) == 2)
    for number in portal.sources():
        portal.call("source.delete", id=number)

    told = stack.bxbi("recover", BXBI_TIMEOUT="15")

    assert told.count("nothing was created") == 2
    assert stack.preview() == {"crm": "create", "erp": "create"}
    assert "pending" not in stack.up()


@on_the_current_api
def test_what_is_pending_of_other_providers_is_left_alone(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.program(TABLE.format(title="CRM", code="orders"))
    stack.up()
    (source_id,) = portal.sources()
    portal.call("source.update", id=source_id, fields={"title": "Renamed"})
    crm = stack.resources()["crm"]
    interrupt(stack, ("updating", crm), ("creating", BUCKET))

    told = stack.bxbi("recover", BXBI_TIMEOUT="4")

    assert "::logs: was interrupted while creating; it belongs to another provider" in told
    assert "pulumi refresh --clear-pending-creates" in told
    assert stack.resources()["crm"]["outputs"]["title"] == "Renamed"
    assert pending(stack) == [BUCKET["urn"]]
    assert "Nothing of this provider is pending" in stack.bxbi("recover", "--check")


@on_the_current_api
def test_what_was_killed_before_it_called_a_portal_is_cleared(stack: Stack) -> None:
    """Pulumi records the creation of a provider like that of an object."""
    interrupt(stack, ("creating", DEFAULT_PROVIDER))

    told = stack.bxbi("recover", "--check", status=3)
    assert f"{DEFAULT_PROVIDER['urn']}: was interrupted while creating." in told
    assert "nothing was made" in told
    assert pending(stack) == [DEFAULT_PROVIDER["urn"]]
    assert "Nothing is pending any more." in stack.bxbi("recover")
    assert pending(stack) == []


@on_the_current_api
def test_an_update_of_another_provider_is_not_forgotten(stack: Stack) -> None:
    """What is ours was only being read, and the state does not hold it."""
    stack.program('bxbi.BiConnector.get("looked-at", 123)')
    stack.up()
    looked_at = stack.resources()["looked-at"]
    stack.program("")
    stack.up()
    interrupt(stack, ("reading", looked_at), ("updating", BUCKET))

    assert f"pulumi refresh --target {BUCKET['urn']}" in stack.bxbi("recover", "--check", status=3)
    told = stack.bxbi("recover")

    assert "BiConnector looked-at: was interrupted while reading" in told
    assert "stay in the state because of the other providers" in told
    assert pending(stack) == [looked_at["urn"], BUCKET["urn"]]

    interrupt(stack, ("reading", looked_at))
    assert "nothing is pending any more" in stack.bxbi("recover")
    assert pending(stack) == []

"""Pulumi's options that do harm, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

pytestmark = on_the_current_api

PROGRAM = """\
options = pulumi.ResourceOptions
crm = bxbi.BiSource("crm", "CRM", 123, {{"login": "a", "password": "b"}}, opts={source})
bxbi.BiTable(
    "orders", crm.id, "orders", "Orders", "orders", [bxbi.Column("ID", "id", "int")], opts={table}
)
"""


def program(source: str = "None", table: str = "None") -> str:
    return PROGRAM.format(source=source, table=table)


def test_options_that_work_are_taken_silently(portal: LocalPortal, stack: Stack) -> None:
    """What another kind of resource is told of is not told here."""
    written = program(
        'options(ignore_changes=["connectorId", "settings.login", "__provider"], '
        'deleted_with=pulumi.ComponentResource("acme:bi:Group", "group"))',
        'options(ignore_changes=["columns[0].externalCode"], protect=False, '
        'hide_diffs=["columns"], additional_secret_outputs=["externalId"], parent=crm)',
    )
    stack.program(written)

    told = stack.up()

    assert "has no effect" not in told
    assert "warning" not in told
    (before,) = portal.sources()
    stack.program(written.replace("123", "124").replace('"id", "int"', '"code", "int"'))
    stack.up()
    assert list(portal.sources()) == [before]
    assert portal.columns() == [("ID", "id", "int", True)]


def test_a_source_that_replacement_trigger_replaces(portal: LocalPortal, stack: Stack) -> None:
    stack.program(program("options(replacement_trigger=1)"))
    stack.up()
    (before,) = portal.sources()
    stack.program(program("options(replacement_trigger=2)"))

    stack.up()

    assert list(portal.sources()) == [before + 1]
    assert portal.tables() == {"orders"}


def test_what_a_transform_gives_is_told_by_preflight(stack: Stack) -> None:
    """No program sees what transforms give."""
    stack.program(program())
    stack.up()
    stack.program(
        """\
def ignoring(args):
    if args.type_.endswith(":BiSource"):
        more = pulumi.ResourceOptions(ignore_changes=["connector_id"])
        return pulumi.ResourceTransformResult(
            args.props, pulumi.ResourceOptions.merge(args.opts, more)
        )

pulumi.runtime.register_resource_transform(ignoring)
"""
        + program().replace('"CRM"', '"Sales"')
    )

    told = " ".join(stack.bxbi("preflight").split())

    assert (
        'source 1 "CRM": the option ignore_changes of crm has no effect for "connector_id". What '
        'to do: options name properties as the state does: write "connectorId".'
    ) in told

"""Pulumi's options that do harm, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from tests.local_portal import LocalPortal
    from tests.protocol.stack import Stack

pytestmark = on_the_current_api

PROGRAM = """\
options = pulumi.ResourceOptions
crm = bxbi.BiSource("crm", "CRM", 123, {{"login": "admin"}}, opts={source})
bxbi.BiTable(
    "orders", crm.id, "orders", "Orders", "orders", [bxbi.Column("ID", "id", "int")], opts={table}
)
"""


def program(source: str = "None", table: str = "None") -> str:
    return PROGRAM.format(source=source, table=table)


@pytest.mark.parametrize(
    ("source", "table", "told"),
    [
        (
            'options(import_="42")',
            "None",
            (
                "BiSource crm: the option import_ does not work for this kind of resource. Run "
                "`bxbi import source 42 --name crm`, which takes the object into the state and "
                "prints what to write into the program, and remove import_."
            ),
        ),
        (
            "None",
            'options(import_="7", parent=crm)',
            (
                "Run `bxbi import table 7 --name orders`, with --parent and the parent's URN "
                "(`pulumi stack --show-urns`), which takes"
            ),
        ),
        (
            "None",
            "options(deleted_with=crm)",
            (
                "BiTable orders: the option deleted_with must not name BiSource crm: Pulumi "
                "would forget the table without deleting it. The portal does not delete it along "
                "with the source, and would refuse to delete the source from then on. "
                "Remove deleted_with from orders; the order of deletions follows from the ids."
            ),
        ),
        (
            'options(ignore_changes=["connector_id"])',
            "None",
            (
                'BiSource crm: ignore_changes has no effect for "connector_id", because options '
                'name properties as the state does: write "connectorId".'
            ),
        ),
        (
            "None",
            'options(ignore_changes=["columns[0].external_code"])',
            (
                'BiTable orders: ignore_changes has no effect for "columns[0].external_code", '
                "because options name properties as the state does: write "
                '"columns[0].externalCode".'
            ),
        ),
        (
            'options(additional_secret_outputs=["date_create"])',
            "None",
            'additional_secret_outputs has no effect for "date_create"',
        ),
        (
            "None",
            'options(hide_diffs=["source_id"])',
            'hide_diffs has no effect for "source_id"',
        ),
        (
            'options(replace_on_changes=["connector_id"])',
            "None",
            'replace_on_changes has no effect for "connector_id"',
        ),
        (
            'options.merge(options(protect=True), options(ignore_changes=["force_destroy"]))',
            "None",
            'write "forceDestroy"',
        ),
        (
            (
                "options(transformations=[lambda args: "
                "pulumi.ResourceTransformationResult(args.props, options.merge(args.opts, "
                'options(ignore_changes=["date_update"])))])'
            ),
            "None",
            'write "dateUpdate"',
        ),
    ],
)
def test_what_would_do_harm_is_refused(stack: Stack, source: str, table: str, told: str) -> None:
    stack.program(program(source, table))

    assert told in stack.fails("preview")


def test_what_does_nothing_is_warned_of_once(portal: LocalPortal, stack: Stack) -> None:
    stack.program(
        program(
            'options(replace_on_changes=["title"], custom_timeouts=pulumi.CustomTimeouts("5m"))',
            'options(ignore_changes=["nmae", "columns"], hide_diffs=["settings"])',
        )
    )
    warnings = (
        (
            "the option replace_on_changes has no effect on this kind of resource. "
            "Use replacement_trigger: another value of it replaces the resource."
        ),
        (
            "the option custom_timeouts has no effect on this kind of resource. Use the settings "
            "bxbi:timeout (seconds for one HTTP request) and bxbi:maxWait, for all resources."
        ),
        (
            'ignore_changes has no effect for "nmae", which is no property of BiTable; did you '
            'mean "name"? It has: sourceId, name, '
        ),
        ('hide_diffs has no effect for "settings", which is no property of BiTable. It has: '),
    )

    for told in (stack.succeeds("preview"), stack.up()):
        diagnostics = told[told.index("Diagnostics:") :]
        assert [diagnostics.count(each) for each in warnings] == [1] * len(warnings), told
        assert diagnostics.count("has no effect") == len(warnings), told
    (source_id,) = portal.sources()
    stack.program(program('options(replace_on_changes=["title"])').replace('"CRM"', '"Sales"'))
    stack.up()
    assert portal.source() == {**portal.source(), "id": source_id, "title": "Sales"}

"""A source that tables depend on cannot be deleted, and the user learns which tables they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.protocol.test_source_deletion import TWO

if TYPE_CHECKING:
    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal


def test_the_refusal_names_the_tables_and_leaves_the_rest_alone(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.program(TWO % "")
    stack.up()
    source_id = next(key for key, each in portal.sources().items() if each["title"] == "CRM")
    orders = portal.add_table(source_id, "orders")
    clients = portal.add_table(source_id, "clients")

    output = stack.fails("destroy", "--yes", "--skip-preview", "--continue-on-error")

    assert (
        f'biconnector.source.delete failed for source {source_id} "CRM" on {portal.address}.'
        in output
    )
    assert "BX_ERROR: Cannot delete" in output
    assert f'table {orders} "orders", table {clients} "clients" must be deleted first' in output
    assert "set force_destroy=True on the source and run `pulumi up` before" in output
    assert set(stack.resources()) == {"crm"}
    assert list(portal.sources()) == [source_id]
    assert portal.tables() == {"orders", "clients"}

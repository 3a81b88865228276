"""What a plan means to those who use BI Builder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_bxbi.preflight.report import Verdict
from tests.preflight.judging import warnings
from tests.preflight.recorded import edited

if TYPE_CHECKING:
    from tests.local_portal import LocalPortal
    from tests.preflight.judging import Preflight


def test_columns_that_go_are_named(deployed: LocalPortal, preflight: Preflight) -> None:
    by_hand = {"name": "BY_HAND", "externalCode": "by_hand", "type": "int"}
    deployed.call(f"{deployed.family}.fields.update", id=2, add=[by_hand])

    report = preflight("columns")

    assert report.verdict is Verdict.CLEAR
    hidden, lost = warnings(report).splitlines()
    assert hidden == 'table 1 "clients": hides ID from BI Builder.'
    assert lost == (
        'table 2 "orders": CREATED changes from date to datetime (deleted and added again: its '
        "data is lost); deletes NOTE, BY_HAND (in BI Builder breaks what uses it)."
    )


def test_a_column_that_is_hidden_already_is_no_news(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    (column,) = deployed.call(f"{deployed.family}.get", id=1)["item"]["fields"]
    hidden = [{"id": int(column["id"]), "visible": False}]
    deployed.call(f"{deployed.family}.fields.update", id=1, update=hidden)

    assert "hides ID" not in warnings(preflight("columns"))


def test_columns_that_are_not_known_are_not_judged(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    assert deployed.tables() == {"orders", "clients"}
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

    report = preflight.judge(edited("columns", "orders", inputs={"columns": unknown}))

    assert report.verdict is Verdict.UNKNOWN


def test_datasets_that_lose_their_table_are_told(
    deployed: LocalPortal, preflight: Preflight
) -> None:
    assert deployed.tables() == {"orders", "clients"}

    plan = edited("destroy", "orders", outputs={"externalId": 17})

    told = warnings(preflight.judge(plan))
    assert 'table 2 "orders" is deleted: BI Builder dataset 17, which was made with it' in told
    assert 'table 1 "clients" is deleted: what people built on it' in told
    assert 'table 2 "orders" is replaced by a new one' in warnings(preflight("move-source"))


def test_sources_that_lose_a_value_are_named(deployed: LocalPortal, preflight: Preflight) -> None:
    other = deployed.add("source", title="Other", connectorId=124, settings={"token": "x"})
    deployed.add("source", title="Without", connectorId=124, settings={"year": "1"})

    told = warnings(preflight("parameters"))

    assert (
        f'no longer declares token: the values of source 2 "Sales", source {other} "Other" for it'
    ) in told
    assert "Without" not in told

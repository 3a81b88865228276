"""Many declared tables are compared with what several outside systems describe."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from pulumi_bxbi.external.client import EndpointError
from pulumi_bxbi.external.comparison import Comparison
from pulumi_bxbi.external.drift import Change, DeclaredColumn, DeclaredTable
from pulumi_bxbi.external.system import Place
from tests.external.outside import Answer, OutsideSystem
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

ID = DeclaredColumn("ID", "id", "int")


@pytest.fixture
def outside() -> Iterator[OutsideSystem]:
    with serving(OutsideSystem()) as server:
        yield server


def place(address: str, source: str = "1", connector: str = "connector 5") -> Place:
    values = (("source", source),)
    return Place(connector, f"{address}/tables", f"{address}/columns", values)


def table(code: str) -> DeclaredTable:
    return DeclaredTable(f'table 1 "{code}"', code, (ID,))


def test_each_table_is_asked_about_once_for_each_place(outside: OutsideSystem) -> None:
    first, second = place(outside.address), place(outside.address, "2")
    comparison = Comparison()

    answers = comparison.drift([(table("orders"), each) for each in (first, first, second)])

    assert answers == [(), (), ()]
    assert sorted(outside.requests) == ["/columns orders"] * 2 + ["/tables"] * 2
    assert [comparison.requests_to(each) for each in (first, second)] == [2, 2]


def unused() -> str:
    """Return an address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        return f"http://127.0.0.1:{closed.getsockname()[1]}"


def test_a_silent_endpoint_is_asked_once_whatever_the_values() -> None:
    nobody = unused()
    comparison = Comparison()
    first, *others = [(table("orders"), place(nobody, str(each))) for each in range(9)]

    (error,) = comparison.drift([first])
    answers = comparison.drift(others)

    assert isinstance(error, EndpointError)
    assert {str(each) for each in answers} == {str(error)}
    assert sum(comparison.requests_to(each) for _, each in others) == 0


def test_connectors_that_share_a_silent_endpoint_have_an_error_each(
    outside: OutsideSystem,
) -> None:
    """What the first one was asked about is said of the first one alone."""
    nobody = unused()
    outside.tables["goods"] = outside.tables["orders"]
    of_lists = [place(nobody, connector=f"connector {each}") for each in (5, 6)]
    of_columns = [
        Place(f"connector {each}", f"{outside.address}/tables", f"{nobody}/columns", ())
        for each in (7, 8)
    ]
    comparison = Comparison()
    (of_goods,) = comparison.drift([(table("goods"), of_columns[0])])

    answers = comparison.drift([(table("orders"), each) for each in (*of_lists, *of_columns)])

    for number, answer in zip((5, 6, 7, 8), answers, strict=True):
        assert isinstance(answer, EndpointError)
        assert answer.endpoint.connector == f"connector {number}"
        assert f"of connector {number} at {nobody.removeprefix('http://')} failed" in str(answer)
        assert answer.observed == "No connection: Connection refused."
    assert "goods" in str(of_goods)
    assert "goods" not in str(answers[-1])
    assert outside.requests == ["/tables"] * 2


def test_a_table_that_only_a_search_finds_is_there(outside: OutsideSystem) -> None:
    """An endpoint may list its first tables alone."""
    outside.lists_at_most = 1
    outside.tables["stock"] = outside.tables["orders"]

    (stock, goods) = Comparison().drift(
        [(table(code), place(outside.address)) for code in ("stock", "goods")]
    )

    assert stock == ()
    assert isinstance(goods, tuple)
    assert [each.change for each in goods] == [Change.TABLE_GONE]


def test_an_answer_that_is_not_usable_says_nothing_of_other_values(
    outside: OutsideSystem,
) -> None:
    outside.answers["/columns"] = Answer({"error": "wrong"})

    answers = Comparison().drift(
        [(table("orders"), place(outside.address, each)) for each in ("1", "2")]
    )

    assert all(isinstance(each, EndpointError) for each in answers)
    assert outside.requests.count("/columns orders") == 2

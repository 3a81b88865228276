"""`bxbi verify` in the folder of a stack."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.external.outside import Answer, OutsideSystem, column
from tests.local_portal import on_the_current_api
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

pytestmark = on_the_current_api

CONNECTOR = """
def connector(name, *parameters, opts=None):
    urls = [f"{address}/{{each}}" for each in ("check", "tables", "columns", "data")]
    return bxbi.BiConnector(
        name, name.upper(), "https://acme.example/logo.svg", *urls,
        [bxbi.ConnectorParameter(each, each, "STRING") for each in parameters], opts=opts,
    )

"""
PROGRAM = """
erp = connector("erp", "host", "password")
settings = {"host": "erp.example", "password": config.require_secret("password")}
crm = bxbi.BiSource("crm", "CRM", erp.id, settings)
for name, type in (("orders", "int"), ("clients", "string")):
    bxbi.BiTable(name, crm.id, name, name, name, [bxbi.Column("ID", "id", type)])
"""


@pytest.fixture
def outside() -> Iterator[OutsideSystem]:
    with serving(OutsideSystem()) as server:
        server.tables["clients"] = [column("id")]
        server.tables["goods"] = [column("id")]
        yield server


def deploy(stack: Stack, outside: OutsideSystem, program: str = PROGRAM) -> None:
    stack.program(CONNECTOR.format(address=outside.address) + program)
    stack.up()
    outside.posted.clear()


def verified(
    stack: Stack, *arguments: str, status: int = 3, **environment: str
) -> dict[str, dict[str, Any]]:
    """Run the command, and return the subjects of its report by their names."""
    printed = stack.bxbi("verify", "--format", "json", *arguments, status=status, **environment)
    assert "hunter2" not in printed
    report = json.loads(printed[: printed.rindex("\n}") + 2])
    return {each["name"]: each for each in report["subjects"]}


def rules(subject: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["rule"], each["table"]) for each in subject["findings"]}


def asked_for_rows(outside: OutsideSystem) -> set[str]:
    return {each for each in outside.requests if each.startswith("/data")}


def test_sources_are_tried_with_what_the_portal_has(
    portal: LocalPortal, stack: Stack, outside: OutsideSystem
) -> None:
    deploy(stack, outside)
    (source_id,) = portal.sources()
    elsewhere = {"host": "by.hand.example", "password": "hunter2"}
    portal.call("source.update", id=source_id, fields={"title": "Renamed", "settings": elsewhere})
    outside.posted.clear()

    subjects = verified(stack)

    assert list(subjects) == [f'source {source_id} "Renamed"']
    first = dict(outside.posted[0][2])
    assert first["connection[host]"] == "by.hand.example"
    assert first["connection[password]"] == "hunter2"
    assert asked_for_rows(outside) >= {"/data orders", "/data clients"}
    assert "/data goods" not in asked_for_rows(outside)


def test_declared_tables_are_compared_with_described_ones(
    portal: LocalPortal, stack: Stack, outside: OutsideSystem
) -> None:
    deploy(stack, outside)
    tables = {each["name"]: each["id"] for each in portal.call("table.list")}
    outside.tables["orders"] = [column("id", type_="double"), column("paid", type_="date")]
    del outside.tables["clients"]

    (subject,) = verified(stack).values()

    orders, clients = (f'table {tables[name]} "{name}"' for name in ("orders", "clients"))
    assert rules(subject) >= {
        ("column-retyped", orders),
        ("column-new", orders),
        ("table-gone", clients),
    }


def test_only_the_declared_tables_are_compared(
    portal: LocalPortal, stack: Stack, outside: OutsideSystem
) -> None:
    deploy(stack, outside, f"{PROGRAM}\nlonely = connector('lonely', 'token')\n")
    (source_id,) = portal.sources()

    fine = verified(stack, "--drift", status=0)
    asked = outside.requests.copy()
    outside.tables["orders"] = [column("id", type_="decimal"), column("paid", type_="date")]
    del outside.tables["clients"]
    broken = verified(stack, "--drift", status=3)
    outside.answers["/tables"] = Answer(b"<html>hunter2</html>")
    unknown = verified(stack, "--drift", status=4)

    assert list(fine) == [f'source {source_id} "CRM"']
    assert sorted(asked) == ["/columns clients", "/columns orders", "/tables"]
    assert {dict(form)["connection[password]"] for _, _, form in outside.posted} == {"hunter2"}
    (subject,) = broken.values()
    came = {each["rule"]: each["came"] for each in subject["findings"]}
    assert came.keys() == {"column-retyped", "column-new", "table-gone"}
    assert "described as decimal, which BI Builder does not have" in came["column-retyped"]
    (subject,) = unknown.values()
    assert [each["rule"] for each in subject["findings"]] == ["not-compared"]


@pytest.mark.parametrize(
    ("names", "asked"),
    [
        (("erp",), {"/data orders", "/data clients"}),
        (("crm",), {"/data orders", "/data clients"}),
        (("orders",), {"/data orders"}),
        (("orders", "clients"), {"/data orders", "/data clients"}),
    ],
)
def test_resources_are_chosen_by_their_names(
    stack: Stack, outside: OutsideSystem, names: tuple[str, ...], asked: set[str]
) -> None:
    deploy(stack, outside)

    verified(stack, *(part for name in names for part in ("--only", name)))

    assert {"/data orders", "/data clients"} & asked_for_rows(outside) == asked


def test_a_name_that_the_state_does_not_have_is_told(stack: Stack, outside: OutsideSystem) -> None:
    deploy(stack, outside)

    told = stack.bxbi("verify", "--only", "order", status=1)

    assert "--only order: the state has no connector, source or table of this name" in told
    assert 'did you mean "orders"?' in told
    assert outside.posted == []


def test_a_connector_without_a_source_is_tried_where_it_needs_no_values(
    portal: LocalPortal, stack: Stack, outside: OutsideSystem
) -> None:
    deploy(stack, outside, 'connector("open")\nconnector("closed", "token")\n')
    ids = {each["title"]: number for number, each in portal.connectors().items()}

    subjects = verified(stack)

    closed = subjects[f'connector {ids["CLOSED"]} "CLOSED"']
    assert rules(closed) == {("no-source", "")}
    assert "no values for token" in closed["findings"][0]["came"]
    assert rules(subjects[f'connector {ids["OPEN"]} "OPEN"']) >= {("rows-shape", "orders")}
    assert verified(stack, "--only", "closed", status=4).keys() == {
        f'connector {ids["CLOSED"]} "CLOSED"'
    }


def test_a_table_of_a_source_that_the_state_does_not_have(
    portal: LocalPortal, stack: Stack, outside: OutsideSystem
) -> None:
    deploy(stack, outside)
    (source_id,) = portal.sources()
    stack.program(
        f'bxbi.BiTable("goods", {source_id}, "goods", "Goods", "goods", '
        '[bxbi.Column("ID", "id", "string")])'
    )
    stack.succeeds("state", "delete", "--all", "--force", "--yes")
    stack.up()
    outside.posted.clear()

    assert list(verified(stack)) == [f'source {source_id} "CRM"']
    assert {"/data goods", "/data orders"} & asked_for_rows(outside) == {"/data goods"}


def test_what_the_portal_does_not_have_any_more_is_not_tried(
    portal: LocalPortal, stack: Stack, outside: OutsideSystem
) -> None:
    deploy(stack, outside, PROGRAM.partition("for name")[0])
    (source_id,) = portal.sources()
    portal.call("source.delete", id=source_id)

    (subject,) = verified(stack, status=4).values()

    assert subject["name"] == f'source {source_id} "CRM"'
    assert rules(subject) == {("not-on-portal", "")}
    assert outside.posted == []


def test_a_connector_that_the_portal_does_not_have_any_more_is_not_tried(
    portal: LocalPortal, stack: Stack, outside: OutsideSystem
) -> None:
    deploy(stack, outside, 'connector("open")\n')
    (connector_id,) = portal.connectors()
    portal.call("connector.delete", id=connector_id)

    (subject,) = verified(stack, status=4, BXBI_TIME_OUT="5").values()

    assert subject["name"] == f'connector {connector_id} "OPEN"'
    assert rules(subject) == {("not-on-portal", "")}
    assert outside.posted == []
    assert "Warning: BXBI_TIME_OUT is not a setting, BXBI_TIMEOUT is." in stack.output


def test_an_empty_state_has_nothing_to_try(stack: Stack) -> None:
    told = stack.bxbi("verify")

    assert "The state holds nothing that could be tried." in " ".join(told.split())


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"BXBI_OFFLINE": "1"}, "because BXBI_OFFLINE (or bxbi:offline) is set"),
        ({"BXBI_PORTAL": "http://127.0.0.1:9"}, "127.0.0.1:9"),
        ({"BXBI_ACCESS_TOKEN": ""}, "no credentials for the portal"),
    ],
    ids=["offline", "unreachable", "no credentials"],
)
def test_without_the_portal_nothing_is_tried(
    stack: Stack, outside: OutsideSystem, environment: dict[str, str], message: str
) -> None:
    deploy(stack, outside)

    told = stack.bxbi("verify", status=1, **environment)

    assert "Error: " in told
    assert message in told
    assert outside.posted == []


def test_a_state_of_another_portal_is_refused(
    stack: Stack, outside: OutsideSystem, other: LocalPortal
) -> None:
    deploy(stack, outside)

    told = stack.bxbi("verify", status=1, **other.access)

    assert other.address in told
    assert outside.posted == []


def test_explicit_providers_are_asked_for_their_own_objects(
    portal: LocalPortal, stack: Stack, outside: OutsideSystem, other_portal: LocalPortal
) -> None:
    other_portal.control("POST", "reset")
    stack.configure("token", other_portal.access_token, secret=True)
    stack.hosted = True
    provider = f"""
tokyo = bxbi.Provider(
    "tokyo", portal="{other_portal.address}", access_token=config.require_secret("token")
)
on_tokyo = pulumi.ResourceOptions(provider=tokyo)
theirs = connector("theirs", "password", opts=on_tokyo)
bxbi.BiSource("sales", "Sales", theirs.id, {{"password": "a"}}, opts=on_tokyo)
"""
    deploy(stack, outside, PROGRAM.partition("for name")[0] + provider)
    (here,), (there,) = portal.sources(), other_portal.sources()

    names = [
        f'source {here} "CRM" on {portal.address.removeprefix("http://")}',
        f'source {there} "Sales" on {other_portal.address.removeprefix("http://")}',
    ]
    assert list(verified(stack)) == names

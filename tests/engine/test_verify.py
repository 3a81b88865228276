"""`bxbi verify` in the folder of a stack."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.external.outside import TEXT, Answer, OutsideSystem, add_connector, column
from tests.local_portal import on_the_current_api
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

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


#: Resources that no test of the shared stack chooses: they have no source.
ALONE = """
connector("open")
connector("closed", "token")
"""


@pytest.fixture(scope="module")
def running_outside() -> Iterator[OutsideSystem]:
    with serving(OutsideSystem()) as server:
        yield server


@pytest.fixture
def outside(running_outside: OutsideSystem) -> OutsideSystem:
    """An outside system, as it is in the beginning."""
    running_outside.tables = {
        "orders": [column("id", type_="int")],
        "clients": [column("id")],
        "goods": [column("id")],
    }
    running_outside.answers = {}
    running_outside.posted = []
    return running_outside


@pytest.fixture(scope="module")
def deployed(
    shared_portal: LocalPortal, shared_stack: Stack, running_outside: OutsideSystem
) -> Stack:
    """A stack that no test changes, whose source has another title and host on the portal."""
    deploy(shared_stack, running_outside, PROGRAM + ALONE)
    (source_id,) = shared_portal.sources()
    fields = {"title": "Renamed", "settings": {"host": "by.hand.example", "password": "hunter2"}}
    shared_portal.call("source.update", id=source_id, fields=fields)
    return shared_stack


def deploy(stack: Stack, outside: OutsideSystem, program: str) -> None:
    stack.program(CONNECTOR.format(address=outside.address) + program)
    stack.up()
    outside.posted = []


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


def shown(stack: Stack, name: str, title: str) -> str:
    """Return what a report calls a source or a connector of the state."""
    resource = stack.resources()[name]
    kind = "source" if resource["type"].endswith("BiSource") else "connector"
    return f'{kind} {resource["id"]} "{title}"'


def test_sources_are_tried_with_what_the_portal_has(
    deployed: Stack, outside: OutsideSystem
) -> None:
    subjects = verified(deployed, "--only", "crm")

    assert list(subjects) == [shown(deployed, "crm", "Renamed")]
    first = dict(outside.posted[0][2])
    assert first["connection[host]"] == "by.hand.example"
    assert first["connection[password]"] == "hunter2"
    assert asked_for_rows(outside) >= {"/data orders", "/data clients"}
    assert "/data goods" not in asked_for_rows(outside)


def test_declared_tables_are_compared_with_described_ones(
    shared_portal: LocalPortal, deployed: Stack, outside: OutsideSystem
) -> None:
    tables = {each["name"]: each["id"] for each in shared_portal.call("table.list")}
    outside.tables["orders"] = [column("id", type_="double"), column("paid", type_="date")]
    del outside.tables["clients"]

    subject = verified(deployed)[shown(deployed, "crm", "Renamed")]

    orders, clients = (f'table {tables[name]} "{name}"' for name in ("orders", "clients"))
    assert rules(subject) >= {
        ("column-retyped", orders),
        ("column-new", orders),
        ("table-gone", clients),
    }


def test_only_the_declared_tables_are_compared(deployed: Stack, outside: OutsideSystem) -> None:
    fine = verified(deployed, "--drift", status=0)
    asked = outside.requests.copy()
    outside.tables["orders"] = [column("id", type_="decimal"), column("paid", type_="date")]
    del outside.tables["clients"]
    broken = verified(deployed, "--drift", status=3)
    outside.answers["/tables"] = Answer(b"<html>hunter2</html>")
    unknown = verified(deployed, "--drift", status=4)

    assert list(fine) == [shown(deployed, "crm", "Renamed")]
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
    deployed: Stack, outside: OutsideSystem, names: tuple[str, ...], asked: set[str]
) -> None:
    verified(deployed, *(part for name in names for part in ("--only", name)))

    assert {"/data orders", "/data clients"} & asked_for_rows(outside) == asked


def test_a_name_that_the_state_does_not_have_is_told(
    deployed: Stack, outside: OutsideSystem
) -> None:
    told = deployed.bxbi("verify", "--only", "order", status=1)

    assert "--only order: the state has no connector, source or table of this name" in told
    assert 'did you mean "orders"?' in told
    assert outside.posted == []


@pytest.mark.usefixtures("outside")
def test_a_connector_without_a_source_is_tried_where_it_needs_no_values(deployed: Stack) -> None:
    open_, closed = (shown(deployed, name, name.upper()) for name in ("open", "closed"))

    subjects = verified(deployed)

    assert subjects.keys() == {shown(deployed, "crm", "Renamed"), open_, closed}
    assert rules(subjects[closed]) == {("no-source", "")}
    assert "no values for token" in subjects[closed]["findings"][0]["came"]
    assert rules(subjects[open_]) >= {("rows-shape", "orders")}
    assert verified(deployed, "--only", "closed", status=4).keys() == {closed}


@on_the_current_api
def test_a_table_of_a_source_that_the_state_does_not_have(
    portal: LocalPortal, stack: Stack, outside: OutsideSystem
) -> None:
    connector_id = add_connector(portal, outside.address, host=TEXT)
    source_id = portal.add("source", title="CRM", connectorId=connector_id, settings={"host": "x"})
    portal.add_table(source_id, "orders")
    stack.program(
        f'bxbi.BiTable("goods", {source_id}, "goods", "Goods", "goods", '
        '[bxbi.Column("ID", "id", "string")])'
    )
    stack.up()
    outside.posted = []

    assert list(verified(stack)) == [f'source {source_id} "CRM"']
    assert {"/data goods", "/data orders"} & asked_for_rows(outside) == {"/data goods"}


@on_the_current_api
def test_what_the_portal_does_not_have_any_more_is_not_tried(
    portal: LocalPortal, stack: Stack, outside: OutsideSystem
) -> None:
    deploy(stack, outside, PROGRAM.partition("for name")[0] + 'connector("open")\n')
    source, connector = shown(stack, "crm", "CRM"), shown(stack, "open", "OPEN")
    for kind, name in (("source", "crm"), ("connector", "open")):
        portal.call(f"{kind}.delete", id=int(stack.resources()[name]["id"]))

    subjects = verified(stack, status=4, BXBI_TIME_OUT="5")

    assert {name: rules(each) for name, each in subjects.items()} == {
        source: {("not-on-portal", "")},
        connector: {("not-on-portal", "")},
    }
    assert outside.posted == []
    assert "Warning: BXBI_TIME_OUT is not a setting, BXBI_TIMEOUT is." in stack.output


@on_the_current_api
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
    deployed: Stack, outside: OutsideSystem, environment: dict[str, str], message: str
) -> None:
    told = deployed.bxbi("verify", status=1, **environment)

    assert "Error: " in told
    assert message in told
    assert outside.posted == []


def test_a_state_of_another_portal_is_refused(
    deployed: Stack, outside: OutsideSystem, other: LocalPortal
) -> None:
    told = deployed.bxbi("verify", status=1, **other.access)

    assert other.address in told
    assert outside.posted == []


@on_the_current_api
def test_explicit_providers_are_asked_for_their_own_objects(
    portal: LocalPortal, stack: Stack, outside: OutsideSystem, other_portal: LocalPortal
) -> None:
    other_portal.control("POST", "reset")
    provider = f"""
tokyo = bxbi.Provider(
    "tokyo", portal="{other_portal.address}",
    access_token=pulumi.Output.secret("{other_portal.access_token}"),
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

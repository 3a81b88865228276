"""Looking up what exists, from a program that is previewed or deployed."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.local_portal import on_the_current_api
from tests.variables import inherited

if TYPE_CHECKING:
    from tests.local_portal import LocalPortal
    from tests.protocol.stack import Stack


@pytest.mark.parametrize(
    ("lookup", "message"),
    [
        (
            'get_connector(title="Missing")',
            'get_connector: {portal} has no connector with the title "Missing" for this',
        ),
        (
            'get_source(title="Twice")',
            'get_source: 2 sources have the title "Twice": give the id of one of them (1, 2).',
        ),
        ("get_source(id=999)", "get_source: biconnector.source.get failed for source 999 on"),
        ("get_table(id=999)", "DATASET_NOT_FOUND"),
        ('get_table(id="orders")', "get_table: id must be the positive whole number"),
        ("get_sources(connector_id=-1)", "get_sources: connectorId must be the positive"),
        ('get_source(title=pulumi.Output.from_input("x"))', "get_source: title is an output"),
        ("get_table(id=pulumi.Output.from_input(1))", "get_table: id is an output"),
        ("get_connector()", "get_connector: give either id or title."),
        ('get_table(id=1, name="x")', "get_table: give either id or name."),
    ],
)
def test_what_cannot_be_found_is_told_in_one_line(
    portal: LocalPortal, stack: Stack, lookup: str, message: str
) -> None:
    for _ in range(2):
        portal.add("source", title="Twice", connectorId=123, settings={"login": "a"})
    stack.program(f"bxbi.{lookup}\n")

    output = stack.fails("preview")

    assert message.format(portal=portal.address) in output


@on_the_current_api
def test_an_address_with_a_password_is_exported_as_a_secret(
    portal: LocalPortal, stack: Stack
) -> None:
    check = "https://svc:hunter2@warehouse.example/check?token=s3cr3t"
    known = portal.call("connector.get", id=123)["item"]
    urls = {key: known[key] for key in ("urlTableList", "urlTableDescription", "urlData")}
    connector = portal.add(
        "connector",
        title="Warehouse 2",
        logo=known["logo"],
        urlCheck=check,
        settings=known["settings"],
        **urls,
    )
    stack.program(
        f"""
        found = bxbi.get_connector(id={connector})
        pulumi.export("found", found)
        pulumi.export("host", found.url_check.rpartition("@")[2].partition("/")[0])
        """
    )

    told = stack.up()

    assert "hunter2" not in told + stack.state()
    assert "s3cr3t" not in told + stack.state()
    assert stack.outputs()["found"]["urlCheck"] == check
    assert stack.outputs()["host"] == "warehouse.example"


@on_the_current_api
def test_a_lookup_that_finds_nothing_is_one_call_too(portal: LocalPortal, stack: Stack) -> None:
    stack.program("for _ in range(3):\n    bxbi.get_tables(source_id=9)\n")

    with portal.recording() as calls:
        stack.preview()

    assert len(calls) == 1


@on_the_current_api
@pytest.mark.parametrize("lookup", ["get_source(id=1)", 'get_source(title="CRM")', "get_sources()"])
def test_the_same_lookup_is_one_call(portal: LocalPortal, stack: Stack, lookup: str) -> None:
    portal.add("source", title="CRM", connectorId=123, settings={"login": "a"})
    stack.program(f"for _ in range(20):\n    bxbi.{lookup}\n")

    with portal.recording() as calls:
        stack.preview()

    assert len(calls) == 1


@on_the_current_api
def test_a_list_of_all_objects_answers_later_lookups(portal: LocalPortal, stack: Stack) -> None:
    source = portal.add("source", title="CRM", connectorId=123, settings={"login": "a"})
    portal.add_table(source, "orders")
    stack.program(
        f"""
        bxbi.get_sources()
        pulumi.export("source", [bxbi.get_source(title="CRM").id, bxbi.get_source(id={source}).id])
        (table,) = bxbi.get_tables()
        named = bxbi.get_table(name="orders")
        pulumi.export("table", [named.id == table.id, named.source_id, len(named.columns)])
        """
    )

    with portal.recording() as calls:
        stack.up()

    assert stack.outputs() == {"source": [source] * 2, "table": [True, source, 1]}
    # Tables are listed, and their columns are read with a batch.
    assert calls.count("source.list") == 1
    assert len(calls) == 3


@on_the_current_api
def test_a_lookup_sees_what_the_deployment_has_changed(stack: Stack) -> None:
    program = """
        def told():
            titled = bxbi.get_source(title="CRM").description
            return [titled, [each.description for each in bxbi.get_sources()]]
        before = {before}
        crm = bxbi.BiSource("crm", "CRM", 123, {{}}, description="{text}")
        pulumi.export("before", before)
        pulumi.export("after", crm.id.apply(lambda _: told()))
        """
    stack.program(program.format(before="[each.id for each in bxbi.get_sources()]", text="old"))
    stack.up()
    assert stack.outputs() == {"before": [], "after": ["old", ["old"]]}

    stack.program(program.format(before="told()", text="new"))
    stack.up()

    assert stack.outputs() == {"before": ["old", ["old"]], "after": ["new", ["new"]]}


@on_the_current_api
def test_what_a_deployment_cannot_have_changed_is_not_read_anew(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.program(
        """
        for number in range(5):
            source = bxbi.BiSource(f"{number}", f"{number}", 123, {})
            source.id.apply(lambda _: bxbi.get_connector(id=123))
        """
    )

    with portal.recording() as calls:
        stack.up()

    # The check of a source reads its connector too, in another process.
    assert calls.count("connector.get") == 2


@on_the_current_api
def test_a_lookup_without_credentials_says_so(stack: Stack) -> None:
    stack.program("bxbi.get_connectors()\n")

    output = stack.fails("preview", BXBI_ACCESS_TOKEN="")

    assert "get_connectors: no credentials for the portal. Set BXBI_CLIENT_ID" in output


@on_the_current_api
def test_offline_everything_is_an_unknown_output(portal: LocalPortal, stack: Stack) -> None:
    stack.program(
        """
        con = bxbi.get_connector(title="Whatever")
        settings = {"login": bxbi.get_source(id=5).title}
        bxbi.BiSource("crm", title="CRM", connector_id=con.id, settings=settings)
        pulumi.export("con", con)
        pulumi.export("columns", bxbi.get_table(name="orders").columns)
        pulumi.export("connectors", bxbi.get_connectors())
        """
    )

    with portal.recording() as calls:
        assert stack.preview(BXBI_OFFLINE="1", BXBI_ACCESS_TOKEN="") == {"crm": "create"}

    assert calls == []


@on_the_current_api
def test_what_the_program_itself_makes_is_told(portal: LocalPortal, stack: Stack) -> None:
    stack.program(
        """
        crm = bxbi.BiSource("crm", title="CRM", connector_id=123, settings={"login": "x"})
        bxbi.get_source(title="CRM")
        """
    )

    told = stack.fails("preview")

    assert (
        f'get_source: {portal.address} has no source with the title "CRM" for this application. '
        "BiSource crm of this program will be the source with that title: in place of a lookup, "
        "use the .id of the resource crm."
    ) in told


@on_the_current_api
def test_titles_that_only_look_the_same_are_told(portal: LocalPortal, stack: Stack) -> None:
    titles = ("Ёлка\N{NO-BREAK SPACE}2026", "елка 2026", "ЁЛКА 2026 ", "Sales")
    ids = [portal.add("source", title=each, connectorId=123, settings={}) for each in titles]
    stack.program(
        'bxbi.get_source(title="\N{CYRILLIC CAPITAL LETTER IE}\N{COMBINING DIAERESIS}лка 2026")\n'
    )

    told = stack.fails("preview")

    assert (
        "Found with a title that only looks the same: "
        f'source {ids[0]} "Ёлка\N{NO-BREAK SPACE}2026" '
        "(differs in composed and decomposed letters and in spaces), "
        f'source {ids[2]} "ЁЛКА 2026 " '
        "(differs in composed and decomposed letters and in spaces and in upper and lower case). "
        "Give its id, or write the title as it is on the portal."
    ) in told


@on_the_current_api
def test_a_result_has_what_the_portal_holds(portal: LocalPortal, stack: Stack) -> None:
    settings = {"login": "admin", "password": "hunter2"}
    source_id = portal.add("source", title="CRM", connectorId=123, settings=settings)
    portal.add_table(source_id, "orders")
    stack.program(
        """
        pulumi.export("connector", bxbi.get_connectors()[0])
        pulumi.export("source", bxbi.get_source(title="CRM"))
        pulumi.export("table", bxbi.get_table(name="orders"))
        """
    )

    told = stack.up()

    connector = portal.call("connector.get", id=123)["item"]
    source = portal.call("source.get", id=source_id)["item"]
    # It was never changed.
    table = {**portal.table(), "dateUpdate": ""}
    outputs = stack.outputs()
    parameters = [(each["code"], each["name"], each["type"]) for each in connector.pop("settings")]
    found = outputs["connector"].pop("parameters")
    assert [(each["code"], each["name"], each["type"]) for each in found] == parameters
    assert outputs["connector"] == connector
    assert outputs["source"] == {**source["connection"], "connectorId": 123, "settings": settings}
    (column,) = outputs["table"].pop("columns")
    assert column.items() <= table["fields"][0].items()
    assert outputs["table"] == {name: table[name] for name in outputs["table"]}
    assert "hunter2" not in told + stack.state()


@on_the_current_api
def test_a_misspelt_setting_is_told_once_in_a_program(stack: Stack) -> None:
    stack.program("bxbi.get_connectors()\nbxbi.get_sources()\n")

    output = stack.succeeds("preview", BXBI_REQUEST_PER_SECOND="3")

    assert output.count("BXBI_REQUEST_PER_SECOND is not a setting") == 1


def test_a_script_without_an_engine_can_look_up(portal: LocalPortal) -> None:
    script = "import pulumi_bxbi as bxbi; print([each.id for each in bxbi.get_connectors()])"

    printed = subprocess.check_output(
        [sys.executable, "-c", script], env={**inherited(), **portal.access}, text=True
    )

    assert printed == "[123]\n"

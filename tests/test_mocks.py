"""Lookups under Pulumi's mocks, as the unit tests of a program make them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pulumi_bxbi.program.results import (
    GetConnectorResult,
    GetExternalTableResult,
    GetSourceResult,
    GetTableResult,
)
from tests.variables import inherited

if TYPE_CHECKING:
    from pulumi_bxbi.program.record import Record
    from tests.http_server import Server

GUIDE = (Path(__file__).parents[1] / "pulumi_bxbi" / "emulator" / "README.md").read_text("utf-8")

#: The unit tests of some program.
TESTS = """
import pulumi
import pytest

import pulumi_bxbi as bxbi

SOURCE = {
    "id": 7,
    "title": "CRM",
    "connectorId": 123,
    "settings": {"password": "hunter2"},
    "active": True,
    "dateCreate": "2026-11-25 10:00:00",
}
TABLE = {
    "id": 9,
    "externalCode": "orders",
    "columns": [{"name": "ID", "externalCode": "id", "type": "int", "visible": False}],
}
OFFERED = {
    "code": "orders",
    "title": "Orders",
    "columns": [{"name": "ID", "externalCode": "id", "type": "int", "visible": True}],
}


class Portal(pulumi.runtime.Mocks):
    asked = []

    def call(self, args):
        self.asked.append((args.token, args.args))
        name = args.token.rpartition(":")[2]
        if args.args.get("title") == "Missing":
            return {}, [("title", "there is none")]
        if args.args.get("title") == "Broken":
            raise KeyError("a mistake in the mocks")
        return {
            "getConnector": {"id": 123, "parameters": [{"code": "a", "name": "A", "type": "INT"}]},
            "getConnectors": {"connectors": [{"id": 123, "title": "First"}]},
            "getSource": SOURCE,
            "getSources": {"sources": [SOURCE, SOURCE]},
            "getTable": TABLE,
            "getTables": {"tables": [TABLE]},
            "getExternalTable": OFFERED,
            "getExternalTables": {"externalTables": [OFFERED]},
        }[name]

    def new_resource(self, args):
        return "42", dict(args.inputs)


pulumi.runtime.set_mocks(Portal())


@pytest.fixture(autouse=True)
def asked():
    Portal.asked.clear()
    return Portal.asked


def test_one_object_of_each_kind(asked):
    connector = bxbi.get_connector(title="Warehouse")
    source = bxbi.get_source(id="7")
    table = bxbi.get_table(name="orders")

    assert asked == [
        ("bxbi:index:getConnector", {"title": "Warehouse"}),
        ("bxbi:index:getSource", {"id": 7}),
        ("bxbi:index:getTable", {"name": "orders"}),
    ]
    assert isinstance(connector, bxbi.GetConnectorResult)
    assert connector.parameters == [bxbi.ConnectorParameter("a", "A", "INT")]
    assert (connector.title, connector.sort) == (None, None)
    assert (source.id, source.connector_id, source.active) == (7, 123, True)
    assert {type(source.id), type(source.connector_id)} == {int}
    assert source.date_create == "2026-11-25 10:00:00"
    assert table.columns == [bxbi.Column("ID", "id", "int", visible=False)]
    assert table.external_code == "orders"


def test_lists(asked):
    assert [each.title for each in bxbi.get_connectors()] == ["First"]
    assert len(bxbi.get_sources(connector_id=123)) == 2
    assert [each.id for each in bxbi.get_tables(source_id="7")] == [9]

    assert asked == [
        ("bxbi:index:getConnectors", {}),
        ("bxbi:index:getSources", {"connectorId": 123}),
        ("bxbi:index:getTables", {"sourceId": 7}),
    ]


def test_tables_of_the_outside_system(asked):
    one = bxbi.get_external_table(connector_id="7", settings={"port": 1}, code="orders")
    (same,) = bxbi.get_external_tables(source_id=7)

    assert asked == [
        (
            "bxbi:index:getExternalTable",
            {"connectorId": 7, "settings": {"port": "1"}, "code": "orders"},
        ),
        ("bxbi:index:getExternalTables", {"sourceId": 7}),
    ]
    assert one == same
    assert (one.code, one.title, one.unmapped) == ("orders", "Orders", [])
    assert one.columns == [bxbi.Column("ID", "id", "int")]


@pulumi.runtime.test
async def test_settings_are_secret():
    settings = bxbi.get_source(title="CRM").settings

    assert await settings.is_secret()
    assert await settings.future() == {"password": "hunter2"}


def test_a_failure_is_an_error_of_the_lookup():
    with pytest.raises(pulumi.RunError, match="get_source: .*there is none"):
        bxbi.get_source(title="Missing")
    with pytest.raises(pulumi.RunError, match="get_source: .*a mistake in the mocks"):
        bxbi.get_source(title="Broken")


def test_wrong_arguments_reach_no_mocks(asked):
    with pytest.raises(pulumi.RunError, match="give either id or title"):
        bxbi.get_source()

    assert asked == []


@pulumi.runtime.test
def test_what_is_found_is_used():
    source = bxbi.BiSource("crm", "CRM", bxbi.get_connector(id=123).id, {"login": "admin"})

    def check(given):
        assert given == ["42", 123, {"login": "admin"}]
        assert type(given[1]) is int

    return pulumi.Output.all(source.id, source.connector_id, source.settings).apply(check)
"""


def run_pytest(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the unit tests of a folder, as its owner does."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", folder],
        cwd=folder,
        env={**inherited(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_mocks_answer_each_lookup_and_no_portal_is_asked(tmp_path: Path, server: Server) -> None:
    (tmp_path / "test_program.py").write_text(TESTS, "utf-8")

    ended = run_pytest(tmp_path, BXBI_PORTAL=server.address, BXBI_ACCESS_TOKEN="token")

    assert ended.returncode == 0, ended.stdout
    assert "7 passed" in ended.stdout
    assert server.requests == []


@pytest.mark.parametrize(("connector", "status"), [("warehouse.id", 0), ("8", 1)])
def test_the_unit_test_of_the_readme_works(tmp_path: Path, connector: str, status: int) -> None:
    """And it is one: it fails with another program."""
    section = GUIDE.partition("\n## Unit tests\n")[2].partition("\n## ")[0]
    program, test = re.findall(r"^```python\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    program = program.replace("warehouse.id", connector)
    (tmp_path / "infrastructure.py").write_text(program, "utf-8")
    (tmp_path / "test_infrastructure.py").write_text(test, "utf-8")

    ended = run_pytest(tmp_path)

    assert ended.returncode == status, ended.stdout


@pytest.mark.parametrize(
    "result", [GetConnectorResult, GetExternalTableResult, GetSourceResult, GetTableResult]
)
def test_no_name_of_a_result_is_one_of_a_dictionary(result: type[Record]) -> None:
    """Else an attribute would hide a method that Pulumi calls."""
    assert not set(result.__annotations__) & set(dir(dict))

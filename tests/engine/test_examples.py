"""The examples, through their whole life, under both editions of the API."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.announced import announced
from tests.warehouse.service import COMMAND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def warehouse() -> Iterator[dict[str, str]]:
    """The data service of the warehouse."""
    with announced(*COMMAND) as (_, ready):
        yield ready


def copy(example: str, stack: Stack) -> None:
    for file in (ROOT / "examples" / example).iterdir():
        if file.is_file() and file.name != "Pulumi.yaml":
            shutil.copy(file, stack.folder)


def change(stack: Stack, before: str, after: str) -> None:
    program = stack.folder / "__main__.py"
    text = program.read_text("utf-8")
    assert text.count(before) == 1
    program.write_text(text.replace(before, after), "utf-8")


def test_crm(portal: LocalPortal, stack: Stack) -> None:
    copy("crm", stack)
    stack.configure("crmPassword", "correct horse", secret=True)

    assert stack.preview() == {"crm": "create"}
    stack.up()

    source = portal.source()
    assert source["title"] == "CRM Source"
    assert source["description"] == "Источник данных CRM"
    assert int(source["connectorId"]) == 123
    assert source["settings"] == {"login": "admin", "password": "correct horse"}
    assert stack.preview() == {}
    stack.refresh()
    assert stack.preview() == {}

    change(stack, '"CRM Source"', '"CRM"')
    assert stack.preview() == {"crm": "update"}
    stack.up()
    assert portal.source()["title"] == "CRM"

    stack.destroy()
    assert portal.sources() == {}


def test_warehouse(portal: LocalPortal, stack: Stack, warehouse: dict[str, str]) -> None:
    stack.hosted = True  # lookups read the environment in the program's own process
    copy("warehouse", stack)
    stack.configure("endpoints", warehouse["endpoints"])
    stack.configure("token", warehouse["token"], secret=True)

    assert set(stack.preview().values()) == {"create"}
    stack.up()

    assert len(portal.connectors()) == 1
    assert {source["title"] for source in portal.sources().values()} == {"Newark", "Kennedy"}
    tables = {table["name"]: table for table in portal.call(f"{portal.family}.list")}
    codes = {table["externalCode"] for table in tables.values()}
    assert codes == {"airlines", "airports", "flights", "planes", "weather"}
    flights = portal.call(f"{portal.family}.get", id=int(tables["jfk_flights"]["id"]))["item"]
    assert len(flights["fields"]) == 20
    assert [each["name"] for each in flights["fields"] if not each["visible"]] == ["YEAR"]
    assert stack.preview() == {}
    stack.refresh()
    assert stack.preview() == {}

    change(stack, '"Last month", "INT"', '"Until month", "INT"')
    change(stack, '"airport": "JFK", "until_month": 6', '"airport": "LGA", "until_month": 6')
    assert stack.preview() == {"warehouse": "update", "kennedy": "update"}
    stack.up()
    assert stack.preview() == {}
    kennedy = next(each for each in portal.sources().values() if each["title"] == "Kennedy")
    assert kennedy["settings"]["airport"] == "LGA"

    stack.destroy()
    assert (portal.connectors(), portal.sources(), portal.tables()) == ({}, {}, set())
    (stack.folder / "Pulumi.test.yaml").unlink()
    assert warehouse["token"] not in stack.output + stack.state()

"""`bxbi import` takes one object of the portal into the state."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from pulumi_bxbi.dynamic import BiSourceProvider
from tests.engine.stack import pulumi_with
from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

CONNECTOR = {
    "title": "Warehouse",
    "logo": "https://example.com/logo.svg",
    "urlCheck": "https://example.com/check",
    "urlTableList": "https://example.com/tables",
    "urlTableDescription": "https://example.com/columns",
    "urlData": "https://example.com/data",
    "settings": [{"code": "token", "name": "Token", "type": "STRING"}],
    "sort": 7,
}
COLUMNS = [
    {"name": "ID", "externalCode": "id", "type": "int"},
    {"name": "NOTE", "externalCode": "note", "type": "string"},
]


def imported(stack: Stack, *arguments: str) -> str:
    """Import, and give the statement that the command tells."""
    told = re.search(r"^bxbi\..*?^\)\n", stack.bxbi("import", *arguments), re.MULTILINE | re.DOTALL)
    assert told
    return told.group()


def source(portal: LocalPortal, **fields: Any) -> int:
    settings = {"login": "admin", "password": "hunter2"}
    return portal.add(
        "source", **{"title": "CRM", "connectorId": 123, "settings": settings, **fields}
    )


@on_the_current_api
def test_the_program_that_is_told_shows_no_change(portal: LocalPortal, stack: Stack) -> None:
    source_id = source(portal, description="Продажи «2026»")
    connector_id = portal.add("connector", **CONNECTOR)
    table = {"name": "orders", "externalName": "Orders", "externalCode": "orders"}
    table_id = portal.add(portal.family, sourceId=source_id, fields=COLUMNS, **table)

    with portal.recording() as calls:
        programs = [
            "crm = " + imported(stack, "source", str(source_id), "--name", "crm"),
            imported(stack, "connector", str(connector_id), "--name", "warehouse"),
            imported(stack, "table", str(table_id), "--name", "orders", "--stack", "test"),
        ]

    assert not any(re.search(r"\.(add|update|delete)$", call) for call in calls)
    assert "The stack's configuration has its secrets: crm-login, crm-password." in stack.output
    assert stack.output.count("in this stack: write that resource's .id for") == 1
    assert (
        "Its source is crm in this stack: write that resource's .id for source_id" in stack.output
    )
    stack.program("".join(programs).replace(f"source_id={source_id}", "source_id=crm.id"))
    stack.succeeds("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert stack.resources()["crm"]["outputs"]["code"] == "rest_123"
    assert "hunter2" not in stack.output + stack.state()
    stack.refresh()
    assert stack.preview() == {}
    stack.destroy()
    assert (portal.sources(), portal.connectors(), portal.tables()) == ({}, {}, set())


@on_the_current_api
def test_the_keys_that_are_told_work_for_every_setting(portal: LocalPortal, stack: Stack) -> None:
    parameters = [{"code": each, "name": each, "type": "STRING"} for each in ("db:host", "db-host")]
    check = f"{portal.address}/__emulator__/endpoints/check"
    connector = {**CONNECTOR, "settings": parameters, "urlCheck": check}
    connector_id = portal.add("connector", **connector)
    settings = {"db:host": "first", "db-host": "second"}
    source_id = source(portal, connectorId=connector_id, settings=settings)

    shown = stack.bxbi("import", "source", str(source_id), "--name", "acme:crm")

    stack.program(shown[shown.index("bxbi.BiSource") : shown.index("\nThe stack's config")])
    assert stack.preview() == {}


@on_the_current_api
def test_an_address_with_a_secret_in_it_is_not_shown(portal: LocalPortal, stack: Stack) -> None:
    address = "https://svc:hunter2@example.com/data?token=t0ken"
    connector_id = portal.add("connector", **{**CONNECTOR, "urlData": address})

    told = imported(stack, "connector", str(connector_id), "--name", "crm")

    assert 'url_data=config.require_secret("crm-urlData"),' in told
    assert "The stack's configuration has its secrets: crm-urlData." in stack.output
    assert not re.search("hunter2|t0ken", stack.output + stack.state())
    stack.program(told)
    assert stack.preview() == {}


@on_the_current_api
def test_what_to_write_is_told_as_often_as_it_is_asked_for(
    portal: LocalPortal, stack: Stack
) -> None:
    """With the keys that hold the values by then, and without the portal."""
    command = ("source", str(source(portal)), "--name", "crm")
    stack.configure("crm-login", "another")
    told = imported(stack, *command)
    assert 'config.require_secret("crm-login-2")' in told
    stack.environment["BXBI_PORTAL"] = "http://127.0.0.1:9"
    assert imported(stack, *command) == told
    stack.succeeds("config", "rm", "crm-password")

    again = stack.bxbi("import", *command)

    assert "is in the state already, as crm. Nothing was imported." in again
    assert told in again
    assert "has its secrets: crm-login-2." in again
    assert "lacks these secrets" in again
    assert "pulumi config set --secret crm-password" in again
    assert list(stack.resources()) == ["crm"]


@on_the_current_api
def test_an_import_that_fails_leaves_no_secret(portal: LocalPortal, stack: Stack) -> None:
    source_id = source(portal)
    before = stack.succeeds("config", "--json")
    locks = stack.folder / "backend/.pulumi/locks/organization/test/test"
    locks.mkdir(parents=True, exist_ok=True)
    (locks / "another.json").write_text("{}", "utf-8")

    told = stack.bxbi("import", "source", str(source_id), "--name", "crm", status=1)

    assert "locked" in told
    assert stack.succeeds("config", "--json") == before


@on_the_current_api
def test_what_another_import_has_taken_meanwhile_stays(
    portal: LocalPortal, stack: Stack, tmp_path: Path
) -> None:
    number = source(portal)
    command = f"bxbi import source {number} --name crm"
    once = tmp_path / "once"
    other = f"mkdir '{once}' 2>/dev/null && PATH='{stack.environment['PATH']}' {command} >&2"
    pulumi_with(stack, tmp_path, f'case "$1" in config) {other};; import) exit 1;; esac')

    told = stack.bxbi(*command.split()[1:], status=1)

    assert "`pulumi import` failed" in told
    assert stack.resources().keys() == {"crm"}


GROUP = 'group = pulumi.ComponentResource("acme:bi:Group", "group")\n'
PARENT = "urn:pulumi:test::test::acme:bi:Group::group"
IN_GROUP = """\
bxbi.BiSource("crm", "CRM", 123, {"login": "admin", "password": "hunter2"}, "old",
    opts=pulumi.ResourceOptions(parent=group))
"""


@pytest.fixture(scope="module")
def adopted(shared_portal: LocalPortal, shared_stack: Stack) -> Stack:
    """A stack with an imported source, which no test changes."""
    shared_stack.program(GROUP)
    shared_stack.up()
    number = str(source(shared_portal, description="old"))
    imported(shared_stack, "source", number, "--name", "crm", "--parent", PARENT)
    return shared_stack


def test_an_object_may_belong_to_a_component(adopted: Stack) -> None:
    adopted.program(GROUP + IN_GROUP)

    assert adopted.preview() == {}


def test_what_the_program_says_otherwise_is_a_change(adopted: Stack) -> None:
    adopted.program(GROUP + IN_GROUP.replace('"old"', "active=True"))

    assert adopted.preview() == {"crm": "update"}


def test_what_cannot_be_imported_is_told_and_changes_nothing(
    shared_portal: LocalPortal, adopted: Stack
) -> None:
    before = adopted.resources()
    first, second = before["crm"]["id"], str(source(shared_portal, title="ERP"))

    def refused(*arguments: str) -> str:
        return adopted.bxbi("import", "source", *arguments, status=1)

    assert f"source {first} is in the state already, as crm" in refused(first, "--name", "other")
    told = refused(second, "--name", "crm", "--parent", PARENT)
    assert f"crm is in the state already: it is source {first}" in told
    assert "has no source 4711 for this application" in refused("4711", "--name", "other")
    assert "no resource urn:none" in refused(second, "--name", "other", "--parent", "urn:none")
    assert "no stack named 'nowhere'" in refused(second, "--name", "other", "--stack", "nowhere")
    assert adopted.resources() == before


@on_the_current_api
def test_settings_may_stand_in_the_stack(portal: LocalPortal, stack: Stack) -> None:
    stack.configure("bxbi:portal", portal.address)
    stack.configure("bxbi:accessToken", portal.access_token, secret=True)
    stack.environment |= {"BXBI_PORTAL": "", "BXBI_ACCESS_TOKEN": ""}

    imported(stack, "source", str(source(portal)), "--name", "crm")

    assert list(stack.resources()) == ["crm"]


@on_the_current_api
def test_without_pulumi_the_command_says_so(stack: Stack) -> None:
    stack.environment["PATH"] = stack.environment["PATH"].partition(":")[0]

    told = stack.bxbi("import", "source", "1", "--name", "crm", status=1)

    assert "`pulumi` is not on PATH" in told


@on_the_current_api
def test_a_hand_written_import_file_leads_to_a_preview_without_changes(
    portal: LocalPortal, stack: Stack
) -> None:
    settings = {"login": "admin", "password": "hunter2"}
    fields = {"title": "CRM Source", "description": "Источник данных CRM", "connectorId": 123}
    source_id = portal.add("source", settings=settings, **fields)
    secrets = {
        key: {
            "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
            "plaintext": json.dumps(value),
        }
        for key, value in settings.items()
    }
    properties = {
        **fields,
        "settings": secrets,
        "__provider": serialize_provider(BiSourceProvider()),
    }
    resource = {
        "type": "pulumi-python:dynamic/bxbi:BiSource",
        "name": "crm",
        "id": str(source_id),
        "inputs": properties,
        "outputs": properties,
    }
    stack.program(
        """
        settings = {"login": "admin", "password": config.require_secret("password")}
        bxbi.BiSource("crm", "CRM Source", 123, settings, "Источник данных CRM")
        """
    )
    (stack.folder / "import.json").write_text(json.dumps({"resources": [resource]}), "utf-8")

    stack.succeeds(
        "import",
        *("--file", "import.json", "--yes", "--generate-code=false", "--protect=false"),
        BXBI_OFFLINE="1",
    )

    (stack.folder / "import.json").unlink()
    assert stack.preview() == {}
    stack.refresh()
    assert stack.preview() == {}
    assert "hunter2" not in stack.state()
    stack.destroy()
    assert portal.sources() == {}

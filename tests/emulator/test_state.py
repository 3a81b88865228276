"""What a portal with a state file remembers."""

from __future__ import annotations

import sqlite3
import subprocess
from typing import TYPE_CHECKING, Any

from tests.emulator.raw_portal import running
from tests.engine.prepared import command_of_bxbi

if TYPE_CHECKING:
    from pathlib import Path

    from tests.emulator.raw_portal import RawPortal

CRM: dict[str, Any] = {
    "title": "Источник 🗄",
    "description": 'первая\n- вторая "строка" \\ {portal}/x \u2028',
    "connectorId": 123,
    "settings": {"login": "админ", "password": "p'; DROP TABLE records; --"},
}
TABLE: dict[str, Any] = {
    "name": "orders",
    "externalName": "Заказы",
    "externalCode": "orders",
    "description": "д",
    "fields": [{"name": "ID", "externalCode": "ид", "type": "int"}],
}


def fill(portal: RawPortal) -> dict[str, Any]:
    """Make one of everything, and return what the portal holds then."""
    source_id = portal.result("biconnector.source.add", {"fields": CRM})["id"]
    table = {**TABLE, "sourceId": source_id}
    table_id = portal.result("biconnector.dataset.add", {"fields": table})["id"]
    (column,) = portal.result("biconnector.table.get", {"id": table_id})["item"]["fields"]
    hide = {"id": table_id, "update": [{"id": column["id"], "visible": False}]}
    portal.result("biconnector.table.fields.update", hide)
    asked = {"id": table_id, "fields": {"description": "новое"}}
    portal.result("biconnector.table.update", asked)
    return portal.objects()


def addressed(held: dict[str, Any], origin: str) -> str:
    """Return the objects as a text in which the portal's address is blanked out."""
    return repr(held).replace(f"{origin}/", "HERE/")


def test_objects_survive_a_restart_whatever_they_hold(tmp_path: Path) -> None:
    state = str(tmp_path / "portal.db")
    with running("--state", state) as portal:
        before, origin = fill(portal), portal.address
    with running("--state", state) as portal:
        assert addressed(portal.objects(), portal.address) == addressed(before, origin)
        held = portal.objects()["sources"][0]
        assert (held["title"], held["description"]) == (CRM["title"], CRM["description"])
        assert {each["code"]: each["value"] for each in held["settings"]} == CRM["settings"]
        assert portal.calls() == []


def test_a_restarted_portal_can_be_used_at_its_new_address(tmp_path: Path) -> None:
    state = str(tmp_path / "portal.db")
    with running("--state", state) as portal:
        fill(portal)
        old = portal
    with running("--state", state) as portal:
        connector = portal.result("biconnector.connector.get", {"id": 123})["item"]
        assert connector["urlCheck"] == f"{portal.address}/__emulator__/endpoints/check"
        assert portal.result("biconnector.source.add", {"fields": CRM}) == {"id": 2}
        table = {**TABLE, "name": "more", "sourceId": 2}
        table_id = portal.result("biconnector.dataset.add", {"fields": table})["id"]
        item = portal.result("biconnector.table.get", {"id": table_id})["item"]
        assert (item["id"], item["externalId"], item["fields"][0]["id"]) == (2, 2, 2)
        assert portal.result("app.info", token=old.access_token)["STATUS"] == "L"
        assert portal.oauth(old.renewal).status_code == 200


def test_a_reset_reaches_the_file(tmp_path: Path) -> None:
    state = str(tmp_path / "portal.db")
    with running("--state", state) as portal:
        fill(portal)
        portal.reset()
        before, origin = portal.objects(), portal.address
    with running("--state", state) as portal:
        assert addressed(portal.objects(), portal.address) == addressed(before, origin)
        assert portal.result("biconnector.source.add", {"fields": CRM}) == {"id": 1}


def test_deleted_objects_stay_deleted(tmp_path: Path) -> None:
    state = str(tmp_path / "portal.db")
    with running("--state", state) as portal:
        portal.result("biconnector.connector.delete", {"id": 123})
    with running("--state", state) as portal:
        assert portal.objects() == {"connectors": [], "sources": [], "tables": []}


def test_a_state_survives_the_portal_being_killed(tmp_path: Path) -> None:
    state = str(tmp_path / "portal.db")
    with running("--state", state) as portal:
        portal.result("biconnector.source.add", {"fields": CRM})
        portal.kill()
    with running("--state", state) as portal:
        assert [source["id"] for source in portal.objects()["sources"]] == [1]


def test_two_portals_do_not_share_a_file(tmp_path: Path) -> None:
    state = str(tmp_path / "portal.db")
    with running("--state", state):
        assert refused(state).endswith("cannot be used: database is locked\n")


def refused(state: str) -> str:
    """Return what the command says of a state file that it cannot use."""
    ended = subprocess.run(
        [command_of_bxbi(), "emulate", "--state", state],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (1, "", 1)
    return ended.stderr


def test_a_file_that_is_no_state_is_one_clear_line(tmp_path: Path) -> None:
    text = tmp_path / "text.db"
    text.write_text("not a database, " * 100)
    assert refused(str(text)).endswith("file is not a database\n")
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE other (x)")
    database.close()
    assert refused(str(other)) == (
        f"Error: the state file {other} was not made by this version of bxbi emulate\n"
    )
    missing = tmp_path / "missing" / "portal.db"
    assert "cannot be opened" in refused(str(missing))

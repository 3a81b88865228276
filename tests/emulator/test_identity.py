"""What tells one local portal from another: its member id, and the application on it."""

from __future__ import annotations

import json
import re
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.emulator.conftest import Emulator, Run

IDENTITY = ("memberId", "clientId", "clientSecret")
CRM = {"title": "CRM", "connectorId": 123, "settings": {"login": "a", "password": "b"}}
NAMED = {
    "memberId": "of the seed",
    "applications": [
        {"clientId": "local.a", "clientSecret": "s"},
        {"clientId": "local.b", "clientSecret": "t"},
    ],
}

# What every portal was before files kept who they are.
MEMBER_ID = "0d6bf1c2a45e4f7d9b8a3c1e5f7092ab"
CLIENT_ID = "local.5f2a91c07b3de8.46180357"
CLIENT_SECRET = "Vw3kTq8ZrY1mXc5BnH7sLd0GfJ2pA9uEoK6iRb4C"


def identity(portal: Emulator) -> tuple[str, ...]:
    """Return who the portal says it is."""
    return tuple(portal.ready[name] for name in IDENTITY)


def renewed(portal: Emulator, ready: dict[str, str]) -> dict[str, Any]:
    """Renew the tokens that a portal announced when it was ready."""
    query = {
        "grant_type": "refresh_token",
        "client_id": ready["clientId"],
        "client_secret": ready["clientSecret"],
        "refresh_token": ready["refreshToken"],
    }
    answer: dict[str, Any] = portal.http("GET", "/oauth/token/", params=query).json()
    return answer


def seeded(folder: Path, document: dict[str, Any]) -> tuple[str, str]:
    """Write a seed, and return the option that starts with it."""
    file = folder / "seed.json"
    file.write_text(json.dumps(document), "utf-8")
    return "--seed", str(file)


@pytest.mark.parametrize("document", [None, {}, {"connectors": []}])
def test_each_portal_is_another_portal(
    run: Run, tmp_path: Path, document: dict[str, Any] | None
) -> None:
    arguments = () if document is None else seeded(tmp_path, document)
    with run(*arguments) as one, run(*arguments) as other:
        for mine, others in zip(identity(one), identity(other), strict=True):
            assert mine != others
        for portal in (one, other):
            assert re.fullmatch(r"[0-9a-f]{32}", portal.ready["memberId"])
            assert re.fullmatch(r"local\.[0-9a-f]{14}\.[0-9]{8}", portal.ready["clientId"])
            assert re.fullmatch(r"[0-9A-Za-z]{50}", portal.ready["clientSecret"])
            assert portal.result("app.info")["CODE"] == portal.ready["clientId"]
            assert renewed(portal, portal.ready)["member_id"] == portal.ready["memberId"]
        assert renewed(one, other.ready)["error"] == "wrong_client"


def test_a_reset_leaves_a_portal_what_it_is(run: Run) -> None:
    with run() as portal:
        portal.reset()
        assert {each["application"] for each in portal.objects()["connectors"]} == {
            portal.ready["clientId"]
        }
        assert portal.result("app.info")["CODE"] == portal.ready["clientId"]
        assert renewed(portal, portal.ready)["member_id"] == portal.ready["memberId"]


def test_a_portal_that_comes_back_from_its_file_is_the_same_portal(
    run: Run, tmp_path: Path
) -> None:
    state = ("--state", str(tmp_path / "portal.db"))
    with run(*state) as portal:
        portal.result("biconnector.source.add", {"fields": CRM})
        before = portal.ready
    with run() as another, run(*state) as portal:
        assert identity(portal) == tuple(before[name] for name in IDENTITY)
        assert identity(portal) != identity(another)
        assert [each["id"] for each in portal.result("biconnector.source.list")] == [1]
        assert renewed(portal, before)["member_id"] == before["memberId"]
        portal.reset()
        assert portal.result("biconnector.connector.get", {"id": 123})["item"]["id"] == 123


def test_two_files_are_two_portals(run: Run, tmp_path: Path) -> None:
    one, other = str(tmp_path / "one.db"), str(tmp_path / "other.db")
    with run("--state", one) as first, run("--state", other) as second:
        for mine, others in zip(identity(first), identity(second), strict=True):
            assert mine != others


def test_a_file_of_an_earlier_version_keeps_its_application_and_its_objects(
    run: Run, tmp_path: Path
) -> None:
    state = str(tmp_path / "portal.db")
    with run("--state", state) as portal:
        portal.result("biconnector.source.add", {"fields": CRM})
        drawn = portal.ready["clientId"]
    with sqlite3.connect(state) as database:
        database.execute("UPDATE records SET body = replace(body, ?, ?)", (drawn, CLIENT_ID))
        database.execute("DELETE FROM facts WHERE name <> 'origin'")
    database.close()
    for _ in ("the first time", "once more"):
        with run("--state", state) as portal:
            assert identity(portal) == (MEMBER_ID, CLIENT_ID, CLIENT_SECRET)
            assert [each["id"] for each in portal.result("biconnector.source.list")] == [1]


def test_what_a_seed_says_counts(run: Run, tmp_path: Path) -> None:
    with run(*seeded(tmp_path, NAMED)) as portal:
        assert identity(portal) == ("of the seed", "local.a", "s")
    with run(*seeded(tmp_path, {"memberId": "of the seed"})) as portal:
        assert portal.ready["memberId"] == "of the seed"
        assert re.fullmatch(r"local\.[0-9a-f]{14}\.[0-9]{8}", portal.ready["clientId"])


def test_what_a_seed_says_counts_for_a_file_and_stays_in_it(run: Run, tmp_path: Path) -> None:
    state = ("--state", str(tmp_path / "portal.db"))
    with run(*state):
        pass
    with run(*state, *seeded(tmp_path, NAMED)) as portal:
        assert identity(portal) == ("of the seed", "local.a", "s")
    with run(*state) as portal:
        assert identity(portal) == ("of the seed", "local.a", "s")


def test_a_seed_that_names_no_application_may_have_objects_of_the_drawn_one(
    run: Run, tmp_path: Path
) -> None:
    state = ("--state", str(tmp_path / "portal.db"))
    connector = {
        "id": 1, "title": "Mine", "logo": "l", "settings": [], "urlCheck": "u",
        "urlTableList": "u", "urlTableDescription": "u", "urlData": "u",
    }  # fmt: skip
    foreign = {**connector, "id": 2, "application": None}
    seed = seeded(tmp_path, {"connectors": [connector, foreign]})
    for _ in ("a new file", "the same file"):
        with run(*state, *seed) as portal:
            portal.reset()
            assert [each["id"] for each in portal.result("biconnector.connector.list")] == [1]

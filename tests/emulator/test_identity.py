"""What tells one local portal from another: its member id, and the application on it."""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from tests.emulator.raw_portal import running

if TYPE_CHECKING:
    from pathlib import Path

    from tests.emulator.raw_portal import RawPortal

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


def identity(portal: RawPortal) -> tuple[str, ...]:
    """Return who the portal says it is."""
    return portal.member_id, portal.client_id, portal.client_secret


@pytest.mark.parametrize("document", [None, {}, {"connectors": []}])
def test_each_portal_is_another_portal(document: dict[str, Any] | None) -> None:
    with running(seed=document) as one, running(seed=document) as other:
        for mine, others in zip(identity(one), identity(other), strict=True):
            assert mine != others
        for portal in (one, other):
            assert re.fullmatch(r"[0-9a-f]{32}", portal.member_id)
            assert re.fullmatch(r"local\.[0-9a-f]{14}\.[0-9]{8}", portal.client_id)
            assert re.fullmatch(r"[0-9A-Za-z]{50}", portal.client_secret)
            assert portal.result("app.info")["CODE"] == portal.client_id
            assert portal.oauth(portal.renewal).json()["member_id"] == portal.member_id
        assert one.oauth(other.renewal).json()["error"] == "wrong_client"


def test_a_reset_leaves_a_portal_what_it_is() -> None:
    with running() as portal:
        portal.reset()
        assert {each["application"] for each in portal.objects()["connectors"]} == {
            portal.client_id
        }
        assert portal.result("app.info")["CODE"] == portal.client_id
        assert portal.oauth(portal.renewal).json()["member_id"] == portal.member_id


def test_a_portal_that_comes_back_from_its_file_is_the_same_portal(tmp_path: Path) -> None:
    state = ("--state", str(tmp_path / "portal.db"))
    with running(*state) as portal:
        portal.result("biconnector.source.add", {"fields": CRM})
        before = portal
    with running() as another, running(*state) as portal:
        assert identity(portal) == identity(before)
        assert identity(portal) != identity(another)
        assert [each["id"] for each in portal.result("biconnector.source.list")] == [1]
        assert portal.oauth(before.renewal).json()["member_id"] == before.member_id
        portal.reset()
        assert portal.result("biconnector.connector.get", {"id": 123})["item"]["id"] == 123


def test_two_files_are_two_portals(tmp_path: Path) -> None:
    one, other = str(tmp_path / "one.db"), str(tmp_path / "other.db")
    with running("--state", one) as first, running("--state", other) as second:
        for mine, others in zip(identity(first), identity(second), strict=True):
            assert mine != others


def test_a_file_of_an_earlier_version_keeps_its_application_and_its_objects(tmp_path: Path) -> None:
    state = str(tmp_path / "portal.db")
    with running("--state", state) as portal:
        portal.result("biconnector.source.add", {"fields": CRM})
        drawn = portal.client_id
    with sqlite3.connect(state) as database:
        database.execute("UPDATE records SET body = replace(body, ?, ?)", (drawn, CLIENT_ID))
        database.execute("DELETE FROM facts WHERE name <> 'origin'")
    database.close()
    for _ in ("the first time", "once more"):
        with running("--state", state) as portal:
            assert identity(portal) == (MEMBER_ID, CLIENT_ID, CLIENT_SECRET)
            assert [each["id"] for each in portal.result("biconnector.source.list")] == [1]


def test_what_a_seed_says_counts() -> None:
    with running(seed=NAMED) as portal:
        assert identity(portal) == ("of the seed", "local.a", "s")
    with running(seed={"memberId": "of the seed"}) as portal:
        assert portal.member_id == "of the seed"
        assert re.fullmatch(r"local\.[0-9a-f]{14}\.[0-9]{8}", portal.client_id)


def test_what_a_seed_says_counts_for_a_file_and_stays_in_it(tmp_path: Path) -> None:
    state = ("--state", str(tmp_path / "portal.db"))
    with running(*state):
        pass
    with running(*state, seed=NAMED) as portal:
        assert identity(portal) == ("of the seed", "local.a", "s")
    with running(*state) as portal:
        assert identity(portal) == ("of the seed", "local.a", "s")


def test_a_seed_that_names_no_application_may_have_objects_of_the_drawn_one(tmp_path: Path) -> None:
    state = ("--state", str(tmp_path / "portal.db"))
    connector = {
        "id": 1, "title": "Mine", "logo": "l", "settings": [], "urlCheck": "u",
        "urlTableList": "u", "urlTableDescription": "u", "urlData": "u",
    }  # fmt: skip
    foreign = {**connector, "id": 2, "application": None}
    seed = {"connectors": [connector, foreign]}
    for _ in ("a new file", "the same file"):
        with running(*state, seed=seed) as portal:
            portal.reset()
            assert [each["id"] for each in portal.result("biconnector.connector.list")] == [1]

"""`bxbi doctor`: what is wrong with a set-up, and what to do."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from pulumi_bxbi.doctor import Check, Examination, Status
from pulumi_bxbi.portal.oauth.tokens import Tokens
from pulumi_bxbi.settings.loading import load_settings
from tests.engine.prepared import command_of_bxbi
from tests.http_server import Response
from tests.local_portal import running
from tests.unreplaceable import can_mount, mounted, read_only_folder
from tests.variables import inherited

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.http_server import Server
    from tests.local_portal import LocalPortal

COMMAND = (sys.executable, "-m", "pulumi_bxbi.cli")
SEED = {
    "users": [{"id": 1}, {"id": 2, "permissions": ["biBuilder"]}],
    "applications": [
        {"clientId": "local.first", "clientSecret": "first-secret"},
        {"clientId": "local.second", "clientSecret": "second-secret", "scope": []},
    ],
    "tokens": [
        {"accessToken": "of-user-2", "refreshToken": "r2", "user": 2},
        {"accessToken": "of-second", "refreshToken": "r3", "application": "local.second"},
        {"accessToken": "too-old", "refreshToken": "r4", "expired": True},
        {"accessToken": "unpaid", "refreshToken": "r5", "refusal": "ACCESS_DENIED"},
        {"accessToken": "mounted", "refreshToken": "r6", "expired": True},
    ],
    "webhooks": [{"code": "w3bhook"}],
}


@dataclass(frozen=True, slots=True)
class Run:
    """What the command printed, and how it ended."""

    checks: dict[str, dict[str, str]]
    healthy: bool
    status: int
    output: str

    def status_of(self, name: str) -> str:
        return self.checks[name]["status"]


@dataclass(frozen=True, slots=True)
class Doctor:
    """The command, and a portal to look at."""

    portal: LocalPortal
    folder: Path

    def environment(self, **variables: str) -> dict[str, str]:
        return {
            **inherited(),
            "BXBI_PORTAL": self.portal.address,
            "XDG_DATA_HOME": str(self.folder),
            **variables,
        }

    def run(self, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [command_of_bxbi(), "doctor", *options],
            env=self.environment(**variables),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def finds(self, **variables: str) -> Run:
        ended = self.run("--json", **variables)
        assert ended.stderr == ""
        report = json.loads(ended.stdout)
        checks = {each["name"]: each for each in report["checks"]}
        return Run(checks, report["healthy"], ended.returncode, ended.stdout)


@pytest.fixture(scope="module")
def portal(request: pytest.FixtureRequest) -> Iterator[LocalPortal]:
    """A portal of the current API, unless a test is for another one too."""
    with running(getattr(request, "param", "current"), seed=SEED) as portal:
        yield portal


#: What it finds depends on the edition of the API.
on_both_apis = pytest.mark.parametrize("portal", ["current", "legacy"], indirect=True)


@pytest.fixture
def doctor(portal: LocalPortal, tmp_path: Path) -> Doctor:
    return Doctor(portal, tmp_path)


def application(portal: LocalPortal, **more: str) -> dict[str, str]:
    return {
        "BXBI_CLIENT_ID": portal.client_id,
        "BXBI_CLIENT_SECRET": portal.client_secret,
        "BXBI_OAUTH_SERVER": portal.address,
        **more,
    }


@on_both_apis
def test_a_good_set_up_is_healthy(doctor: Doctor, portal: LocalPortal) -> None:
    found = doctor.finds(BXBI_ACCESS_TOKEN=doctor.portal.access_token)

    assert found.status == 0
    assert found.healthy
    assert {each["status"] for each in found.checks.values()} == {"ok"}
    form = {
        "current": "Tables are table.*; errors are inside result.",
        "legacy": "Tables are dataset.*; errors are at the root.",
    }
    assert found.checks["API"]["found"] == form[portal.api]
    assert doctor.portal.access_token not in found.output


@on_both_apis
def test_the_portal_is_asked_for_its_methods(doctor: Doctor, portal: LocalPortal) -> None:
    before = len(portal.calls())

    doctor.finds(BXBI_ACCESS_TOKEN=doctor.portal.access_token)

    made = portal.calls()[before:]
    assert "method.get" in [each["method"] for each in made]
    assert not any(each["method"].startswith("biconnector.table.") for each in made)
    assert "ERROR_METHOD_NOT_FOUND" not in [each["error"] for each in made]


@pytest.mark.parametrize(
    ("answers", "status", "found"),
    [
        ([{"isExisting": True}], "ok", "Tables are table.*;"),
        ([{"isExisting": False}, {"isExisting": True}], "ok", "Tables are dataset.*;"),
        ([{"isExisting": False}], "warning", "It has no methods for tables;"),
        ([{"isExisting": "yes"}], "ok", "Tables are ?.*;"),
        ([["table"]], "ok", "Tables are ?.*;"),
    ],
)
def test_what_a_portal_says_of_its_methods_for_tables(
    doctor: Doctor, server: Server, answers: list[Any], status: str, found: str
) -> None:
    missing = {"error": "CONNECTOR_NOT_FOUND", "error_description": "No."}
    told = ({"result": each} for each in answers)
    server.answers({"result": {"fields": []}}, {"result": []}, missing, *told)

    checked = doctor.finds(BXBI_PORTAL=server.address, BXBI_ACCESS_TOKEN="t")

    assert checked.status_of("API") == status
    assert checked.checks["API"]["found"] == f"{found} errors are at the root."
    assert bool(checked.checks["API"]["cure"]) == (status == "warning")
    assert checked.healthy


def test_a_portal_that_refuses_to_tell_its_methods_is_healthy(
    doctor: Doctor, server: Server
) -> None:
    missing = {"error": "CONNECTOR_NOT_FOUND", "error_description": "No."}
    refused = Response(b'{"error": "ERROR_METHOD_NOT_FOUND"}', 404)
    server.answers({"result": {"fields": []}}, {"result": []}, missing, refused)

    checked = doctor.finds(BXBI_PORTAL=server.address, BXBI_ACCESS_TOKEN="t")

    assert checked.healthy
    assert checked.checks["API"]["found"] == "Tables are ?.*; errors are at the root."


def test_people_get_a_table(doctor: Doctor) -> None:
    ended = doctor.run(BXBI_ACCESS_TOKEN="wrong", BXBI_TIMEOUT="5")

    assert ended.returncode == 1
    lines = ended.stdout.splitlines()
    assert any(line.startswith("warning      limits") for line in lines)
    assert any(
        line.startswith("failed       credentials  The portal said: NO_AUTH_FOUND")
        for line in lines
    )
    assert any(line.startswith("not checked  scope") for line in lines)
    assert "What to do: set BXBI_TIMEOUT" in ended.stdout
    assert "Traceback" not in ended.stderr


@on_both_apis
@pytest.mark.parametrize(
    ("token", "part", "text"),
    [
        ("wrong", "credentials", "NO_AUTH_FOUND"),
        ("too-old", "credentials", "expired_token"),
        ("unpaid", "credentials", "commercial plans"),
        ("of-second", "scope", "insufficient_scope"),
        ("of-user-2", "permissions", "ACCESS_DENIED"),
    ],
)
def test_what_is_refused_is_named_with_what_it_depends_on(
    doctor: Doctor, portal: LocalPortal, token: str, part: str, text: str
) -> None:
    if (token, portal.api) == ("of-user-2", "legacy"):
        part = "objects"  # the older edition lets every user see the descriptions
    found = doctor.finds(BXBI_ACCESS_TOKEN=token)

    assert found.status == 1
    assert not found.healthy
    assert found.status_of(part) == "failed"
    assert text in found.checks[part]["found"]
    assert found.checks[part]["cure"]
    parts = ["portal", "credentials", "scope", "permissions", "objects"]
    before, after = parts[: parts.index(part)], parts[parts.index(part) + 1 :]
    assert all(found.status_of(each) == "ok" for each in before)
    assert all(found.status_of(each) == "not checked" for each in [*after, "API"])


@on_both_apis
def test_a_webhook_is_too_little_for_newer_portals(doctor: Doctor, portal: LocalPortal) -> None:
    webhook = f"{portal.address}/rest/1/w3bhook/"

    found = doctor.finds(BXBI_WEBHOOK=webhook)

    assert "w3bhook" not in found.output
    if portal.api == "legacy":
        assert found.healthy
        return
    assert found.status_of("permissions") == "ok"
    assert found.status_of("objects") == "failed"
    assert "bxbi login" in found.checks["objects"]["cure"]


def test_a_misspelt_setting_is_told(doctor: Doctor) -> None:
    found = doctor.finds(BXBI_ACCESS_TOKEN=doctor.portal.access_token, BXBI_TOKENSTORE="x")

    assert found.healthy
    assert found.status_of("settings") == "warning"
    assert "BXBI_TOKEN_STORE is" in found.checks["settings"]["found"]


def test_pulumi_may_be_told_to_work_where_no_project_is(doctor: Doctor, tmp_path: Path) -> None:
    found = doctor.finds(
        BXBI_ACCESS_TOKEN=doctor.portal.access_token, PULUMI_OPTION_CWD=str(tmp_path)
    )

    assert found.status == 0
    assert found.healthy


def test_a_portal_that_is_not_there(doctor: Doctor) -> None:
    found = doctor.finds(BXBI_PORTAL="http://127.0.0.1:9", BXBI_ACCESS_TOKEN="x")

    assert found.status == 1
    assert "Connection refused" in found.checks["portal"]["found"]
    assert found.status_of("clock") == "not checked"


@pytest.mark.parametrize(
    ("variables", "text"),
    [
        ({}, "no credentials for the portal"),
        ({"BXBI_PORTAL": "ftp://acme"}, "BXBI_PORTAL is not an address"),
        ({"BXBI_BURST": "0"}, "BXBI_BURST"),
        ({"BXBI_CLIENT_ID": "local.first"}, "BXBI_CLIENT_SECRET"),
    ],
)
def test_settings_that_do_not_suffice(doctor: Doctor, variables: dict[str, str], text: str) -> None:
    found = doctor.finds(**variables)

    assert found.status == 1
    assert text in found.checks["settings"]["found"]


def test_tokens_that_are_missing_or_broken(doctor: Doctor, portal: LocalPortal) -> None:
    missing = doctor.finds(**application(portal))
    assert missing.status_of("tokens") == "failed"
    assert missing.checks["tokens"]["cure"] == "run `bxbi login`."

    store = doctor.folder / "tokens.json"
    store.write_text("", "utf-8")
    broken = doctor.finds(**application(portal, BXBI_TOKEN_STORE=str(store)))
    assert broken.status_of("tokens") == "failed"
    assert "It is empty" in broken.checks["tokens"]["found"]
    assert "It is empty" in broken.checks["credentials"]["found"]
    for found in (missing, broken):
        assert found.status_of("credentials") == "failed"
        assert found.status_of("portal") == "not checked"
    assert store.read_text("utf-8") == ""


@pytest.mark.parametrize(
    ("days", "status", "text"),
    [
        (0, Status.OK, "minutes ago"),
        (3, Status.OK, "3 days ago"),
        (170, Status.WARNING, "170 days"),
    ],
)
def test_the_age_of_the_tokens(
    doctor: Doctor, portal: LocalPortal, days: int, status: Status, text: str
) -> None:
    now = datetime(2026, 9, 20, 12, tzinfo=timezone.utc)
    store = doctor.folder / "tokens.json"
    saved = now - timedelta(days=days)
    store.write_text(kept(portal, portal.access_token, portal.refresh_token, saved), "utf-8")
    store.chmod(0o600)

    checks = examined(doctor, now, **application(portal, BXBI_TOKEN_STORE=str(store)))

    assert checks["tokens"].status is status
    assert text in checks["tokens"].found

    store.chmod(0o644)
    exposed = examined(doctor, now, **application(portal, BXBI_TOKEN_STORE=str(store)))
    assert exposed["tokens"].status is Status.WARNING
    assert "chmod 600" in exposed["tokens"].cure


def test_tokens_that_could_not_be_renewed(doctor: Doctor, portal: LocalPortal) -> None:
    now = datetime.now(timezone.utc)
    text = kept(portal, portal.access_token, "x", now)
    with read_only_folder(tokens=text) as folder:
        store = folder / "tokens.json"
        variables = application(portal, BXBI_TOKEN_STORE=str(store))
        assert examined(doctor, now, **variables)["tokens"].status is Status.OK
        store.chmod(0o400)

        found = examined(doctor, now, **variables)["tokens"]
        assert store.read_text("utf-8") == text
        none_yet = application(
            portal, BXBI_TOKEN_STORE=str(folder / "none.json"), BXBI_REFRESH_TOKEN="x"
        )
        first = examined(doctor, now, **none_yet)["tokens"]

    assert {found.status, first.status} == {Status.FAILED}
    assert found.found == (
        f"Stored 0 minutes ago in {store}. Renewed ones could not be stored: The system said: "
        "Permission denied."
    )
    assert "is used first. Renewed ones could not be stored" in first.found
    assert "BXBI_TOKEN_STORE" in found.cure


if can_mount():

    @pytest.mark.parametrize("options", ["rw", "ro"])
    def test_a_store_that_is_a_mounted_file(
        doctor: Doctor, portal: LocalPortal, options: str
    ) -> None:
        """The system calls it busy where another file is to take its place."""
        file, place = doctor.folder / "tokens.json", doctor.folder / "mounted.json"
        access = {"rw": "mounted", "ro": portal.access_token}[options]
        file.write_text(kept(portal, access, "r6", datetime.now(timezone.utc)), "utf-8")
        file.chmod(0o600)
        place.touch()
        before = file.read_text("utf-8")

        ended = subprocess.run(
            mounted(file, place, options, [*COMMAND, "doctor"]),
            env=doctor.environment(**application(portal, BXBI_TOKEN_STORE=str(place))),
            cwd=doctor.folder,
            capture_output=True,
            text=True,
            check=False,
        )

        assert ended.returncode == {"rw": 0, "ro": 1}[options], ended.stdout + ended.stderr
        assert (file.read_text("utf-8") == before) == (options == "ro")
        assert ("stored: The system said: Read-only file system." in ended.stdout) == (
            options == "ro"
        )
        assert [each.name for each in doctor.folder.glob(".tokens-*")] == []


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, ""), (61, "s ahead of the portal's"), (-61, "s behind the portal's")]
)
def test_a_clock_that_is_wrong_is_told_and_does_no_harm(
    doctor: Doctor, minutes: int, text: str
) -> None:
    now = datetime.now(timezone.utc) + timedelta(minutes=minutes)

    checks = examined(doctor, now, BXBI_ACCESS_TOKEN=doctor.portal.access_token)

    assert checks["clock"].status is (Status.WARNING if text else Status.OK)
    assert text in checks["clock"].found
    assert checks["objects"].status is Status.OK


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (Response(b'{"error": "wrong_client"}', 200), "wrong_client"),
        (Response(b"", 0), "oauth/token failed: The connection broke"),
        (Response(b"<html>", 503), "without tokens"),
    ],
)
def test_a_renewal_that_fails_is_a_matter_of_the_credentials(
    doctor: Doctor, portal: LocalPortal, server: Server, answer: Response, text: str
) -> None:
    server.answers(answer)

    found = doctor.finds(
        **application(portal, BXBI_OAUTH_SERVER=server.address, BXBI_REFRESH_TOKEN="r")
    )

    assert found.status_of("credentials") == "failed"
    assert text in found.checks["credentials"]["found"]
    assert found.checks["credentials"]["cure"]
    # Nothing was asked of it.
    assert found.status_of("portal") == "not checked"


@pytest.mark.parametrize("headers", [{}, {"Date": "soon"}])
def test_a_portal_that_tells_no_time_is_healthy(
    doctor: Doctor, server: Server, headers: dict[str, str]
) -> None:
    server.tells_time = False
    server.answers(Response(b'{"result": []}', headers=headers))

    found = doctor.finds(BXBI_PORTAL=server.address, BXBI_ACCESS_TOKEN="t")

    assert found.healthy
    assert found.status == 0
    assert found.checks["clock"]["status"] == "not checked"
    assert found.checks["clock"]["found"] == "The portal does not send its time."


def kept(portal: LocalPortal, access: str, refresh: str, saved: datetime) -> str:
    """What a store of the application holds."""
    return Tokens(
        portal=portal.address,
        client_id=portal.client_id,
        access_token=SecretStr(access),
        refresh_token=SecretStr(refresh),
        saved=saved,
    ).to_json()


def examined(doctor: Doctor, now: datetime, **variables: Any) -> dict[str, Check]:
    settings = load_settings(lambda _: None, doctor.environment(**variables))
    return {each.name: each for each in Examination(settings, now=lambda: now).run()}

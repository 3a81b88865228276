"""A state is never turned on another portal, nor on objects that another application made."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.conftest import LocalPortal, on_the_current_api, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.engine.conftest import Stack

PROGRAM = """
settings = {"login": "admin", "password": config.require_secret("password")}
crm = bxbi.BiSource("crm", "CRM", 123, settings)
columns = [bxbi.Column("ID", "id", "int")]
orders = bxbi.BiTable("orders", crm.id, "orders", "Orders", "orders", columns)
"""
ANOTHER = 'bxbi.BiSource("another", "Another", 123, {"login": "admin"})\n'


@pytest.fixture(scope="module")
def other_portal() -> Iterator[LocalPortal]:
    with running("current") as portal:
        yield portal


@pytest.fixture
def other(other_portal: LocalPortal) -> LocalPortal:
    """Another portal, with another source under the id that the stack's source has."""
    other_portal.control("POST", "reset")
    settings = {"login": "theirs", "password": "their-passw0rd"}
    assert other_portal.add("source", title="Theirs", connectorId=123, settings=settings) == 1
    return other_portal


def leading_to(portal: LocalPortal) -> dict[str, str]:
    return {"BXBI_PORTAL": portal.address, "BXBI_ACCESS_TOKEN": portal.access_token}


def held(stack: Stack) -> dict[str, tuple[str, Any, Any]]:
    """What the state has of each object; a secret is encrypted anew each time."""
    return {
        name: (each["id"], each["outputs"]["dateCreate"], each["outputs"]["__memory"])
        for name, each in stack.resources().items()
    }


def writes(calls: list[str]) -> list[str]:
    return [each for each in calls if each.rpartition(".")[2] not in {"get", "list", "info"}]


@on_the_current_api
@pytest.mark.parametrize(
    "command",
    [
        ("preview",),
        ("up", "--yes", "--skip-preview"),
        ("refresh", "--yes", "--skip-preview"),
        ("destroy", "--yes", "--skip-preview"),
    ],
    ids=lambda command: command[0],
)
def test_a_state_of_another_portal_is_refused(
    portal: LocalPortal, other: LocalPortal, stack: Stack, command: tuple[str, ...]
) -> None:
    stack.program(PROGRAM)
    stack.up()
    before, kept = other.sources(), held(stack)
    stack.program(PROGRAM.replace('"CRM"', '"New title"'))

    with other.recording() as calls:
        told = stack.fails(*command, **leading_to(other))

    assert f'source 1 "CRM" does not belong to {other.address}.' in told or (
        f'table 1 "orders" does not belong to {other.address}.' in told
    )
    assert f"remembers it of {portal.address}, and BXBI_PORTAL (environment) leads to" in told
    assert f"pulumi config set bxbi:movedFrom {portal.address}" in told
    assert "hunter2" not in told
    assert writes(calls) == []
    assert other.sources() == before
    assert held(stack) == kept


@on_the_current_api
def test_nothing_new_is_made_on_another_portal_either(
    portal: LocalPortal, other: LocalPortal, stack: Stack
) -> None:
    stack.program(PROGRAM)
    stack.up()
    made = "opts=pulumi.ResourceOptions(depends_on=[crm])"
    stack.program(PROGRAM + ANOTHER.replace(")\n", f", {made})\n"))

    with other.recording() as calls:
        told = stack.fails(
            "up", "--yes", "--skip-preview", "--continue-on-error", **leading_to(other)
        )

    assert f"does not belong to {other.address}" in told
    assert writes(calls) == []
    stack.up()
    assert len(portal.sources()) == 2


@on_the_current_api
@pytest.mark.parametrize("command", [("import",), ("import", "source", "1", "--name", "theirs")])
def test_objects_of_another_portal_are_not_imported(
    portal: LocalPortal, other: LocalPortal, stack: Stack, command: tuple[str, ...]
) -> None:
    stack.program(PROGRAM)
    stack.up()
    files = sorted(stack.folder.iterdir())

    told = stack.bxbi(*command, status=1, **leading_to(other))

    assert f"does not belong to {other.address}" in told
    assert portal.address in told
    assert sorted(stack.folder.iterdir()) == files
    assert stack.resources().keys() == {"crm", "orders"}


@on_the_current_api
def test_nothing_is_recovered_on_another_portal(
    portal: LocalPortal, other: LocalPortal, stack: Stack
) -> None:
    stack.program(PROGRAM)
    stack.up()
    file = stack.folder / "backend/.pulumi/stacks/test/test.json"
    document = json.loads(file.read_text("utf-8"))
    latest = document["checkpoint"]["latest"]
    (crm,) = (each for each in latest["resources"] if each["urn"].endswith("::crm"))
    pending = {key: crm[key] for key in ("type", "inputs", "parent", "custom")}
    creating = {"resource": {**pending, "urn": f"{crm['urn']}2"}, "type": "creating"}
    latest["pending_operations"] = [creating]
    file.write_text(json.dumps(document), "utf-8")

    told = stack.bxbi("recover", status=1, **leading_to(other))

    assert f"does not belong to {other.address}" in told
    assert json.loads(file.read_text("utf-8")) == document
    assert portal.sources()


@on_the_current_api
def test_doctor_and_preflight_find_a_state_of_another_portal(
    portal: LocalPortal, other: LocalPortal, stack: Stack
) -> None:
    stack.program(PROGRAM)
    stack.up()
    plan = stack.folder / "plan.json"
    plan.write_text(stack.run("preview", "--json").stdout, "utf-8")

    checks = {
        each["name"]: each
        for each in json.loads(stack.bxbi("doctor", "--json", status=1, **leading_to(other)))[
            "checks"
        ]
    }
    told = stack.bxbi("preflight", str(plan), status=3, **leading_to(other))

    assert checks["state"]["status"] == "failed"
    assert portal.address in checks["state"]["found"]
    assert "Blocked: 1 blocker" in told
    assert f"does not belong to {other.address}" in " ".join(told.split())
    assert json.loads(stack.bxbi("doctor", "--json"))["healthy"]


@on_the_current_api
def test_a_renamed_portal_is_followed(portal: LocalPortal, stack: Stack) -> None:
    """The old address redirects: the state is that of the new one."""
    stack.program(PROGRAM)
    stack.up()
    renamed = portal.address.replace("127.0.0.1", "localhost")

    assert stack.preview(BXBI_PORTAL=renamed) == {}
    stack.destroy(BXBI_PORTAL=renamed)

    assert portal.sources() == {}


@on_the_current_api
def test_a_local_portal_that_keeps_its_objects_may_change_its_port(
    stack: Stack, tmp_path: Path
) -> None:
    stack.program(PROGRAM)
    state = str(tmp_path / "portal.db")
    with running("current", "--state", state) as first:
        stack.up(**leading_to(first))

    with running("current", "--state", state) as second:
        assert first.address != second.address
        told = stack.succeeds("preview", **leading_to(second))
        assert f"the portal {first.address} of this state is now {second.address}" in told
        stack.program(PROGRAM.replace('"CRM"', '"New title"'))
        stack.up(**leading_to(second))
        remembered = {each["outputs"]["__memory"]["portal"] for each in stack.resources().values()}
        assert remembered == {first.address, second.address}
        stack.refresh(**leading_to(second))
        remembered = {each["outputs"]["__memory"]["portal"] for each in stack.resources().values()}
        assert remembered == {second.address}
        stack.destroy(**leading_to(second))
        assert second.sources() == {}


@on_the_current_api
def test_a_local_portal_does_not_take_a_deployed_stack(portal: LocalPortal, stack: Stack) -> None:
    stack.program(PROGRAM)
    stack.up()
    before = held(stack)

    ended = subprocess.run(
        ["bxbi", "emulate", "--", "pulumi", "destroy", "--yes", "--non-interactive"],
        cwd=stack.folder,
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode != 0
    assert f"remembers it of {portal.address}" in ended.stdout
    assert held(stack) == before
    assert len(portal.sources()) == 1


@on_the_current_api
def test_the_user_can_say_that_a_portal_has_moved(
    portal: LocalPortal, other: LocalPortal, stack: Stack
) -> None:
    stack.program(ANOTHER)
    stack.up()

    assert stack.preview(BXBI_MOVED_FROM=portal.address, **leading_to(other)) == {}
    assert "does not belong" in stack.fails(
        "preview", BXBI_MOVED_FROM="https://elsewhere.example", **leading_to(other)
    )


@on_the_current_api
def test_only_allowed_portals_are_called(
    portal: LocalPortal, other: LocalPortal, stack: Stack
) -> None:
    stack.program(PROGRAM)
    stack.configure("bxbi:allowedPortals", f"{portal.address}, {'0' * 32}")

    with other.recording() as calls:
        told = stack.fails("up", "--yes", "--skip-preview", **leading_to(other))

    assert f"BXBI_PORTAL (environment) is {other.address}, and" in told
    assert f"allows only {portal.address}, {'0' * 32}" in told
    assert calls == []
    stack.up()
    assert portal.sources()


@on_the_current_api
class TestOtherApplication:
    """Another application of the same portal sees none of the objects."""

    @pytest.fixture
    def seeded(self, tmp_path: Path) -> Iterator[LocalPortal]:
        connector = {
            "title": "C",
            "logo": "https://img.example/w.svg",
            **{
                key: f"{{portal}}/__emulator__/endpoints/{path}"
                for key, path in (
                    ("urlCheck", "check"),
                    ("urlTableList", "tables"),
                    ("urlTableDescription", "description"),
                    ("urlData", "data"),
                )
            },
            "settings": [
                {"code": "login", "name": "Login", "type": "STRING"},
                {"code": "password", "name": "Password", "type": "STRING"},
            ],
        }
        seed = {
            "applications": [
                {"clientId": "local.first", "clientSecret": "s"},
                {"clientId": "local.second", "clientSecret": "s"},
            ],
            "tokens": [
                {"accessToken": "at-second", "refreshToken": "rt", "application": "local.second"}
            ],
            "connectors": [
                {"id": 123, **connector},
                {"id": 124, "application": "local.second", **connector},
            ],
        }
        file = tmp_path / "seed.json"
        file.write_text(json.dumps(seed), "utf-8")
        with running("current", "--seed", str(file)) as portal:
            yield portal

    @pytest.mark.parametrize("command", ["refresh", "destroy"])
    def test_nothing_leaves_the_state(
        self, seeded: LocalPortal, stack: Stack, command: str
    ) -> None:
        stack.program(PROGRAM)
        stack.up(**leading_to(seeded))
        before = held(stack)

        told = stack.fails(
            command,
            *("--yes", "--skip-preview"),
            BXBI_PORTAL=seeded.address,
            BXBI_ACCESS_TOKEN="at-second",
        )

        assert "Application local.second does not see it, and the state remembers that" in told
        assert "local.first made it" in told
        assert "use the credentials of application local.first" in told
        assert held(stack) == before
        assert len(seeded.sources()) == 1

    def test_an_update_names_both_applications(self, seeded: LocalPortal, stack: Stack) -> None:
        stack.program(PROGRAM)
        stack.up(**leading_to(seeded))
        stack.program(
            PROGRAM.replace("[bxbi.Column(", '[bxbi.Column("NEW", "new", "int"), bxbi.Column(')
        )

        told = stack.fails(
            "up",
            *("--yes", "--skip-preview", "--target", "**orders"),
            BXBI_PORTAL=seeded.address,
            BXBI_ACCESS_TOKEN="at-second",
        )

        assert "DATASET_NOT_FOUND" in told
        assert "application local.first made it, and this is application local.second" in told

    def test_doctor_finds_it(self, seeded: LocalPortal, stack: Stack) -> None:
        stack.program(PROGRAM)
        stack.up(**leading_to(seeded))

        told = stack.bxbi(
            "doctor", status=1, BXBI_PORTAL=seeded.address, BXBI_ACCESS_TOKEN="at-second"
        )

        assert "local.first" in told
        assert "local.second" in told


@on_the_current_api
class TestWithoutMemory:
    """A state of version 0.1.0 remembers neither portal nor application."""

    def test_it_is_completed_by_a_refresh(self, portal: LocalPortal, stack: Stack) -> None:
        stack.program(PROGRAM)
        stack.up()
        stack.forget({})
        assert "__memory" not in stack.resources()["crm"]["outputs"]

        assert stack.preview() == {}
        assert "unchanged" in stack.succeeds(
            "refresh", "--preview-only", "--expect-no-changes", "--non-interactive"
        )
        stack.refresh()

        assert stack.resources()["crm"]["outputs"]["__memory"] == {
            "version": 1,
            "portal": portal.address,
            "application": portal.client_id,
        }
        assert stack.preview() == {}

    def test_its_marks_are_kept(self, portal: LocalPortal, stack: Stack) -> None:
        stack.program(ANOTHER.replace(")\n", ", active=False)\n"))
        stack.up()
        assert stack.resources()["another"]["outputs"]["__memory"]["ignored"] == ["active"]
        stack.forget({"__ignored": ["active"]})

        stack.refresh()

        assert stack.preview() == {}
        assert stack.resources()["another"]["outputs"]["__memory"]["ignored"] == ["active"]
        assert portal.sources()

    @pytest.mark.parametrize("command", ["up", "refresh", "destroy"])
    def test_an_object_that_was_made_at_another_time_is_another_one(
        self, portal: LocalPortal, other: LocalPortal, stack: Stack, command: str
    ) -> None:
        stack.program(ANOTHER)
        stack.up()
        stack.forget({}, dateCreate="2020-01-01 00:00:00")
        before = other.sources()
        stack.program(ANOTHER.replace('"Another"', '"New title"'))

        told = stack.fails(command, "--yes", "--skip-preview", **leading_to(other))

        assert f'source 1 "Another" does not belong to {other.address}' in told
        assert "was made at 2020-01-01 00:00:00 by user 1" in told
        assert other.sources() == before
        assert "another" in stack.resources()
        assert portal.sources()

    def test_it_is_written_by_an_update_and_deleted(
        self, portal: LocalPortal, stack: Stack
    ) -> None:
        stack.program(ANOTHER)
        stack.up()
        stack.forget({})
        stack.program(ANOTHER.replace('"Another"', '"New title"'))
        stack.up()
        assert stack.resources()["another"]["outputs"]["__memory"]["portal"] == portal.address
        stack.forget({})

        stack.destroy()

        assert portal.sources() == {}


@on_the_current_api
def test_a_newer_memory_is_left_alone(portal: LocalPortal, stack: Stack) -> None:
    stack.program(ANOTHER)
    stack.up()
    stack.forget({"__memory": {"version": 2, "portal": portal.address, "novelty": True}})

    for command in ("preview", "refresh", "destroy"):
        more = () if command == "preview" else ("--yes", "--skip-preview")
        told = stack.fails(command, *more)
        assert "written by a newer version of pulumi-bxbi" in told

    assert portal.sources()


@on_the_current_api
def test_what_is_gone_is_not_counted_as_deleted(portal: LocalPortal, stack: Stack) -> None:
    stack.program(PROGRAM + ANOTHER)
    stack.up()
    (another,) = (each for each, source in portal.sources().items() if source["title"] == "Another")
    portal.call("source.delete", id=another)

    told = stack.destroy()

    assert "bxbi: 2 deleted, 1 not there any more;" in told


@pytest.mark.parametrize("running_portal", ["legacy"], indirect=True)
def test_a_webhook_warns_of_what_it_does_not_see(portal: LocalPortal, stack: Stack) -> None:
    webhook = {"BXBI_WEBHOOK": portal.webhook, "BXBI_ACCESS_TOKEN": "", "BXBI_PORTAL": ""}
    stack.program(ANOTHER)
    stack.up(**webhook)
    (made,) = portal.sources()
    portal.call("source.delete", id=made)

    with portal.recording() as calls:
        told = stack.refresh(**webhook)

    assert f'source {made} "Another" is not there for this application, so it counts' in told
    assert "app.info" not in calls
    assert stack.resources() == {}

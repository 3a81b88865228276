"""A state is never turned on another portal, nor on objects that another application made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local_portal import LocalPortal, on_the_current_api, running
from tests.two_portals import ANOTHER, PROGRAM, held, leading_to, writes

if TYPE_CHECKING:
    from pathlib import Path

    from tests.protocol.stack import Stack


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
    before, kept = other.sources(), held(stack.resources())
    stack.program(PROGRAM.replace('"CRM"', '"New title"'))

    with other.recording() as calls:
        told = stack.fails(*command, **leading_to(other))

    assert f'source 1 "CRM" does not belong to {other.address}.' in told or (
        f'table 1 "orders" does not belong to {other.address}.' in told
    )
    assert f"remembers it on {portal.address}, and BXBI_PORTAL (environment) leads to" in told
    assert f"pulumi config set bxbi:movedFrom {portal.address}" in told
    assert "hunter2" not in told
    assert writes(calls) == []
    assert other.sources() == before
    assert held(stack.resources()) == kept


@on_the_current_api
def test_another_name_of_this_machine_is_the_same_portal(portal: LocalPortal, stack: Stack) -> None:
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

    @pytest.mark.parametrize("command", ["refresh", "destroy"])
    def test_nothing_leaves_the_state(
        self, two_applications: LocalPortal, stack: Stack, command: str
    ) -> None:
        stack.program(PROGRAM)
        stack.up(**leading_to(two_applications))
        before = held(stack.resources())

        told = stack.fails(
            command,
            *("--yes", "--skip-preview"),
            BXBI_PORTAL=two_applications.address,
            BXBI_ACCESS_TOKEN="at-second",
        )

        assert "Application local.second does not see it, and the state remembers that" in told
        assert "local.first made it" in told
        assert "use the credentials of application local.first" in told
        assert held(stack.resources()) == before
        assert len(two_applications.sources()) == 1


@on_the_current_api
class TestWithoutMemory:
    """A state of version 0.1.0 remembers neither portal nor application."""

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

    def test_a_move_of_another_portal_says_nothing_of_it(
        self, portal: LocalPortal, other: LocalPortal, stack: Stack
    ) -> None:
        stack.program(ANOTHER)
        stack.up()
        stack.forget({}, dateCreate="2020-01-01 00:00:00")
        before = other.sources()

        told = stack.fails(
            "destroy", BXBI_MOVED_FROM="https://old-name.example", **leading_to(other)
        )

        assert f"BXBI_MOVED_FROM={other.address}" in told
        assert other.sources() == before
        assert portal.sources()

    def test_the_user_can_say_that_it_is_the_same_portal(
        self, portal: LocalPortal, stack: Stack
    ) -> None:
        stack.program(ANOTHER)
        stack.up()
        stack.forget({}, dateCreate="2020-01-01 00:00:00")

        stack.destroy(BXBI_MOVED_FROM=portal.address)

        assert portal.sources() == {}

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

    assert f'source {made} "Another" was not found by this application, so it counts' in told
    assert "app.info" not in calls
    assert stack.resources() == {}


@on_the_current_api
@pytest.mark.parametrize("action", ["operating_limit", "expired_token"])
def test_nothing_is_made_that_the_state_could_not_tell_the_application_of(
    portal: LocalPortal, stack: Stack, action: str
) -> None:
    """Without it another application's refresh would take what is hidden from it for gone."""
    stack.program(ANOTHER)
    portal.faults({"method": "app.info", "action": action})

    told = stack.fails("up", BXBI_MAX_WAIT="1")

    assert "app.info failed" in told
    assert portal.sources() == {}
    stack.up()
    assert stack.resources()["another"]["outputs"]["__memory"]["application"]

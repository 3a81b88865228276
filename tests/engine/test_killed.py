"""`bxbi recover`, after a deployment was killed."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.killing import kill
from tests.engine.stack import copied
from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

TWO = """\
group = pulumi.ComponentResource("acme:bi:Group", "group")
settings = {"login": "admin", "password": config.require_secret("password")}
bxbi.BiSource("crm", "CRM", 123, settings, opts=pulumi.ResourceOptions(parent=group))
bxbi.BiSource("erp", "ERP", 123, settings)
"""
TABLE = """\
crm = bxbi.BiSource("crm", "{title}", 123, {{"login": "admin"}})
bxbi.BiTable("orders", crm.id, "orders", "Orders", "{code}", [bxbi.Column("ID", "id", "int")])
"""
PARENT = "urn:pulumi:test::test::acme:bi:Group::group"


DEFAULT_PROVIDER = {
    "urn": "urn:pulumi:test::test::pulumi:providers:pulumi-python::default",
    "type": "pulumi:providers:pulumi-python",
    "custom": True,
}
BUCKET = {
    "type": "aws:s3/bucket:Bucket",
    "urn": "urn:pulumi:test::test::aws:s3/bucket:Bucket::logs",
    "custom": True,
    "inputs": {},
}


@contextmanager
def checkpoint_of(stack: Stack) -> Iterator[dict[str, Any]]:
    """Change the state as it is kept."""
    kept = stack.folder / "backend" / ".pulumi" / "stacks" / "test" / "test.json"
    document = json.loads(kept.read_text("utf-8"))
    yield document["checkpoint"]["latest"]
    kept.write_text(json.dumps(document), "utf-8")


def interrupt(stack: Stack, *operations: tuple[str, dict[str, Any]]) -> None:
    """Leave operations in the state as a killed deployment does."""
    with checkpoint_of(stack) as latest:
        latest["pending_operations"] = [
            {"type": action, "resource": resource} for action, resource in operations
        ]


def pending(stack: Stack) -> list[str]:
    """Name what is pending in the state."""
    operations = stack.deployment().get("pending_operations", [])
    return [each["resource"]["urn"] for each in operations]


def answered(portal: LocalPortal, method: str, times: int = 1) -> Callable[[], bool]:
    """Tell when a method has been answered so many times from now on."""

    def count() -> int:
        return sum(call["method"] == f"biconnector.{method}" for call in portal.calls())

    before = count()
    return lambda: count() >= before + times


def kill_in(stack: Stack, portal: LocalPortal, method: str, happened: Callable[[], Any]) -> None:
    """Kill the engine while the portal has executed a call, and not answered it yet."""
    portal.faults({"method": f"biconnector.{method}", "action": "delay", "times": 2, "seconds": 2})
    kill(stack, happened, answered(portal, method, 1))
    portal.faults()
    assert "locked" in stack.bxbi("recover", status=1)
    stack.succeeds("cancel", "--yes")


@pytest.fixture(scope="module")
def killed_once(shared_portal: LocalPortal, shared_stack: Stack) -> Stack:
    """A stack whose deployment was killed when the portal had made both sources."""
    shared_stack.program(TWO)
    kill_in(shared_stack, shared_portal, "source.add", lambda: len(shared_portal.sources()) == 2)
    return shared_stack


@pytest.fixture
def killed(
    killed_once: Stack, shared_portal: LocalPortal, portal: LocalPortal, tmp_path: Path
) -> Iterator[Stack]:
    """A copy of that stack, and a portal that has made the same sources."""
    for number, source in shared_portal.sources().items():
        kept = {key: source[key] for key in ("title", "settings")}
        assert portal.add("source", **kept, connectorId=123) == number
    made = copied(killed_once.folder, tmp_path / "killed", killed_once.environment, portal)
    yield made
    assert portal.access_token not in made.output


def test_what_a_killed_deployment_made_is_taken_into_the_state(
    portal: LocalPortal, killed: Stack
) -> None:
    report = killed.bxbi("recover", "--check", status=3)
    assert {f"source {number} was created" in report for number in portal.sources()} == {True}
    assert killed.resources() == {}
    assert "nothing is pending any more" in killed.bxbi("recover")

    assert killed.bxbi("recover", "--check").startswith("Nothing of this provider is pending")
    assert killed.preview() == {}
    assert killed.resources()["crm"]["parent"] == PARENT
    assert killed.resources()["crm"]["outputs"]["code"] == "rest_123"
    assert "hunter2" not in killed.state() + killed.output
    killed.up()
    assert len(portal.sources()) == 2


@on_the_current_api
def test_what_was_interrupted_otherwise_is_compared_with_the_portal(
    portal: LocalPortal, stack: Stack
) -> None:
    """An update in which the engine was killed, and a deletion that the portal has carried out."""
    stack.program(TWO)
    stack.up()
    erp = stack.resources()["erp"]
    stack.program(TWO.replace('"CRM"', '"Renamed"'))

    def renamed() -> bool:
        return "Renamed" in {each["title"] for each in portal.sources().values()}

    kill_in(stack, portal, "source.update", renamed)
    portal.call("source.delete", id=int(erp["id"]))
    with checkpoint_of(stack) as latest:
        latest["pending_operations"].append({"type": "deleting", "resource": erp})

    told = stack.bxbi("recover", "--check", status=3)
    assert "BiSource crm: was interrupted while updating" in told
    assert "BiSource erp: was interrupted while deleting" in told
    told = stack.bxbi("recover", BXBI_TIMEOUT="15")

    waiting, _, compared = told.partition("Comparing once more")
    assert "The portal may work on a call for" in waiting
    assert "nothing is pending any more" in compared
    assert set(stack.resources()) == {"crm"}
    assert stack.resources()["crm"]["outputs"]["title"] == "Renamed"
    assert stack.preview() == {"erp": "create"}


@on_the_current_api
def test_a_comparison_that_is_interrupted_is_told(stack: Stack) -> None:
    """The state does not know any more what was being changed."""
    stack.program(TABLE.format(title="CRM", code="orders"))
    stack.up()
    interrupt(stack, ("updating", stack.resources()["crm"]))
    with subprocess.Popen(
        ["bxbi", "recover"],
        cwd=stack.folder,
        env=stack.environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        while "Waiting ..." not in (line := process.stdout.readline()):
            assert line
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()

    assert process.returncode == 1
    assert re.search(r"In \d+ seconds run\n  pulumi refresh --target urn:.*::crm\n", rest)


@on_the_current_api
def test_a_replacement_is_recovered_too(portal: LocalPortal, stack: Stack) -> None:
    stack.program(TABLE.format(title="CRM", code="orders"))
    stack.up()
    stack.program(TABLE.format(title="CRM", code="other"))

    def replaced() -> bool:
        return any(each["externalCode"] == "other" for each in portal.call(f"{portal.family}.list"))

    kill_in(stack, portal, f"{portal.family}.add", replaced)
    stack.bxbi("recover")

    assert stack.preview() == {}
    assert portal.table()["externalCode"] == "other"
    stack.destroy()
    assert portal.sources() == {}


@on_the_current_api
def test_what_is_not_clear_is_listed_with_the_command_for_it(
    portal: LocalPortal, killed: Stack
) -> None:
    made = {source["title"]: number for number, source in portal.sources().items()}
    settings = {"login": "admin", "password": "hunter2"}
    by_hand = portal.add("source", title="CRM", connectorId=123, settings=settings)

    listed = killed.bxbi("recover", status=3)

    for number in (made["CRM"], by_hand):
        command = f"bxbi import source {number} --name crm --parent {PARENT}"
        assert re.search(rf"source {number} \(created [\d: -]+\): {re.escape(command)}\n", listed)
    assert list(killed.resources()) == ["erp"]
    killed.bxbi("import", "source", str(made["CRM"]), "--name", "crm", "--parent", PARENT)
    assert f"source {by_hand}" in killed.bxbi("recover", status=3)
    portal.call("source.delete", id=by_hand)
    killed.bxbi("recover")
    assert killed.preview() == {}


@on_the_current_api
def test_what_was_made_before_the_state_was_written_again_is_listed(
    portal: LocalPortal, killed: Stack
) -> None:
    """Whatever Pulumi does with the state after the killed run leaves what is pending."""
    made = {source["title"]: number for number, source in portal.sources().items()}
    in_some_days = datetime.now(timezone.utc) + timedelta(days=3)
    with checkpoint_of(killed) as latest:
        latest["manifest"]["time"] = in_some_days.isoformat()

    listed = killed.bxbi("recover", status=3)

    assert f"bxbi import source {made['ERP']} --name erp\n" in listed
    assert len(pending(killed)) == 2
    killed.bxbi("import", "source", str(made["CRM"]), "--name", "crm", "--parent", PARENT)
    killed.bxbi("import", "source", str(made["ERP"]), "--name", "erp")
    assert "nothing is pending any more" in killed.bxbi("recover")
    assert killed.preview() == {}


@on_the_current_api
def test_what_was_not_made_is_cleared_when_the_portal_cannot_make_it_any_more(
    portal: LocalPortal, killed: Stack
) -> None:
    for number in portal.sources():
        portal.call("source.delete", id=number)

    told = killed.bxbi("recover", BXBI_TIMEOUT="4")

    assert told.count("nothing was created") == 2
    assert killed.preview() == {"crm": "create", "erp": "create"}
    assert "pending" not in killed.up()


@on_the_current_api
def test_what_is_pending_of_other_providers_is_left_alone(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.program(TABLE.format(title="CRM", code="orders"))
    stack.up()
    (source_id,) = portal.sources()
    portal.call("source.update", id=source_id, fields={"title": "Renamed"})
    crm = stack.resources()["crm"]
    interrupt(stack, ("updating", crm), ("creating", BUCKET))

    told = stack.bxbi("recover", BXBI_TIMEOUT="4")

    assert "::logs: was interrupted while creating; it belongs to another provider" in told
    assert "pulumi refresh --clear-pending-creates" in told
    assert stack.resources()["crm"]["outputs"]["title"] == "Renamed"
    assert pending(stack) == [BUCKET["urn"]]
    assert "Nothing of this provider is pending" in stack.bxbi("recover", "--check")


@on_the_current_api
def test_a_state_that_was_half_written_is_told_with_the_one_before(stack: Stack) -> None:
    stack.program('bxbi.BiSource("crm", "CRM", 123, {"login": "admin"})')
    stack.up()
    stack.refresh()
    kept = stack.folder / "backend" / ".pulumi" / "stacks" / "test" / "test.json"
    kept.write_bytes(b"")

    told = " ".join(stack.bxbi("recover", status=1).split())

    assert "put .pulumi/stacks/PROJECT/STACK.json.bak into the place of STACK.json" in told
    kept.with_name("test.json.bak").replace(kept)
    stack.bxbi("recover")
    assert stack.resources().keys() == {"crm"}


def test_what_was_killed_before_it_called_a_portal_is_cleared(stack: Stack) -> None:
    """Pulumi records the creation of a provider like that of an object."""
    interrupt(stack, ("creating", DEFAULT_PROVIDER))

    told = stack.bxbi("recover", "--check", status=3)
    assert f"{DEFAULT_PROVIDER['urn']}: was interrupted while creating." in told
    assert "nothing was made" in told
    assert pending(stack) == [DEFAULT_PROVIDER["urn"]]
    assert "Nothing is pending any more." in stack.bxbi("recover")
    assert pending(stack) == []


@on_the_current_api
def test_an_update_of_another_provider_is_not_forgotten(stack: Stack) -> None:
    """What is ours was only being read, and the state does not hold it."""
    stack.program('bxbi.BiConnector.get("looked-at", 123)')
    stack.up()
    looked_at = stack.resources()["looked-at"]
    with checkpoint_of(stack) as latest:
        latest["resources"].remove(looked_at)
    interrupt(stack, ("reading", looked_at), ("updating", BUCKET))

    assert f"pulumi refresh --target {BUCKET['urn']}" in stack.bxbi("recover", "--check", status=3)
    told = stack.bxbi("recover")

    assert "BiConnector looked-at: was interrupted while reading" in told
    assert "stay in the state because of the other providers" in told
    assert pending(stack) == [looked_at["urn"], BUCKET["urn"]]

    interrupt(stack, ("reading", looked_at))
    assert "nothing is pending any more" in stack.bxbi("recover")
    assert pending(stack) == []

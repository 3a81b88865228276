"""A state is never turned on another portal, nor on objects that another application made."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

from tests.local_portal import LocalPortal, on_the_current_api
from tests.two_portals import ANOTHER, PROGRAM, held, leading_to, writes

if TYPE_CHECKING:
    from tests.engine.stack import Stack


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
def test_no_command_takes_a_state_to_another_portal(
    portal: LocalPortal, other: LocalPortal, stack: Stack
) -> None:
    """An import, the doctor, a preflight, a local portal of its own, and a recovery."""
    stack.program(PROGRAM)
    stack.up()
    before = held(stack.resources())

    imports_nothing(portal, other, stack)
    examines_and_judges_it(portal, other, stack)
    is_not_destroyed_on_a_local_portal(portal, stack)
    assert held(stack.resources()) == before
    recovers_nothing(other, stack)

    assert len(portal.sources()) == 1


def imports_nothing(portal: LocalPortal, other: LocalPortal, stack: Stack) -> None:
    files = sorted(stack.folder.iterdir())
    for command in (("import",), ("import", "source", "1", "--name", "theirs")):
        told = stack.bxbi(*command, status=1, **leading_to(other))

        assert f"does not belong to {other.address}" in told
        assert portal.address in told
        assert sorted(stack.folder.iterdir()) == files
        assert stack.resources().keys() == {"crm", "orders"}


def examines_and_judges_it(portal: LocalPortal, other: LocalPortal, stack: Stack) -> None:
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


def is_not_destroyed_on_a_local_portal(portal: LocalPortal, stack: Stack) -> None:
    ended = subprocess.run(
        ["bxbi", "emulate", "--", "pulumi", "destroy", "--yes", "--non-interactive"],
        cwd=stack.folder,
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode != 0
    assert f"remembers it on {portal.address}" in ended.stdout


def recovers_nothing(other: LocalPortal, stack: Stack) -> None:
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


@on_the_current_api
def test_the_doctor_and_an_update_name_both_applications(
    two_applications: LocalPortal, stack: Stack
) -> None:
    """Another application of the same portal sees none of the objects."""
    second = {"BXBI_PORTAL": two_applications.address, "BXBI_ACCESS_TOKEN": "at-second"}
    stack.program(PROGRAM)
    stack.up(**leading_to(two_applications))
    columns = "[bxbi.Column("
    stack.program(PROGRAM.replace(columns, f'{columns}"NEW", "new", "int"), bxbi.Column('))

    examined = stack.bxbi("doctor", status=1, **second)
    told = stack.fails("up", "--yes", "--skip-preview", "--target", "**orders", **second)

    assert "local.first" in examined
    assert "local.second" in examined
    assert "DATASET_NOT_FOUND" in told
    assert "application local.first made it, and this is application local.second" in told


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

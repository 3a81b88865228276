"""What is told from the state of a killed deployment."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_bxbi.portal import Source
from pulumi_bxbi.portal.objects.matching import Candidates
from pulumi_bxbi.recovery.candidates import Identified, assigned_once, identify
from pulumi_bxbi.recovery.pending import Recorded, fields_of, import_command
from pulumi_bxbi.stack.secrets import plain, secret
from pulumi_bxbi.stack.state import PendingOperation
from pulumi_bxbi.stack.urns import SOURCE, Urn, types_below

TOKEN = SOURCE.token
OTHER = f"urn:pulumi:test::test::{TOKEN}::other"
URN = f"urn:pulumi:test::test::acme:bi:Group${TOKEN}::crm"
PARENT = "urn:pulumi:test::test::acme:bi:Group::group"
ROOT = "urn:pulumi:test::test::pulumi:pulumi:Stack::test-test"
INPUTS = {
    "__provider": "gASV",
    "title": "CRM",
    "connectorId": 123.0,
    "settings": {"password": secret("hunter2"), "port": secret(5432)},
}
PENDING = {
    "type": "creating",
    "resource": {"urn": URN, "type": TOKEN, "inputs": INPUTS, "parent": PARENT},
}


def state(*resources: dict[str, Any], pending: list[dict[str, Any]] | None = None) -> Recorded:
    return Recorded.read(
        {
            "manifest": {"time": "2026-03-01T12:00:00.123456789Z"},
            "resources": list(resources),
            "pending_operations": [PENDING] if pending is None else pending,
        }
    )


def resource(
    object_id: int, urn: str = f"urn:pulumi:test::test::{TOKEN}::other", **more: Any
) -> dict[str, Any]:
    return {"urn": urn, "type": TOKEN, "id": str(object_id), **more}


def source(object_id: int, created: str = "2026-03-01 12:00:00") -> Source:
    return Source.model_validate(
        {"id": object_id, "title": "CRM", "connectorId": 123, "dateCreate": created}
    )


def found(
    recorded: Recorded, *complete: Source, partial: tuple[Source, ...] = ()
) -> tuple[int | None, list[int], str]:
    """What is made, what is alike, and what is in the state."""
    finding = identify(recorded.pending[0], SOURCE, recorded, Candidates(complete, partial))
    made = finding.made.id if finding.made else None
    return made, [each.id for each in finding.alike], finding.recorded


def test_a_creation_tells_what_was_sent() -> None:
    (operation,) = state().pending

    assert fields_of(operation, SOURCE) == {
        "title": "CRM",
        "connectorId": 123,
        "settings": {"password": "hunter2", "port": "5432"},
    }


@pytest.mark.parametrize(
    ("parent", "name", "command"),
    [
        (PARENT, "crm", f"bxbi import source 42 --name crm --parent {PARENT} --stack s"),
        (ROOT, "the crm", "bxbi import source 42 --name 'the crm' --stack s"),
    ],
)
def test_the_command_that_imports_is_complete(parent: str, name: str, command: str) -> None:
    urn = f"{URN.removesuffix('crm')}{name}"
    entry = {"type": "creating", "resource": {**PENDING["resource"], "urn": urn, "parent": parent}}  # type: ignore[dict-item]
    (operation,) = state(pending=[entry]).pending

    assert import_command(operation, SOURCE, 42, " --stack s") == command


TOKYO = "urn:pulumi:test::test::pulumi:providers:bxbi::tokyo"
NATIVE = "urn:pulumi:test::test::bxbi:index:BiSource::the crm"


@pytest.mark.parametrize(
    ("provider", "parent", "options"),
    [
        (f"{TOKYO}::id", PARENT, f" --parent group={PARENT} --provider tokyo={TOKYO}"),
        (f"{TOKYO.replace('tokyo', 'default_0_1_0')}::id", ROOT, ""),
    ],
)
def test_what_the_plugin_was_making_is_imported_by_pulumi(
    provider: str, parent: str, options: str
) -> None:
    resource = {"urn": NATIVE, "inputs": INPUTS, "parent": parent, "provider": provider}
    (operation,) = state(pending=[{"type": "creating", "resource": resource}]).pending

    assert import_command(operation, SOURCE, 42, " --stack s") == (
        f"pulumi import bxbi:index:BiSource 'the crm' 42{options} --protect=false --stack s"
    )


def test_an_id_means_an_object_of_its_own_portal() -> None:
    """Another portal has another source with the id of the one that was made."""
    there = {**resource(7, NATIVE), "provider": f"{TOKYO}::id"}

    assert found(state(there), source(7)) == (7, [], "")


def test_other_providers_are_told_apart() -> None:
    bucket = {
        "type": "creating",
        "resource": {
            "urn": "urn:pulumi:test::test::aws:s3/bucket:Bucket::b",
            "type": "aws:s3/bucket:Bucket",
        },
    }

    assert [each.kind for each in state(pending=[PENDING, bucket]).pending] == [SOURCE, None]


def test_the_only_complete_twin_was_made() -> None:
    assert found(state(), source(7)) == (7, [], "")


def test_without_a_twin_nothing_was_made() -> None:
    assert identify(state().pending[0], SOURCE, state(), Candidates()).is_nothing


def test_more_than_one_twin_is_not_clear() -> None:
    assert found(state(), source(7), source(8)) == (None, [7, 8], "")
    assert found(state(), source(7), partial=(source(8),)) == (None, [7, 8], "")
    assert found(state(), partial=(source(8),)) == (None, [8], "")


def test_what_the_state_has_is_no_candidate() -> None:
    assert found(state(resource(7)), source(7), source(8), partial=(source(7),)) == (8, [], "")


def test_what_is_older_is_neither_taken_nor_left_out() -> None:
    """The state may have been written again after the killed run."""
    old = source(7, "2026-02-28 11:59:59")

    assert found(state(), old) == (None, [7], "")
    assert found(state(), old, source(8)) == (None, [7, 8], "")
    assert found(state(), source(8), partial=(old,)) == (None, [8, 7], "")


def test_what_is_older_than_what_the_state_has_is_told_and_keeps_nothing_pending() -> None:
    recorded, old = state(resource(8, URN)), source(7, "2026-02-28 11:59:59")

    finding = identify(recorded.pending[0], SOURCE, recorded, Candidates((old,), (source(9),)))

    assert (finding.older, [each.id for each in finding.alike]) == ((old,), [9])
    assert identify(recorded.pending[0], SOURCE, recorded, Candidates((old,))).is_clear


def test_an_id_of_an_hour_before_is_older_than_the_state() -> None:
    recorded = state(
        resource(5, created="2026-03-01T10:59:00Z"),
        resource(9, created="2026-03-01T11:30:00.5Z"),
        resource(3, created="2026-03-01T09:00:00.123Z"),
        resource(50, OTHER.replace(TOKEN, "other"), created="2026-01-01T00:00:00Z"),
    )

    assert found(recorded, source(4)) == (None, [4], "")
    assert found(recorded, source(6)) == (6, [], "")


def test_a_portal_without_dates_counts_as_new() -> None:
    assert found(state(), source(7, "")) == (7, [], "")


def test_a_resource_that_is_in_the_state_is_not_imported_again() -> None:
    assert found(state(resource(7, URN)), source(7)) == (None, [], "7")
    assert found(state(resource(7, URN)), source(7), source(8)) == (None, [8], "7")


@pytest.mark.parametrize("mark", ["pendingReplacement", "delete"])
def test_what_a_replacement_leaves_in_the_state_does_not_count(mark: str) -> None:
    assert found(state(resource(7, URN, **{mark: True})), source(8)) == (8, [], "")


def test_two_creations_cannot_have_made_the_same_object() -> None:
    made = source(7)

    findings = assigned_once(
        {"a": Identified(made), "b": Identified(made), "c": Identified(source(8))}
    )

    assert findings["a"] == findings["b"] == Identified(alike=(made,))
    assert findings["c"] == Identified(source(8))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
)
def test_a_secret_is_read_as_it_was_written(value: Any) -> None:
    assert plain({"a": [secret(value)], "b": 1}) == {"a": [value], "b": 1}


@given(st.text(min_size=1))
def test_a_name_may_hold_anything(name: str) -> None:
    parts = Urn.parse(URN.removesuffix("crm") + name)

    assert parts == Urn("test", "test", f"acme:bi:Group${TOKEN}", name)
    assert parts.type == TOKEN
    assert types_below(TOKEN, PARENT) == parts.types
    assert types_below(TOKEN, ROOT) == types_below(TOKEN, "") == TOKEN


def test_an_operation_without_inputs_can_be_read() -> None:
    entry = {"type": "deleting", "resource": {"urn": URN, "type": TOKEN}}

    assert state(pending=[entry]).pending == (PendingOperation("deleting", URN, SOURCE, {}, ""),)

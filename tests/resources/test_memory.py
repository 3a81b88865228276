"""What a state remembers of an object, and how earlier and later versions are read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_bxbi.portal.identity import PortalIdentity
from pulumi_bxbi.resources.memory import (
    Memory,
    MemoryUnreadableError,
    hash_of_logo,
    upgrade_marks_to_version_1,
)

TEXTS = st.text(max_size=20)
MEMORIES = st.builds(
    Memory,
    portal=TEXTS,
    member_id=TEXTS,
    application=TEXTS,
    logo_hash=TEXTS,
    ignored=st.lists(TEXTS, max_size=2).map(tuple),
    trimmed=st.lists(TEXTS, max_size=2).map(tuple),
    incomplete=st.booleans(),
    looked_at=st.booleans(),
)


@given(MEMORIES)
def test_what_is_written_is_read_again(memory: Memory) -> None:
    written = memory.to_json()

    assert Memory.parse(written) == memory
    assert Memory.parse({**written, "version": 1.0}) == memory


def test_an_empty_memory_is_a_version_alone() -> None:
    assert Memory().to_json() == {"version": 1}


def test_the_names_in_a_state_are_fixed() -> None:
    memory = Memory(logo_hash="h", ignored=("active",), trimmed=("title",), incomplete=True).of(
        PortalIdentity("https://acme.bitrix24.com", "m", "local.1")
    )

    assert memory.to_json() == {
        "version": 1,
        "portal": "https://acme.bitrix24.com",
        "memberId": "m",
        "application": "local.1",
        "logoHash": "h",
        "ignored": ["active"],
        "trimmed": ["title"],
        "incomplete": True,
    }


@pytest.mark.parametrize("version", [2, 2.0, 17])
def test_a_newer_memory_is_not_guessed_at(version: float) -> None:
    with pytest.raises(MemoryUnreadableError, match="pip install --upgrade pulumi-bxbi"):
        Memory.parse({"version": version, "portal": "https://acme.bitrix24.com", "new": {}})


@pytest.mark.parametrize(
    "given",
    [{}, {"version": 0}, {"version": "x"}, {"version": 1, "portal": 5}, {"version": 1, "a": 1}],
)
def test_a_damaged_memory_is_told(given: dict[str, Any]) -> None:
    with pytest.raises(MemoryUnreadableError, match="damaged"):
        Memory.parse(given)


def test_the_marks_of_version_0_1_0_are_read() -> None:
    marks = {
        "title": "CRM",
        "__provider": "p",
        "__logo": "https://cdn.example/logo.png",
        "__ignored": ["active"],
        "__incomplete": True,
        "__lookedAt": True,
    }

    assert upgrade_marks_to_version_1(marks) == Memory(
        logo_hash=hash_of_logo("https://cdn.example/logo.png"),
        ignored=("active",),
        incomplete=True,
        looked_at=True,
    )
    assert upgrade_marks_to_version_1({"title": "CRM"}) == Memory()

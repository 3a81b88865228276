"""`bxbi doctor --all-stacks` and `bxbi preflight --all-stacks`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.engine.vault import SECRETS_PROVIDER
from tests.local_portal import on_the_current_api
from tests.two_portals import leading_to

if TYPE_CHECKING:
    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

pytestmark = on_the_current_api

PROGRAM = """
bxbi.BiSource("crm", config.get("title") or "CRM", 123, {"login": "a", "password": "b"})
"""


@pytest.fixture
def stack(portal: LocalPortal, other: LocalPortal, stack: Stack) -> Stack:
    """The stacks ``test`` of one portal and ``tokyo`` of another, each with its own settings."""
    stack.program(PROGRAM)
    for name in ("BXBI_PORTAL", "BXBI_ACCESS_TOKEN"):
        del stack.environment[name]
    stack.succeeds("stack", "init", "tokyo", "--secrets-provider", SECRETS_PROVIDER)
    for name, each in {"test": portal, "tokyo": other}.items():
        given = ("--stack", name)
        stack.succeeds("config", "set", "bxbi:portal", each.address, *given)
        token = ("bxbi:accessToken", each.access_token)
        stack.succeeds("config", "set", "--secret", *token, *given)
    stack.hosted = True
    return stack


def test_each_stack_is_one_line_and_the_worst_gives_the_status(
    portal: LocalPortal, other: LocalPortal, stack: Stack
) -> None:
    each_is_one_line(stack)
    assert other.sources().keys() == {1}
    assert portal.sources() == {}
    the_worst_gives_the_status(portal, other, stack)


def each_is_one_line(stack: Stack) -> None:
    told = stack.bxbi("doctor", "--all-stacks")

    assert "Looking at 2 stacks ..." in told
    lines = [line for line in told.splitlines() if line.startswith(("test", "tokyo"))]
    assert sorted(line.split()[:2] for line in lines) == [
        ["test", "ok"],
        ["tokyo", "ok"],
    ]
    judged = stack.bxbi("preflight", "--all-stacks")
    lines = sorted(line for line in judged.splitlines() if line.startswith(("test", "tokyo")))
    assert [line.split()[1] for line in lines] == ["Clear:", "Clear:"]


def the_worst_gives_the_status(portal: LocalPortal, other: LocalPortal, stack: Stack) -> None:
    stack.up(**leading_to(portal))
    (source_id,) = portal.sources()
    portal.call("source.delete", id=source_id)
    stack.configure("title", "New")
    stack.succeeds("config", "set", "bxbi:accessToken", "wrong", "--stack", "tokyo")

    judged = stack.bxbi("preflight", "--all-stacks", "--format", "json", status=3)
    examined = stack.bxbi("doctor", "--all-stacks", status=1)

    written = judged[judged.index("{\n") : judged.rindex("\n}") + 2]
    reports = json.loads(written)
    assert reports["test"]["verdict"] == "blocked"
    assert "tokyo" in reports
    assert "tokyo  failed" in examined
    assert other.sources().keys() == {1}

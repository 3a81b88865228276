"""What a deployment does not do any more once it was stopped."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pulumi_bxbi.deployment import operations
from pulumi_bxbi.deployment.engine import Engine
from pulumi_bxbi.deployment.session import Session
from pulumi_bxbi.resources.memory import MemoryUnreadableError
from pulumi_bxbi.resources.values import State
from pulumi_bxbi.stack.urns import SOURCE
from tests.variables import inherited

SOURCE_INPUTS = {"title": "CRM", "connectorId": 123, "settings": {}}


@pytest.fixture
def stopped() -> Session:
    """A deployment that has met a state of a newer version, without settings to call a portal."""
    session = Session(Engine([]))
    session.stop(MemoryUnreadableError("newer"))
    session.stop(MemoryUnreadableError("damaged"))
    return session


def test_nothing_is_created(stopped: Session) -> None:
    with pytest.raises(MemoryUnreadableError, match="newer"):
        operations.create(SOURCE.lifecycle, stopped, SOURCE_INPUTS)


def test_nothing_is_changed(stopped: Session) -> None:
    with pytest.raises(MemoryUnreadableError, match="newer"):
        operations.update(SOURCE.lifecycle, stopped, State("42", SOURCE_INPUTS), SOURCE_INPUTS)


def test_nothing_is_deleted(stopped: Session) -> None:
    with pytest.raises(MemoryUnreadableError, match="newer"):
        operations.delete(SOURCE.lifecycle, stopped, State("42", SOURCE_INPUTS))


NEWER = """
from pulumi_bxbi.dynamic import BiSourceProvider

provider = BiSourceProvider()
for operation in (
    lambda: provider.diff("42", {"__memory": {"version": 2}}, {}),
    lambda: provider.create({"title": "CRM", "connectorId": 123, "settings": {}}),
):
    try:
        operation()
    except Exception as error:
        print(type(error).__name__)
"""


def test_a_state_of_a_newer_version_stops_it() -> None:
    told = subprocess.check_output([sys.executable, "-c", NEWER], env=inherited(), text=True)

    assert told.split() == ["MemoryUnreadableError"] * 2

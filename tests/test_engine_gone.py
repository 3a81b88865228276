"""A provider notices that its engine is gone."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pulumi_bxbi.engine import Engine
from pulumi_bxbi.portal import AccessToken, Portal, PortalError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


@pytest.fixture
def engine(listening: socket.socket) -> Engine:
    return Engine([f"127.0.0.1:{listening.getsockname()[1]}"])


def test_nothing_is_started_without_the_engine(
    engine: Engine, listening: socket.socket, server: Server
) -> None:
    portal = Portal(server.address, AccessToken("t"), before_write=engine.require)
    server.answers({"result": {"id": 7}})

    portal.call("biconnector.source.add", {})
    listening.close()
    with pytest.raises(PortalError, match="Pulumi") as caught:
        portal.call("biconnector.source.add", {})
    portal.call("biconnector.source.list", {})
    portal.close()

    assert "What to do: run `bxbi recover`" in str(caught.value)
    assert [request.path.rpartition(".")[2] for request in server.requests] == ["add", "list"]


def test_what_the_engine_missed_is_told_once(
    engine: Engine, listening: socket.socket, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.created("source", "41", "ERP")
    listening.close()
    engine.created("source", "42", "CRM")

    engine.tell_what_it_missed()
    engine.tell_what_it_missed()

    (told,) = capsys.readouterr().err.splitlines()
    assert 'source 42 "CRM" was created' in told
    assert "bxbi import source 42 --name NAME" in told


@pytest.mark.parametrize("arguments", [[], ["-q"], ["127.0.0.1:x"], ["example.com:80"]])
def test_a_process_that_no_engine_has_started_may_change_the_portal(arguments: list[str]) -> None:
    Engine(arguments).require()


def test_what_ends_after_the_process_was_told_to_end_is_told_too() -> None:
    """The interpreter waits for its threads, and the engine takes no answer any more."""
    program = """\
import atexit, threading
from pulumi_bxbi.engine import engine
atexit.register(engine.tell_what_it_missed)
def create():
    threading.main_thread().join()
    engine.created("source", "42", "CRM")
threading.Thread(target=create).start()
"""

    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert b'source 42 "CRM" was created' in ended.stderr

"""The service as a command."""

from __future__ import annotations

import signal
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.warehouse.service import COMMAND, running

if TYPE_CHECKING:
    from pathlib import Path

    from tests.warehouse.service import Service, Start


def test_the_token_is_the_one_of_the_environment(start: Start) -> None:
    service = start(token="t0p-s3cret")
    assert service.token == "t0p-s3cret"
    assert service.post("check").status_code == 200


def test_without_one_every_service_has_a_token_of_its_own(start: Start, service: Service) -> None:
    assert len(service.token) >= 24
    assert service.token.isalnum(), "a command would take a token that begins with - for an option"
    assert start().token != service.token


def test_it_listens_on_the_port_that_is_asked_for_and_on_loopback_only(
    cache: Path, database: Path
) -> None:
    assert database.parent == cache
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with running(cache, "--port", str(port)) as service:
        assert service.endpoints == f"http://127.0.0.1:{port}"
        assert service.post("check").status_code == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_cleanly(cache: Path, database: Path, number: signal.Signals) -> None:
    assert database.parent == cache
    with running(cache) as service:
        service.process.send_signal(number)
        assert service.process.wait(30) == 0


def failed(*arguments: str) -> str:
    """Run a service that cannot start, and return what it says about that."""
    ended = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    return ended.stderr


def test_a_port_that_is_taken_is_named(cache: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert failed("--port", str(port), "--cache", str(cache)) == (
            f"Error: cannot listen on 127.0.0.1:{port}: Address already in use\n"
        )


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    assert failed("--cache", str(file / "cache")) == (
        f"Error: cannot keep the data set in {file / 'cache'}: Not a directory\n"
    )


def test_help_tells_what_it_prints_and_where_the_token_comes_from() -> None:
    told = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, check=True).stdout
    for option in ("--port", "--cache", "endpoints, token", "WAREHOUSE_TOKEN"):
        assert option in told

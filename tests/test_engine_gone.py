"""A provider notices that its engine is gone."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import grpc
import pytest
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.proto.provider_pb2 import CreateRequest
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from pulumi_bxbi.deployment.engine import Engine
from pulumi_bxbi.dynamic import BiTableProvider
from pulumi_bxbi.portal import AccessToken, Portal, PortalError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.http_server import Server


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


def test_a_provider_without_its_engine_starts_no_call(
    listening: socket.socket, server: Server
) -> None:
    host, port = listening.getsockname()
    listening.close()
    server.answers({"result": []})
    table = {
        "__provider": serialize_provider(BiTableProvider()),
        "sourceId": 1,
        "name": "orders",
        "externalName": "Orders",
        "externalCode": "orders",
        "columns": [{"name": "ID", "externalCode": "id", "type": "int"}],
    }
    request = CreateRequest()
    request.properties.update(table)

    with subprocess.Popen(
        [sys.executable, "-u", "-m", "pulumi.dynamic", f"{host}:{port}"],
        stdout=subprocess.PIPE,
        env={**os.environ, "BXBI_PORTAL": server.address, "BXBI_ACCESS_TOKEN": "t"},
    ) as provider:
        assert provider.stdout
        address = f"127.0.0.1:{int(provider.stdout.readline())}"
        with grpc.insecure_channel(address) as channel:
            stub = ResourceProviderStub(channel)
            with pytest.raises(grpc.RpcError) as caught:
                stub.Create(request, wait_for_ready=True)
        provider.send_signal(signal.SIGINT)

    assert "Pulumi, which has started this deployment, is gone" in caught.value.details()
    # Nothing but reads: a batch is used for those alone.
    assert {each.path for each in server.requests} <= {
        "/rest/app.info",
        "/rest/batch",
        "/rest/biconnector.table.list",
        "/rest/biconnector.dataset.list",
    }


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


def test_what_ends_while_the_process_ends_is_told_too() -> None:
    """Python waits for its workers, and the engine takes no answer any more."""
    program = """\
import atexit, socket, threading
from concurrent.futures import ThreadPoolExecutor
from pulumi_bxbi.deployment.engine import Engine
listening = socket.create_server(("127.0.0.1", 0))
engine = Engine([f"127.0.0.1:{listening.getsockname()[1]}"])
atexit.register(engine.tell_what_it_missed)
ending = threading.Event()
def create():
    ending.wait()
    engine.created("source", "42", "CRM")
pool = ThreadPoolExecutor()
engine.created("source", "41", "ERP")
pool.submit(create)
threading._register_atexit(ending.set)
"""

    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert ended.stderr.count(b"was created") == 1
    assert b'source 42 "CRM" was created' in ended.stderr


SAID = """
import logging
from pulumi.runtime import settings
from pulumi_bxbi.deployment.diagnostics import show_log_to_user

settings.configure(settings.Settings("project", "stack", engine="{engine}"))
show_log_to_user()
logging.getLogger("pulumi_bxbi.portal").warning("source 42 «Щука» 🎉 \\ud800 was created")
print("and recorded")
"""


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_what_is_said_without_the_engine_is_utf_8_whatever_the_locale(
    listening: socket.socket, encoding: str
) -> None:
    host, port = listening.getsockname()
    listening.close()

    ended = subprocess.run(
        [sys.executable, "-c", SAID.format(engine=f"{host}:{port}")],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=True,
    )

    assert ended.stderr.decode("utf-8") == "bxbi: source 42 «Щука» 🎉 \\ud800 was created\n"


def test_what_nobody_reads_any_more_raises_nothing(listening: socket.socket) -> None:
    host, port = listening.getsockname()
    listening.close()
    reading, writing = os.pipe()
    os.close(reading)

    ended = subprocess.run(
        [sys.executable, "-c", SAID.format(engine=f"{host}:{port}")],
        stdout=subprocess.PIPE,
        stderr=writing,
        check=False,
    )
    os.close(writing)

    assert ended.stdout == b"and recorded\n"


def test_an_interrupt_while_the_process_ends_shows_nothing() -> None:
    """The engine interrupts a provider more than once."""
    program = """
import atexit
import os
import signal

# What is registered first is called last, when the provider has begun to end.
atexit.register(os.kill, os.getpid(), signal.SIGINT)

import pulumi_bxbi.dynamic.answers
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert (ended.returncode, ended.stderr) == (0, "")

"""The command ``pulumi-resource-bxbi``, which the engine starts and calls.

Vendor's page: "Provider protocol", "Provider lifecycle"
(https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto).
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Final

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from pulumi_bxbi.deployment.diagnostics import log_level
from pulumi_bxbi.deployment.engine import Engine
from pulumi_bxbi.deployment.session import Session
from pulumi_bxbi.plugin.messages import Messages
from pulumi_bxbi.plugin.provider import Provider
from pulumi_bxbi.settings.names import SettingsError
from pulumi_bxbi.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

#: How many requests are answered at a time, more than the engine sends by default.
_THREADS: Final = 256
#: How many resources the engine works on at a time, for each core of the machine.
_WRITERS_PER_CORE: Final = 4
#: The largest message, in bytes: an engine accepts as much.
_LARGEST_MESSAGE_BYTES: Final = 400 * 1024 * 1024
#: Seconds between two checks whether the engine is still there.
_WATCH_SECONDS: Final = 2.0
#: Seconds between two checks whether the last request has been answered.
_PAUSE_SECONDS: Final = 0.05


def main() -> None:
    """Serve the engine whose address is on the command line, until the engine is gone."""
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["--help"]) or not arguments:
        sys.stdout.write(_about(arguments))
        return
    # The engine ends a plugin with SIGINT, and after five seconds with SIGKILL.
    ending = threading.Event()
    signal.signal(signal.SIGINT, lambda _number, _frame: ending.set())
    _serve(arguments, ending)


def _about(arguments: Sequence[str]) -> str:
    if arguments == ["--version"]:
        return f"{__version__}\n"
    return (
        f"pulumi-resource-bxbi {__version__}: the plugin with which Pulumi manages "
        "connectors, sources and tables of Bitrix24's BI Builder. Pulumi starts it "
        "automatically. The command for people is bxbi (bxbi --help).\n"
    )


def _serve(arguments: Sequence[str], ending: threading.Event) -> None:
    engine = Engine(arguments)
    session = Session(engine, writers=_WRITERS_PER_CORE * (os.cpu_count() or 1))
    with closing(Messages(arguments[-1])) as messages, ThreadPoolExecutor(_THREADS) as pool:
        _show_log(messages)
        provider = Provider(session, __version__)
        server = grpc.server(
            pool,
            options=[
                ("grpc.max_receive_message_length", _LARGEST_MESSAGE_BYTES),
                ("grpc.max_send_message_length", _LARGEST_MESSAGE_BYTES),
            ],
        )
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        threading.Thread(
            target=_watch, args=(engine, provider, server, ending), daemon=True
        ).start()
        server.wait_for_termination()


def _show_log(messages: Messages) -> None:
    log = logging.getLogger("pulumi_bxbi")
    log.propagate = False
    log.addHandler(messages)
    try:
        log.setLevel(log_level())
    except SettingsError as error:
        log.setLevel(logging.INFO)
        log.warning("%s", error)


def _watch(
    engine: Engine, provider: Provider, server: grpc.Server, ending: threading.Event
) -> None:
    """Stop the server at the engine's request, or once the engine is gone.

    Requests that are being answered are answered first.
    """
    while engine.is_there() and not ending.wait(_WATCH_SECONDS):
        pass
    while provider.is_at_work():
        time.sleep(_PAUSE_SECONDS)
    provider.end()
    server.stop(None)

"""The server in the process of a plugin, which the engine calls.

Vendor's page: "Provider protocol", "Provider lifecycle"
(https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto).
"""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Final, cast

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from pulumi_bxbi.deployment.engine import Engine
from pulumi_bxbi.plugin.messages import Messages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pulumi_bxbi.plugin.provider import Provider

#: How many requests are answered at a time, more than the engine sends by default.
_THREADS: Final = 256
#: The largest message, in bytes: an engine accepts as much.
_LARGEST_MESSAGE_BYTES: Final = 400 * 1024 * 1024
#: The variable with which pydantic looks for no plugins.
_PYDANTIC: Final = "PYDANTIC_DISABLE_PLUGINS"
#: Seconds between two checks whether the engine is still there.
_WATCH_SECONDS: Final = 2.0
#: Seconds between two checks whether the last request has been answered.
_PAUSE_SECONDS: Final = 0.05


def serve(arguments: Sequence[str], ending: threading.Event) -> None:
    """Tell a port on standard output, and serve the engine there until it is gone.

    Args:
        arguments: The command line of this process, whose last argument is the engine's address.
        ending: Is set when the engine asks for the end of the process.
    """
    engine = Engine(arguments)
    with closing(Messages(arguments[-1])) as messages, ThreadPoolExecutor(_THREADS) as pool:
        servicer = _Servicer(engine, messages)
        server = grpc.server(
            pool,
            options=[
                ("grpc.max_receive_message_length", _LARGEST_MESSAGE_BYTES),
                ("grpc.max_send_message_length", _LARGEST_MESSAGE_BYTES),
            ],
        )
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(cast("Any", servicer), server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        threading.Thread(
            target=_watch, args=(engine, servicer, server, ending), daemon=True
        ).start()
        servicer.prepare()
        # All that is here now stays, so it is not looked through for garbage again.
        gc.freeze()
        gc.enable()
        server.wait_for_termination()


class _Servicer:
    """The methods of a provider, which is prepared once, after the engine knows the port.

    Args:
        engine: The engine that calls the methods.
        messages: Passes the log to the engine.
    """

    def __init__(self, engine: Engine, messages: Messages) -> None:
        self._engine = engine
        self._messages = messages
        self._lock = threading.Lock()
        self._provider: Provider | None = None

    def __getattr__(self, method: str) -> Callable[[Any, grpc.ServicerContext], Any]:
        def answer(request: Any, context: grpc.ServicerContext) -> Any:
            return getattr(self.prepare(), method)(request, context)

        return answer

    def prepare(self) -> Provider:
        """Prepare the provider, unless that is done, and return it."""
        with self._lock:
            if self._provider is None:
                with _plugins_of_pydantic_left_out():
                    # These imports take longer than all others: the engine connects meanwhile.
                    from pulumi_bxbi.plugin.preparation import prepare  # noqa: PLC0415

                self._provider = prepare(self._engine, self._messages)
            return self._provider


@contextmanager
def _plugins_of_pydantic_left_out() -> Iterator[None]:
    """Have pydantic not look for plugins of its own in all that is installed, within a block.

    The commands of a user that this process starts later find the environment as it was.
    """
    if _PYDANTIC in os.environ:
        yield
        return
    os.environ[_PYDANTIC] = "true"
    try:
        yield
    finally:
        del os.environ[_PYDANTIC]


def _watch(
    engine: Engine, servicer: _Servicer, server: grpc.Server, ending: threading.Event
) -> None:
    """Stop the server at the engine's request, or once the engine is gone.

    Requests that are being answered are answered first.
    """
    while engine.is_there() and not ending.wait(_WATCH_SECONDS):
        pass
    provider = servicer.prepare()
    while provider.is_at_work():
        time.sleep(_PAUSE_SECONDS)
    provider.end()
    server.stop(None)

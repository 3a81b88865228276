"""The messages of a plugin to the user, which the engine shows at the resource they concern."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from typing import Final

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from pulumi_bxbi.deployment.engine import tell

#: The URN of the resource that this thread works on; empty for none.
current_urn: Final[ContextVar[str]] = ContextVar("current_urn", default="")
#: The engine is on this machine, and a proxy would not reach it.
_NO_PROXY: Final = (("grpc.enable_http_proxy", 0),)
#: Seconds that the engine may take to accept a message.
_TIMEOUT_SECONDS: Final = 5.0


class Messages(logging.Handler):
    """Passes log records to the engine.

    Args:
        engine: The engine's address.
    """

    def __init__(self, engine: str) -> None:
        super().__init__()
        self._channel = grpc.insecure_channel(engine, _NO_PROXY)
        self._engine = engine_pb2_grpc.EngineStub(self._channel)

    def close(self) -> None:
        """Close the connection to the engine."""
        self._channel.close()
        super().close()

    def emit(self, record: logging.LogRecord) -> None:
        """Show one record at the resource that this thread works on.

        If the engine is gone, the text goes to standard error: the operation still succeeds.
        """
        text = record.getMessage()
        is_warning = record.levelno >= logging.WARNING
        request = engine_pb2.LogRequest(
            severity=engine_pb2.WARNING if is_warning else engine_pb2.INFO,
            message=f"bxbi: {text}".encode("utf-8", "backslashreplace").decode("utf-8"),
            urn=current_urn.get(),
        )
        try:
            self._engine.Log(request, timeout=_TIMEOUT_SECONDS)
        except grpc.RpcError:
            tell(text)

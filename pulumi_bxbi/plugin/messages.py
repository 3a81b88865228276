"""The messages of a plugin to the user, which the engine shows at the resource they concern."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from pulumi_bxbi.deployment.engine import tell

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

#: The URN of the resource that this thread works on; empty for none.
current_urn: Final[ContextVar[str]] = ContextVar("current_urn", default="")
#: The engine is on this machine, and a proxy would not reach it.
_NO_PROXY: Final = (("grpc.enable_http_proxy", 0),)
#: Seconds that the engine may take to accept a message.
_TIMEOUT_SECONDS: Final = 5.0


class Messages(logging.Handler):
    """Passes log records to the engine.

    Args:
        engine: The engine's address; empty where there is none, as when a person starts the
            plugin: then messages go to standard error.
    """

    def __init__(self, engine: str) -> None:
        super().__init__()
        self._channel = grpc.insecure_channel(engine, _NO_PROXY) if engine else None
        self._engine = engine_pb2_grpc.EngineStub(self._channel) if self._channel else None

    def __enter__(self) -> Self:
        """Use the messages until the end of a block."""
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Close the connection to the engine."""
        if self._channel:
            self._channel.close()

    def emit(self, record: logging.LogRecord) -> None:
        """Show one record."""
        self.show(record.getMessage(), is_warning=record.levelno >= logging.WARNING)

    def show(self, text: str, *, is_warning: bool = False) -> None:
        """Show a text at the resource that this thread works on.

        If the engine is gone, the text goes to standard error: the operation still succeeds.

        Args:
            text: The text.
            is_warning: Whether it is a warning.
        """
        if self._engine is None:
            tell(text)
            return
        request = engine_pb2.LogRequest(
            severity=engine_pb2.WARNING if is_warning else engine_pb2.INFO,
            message=f"bxbi: {text}".encode("utf-8", "backslashreplace").decode("utf-8"),
            urn=current_urn.get(),
        )
        try:
            self._engine.Log(request, timeout=_TIMEOUT_SECONDS)
        except grpc.RpcError:
            tell(text)

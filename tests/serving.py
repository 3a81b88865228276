"""A server of the tests' own that answers in a thread."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from socketserver import BaseServer

AnyServer = TypeVar("AnyServer", bound="BaseServer")


@contextmanager
def serving(server: AnyServer) -> Iterator[AnyServer]:
    """Let a server answer, and close it in the end."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()

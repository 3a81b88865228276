"""The engine that has started this provider: is it still there, and what did it not record?"""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.portal import PortalError
from pulumi_bxbi.portal.display import named

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Seconds; the engine is on this machine.
_TIMEOUT: Final = 5.0


class Engine:
    """The engine that has started this process.

    May be shared by threads.

    Args:
        arguments: The command line of this process. The engine gives a provider its address,
            ``127.0.0.1:PORT``, as the last argument; without one the engine counts as being there.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        host, _, port = (arguments[-1] if arguments else "").rpartition(":")
        self._address = (host, int(port)) if host == "127.0.0.1" and port.isdecimal() else None
        self._lock = threading.Lock()
        self._missed: list[str] = []

    def is_there(self) -> bool:
        """Return whether the engine still listens."""
        if self._address is None:
            return True
        if _is_ending():
            return False
        try:
            socket.create_connection(self._address, _TIMEOUT).close()
        except ConnectionRefusedError:
            return False
        except OSError:
            return True  # any other failure does not show that the engine is gone
        return True

    def require(self) -> None:
        """Refuse to go on without the engine.

        Raises:
            PortalError: It is gone.
        """
        if self.is_there():
            return
        raise PortalError(
            method="A change of the portal",
            observed="It was not sent, because Pulumi, which has started this deployment, is gone "
            "and could not record it.",
            cure="run `bxbi recover`.",
        )

    def created(self, kind: str, object_id: str, label: str) -> None:
        """Record a created object, if the engine is gone and so will not record it.

        Args:
            kind: ``connector``, ``source`` or ``table``.
            object_id: Its id on the portal.
            label: Its title or name.
        """
        if self.is_there():
            return
        with self._lock:
            self._missed.append(
                f"{named(kind, object_id, label)} was created, and Pulumi could not record "
                "it any more. Run `bxbi recover`, or take this object alone into the state: "
                f"bxbi import {kind} {object_id} --name NAME, where NAME is the resource's name in "
                "the program."
            )

    def tell_what_it_missed(self) -> None:
        """Write the objects that the engine has not recorded to standard error."""
        with self._lock:
            for text in self._missed:
                tell(text)
            self._missed.clear()


def tell(text: str) -> None:
    """Write a line to standard error, which the engine shows to the user.

    The engine reads UTF-8, whatever the locale. If it is gone, the line is dropped.

    Args:
        text: The line.
    """
    with contextlib.suppress(OSError):
        sys.stderr.buffer.write(f"bxbi: {text}\n".encode("utf-8", "backslashreplace"))
        sys.stderr.buffer.flush()


def _is_ending() -> bool:
    """Return whether this process is ending and only finishes the calls in flight."""
    try:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(int)
    except RuntimeError:
        return True
    return False

"""The output of a command, which never stops the command when it cannot be written.

A terminal or a log may lack a character, a pipe may have lost its reader, a disk may be full.
"""

from __future__ import annotations

import errno
import io
import os
import select
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TextIO, cast

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import ReadableBuffer

#: A character that an encoding does not have is written as its escape in Python: ``\u0429``.
_ESCAPED: Final = "backslashreplace"


def echo_report(text: str) -> None:
    """Write a report for a program or a platform: in UTF-8, whatever a terminal would show.

    Args:
        text: The report, with the end of its last line.
    """
    click.echo(text.encode("utf-8", _ESCAPED), nl=False)


@contextmanager
def shielded() -> Iterator[None]:
    """Make every write to standard output and standard error succeed.

    Output that cannot be written is dropped, with a message unless the reader has closed the pipe
    (``| head``).
    """
    before = sys.stdin, sys.stdout, sys.stderr
    sys.stdin, stdout, stderr = map(_opened, before, "rww")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors=_ESCAPED)
    output = _Sink(stdout)
    sys.stdout, sys.stderr = output.text(), _Sink(stderr).text()
    try:
        yield
    finally:
        if output.problem:
            click.echo(
                f"bxbi: standard output could not be written: {output.problem}. The command "
                "itself was not affected.",
                err=True,
            )
        sys.stdin, sys.stdout, sys.stderr = before


def _opened(stream: TextIO | None, mode: str) -> TextIO:
    """Return a stream, or an empty one where it is closed: else the next file gets its number."""
    return stream or cast("TextIO", open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123


class _Sink(io.RawIOBase):
    """Accepts all bytes for a stream, even when the stream does not.

    Args:
        stream: The stream.

    Attributes:
        problem: Why a write failed, in the system's words; empty where none did, or where the
            reader has closed the pipe.
    """

    def __init__(self, stream: TextIO) -> None:
        self._encoding = stream.encoding
        # Without its buffer, which would be written once more at the end of the process.
        self._stream: Any = getattr(stream.buffer, "raw", stream.buffer)
        self._takes_more = True
        self.problem = ""

    def text(self) -> TextIO:
        """Return a text stream that writes to this one."""
        return _Text(io.BufferedWriter(self), self._encoding, _ESCAPED, line_buffering=True)

    def write(self, data: ReadableBuffer, /) -> int:
        """Write bytes, as many as the stream takes at once, or drop them."""
        try:
            while self._takes_more:
                written: int | None = self._stream.write(data)
                if written is not None:
                    return written
                # A non-blocking pipe, as Node.js leaves behind.
                select.select([], [self._stream], [])
        except OSError as error:
            self._takes_more = False
            if error.errno != errno.EPIPE:
                self.problem = error.strerror or str(error)
        return memoryview(data).nbytes

    def writable(self) -> bool:
        """Return that the stream is writable, always."""
        return True

    def isatty(self) -> bool:
        """Return whether the stream is a terminal."""
        return bool(self._stream.isatty())

    def fileno(self) -> int:
        """Return the number of the stream's file."""
        return int(self._stream.fileno())


class _Text(io.TextIOWrapper):
    """A text stream that escapes the characters that its encoding lacks."""

    #: Not the real one: click would take ASCII for a mistake, and write UTF-8 in its place.
    encoding = "utf-8"

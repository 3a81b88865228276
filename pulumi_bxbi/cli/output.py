"""What a command writes. Whether anybody can read it changes nothing of what the command does.

A terminal or a log may have no room for a character, a pipe no reader any more, a disk no space.
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
    """Let nothing fail that is written to standard output and standard error.

    What cannot be written is dropped. That is told, unless the reader has left (``| head``), who
    wanted no more.
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
                f"bxbi: standard output could not be written: {output.problem}. What was done is "
                "not undone by that.",
                err=True,
            )
        sys.stdin, sys.stdout, sys.stderr = before


def _opened(stream: TextIO | None, mode: str) -> TextIO:
    """Return a stream, an empty one where it is closed: else the next file gets its number."""
    return stream or cast("TextIO", open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123


class _Sink(io.RawIOBase):
    """Takes all bytes that are written to a stream, also when the stream does not.

    Args:
        stream: The stream.

    Attributes:
        problem: Why something could not be written, in the system's words; empty where everything
            was, or where nobody reads any more.
    """

    def __init__(self, stream: TextIO) -> None:
        self._encoding = stream.encoding
        # Past its buffer, which would be written once more at the end of the process.
        self._stream: Any = getattr(stream.buffer, "raw", stream.buffer)
        self._takes_more = True
        self.problem = ""

    def text(self) -> TextIO:
        """Return a stream of texts that end here."""
        return _Text(io.BufferedWriter(self), self._encoding, _ESCAPED, line_buffering=True)

    def write(self, data: ReadableBuffer, /) -> int:
        """Write bytes, as many as the stream takes at once, or drop them."""
        try:
            while self._takes_more:
                written: int | None = self._stream.write(data)
                if written is not None:
                    return written
                # A pipe that does not wait by itself, as Node.js leaves them behind.
                select.select([], [self._stream], [])
        except OSError as error:
            self._takes_more = False
            if error.errno != errno.EPIPE:
                self.problem = error.strerror or str(error)
        return memoryview(data).nbytes

    def writable(self) -> bool:
        """Whether something can be written: always."""
        return True

    def isatty(self) -> bool:
        """Whether a terminal shows it."""
        return bool(self._stream.isatty())

    def fileno(self) -> int:
        """Return the number of the stream's file."""
        return int(self._stream.fileno())


class _Text(io.TextIOWrapper):
    """Texts on their way to a terminal or a log, with escapes."""

    #: Not the real one: ASCII click would take for a mistake, and write UTF-8 in its place.
    encoding = "utf-8"

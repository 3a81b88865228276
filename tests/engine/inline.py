"""Programs that the engine runs in this process: as Pulumi's Automation API does, a second faster.

Only the language host is spared: engine, provider process and state are the real ones.
"""

from __future__ import annotations

import gc
import os
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2_grpc

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def host_of(program: Path) -> Iterator[tuple[str, ...]]:
    """Serve a program, and give the arguments that send the engine here."""
    code = compile(program.read_text("utf-8"), str(program), "exec")
    before = Path.cwd()
    with _thrown_away(), ThreadPoolExecutor(4) as pool:
        server = grpc.server(pool)
        language_pb2_grpc.add_LanguageRuntimeServicer_to_server(
            LanguageServer(lambda: exec(code, {"__file__": str(program)})),  # noqa: S102  # a test's own
            server,
        )
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        # Where Pulumi's own host runs it.
        os.chdir(program.parent)
        try:
            yield (f"--client=127.0.0.1:{port}", "--exec-kind=auto.inline")
        finally:
            os.chdir(before)
            server.stop(None).wait()


@contextmanager
def _thrown_away() -> Iterator[None]:
    """Throw away what a failed program has left behind, once its threads have ended.

    Pulumi's server can leave its event loop unclosed, and its coroutine unfinished. Left to the
    garbage collector, they would fail whichever test runs then.
    """
    try:
        yield
    finally:
        told, sys.unraisablehook = sys.unraisablehook, lambda _: None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ResourceWarning)
                gc.collect()
        finally:
            sys.unraisablehook = told

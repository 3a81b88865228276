"""Programs that the engine runs in this process: as Pulumi's Automation API does, a second faster.

Only the language host is spared: engine, provider process and state are the real ones.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2_grpc

from tests.protocol.program import closed_loops

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def host_of(program: Path) -> Iterator[tuple[str, ...]]:
    """Serve a program, and give the arguments that send the engine here."""
    code = compile(program.read_text("utf-8"), str(program), "exec")
    before = Path.cwd()
    with ExitStack() as ending:
        ending.enter_context(closed_loops())
        pool = ending.enter_context(ThreadPoolExecutor(4))
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

"""A native plugin that does nothing, in the shape of the real one."""

from __future__ import annotations

import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from tests.bench.floor.shape import COMPUTED


class NothingProvider(provider_pb2_grpc.ResourceProviderServicer):
    """Answers each request with what it was given."""

    def Handshake(self, _request: Any, _context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    def Cancel(self, _request: Any, _context: Any) -> Any:
        return empty_pb2.Empty()

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:
        return plugin_pb2.PluginInfo(version="0.0.1")

    def CheckConfig(self, request: Any, _context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, _request: Any, _context: Any) -> Any:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, _request: Any, _context: Any) -> Any:
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Check(self, request: Any, _context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, _context: Any) -> Any:
        is_changed = request.olds.fields["title"] != request.news.fields["title"]
        change = provider_pb2.DiffResponse.DIFF_SOME
        return provider_pb2.DiffResponse(
            changes=change if is_changed else provider_pb2.DiffResponse.DIFF_NONE
        )

    def Create(self, request: Any, _context: Any) -> Any:
        outputs = _with_computed(request.properties)
        return provider_pb2.CreateResponse(id=uuid4().hex, properties=outputs)

    def Read(self, request: Any, _context: Any) -> Any:
        return provider_pb2.ReadResponse(
            id=request.id, properties=request.properties, inputs=request.inputs
        )

    def Update(self, request: Any, _context: Any) -> Any:
        return provider_pb2.UpdateResponse(properties=_with_computed(request.news))

    def Delete(self, _request: Any, _context: Any) -> Any:
        return empty_pb2.Empty()


def _with_computed(inputs: Any) -> Any:
    outputs = struct_pb2.Struct()
    outputs.CopyFrom(inputs)
    outputs.update(COMPUTED)
    return outputs


def main() -> None:
    """Serve the engine until it ends this process."""
    ending = threading.Event()
    signal.signal(signal.SIGINT, lambda _number, _frame: ending.set())
    with ThreadPoolExecutor(256) as pool:
        server = grpc.server(pool)
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(NothingProvider(), server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        ending.wait()
        server.stop(None)


if __name__ == "__main__":
    main()

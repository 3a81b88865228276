"""The real provider process, and the calls that the engine makes to it."""

from __future__ import annotations

import runpy
import sys
from typing import TYPE_CHECKING, Any, Final

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from tests.protocol.processes import PreparedProcess
from tests.protocol.provider import CheckFailedError, Diff, ProviderError
from tests.protocol.values import from_struct, to_struct, with_secrets_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from multiprocessing.connection import Connection
    from pathlib import Path

    from tests.protocol.provider import Olds

_MODULE: Final = "pulumi.dynamic"


class ProviderProcess:
    """The dynamic provider, in a process of its own, as the engine starts it.

    Args:
        folder: The stack's project.
        environment: The variables that the engine has.
        engine: The address of the engine.
        configuration: The stack's whole configuration, by keys with their namespaces.
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        engine: str,
        configuration: Mapping[str, str],
    ) -> None:
        self._process = PreparedProcess(_serve, folder, environment, engine)
        port = self._process.connection.recv()
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        args = to_struct(dict(configuration), keep_secrets=True)
        self._call("Configure", provider_pb2.ConfigureRequest(args=args, acceptSecrets=True))

    def check(self, urn: str, olds: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
        answer = self._call(
            "Check",
            provider_pb2.CheckRequest(
                urn=urn,
                olds=to_struct(olds, keep_secrets=False),
                news=to_struct(news, keep_secrets=False),
            ),
        )
        if answer.failures:
            raise CheckFailedError([(each.property, each.reason) for each in answer.failures])
        return with_secrets_of(from_struct(answer.inputs), news)

    def diff(self, urn: str, id_: str, olds: Olds, news: dict[str, Any]) -> Diff:
        answer = self._call(
            "Diff",
            provider_pb2.DiffRequest(urn=urn, id=id_, **_olds_and_news(olds, news)),
        )
        return Diff(
            answer.changes == provider_pb2.DiffResponse.DIFF_SOME,
            bool(answer.replaces),
            answer.deleteBeforeReplace,
        )

    def create(self, urn: str, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        answer = self._call(
            "Create",
            provider_pb2.CreateRequest(urn=urn, properties=to_struct(inputs, keep_secrets=False)),
        )
        return answer.id, with_secrets_of(from_struct(answer.properties), inputs)

    def read(
        self, urn: str, id_: str, inputs: dict[str, Any], outputs: dict[str, Any]
    ) -> tuple[str, dict[str, Any], dict[str, Any] | None]:
        answer = self._call(
            "Read",
            provider_pb2.ReadRequest(
                urn=urn,
                id=id_,
                inputs=to_struct(inputs, keep_secrets=False),
                properties=to_struct(outputs, keep_secrets=False),
            ),
        )
        found = with_secrets_of(from_struct(answer.properties), outputs)
        changed = from_struct(answer.inputs) if answer.HasField("inputs") else None
        return answer.id, found, changed and with_secrets_of(changed, inputs)

    def update(self, urn: str, id_: str, olds: Olds, news: dict[str, Any]) -> dict[str, Any]:
        answer = self._call(
            "Update",
            provider_pb2.UpdateRequest(urn=urn, id=id_, **_olds_and_news(olds, news)),
        )
        return with_secrets_of(from_struct(answer.properties), news)

    def delete(self, urn: str, id_: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> None:
        self._call(
            "Delete",
            provider_pb2.DeleteRequest(
                urn=urn,
                id=id_,
                properties=to_struct(outputs, keep_secrets=False),
                old_inputs=to_struct(inputs, keep_secrets=False),
            ),
        )

    def end(self) -> str:
        """End the process as the engine does, and return all that it printed."""
        self._channel.close()
        self._process.interrupt()
        return self._process.end()

    def _call(self, method: str, request: Any) -> Any:
        try:
            return getattr(self._stub, method)(request)
        except grpc.RpcError as error:
            raise ProviderError(error.details()) from None


def _olds_and_news(olds: Olds, news: dict[str, Any]) -> dict[str, Any]:
    inputs, outputs = olds
    return {
        "olds": to_struct(outputs, keep_secrets=False),
        "old_inputs": to_struct(inputs, keep_secrets=False),
        "news": to_struct(news, keep_secrets=False),
    }


def serve(engine: str) -> None:
    """Be what ``python -u -m pulumi.dynamic ENGINE`` is.

    Args:
        engine: The engine's address.
    """
    sys.argv = [_MODULE, engine]
    runpy.run_module(_MODULE, run_name="__main__")


def _serve(told: Connection, engine: str) -> None:
    sys.stdout = _Port(told)
    serve(engine)


class _Port:
    """The standard output of the provider, whose first line is its port."""

    def __init__(self, told: Connection) -> None:
        self._told = told
        self.buffer = self

    def write(self, text: bytes) -> None:
        self._told.send(int(text))

    def flush(self) -> None:
        """Nothing is kept back."""

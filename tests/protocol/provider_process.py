"""The real provider of either adapter: the calls that the engine makes to it, and its process."""

from __future__ import annotations

import runpy
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from pulumi_bxbi.plugin import command as plugin
from tests.protocol.processes import PreparedProcess
from tests.protocol.provider import CheckFailedError, Diff, ProviderError
from tests.protocol.values import from_struct, to_struct, with_secrets_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from multiprocessing.connection import Connection
    from pathlib import Path

    from tests.protocol.provider import Olds

_MODULE: Final = "pulumi.dynamic"
_NAMESPACE: Final = "bxbi:"
_DEFAULT_PROVIDER: Final = "urn:pulumi:test::test::pulumi:providers:bxbi::default"


def serve(engine: str) -> None:
    """Be what ``python -u -m pulumi.dynamic ENGINE`` is.

    Args:
        engine: The engine's address.
    """
    sys.argv = [_MODULE, engine]
    runpy.run_module(_MODULE, run_name="__main__")


def _serve_dynamic(told: Connection, engine: str) -> None:
    sys.stdout = _Port(told)
    serve(engine)


def _serve_plugin(told: Connection, engine: str) -> None:
    sys.stdout = _Port(told)
    sys.argv = ["pulumi-resource-bxbi", engine]
    plugin.main()


@dataclass(frozen=True, slots=True)
class Adapter:
    """What serves the resources to the engine.

    Attributes:
        name: Its name.
        type: The type of a resource, without the name of its class.
        serve: Serves them; the function of a process.
        keeps_secrets: Whether it gets secrets with their marks, and marks those of its answers.
            Otherwise it gets plain texts, and the engine marks what was secret on the way to it.
        knows_previews: Whether it is asked what a preview shows. Otherwise that is what the program
            gives.
    """

    name: Literal["dynamic", "plugin"]
    type: str
    serve: Callable[..., None]
    keeps_secrets: bool
    knows_previews: bool


DYNAMIC: Final = Adapter(
    "dynamic",
    "pulumi-python:dynamic/bxbi:",
    _serve_dynamic,
    keeps_secrets=False,
    knows_previews=False,
)
PLUGIN: Final = Adapter(
    "plugin",
    "bxbi:index:",
    _serve_plugin,
    keeps_secrets=True,
    knows_previews=True,
)
ADAPTERS: Final = {each.name: each for each in (DYNAMIC, PLUGIN)}


class CalledProvider:
    """A provider that is called with the messages of Pulumi's protocol.

    Args:
        adapter: What serves the resources.
        stub: What the messages are sent with.
    """

    def __init__(self, adapter: Adapter, stub: Any) -> None:
        self._adapter = adapter
        self._stub = stub

    def check(self, urn: str, olds: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
        answer = self._call(
            "Check",
            provider_pb2.CheckRequest(urn=urn, olds=self._sent(olds), news=self._sent(news)),
        )
        if answer.failures:
            raise CheckFailedError([(each.property, each.reason) for each in answer.failures])
        return self._received(answer.inputs, news)

    def diff(self, urn: str, id_: str, olds: Olds, news: dict[str, Any]) -> Diff:
        answer = self._call(
            "Diff",
            provider_pb2.DiffRequest(urn=urn, id=id_, **self._olds_and_news(olds, news)),
        )
        return Diff(
            answer.changes == provider_pb2.DiffResponse.DIFF_SOME,
            bool(answer.replaces),
            answer.deleteBeforeReplace,
        )

    def planned_creation(self, urn: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return self._create(urn, inputs, preview=True)[1] if self._knows_previews else inputs

    def create(self, urn: str, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return self._create(urn, inputs, preview=False)

    def read(
        self, urn: str, id_: str, inputs: dict[str, Any], outputs: dict[str, Any]
    ) -> tuple[str, dict[str, Any], dict[str, Any] | None]:
        answer = self._call(
            "Read",
            provider_pb2.ReadRequest(
                urn=urn, id=id_, inputs=self._sent(inputs), properties=self._sent(outputs)
            ),
        )
        found = self._received(answer.properties, outputs)
        changed = self._received(answer.inputs, inputs) if answer.HasField("inputs") else None
        return answer.id, found, changed

    def planned_update(
        self, urn: str, id_: str, olds: Olds, news: dict[str, Any]
    ) -> dict[str, Any]:
        return self._update(urn, id_, olds, news, preview=True) if self._knows_previews else news

    def update(self, urn: str, id_: str, olds: Olds, news: dict[str, Any]) -> dict[str, Any]:
        return self._update(urn, id_, olds, news, preview=False)

    def delete(self, urn: str, id_: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> None:
        self._call(
            "Delete",
            provider_pb2.DeleteRequest(
                urn=urn, id=id_, properties=self._sent(outputs), old_inputs=self._sent(inputs)
            ),
        )

    def cancel(self) -> None:
        """Tell a plugin that the operation ends, or that a person has pressed Ctrl-C."""
        self._call("Cancel", empty_pb2.Empty())

    @property
    def _knows_previews(self) -> bool:
        return self._adapter.knows_previews

    def _create(
        self, urn: str, inputs: dict[str, Any], *, preview: bool
    ) -> tuple[str, dict[str, Any]]:
        answer = self._call(
            "Create",
            provider_pb2.CreateRequest(urn=urn, properties=self._sent(inputs), preview=preview),
        )
        return answer.id, self._received(answer.properties, inputs)

    def _update(
        self, urn: str, id_: str, olds: Olds, news: dict[str, Any], *, preview: bool
    ) -> dict[str, Any]:
        answer = self._call(
            "Update",
            provider_pb2.UpdateRequest(
                urn=urn, id=id_, preview=preview, **self._olds_and_news(olds, news)
            ),
        )
        return self._received(answer.properties, news)

    def _olds_and_news(self, olds: Olds, news: dict[str, Any]) -> dict[str, Any]:
        inputs, outputs = olds
        return {
            "olds": self._sent(outputs),
            "old_inputs": self._sent(inputs),
            "news": self._sent(news),
        }

    def _sent(self, properties: dict[str, Any]) -> Any:
        return to_struct(properties, keep_secrets=self._adapter.keeps_secrets)

    def _received(self, answer: Any, asked: dict[str, Any]) -> dict[str, Any]:
        properties = from_struct(answer)
        return properties if self._adapter.keeps_secrets else with_secrets_of(properties, asked)

    def _call(self, method: str, request: Any) -> Any:
        try:
            return getattr(self._stub, method)(request)
        except grpc.RpcError as error:
            raise ProviderError(error.details()) from None


class ProviderProcess(CalledProvider):
    """A provider, in a process of its own, as the engine starts it.

    Args:
        adapter: What serves the resources.
        folder: The stack's project.
        environment: The variables that the engine has.
        engine: The address of the engine.
        configuration: The stack's whole configuration, by keys with their namespaces.
    """

    def __init__(
        self,
        adapter: Adapter,
        folder: Path,
        environment: Mapping[str, str],
        engine: str,
        configuration: Mapping[str, str],
    ) -> None:
        self._process = PreparedProcess(adapter.serve, folder, environment, engine)
        port = self._process.connection.recv()
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        super().__init__(adapter, provider_pb2_grpc.ResourceProviderStub(self._channel))
        if adapter is DYNAMIC:
            args = to_struct(dict(configuration), keep_secrets=True)
            self._call("Configure", provider_pb2.ConfigureRequest(args=args, acceptSecrets=True))
        else:
            self._configure_plugin(engine, configuration)

    def end(self) -> str:
        """End the process as the engine does, and return all that it printed."""
        if self._adapter is PLUGIN:
            self.cancel()
        self._channel.close()
        if self._adapter is DYNAMIC:
            return self._process.end_interrupted()
        self._process.interrupt()
        return self._process.end(by_itself=True)

    def _configure_plugin(self, engine: str, configuration: Mapping[str, str]) -> None:
        self._call("Handshake", provider_pb2.ProviderHandshakeRequest(engine_address=engine))
        own = {
            key.removeprefix(_NAMESPACE): value
            for key, value in configuration.items()
            if key.startswith(_NAMESPACE)
        }
        news = to_struct(own, keep_secrets=True)
        checked = self._call(
            "CheckConfig", provider_pb2.CheckRequest(urn=_DEFAULT_PROVIDER, news=news)
        )
        if checked.failures:
            raise ProviderError("\n".join(each.reason for each in checked.failures))
        self._call(
            "Configure",
            provider_pb2.ConfigureRequest(
                urn=_DEFAULT_PROVIDER, args=checked.inputs, acceptSecrets=True
            ),
        )


class _Port:
    """The standard output of the provider, whose first line is its port."""

    def __init__(self, told: Connection) -> None:
        self._told = told
        self.buffer = self

    def write(self, text: bytes | str) -> None:
        self._told.send(int(text))

    def flush(self) -> None:
        """Nothing is kept back."""

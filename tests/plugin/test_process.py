"""The plugin's process under an engine: what it says of itself, and what it cannot serve."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from pulumi_bxbi.plugin.schema import released_schema
from pulumi_bxbi.version import __version__
from tests.engine.prepared import command_of_plugin
from tests.plugin.test_presence import SCRIPTS
from tests.variables import inherited

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = SCRIPTS / "pulumi-resource-bxbi"
URN = "urn:pulumi:dev::crm::{}::some"
PROVIDER = URN.format("pulumi:providers:bxbi")
#: The type of a resource that a later version may have.
LATER = URN.format("bxbi:index:BiDashboard")
UPGRADE = (
    f"pulumi-resource-bxbi {__version__} does not know {{}}. Upgrade it: pip install --upgrade "
    "pulumi-bxbi."
)
#: Is the plugin, and prints the names of all modules that are imported before it tells its port.
STARTING = """
import json
import sys


class Output:
    def write(self, port):
        print(json.dumps([*sys.modules]), file=sys.__stdout__)

    def flush(self):
        pass


sys.stdout = Output()

from pulumi_bxbi.plugin.command import main

main()
"""


@contextmanager
def plugin_in(folder: Path, **variables: str) -> Iterator[Any]:
    """Run the plugin in the folder of a program, for an engine that only listens."""
    with (
        socket.create_server(("127.0.0.1", 0)) as engine,
        subprocess.Popen(
            [command_of_plugin(), f"127.0.0.1:{engine.getsockname()[1]}"],
            cwd=folder,
            env={**inherited(), **variables},
            stdout=subprocess.PIPE,
        ) as process,
    ):
        assert process.stdout
        try:
            with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
                yield ResourceProviderStub(channel)
        finally:
            process.send_signal(signal.SIGINT)
    assert process.returncode == 0


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with plugin_in(tmp_path_factory.mktemp("program")) as stub:
        yield stub


def refusal(method: Any, request: Any) -> str:
    """Return the text with which the plugin refuses a request."""
    with pytest.raises(grpc.RpcError) as refused:
        method(request)
    return str(refused.value.details())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--version"], f"{__version__}\n"),
        (["--help"], f"pulumi-resource-bxbi {__version__}: the plugin with which Pulumi manages "),
        ([], f"pulumi-resource-bxbi {__version__}: the plugin with which Pulumi manages "),
    ],
)
def test_a_person_is_told_what_it_is(arguments: list[str], said: str) -> None:
    assert subprocess.check_output([COMMAND, *arguments], text=True).startswith(said)


def test_it_says_its_version_and_its_schema(plugin: Any) -> None:
    schema = plugin.GetSchema(provider_pb2.GetSchemaRequest()).schema

    assert plugin.GetPluginInfo(empty_pb2.Empty()).version == __version__
    assert json.loads(schema) == released_schema(__version__)


def test_the_engine_connects_while_the_rest_is_imported() -> None:
    with socket.create_server(("127.0.0.1", 0)) as engine:
        gone = f"127.0.0.1:{engine.getsockname()[1]}"

    printed = subprocess.check_output(
        [sys.executable, "-c", STARTING, gone], env=inherited(), text=True
    )

    before = set(json.loads(printed))
    assert "pulumi_bxbi.plugin.command" in before
    assert not before & {"pydantic", "requests", "pulumi_bxbi.plugin.provider"}


def test_a_command_of_the_user_gets_the_environment_of_the_plugin(tmp_path: Path) -> None:
    program, told = tmp_path / "store", tmp_path / "told"
    program.write_text(f"#!/bin/sh\nenv > '{told}'\nexit 1\n", "utf-8")
    program.chmod(0o755)
    application = {"BXBI_CLIENT_ID": "local.a", "BXBI_CLIENT_SECRET": "s3cret"}
    store = {"BXBI_PORTAL": "https://a.example", "BXBI_TOKEN_STORE": f"exec:{program}"}

    with plugin_in(tmp_path, **application, **store) as stub:
        stub.Configure(provider_pb2.ConfigureRequest(acceptSecrets=True))
        request = provider_pb2.ReadRequest(urn=URN.format("bxbi:index:BiSource"), id="1")
        assert str(program) in refusal(stub.Read, request)

    environment = told.read_text("utf-8").splitlines()
    assert f"BXBI_TOKEN_STORE=exec:{program}" in environment
    assert "PYDANTIC_DISABLE_PLUGINS=true" not in environment


@pytest.mark.parametrize("method", ["Check", "Diff", "Create", "Read", "Update", "Delete"])
def test_a_resource_of_a_later_version_is_refused(plugin: Any, method: str) -> None:
    request = getattr(provider_pb2, f"{method}Request")(urn=LATER)

    assert refusal(getattr(plugin, method), request) == UPGRADE.format("bxbi:index:BiDashboard")


def test_a_function_of_a_later_version_is_refused(plugin: Any) -> None:
    request = provider_pb2.InvokeRequest(tok="bxbi:index:getDashboard")

    assert refusal(plugin.Invoke, request) == UPGRADE.format("bxbi:index:getDashboard")


def test_an_error_that_nobody_expects_is_one_line_with_its_type(plugin: Any) -> None:
    request = provider_pb2.CheckRequest(urn="no URN")

    assert refusal(plugin.Check, request).startswith("ValueError: not enough values to unpack")


@pytest.mark.parametrize(
    ("arguments", "reasons"),
    [
        ({"portal": "https://a.example"}, []),
        ({"portl": "https://a.example"}, ['portl is not a setting; did you mean "portal"?']),
        ({"burst": "many"}, ['burst is "many"']),
        ({"burst": "many", "portal": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}, []),
    ],
    ids=["right", "misspelt", "wrong", "not known yet"],
)
def test_the_arguments_of_a_provider_are_checked(
    plugin: Any, arguments: dict[str, str], reasons: list[str]
) -> None:
    request = provider_pb2.CheckRequest(urn=PROVIDER)
    request.news.update(arguments)

    checked = plugin.CheckConfig(request)

    assert len(checked.failures) == len(reasons)
    for failure, reason in zip(checked.failures, reasons, strict=True):
        assert failure.reason.startswith(reason)


def test_no_change_of_a_provider_replaces_anything(plugin: Any) -> None:
    request = provider_pb2.DiffRequest(urn=PROVIDER)
    request.olds.update({"portal": "https://a.example", "burst": "50"})
    same = plugin.DiffConfig(provider_pb2.DiffRequest(olds=request.olds, news=request.olds))
    request.news.update({"portal": "https://b.example", "burst": "50"})

    changed = plugin.DiffConfig(request)

    assert same.changes == provider_pb2.DiffResponse.DIFF_NONE
    assert changed.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert list(changed.diffs) == ["portal"]
    assert not changed.replaces


@pytest.mark.parametrize(
    ("project", "spelt"),
    [
        ("runtime: python\n", "requests_per_second"),
        ("runtime: go\n", "RequestsPerSecond"),
        ("runtime: [\n", "requestsPerSecond"),
    ],
    ids=["python", "go", "unreadable"],
)
def test_messages_spell_arguments_as_the_program_does(
    tmp_path: Path, project: str, spelt: str
) -> None:
    (tmp_path / "Pulumi.yaml").write_text(project, "utf-8")
    request = provider_pb2.CheckRequest(urn=PROVIDER)
    request.news.update({"requestsPerSecond": "many"})

    with plugin_in(tmp_path) as stub:
        stub.Handshake(provider_pb2.ProviderHandshakeRequest())
        (failure,) = stub.CheckConfig(request).failures

    assert failure.reason.startswith(f'{spelt} is "many"')

"""The SDKs that Pulumi generates from the schema; TypeScript's in test_typescript.py.

Those for Go and Python are compiled. The one for C# is read: a compiler is not asked for.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.plugin.examples import RESOURCES, IdOf, SecretOf
from pulumi_bxbi.plugin.schema import package_schema
from pulumi_bxbi.stack.secrets import SECRET, SIGNATURE
from pulumi_bxbi.stack.urns import TYPES
from tests.engine import csharp
from tests.engine.guides import GUIDES, PLUGIN
from tests.test_schema import snippets
from tests.tools import engine, sdks

if TYPE_CHECKING:
    from collections.abc import Callable

GO = shutil.which("go") or ""
#: What mypy has found of the packages of this environment is kept for the next time.
CACHED = f"--cache-dir={Path(__file__).parents[2]}/.mypy_cache/sdk"
#: The function of the examples in Go, where each lookup has variables of its own; and the guide's.
EXAMPLES_IN_GO = """
package main

import (
	"example.com/pulumi-bxbi/sdk/go/bxbi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func init() {{
	examples = func(ctx *pulumi.Context) error {{
		{resources}
		_ = orders
		{functions}
		return nil
	}}
}}

var _ = func(ctx *pulumi.Context) error {{
	{guide}
	_ = crm
	return nil
}}
"""
#: What `pulumi package add` writes into the go.mod of a program.
LINKED_IN_GO = """
require example.com/pulumi-bxbi/sdk/go v0.0.0
replace example.com/pulumi-bxbi/sdk/go => ./sdks/bxbi
"""
#: A program that registers as main.go in tests/tools/sdk/program does.
HEAD_IN_PYTHON = """
import json
from typing import Any

import pulumi
import pulumi_bxbi
import pulumi_bxbi_sdk as bxbi


class Portal(pulumi.runtime.Mocks):
    def call(
        self, args: pulumi.runtime.MockCallArgs
    ) -> tuple[dict[Any, Any], list[tuple[str, str]]]:
        return {}, []

    def new_resource(
        self, args: pulumi.runtime.MockResourceArgs
    ) -> tuple[str | None, dict[Any, Any]]:
        print(json.dumps([args.typ, args.inputs]))
        return args.name, args.inputs


pulumi.runtime.set_mocks(Portal())
pulumi.runtime.set_config("project:crmPassword", "hunter2")
config = pulumi.Config()
"""
#: Runs the program where Pulumi waits for what it registers; what was begun before is forgotten.
PLAYED_IN_PYTHON = """
import pulumi


@pulumi.runtime.test
def play():
    import program


play()
"""


@pytest.fixture
def write_sdk(tmp_path: Path, engine_environment: dict[str, str]) -> Callable[[str], Path]:
    """Writes the SDK for a language from the plugin's schema, and returns its folder."""

    def write(language: str) -> Path:
        plugin = Path(sys.executable).parent / "pulumi-resource-bxbi"
        command = ["pulumi", "package", "get-schema", str(plugin)]
        schema = tmp_path / "schema.json"
        schema.write_text(run(command, tmp_path, engine_environment), "utf-8")
        folder = tmp_path / "sdks" / "bxbi"
        sdks.write_sdk(language, schema, folder)
        return folder

    return write


def registered(printed: str) -> list[tuple[str, Any]]:
    """Return the types and inputs of the resources that a program registered, in no order."""
    return sorted((kind, inputs) for kind, inputs in map(json.loads, printed.splitlines()))


def in_the_examples() -> list[tuple[str, Any]]:
    """Return the resources in the examples: types, and inputs with those that are secrets."""
    described = package_schema()["resources"]
    return sorted(
        (
            kind.schema_token,
            {
                name: _secret(given) if each.get("secret") else given
                for name, each in described[kind.schema_token]["inputProperties"].items()
                if (given := _given(inputs.get(name)))
            },
        )
        for kind, (_, inputs) in RESOURCES.items()
    )


def _secret(value: Any) -> dict[str, Any]:
    return {SIGNATURE: SECRET, "value": value}


def _given(value: Any) -> Any:
    if isinstance(value, IdOf):
        return value.name
    if isinstance(value, SecretOf):
        return "hunter2"
    if isinstance(value, dict):
        return {key: _given(each) for key, each in value.items()}
    return [_given(each) for each in value] if isinstance(value, list) else value


def run(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    """Run a command that has to succeed, and return what it prints."""
    ended = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.mark.skipif(not GO, reason="Go compiles the SDK for Go, and is not on PATH")
def test_in_go_it_compiles_and_the_examples_register_what_they_say(
    write_sdk: Callable[[str], Path], tmp_path: Path
) -> None:
    write_sdk("go")
    written = snippets("go")
    for name in ("go.sum", "program/main.go"):
        shutil.copy(sdks.MODULE / name, tmp_path)
    pinned = (sdks.MODULE / "go.mod").read_text("utf-8")
    (tmp_path / "go.mod").write_text(pinned + LINKED_IN_GO, "utf-8")
    resources = [written.pop(each.schema_token) for each in TYPES]
    functions = [f"{{\n{text}\n_ = {text.partition(',')[0]}\n}}" for text in written.values()]
    (guide,) = re.findall(r"^```go\n(.*?)^```", GUIDES[PLUGIN], re.MULTILINE | re.DOTALL)
    program = EXAMPLES_IN_GO.format(
        resources="\n".join(resources), functions="\n".join(functions), guide=guide
    )
    (tmp_path / "examples.go").write_text(program, "utf-8")

    run([GO, "build", "./...", "example.com/pulumi-bxbi/sdk/go/..."], tmp_path, engine.variables())
    printed = run([GO, "run", "."], tmp_path, engine.variables())

    assert registered(printed) == in_the_examples()


def test_in_python_it_stands_beside_this_package(
    write_sdk: Callable[[str], Path], tmp_path: Path, engine_environment: dict[str, str]
) -> None:
    folder = write_sdk("python")
    installed = tmp_path / "installed"
    install = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--use-pep517")
    here = ("--no-build-isolation", "--target", str(installed), str(folder))
    run([*install, *here], tmp_path, engine_environment)
    assert {each.name for each in installed.iterdir() if each.suffix != ".dist-info"} == {
        "pulumi_bxbi_sdk"
    }
    written = snippets("python")
    resources = [written.pop(each.schema_token) for each in TYPES]
    functions = textwrap.indent("\n".join(written.values()), "    ")
    text = "\n".join([*resources, "def look_up() -> None:", functions, "look_up()"])
    for part in ("Column", "ConnectorParameter"):
        assert f"bxbi.{part}(" in text
        text = text.replace(f"bxbi.{part}(", f"bxbi.{part}Args(")
    program = tmp_path / "program.py"
    program.write_text(f"{HEAD_IN_PYTHON}\n{text}\n", "utf-8")
    # The modules of an installed package are read and not checked: how Pulumi types `Output.secret`
    # does not fit how its generator calls it.
    environment = engine_environment | {"PYTHONPATH": str(installed), "MYPYPATH": ""}

    run(
        [sys.executable, "-W", "error", "-m", "compileall", "-q", str(installed)],
        tmp_path,
        environment,
    )
    printed = run([sys.executable, "-W", "error", "-c", PLAYED_IN_PYTHON], tmp_path, environment)
    run(
        [sys.executable, "-m", "mypy", "--config-file=", "--strict", CACHED, str(program)],
        tmp_path,
        environment,
    )

    assert registered(printed) == in_the_examples()


def test_in_csharp_the_package_has_the_classes_of_the_schema_and_the_version_of_the_plugin(
    write_sdk: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = write_sdk("dotnet")
    version = json.loads((tmp_path / "schema.json").read_text("utf-8"))["version"]
    schema = package_schema()
    resources = [*schema["resources"], "Provider"]
    functions = schema["functions"]
    with_arguments = [token for token, each in functions.items() if each["inputs"]["properties"]]

    project = (folder / "Pulumi.Bxbi.csproj").read_text("utf-8")
    plugin = json.loads((folder / "pulumi-plugin.json").read_text("utf-8"))
    written = [each.name for each in csharp.classes(folder)]

    assert f"<Version>{version}</Version>" in project
    assert plugin == {"resource": True, "name": "bxbi", "version": version}
    assert sorted(written) == sorted(
        [
            "Pulumi.Bxbi.Config",
            "Pulumi.Bxbi.Inputs.ColumnArgs",
            "Pulumi.Bxbi.Inputs.ConnectorParameterArgs",
            *(f"Pulumi.Bxbi.Outputs.{csharp.capitalized(each)}" for each in schema["types"]),
            *(csharp.name_of(token, end) for token in resources for end in ("", "Args")),
            *(csharp.name_of(token, end) for token in functions for end in ("", "Args", "Result")),
            *(csharp.name_of(token, "InvokeArgs") for token in with_arguments),
        ]
    )


def test_in_csharp_resources_say_what_the_schema_says(write_sdk: Callable[[str], Path]) -> None:
    written = {each.name: each for each in csharp.classes(write_sdk("dotnet"))}
    schema = package_schema()

    for token, described in {**schema["resources"], "Provider": schema["provider"]}.items():
        resource = written[csharp.name_of(token)]
        outputs = described.get("properties", {})
        assert resource.meaning.startswith(csharp.without_examples(described))
        resource.check_members(outputs, "Output")
        assert resource.secret_outputs() == csharp.secrets(outputs)
        arguments = written[csharp.name_of(token, "Args")]
        given = described["inputProperties"]
        arguments.check_members(given, "Input")
        arguments.check_inputs(given, described.get("requiredInputs", []))
        assert arguments.secret_inputs() == csharp.secrets(given)


def test_in_csharp_functions_say_what_the_schema_says(write_sdk: Callable[[str], Path]) -> None:
    written = {each.name: each for each in csharp.classes(write_sdk("dotnet"))}

    for token, described in package_schema()["functions"].items():
        function, result = written[csharp.name_of(token)], written[csharp.name_of(token, "Result")]
        assert f"/// {csharp.without_examples(described)}\n" in function.content
        assert f'Result>("{token}", args ??' in function.content
        result.check_members(described["outputs"]["properties"])
        plain, given = written[csharp.name_of(token, "Args")], described["inputs"]["properties"]
        required = described["inputs"].get("required", [])
        plain.check_members(given)
        plain.check_inputs(given, required)
        if given:
            arguments = written[csharp.name_of(token, "InvokeArgs")]
            arguments.check_members(given, "Input")
            arguments.check_inputs(given, required)
            assert arguments.secret_inputs() == csharp.secrets(given)


def test_in_csharp_parts_of_resources_and_results_say_what_the_schema_says(
    write_sdk: Callable[[str], Path],
) -> None:
    written = {each.name: each for each in csharp.classes(write_sdk("dotnet"))}

    for token, described in package_schema()["types"].items():
        name = csharp.capitalized(token)
        part = written[f"Pulumi.Bxbi.Outputs.{name}"]
        assert part.meaning == described["description"]
        part.check_members(described["properties"])
        if name in {"Column", "ConnectorParameter"}:
            arguments = written[f"Pulumi.Bxbi.Inputs.{name}Args"]
            assert arguments.meaning == described["description"]
            arguments.check_members(described["properties"], "Input")
            arguments.check_inputs(described["properties"], described["required"])

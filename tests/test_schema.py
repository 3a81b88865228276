"""The package schema is what the models say, and what the engine accepts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pulumi_bxbi import BiConnector, BiSource, BiTable
from pulumi_bxbi.plugin.schema import package_schema
from pulumi_bxbi.resources.inputs import check_inputs
from pulumi_bxbi.settings.declared import SETTINGS
from pulumi_bxbi.stack.urns import TYPES

#: A program whose engine is replaced by Pulumi's mocks.
MOCKED = """
import pulumi
import pulumi_bxbi as bxbi


class Portal(pulumi.runtime.Mocks):
    def call(self, args):
        return {}

    def new_resource(self, args):
        return "7", dict(args.inputs)


pulumi.runtime.set_mocks(Portal())
pulumi.runtime.set_config("project:crmPassword", "hunter2")
config = pulumi.Config()
"""
COMMITTED = Path(__file__).parents[1] / "schema.json"


def test_the_committed_file_is_the_output_of_the_command() -> None:
    command = [sys.executable, "-m", "pulumi_bxbi.plugin.schema"]

    assert subprocess.check_output(command).decode() == COMMITTED.read_text("utf-8")


def test_the_engine_accepts_it() -> None:
    checked = subprocess.run(
        ["pulumi", "schema", "check", COMMITTED], capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "warning" not in (checked.stdout + checked.stderr).lower()


def test_it_has_every_setting_and_marks_those_that_are_secret() -> None:
    variables = package_schema()["config"]["variables"]

    assert list(variables) == list(SETTINGS)
    assert {name for name, each in variables.items() if each.get("secret")} == {
        "accessToken",
        "clientSecret",
        "refreshToken",
        "webhook",
    }
    assert variables["timeout"]["default"] == 75


@pytest.mark.parametrize("resource", [BiConnector, BiSource, BiTable])
def test_python_describes_its_arguments_in_the_same_words(resource: type) -> None:
    described = package_schema()["resources"][f"bxbi:index:{resource.__name__}"]
    docstring = " ".join((resource.__doc__ or "").split()).replace("``", "`")

    for name, given in described["inputProperties"].items():
        argument = re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)
        words = given["description"].replace("externalCode", "external_code")
        assert f"{argument}: {words}" in docstring


def snippets(language: str) -> dict[str, str]:
    """Give the examples in a language, by the tokens of their resources and functions."""
    schema = package_schema()
    described = {**schema["resources"], **schema["functions"]}
    return {
        token: each["description"].partition(f"```{language}\n")[2].partition("\n```")[0]
        for token, each in described.items()
    }


@pytest.mark.parametrize("language", ["yaml", "typescript", "python", "go"])
def test_each_resource_and_each_function_has_an_example(language: str) -> None:
    assert "" not in snippets(language).values()


def test_the_examples_in_python_run(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(MOCKED + "\n".join(snippets("python").values()), "utf-8")

    subprocess.run([sys.executable, program], check=True)


def test_the_examples_in_yaml_are_what_the_models_accept() -> None:
    written = snippets("yaml")
    for kind in TYPES:
        document = yaml.safe_load(written[kind.schema_token])
        ((_, resource),) = document["resources"].items()
        assert resource["type"] == f"bxbi:{kind.lifecycle.resource}"
        given = json.loads(re.sub(r'"\$\{\w+\.id\}"', "7", json.dumps(resource["properties"])))
        assert not check_inputs(kind.lifecycle.inputs, given).failures


def test_it_tells_what_is_required_secret_and_replacing() -> None:
    source = package_schema()["resources"]["bxbi:index:BiSource"]

    assert source["requiredInputs"] == ["title", "connectorId", "settings"]
    assert source["inputProperties"]["settings"]["secret"] is True
    assert source["properties"]["settings"]["secret"] is True
    assert source["inputProperties"]["connectorId"]["willReplaceOnChanges"] is True
    assert json.dumps(source).count("willReplaceOnChanges") == 1
    assert set(source["properties"]) - set(source["inputProperties"]) == {
        "type",
        "code",
        "dateCreate",
        "dateUpdate",
        "createdById",
        "updatedById",
    }

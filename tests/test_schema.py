"""The package schema is what the models say, and what the engine accepts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pulumi_bxbi import BiConnector, BiSource, BiTable
from pulumi_bxbi.plugin.schema import package_schema
from pulumi_bxbi.settings.declared import SETTINGS

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

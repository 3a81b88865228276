"""What a program reads of a resource is what its state holds."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from pydantic.alias_generators import to_camel

import pulumi_bxbi as bxbi
from pulumi_bxbi.plugin.schema import package_schema

if TYPE_CHECKING:
    from pathlib import Path

#: Prints each property of a resource whose state is on standard input.
PROGRAM = """
import json
import sys

import pulumi
import pulumi_bxbi as bxbi

state = json.load(sys.stdin)


class Portal(pulumi.runtime.Mocks):
    def call(self, args):
        return {}

    def new_resource(self, args):
        return "42", state


pulumi.runtime.set_mocks(Portal())


@pulumi.runtime.test
def show(resource, *names):
    found = getattr(bxbi, resource).get("some", 42)
    return pulumi.Output.all(**{each: getattr(found, each) for each in names}).apply(
        lambda read: print(json.dumps(read))
    )


show(*sys.argv[1:])
"""


@pytest.mark.parametrize("resource", ["BiConnector", "BiSource", "BiTable"])
def test_each_property_is_read_from_the_state(tmp_path: Path, resource: str) -> None:
    described = package_schema()["resources"][f"bxbi:index:{resource}"]["properties"]
    state: dict[str, Any] = {
        name: float(number) if each["type"] == "integer" else f"the {name}"
        for number, (name, each) in enumerate(described.items())
    }
    names = [
        name for name, each in vars(getattr(bxbi, resource)).items() if isinstance(each, property)
    ]
    (tmp_path / "program.py").write_text(PROGRAM, "utf-8")

    printed = subprocess.run(
        [sys.executable, "program.py", resource, *names],
        cwd=tmp_path,
        input=json.dumps(state),
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    read = json.loads(printed)
    assert {to_camel(name): value for name, value in read.items()} == state
    assert not any(isinstance(each, float) for each in read.values())

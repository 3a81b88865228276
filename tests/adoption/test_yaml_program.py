"""A generated program in YAML declares exactly what is imported."""

from __future__ import annotations

import base64
import mimetypes
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from hypothesis import given, settings

from pulumi_bxbi.adoption.language import Language
from pulumi_bxbi.adoption.yaml_program import declaration, one_file
from tests.adoption.portals import PORTAL, example, planned, portals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_bxbi.adoption.reading import Found

#: What Pulumi puts the value of into a text, and the dollar sign that stands for itself.
INTERPOLATION = re.compile(r"\$(\$|\{(?P<name>[^}]*)\})")


def value(written: Any, names: Mapping[str, Any]) -> Any:
    """Evaluate what stands in a program, with the values of the names in it."""
    if isinstance(written, dict):
        return {key: value(each, names) for key, each in written.items()}
    if isinstance(written, list):
        return [value(each, names) for each in written]
    if not isinstance(written, str):
        return written
    found = INTERPOLATION.fullmatch(written)
    if found and found["name"]:
        return names[found["name"]]
    return INTERPOLATION.sub(lambda each: each["name"] or "$", written)


@settings(max_examples=50, deadline=None)
@given(found=portals())
def test_the_program_declares_what_is_imported(found: Found) -> None:
    made = planned(found, Language.YAML)
    files = one_file(made.adopted, PORTAL, "Main.yaml", "", {})

    document = yaml.safe_load(files["Main.yaml"])
    names = {f"{each.name}.id": each.id for each in made.adopted} | made.secrets()
    logos = {
        name: f"data:{mimetypes.guess_type(name)[0]};base64,{base64.b64encode(content).decode()}"
        for name, content in files.items()
        if name != "Main.yaml"
    }
    declared = {
        (each["type"], name): value(each["properties"], names)
        for name, each in document["resources"].items()
    }
    for properties in declared.values():
        if properties.get("logo") in logos:
            properties["logo"] = logos[properties["logo"]]
    assert declared == {
        (f"bxbi:{each.kind.lifecycle.resource}", each.name): each.inputs for each in made.adopted
    }
    assert list(document.get("config", {})) == list(made.secrets())
    assert len(names) == len(made.adopted) + len(made.secrets())
    assert b"hunter2" not in files["Main.yaml"]


def test_no_name_means_two_things() -> None:
    """A program in YAML refers to resources and to the configuration in the same way."""
    made = planned(example(), Language.YAML)

    assert [each.name for each in made.adopted] == [
        "sklad",
        "sklad-source",
        "orders",
        "the-old-one",
    ]


def test_the_program_reads_as_one_that_a_person_has_written() -> None:
    files = one_file(planned(example(), Language.YAML).adopted, PORTAL, "Main.yaml", "", {})

    beside = Path(__file__).with_name("example") / "yaml"
    assert files == {path.name: path.read_bytes() for path in beside.glob("*.*")}


def test_a_project_of_its_own_has_a_name_and_finds_the_logos_from_elsewhere() -> None:
    made = planned(example(), Language.YAML)

    head = {"name": "crm: ${x}", "runtime": "yaml"}
    files = one_file(made.adopted, PORTAL, "Pulumi.yaml", "imported/", head)

    document = yaml.safe_load(files["Pulumi.yaml"])
    assert (document["name"], document["runtime"]) == ("crm: ${x}", "yaml")
    assert document["resources"]["sklad"]["properties"]["logo"] == "imported/sklad.png"
    assert "sklad.png" in files


def test_what_would_be_read_as_a_number_is_written_as_a_text() -> None:
    """By readers of every version of YAML: PyYAML takes these for texts, Pulumi for numbers."""
    made = planned(example(), Language.YAML).adopted[2]
    for text in (
        "1e3",
        "0o17",
        "12_000",
        "0b1",
        "y",
        "null",
        "~",
        "2026-01-01",
        "=",
        "a: b",
        "- x",
    ):
        made.inputs["description"] = text

        line = declaration(made).split("description: ")[1].splitlines()[0]

        assert line in {f'"{text}"', "y", "'null'"}

"""The text of a program in YAML: what it declares, and how resources are added to it.

Vendor's page: "Pulumi YAML language reference"
(https://www.pulumi.com/docs/iac/languages-sdks/yaml/yaml-language-reference/).
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Any, Final

import yaml

from pulumi_bxbi.adoption.errors import NotAddedError
from pulumi_bxbi.adoption.program_text import ProgramText, WrittenSource, WrittenTable, line_end

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_RESOURCES: Final = "resources"
#: The parts of a program that share their names with its resources.
_NAMING: Final = ("config", "configuration", _RESOURCES, "variables")
_ID_OF: Final = re.compile(r"\$\{(.+)\.id\}")
_INDENT: Final = "  "


def read(main: Path) -> ProgramText:
    """Read a program.

    Args:
        main: The file of the program; it need not exist.

    Raises:
        NotAddedError: It cannot be read, or is no program in YAML.
    """
    if not main.exists():
        return ProgramText()
    try:
        program = _loaded(main.read_bytes())
    except OSError as error:
        raise NotAddedError(f"{main} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise NotAddedError(f"{main} {error}.") from None
    sources = {
        str(each.get("name", key)): WrittenSource(main, key)
        for key, each in _resources(program, "BiSource")
    }
    tables = tuple(_table(main, key, each) for key, each in _resources(program, "BiTable"))
    names = frozenset(str(name) for part in _NAMING for name in _mapping(program.get(part)))
    return ProgramText(sources, tables, names)


def with_declarations(content: bytes, declarations: Sequence[str]) -> bytes:
    """Return the content of a file with entries behind those of ``resources``.

    Args:
        content: The content of the file.
        declarations: The entries, each with the end of its last line.

    Raises:
        ValueError: They cannot be added in this way; the message is a clause to write after the
            file's name.
    """
    before = _loaded(content)
    text = content.decode()
    place, indent = _place(text)
    added = textwrap.indent("".join(declarations), indent)
    if _RESOURCES not in before:
        added = f"{_RESOURCES}:\n{added}"
    if place and text[place - 1] != "\n":
        added = f"\n{added}"
    added = added.replace("\n", line_end(text))
    after = (text[:place] + added + text[place:]).encode()
    new = yaml.safe_load("".join(declarations))
    wanted = {**before, _RESOURCES: {**_mapping(before.get(_RESOURCES)), **new}}
    try:
        is_wanted = _loaded(after) == wanted
    except ValueError:
        is_wanted = False
    if not is_wanted:
        raise ValueError("is written in a way in which no entry can be added to its resources")
    return after


def _loaded(content: bytes) -> dict[str, Any]:
    """Return the content of a file.

    Raises:
        ValueError: It is no program in YAML; the message is a clause to write after the file's
            name.
    """
    try:
        content.decode()
        program = yaml.safe_load(content) or {}
    except UnicodeDecodeError:
        raise ValueError("is not in UTF-8") from None
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        raise ValueError(f"is not valid YAML{where}") from None
    if not isinstance(program, dict):
        raise ValueError("is no program in YAML: it has no keys such as resources")  # noqa: TRY004
    return program


def _place(text: str) -> tuple[int, str]:
    """Return where entries are added to the resources, and the indentation that they have."""
    root = yaml.compose(text, yaml.SafeLoader)
    entries = root.value if isinstance(root, yaml.MappingNode) else []
    resources = next((value for key, value in entries if key.value == _RESOURCES), None)
    if not isinstance(resources, yaml.MappingNode) or not resources.value:
        return len(text), _INDENT
    end = _end(resources)
    place = text.rfind("\n", 0, end) + 1
    column = resources.value[0][0].start_mark.column
    if text[place:end].strip():  # not the end of a text of several lines
        place = text.find("\n", end) + 1 or len(text)
    comment = re.compile(rf"(?:[ \t]*\r?\n)* {{{column + 1},}}#.*\n?")
    while found := comment.match(text, place):
        place = found.end()  # a comment of the last resource
    return place, " " * column


def _end(node: yaml.Node) -> int:
    """Return where the last value in a node ends: a mark of a block stands behind comments."""
    if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _resources(program: dict[str, Any], resource: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the resources of a type by their keys."""
    types = [f"bxbi:{resource}", f"bxbi:index:{resource}"]
    for key, each in _mapping(program.get(_RESOURCES)).items():
        if _mapping(each).get("type") in types:
            yield str(key), each


def _table(main: Path, key: str, resource: dict[str, Any]) -> WrittenTable:
    given = _mapping(resource.get("properties"))
    source = str(given.get("sourceId", ""))
    number = int(source) if source.isdecimal() else None
    reference = _ID_OF.fullmatch(source)
    return WrittenTable(
        str(resource.get("name", key)),
        WrittenSource(main, reference[1]) if reference else number,
        str(given.get("name", "")),
        str(given.get("externalCode", "")).replace("$$", "$"),
    )


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}

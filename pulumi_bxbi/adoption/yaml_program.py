"""The program in YAML that declares existing objects.

Vendor's page: "Pulumi YAML language reference"
(https://www.pulumi.com/docs/iac/languages-sdks/yaml/yaml-language-reference/).
"""

from __future__ import annotations

import math
import re
import textwrap
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pulumi_bxbi.adoption.plan import Adopted
    from pulumi_bxbi.resources.values import Properties

#: Texts that every reader of YAML takes for texts, also without quotes.
_WORDS: Final = re.compile(r"[^\W\d_][\w-]*( [^\W\d_][\w-]*)*")


def one_file(
    adopted: Sequence[Adopted], portal: str, name: str, logos: str, head: Properties
) -> dict[str, bytes]:
    """Return a program in one file.

    Args:
        adopted: The objects that it declares, in their order.
        portal: The portal's address.
        name: The file's name.
        logos: The folder of the logos' files as the program sees it, ended by a slash; empty for
            the program's own.
        head: What stands before the configuration, such as the project's name.

    Returns:
        The contents of the program's file and of the logos' files, by their names.
    """
    parts = [f"# Connectors, sources and tables of {portal}."]
    if head:
        parts.append(beginning(head))
    keys = [key for each in adopted for key in each.keys.values()]
    if keys:
        secret = _Inline({"type": "string", "secret": True})
        parts.append(_dumped({"config": {_key(key): secret for key in keys}}))
    parts.append(resources(declaration(each, logos=logos) for each in adopted))
    images = {each.logo_file: each.logo.content for each in adopted if each.logo}
    return {name: "\n".join(parts).encode(), **images}


def beginning(head: Properties) -> str:
    """Return what stands before the configuration and the resources of a program.

    Args:
        head: The texts by their keys, such as the project's name.
    """
    return _dumped({key: _key(value) for key, value in head.items()})


def resources(declarations: Iterable[str]) -> str:
    """Return the section ``resources`` of a program.

    Args:
        declarations: Its entries.
    """
    entries = textwrap.indent("\n".join(declarations), "  ")
    return f"resources:\n{entries}"


def declaration(adopted: Adopted, parent: str = "", logos: str = "") -> str:
    """Return the entry of ``resources`` that declares an object.

    Args:
        adopted: The object.
        parent: The expression for its parent; empty for none.
        logos: The folder of the logos' files, as for a file.
    """
    resource: Properties = {
        "type": f"bxbi:{adopted.kind.lifecycle.resource}",
        "properties": {
            name: _property(adopted, name, logos)
            for name in adopted.kind.lifecycle.input_names()
            if name in adopted.inputs
        },
    }
    if parent:
        resource["options"] = {"parent": _Quoted(parent)}
    return _dumped({_key(adopted.name): resource})


class _Quoted(str):
    """A text in double quotes."""

    __slots__ = ()


class _Inline(dict[str, Any]):
    """A mapping on one line."""


class _Dumper(yaml.SafeDumper):
    """Writes as formatters do: the elements of a list are indented."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  # as PyYAML calls it
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  # as PyYAML calls it
        return True


_Dumper.add_representer(
    _Quoted, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)
_Dumper.add_representer(
    _Inline,
    lambda dumper, entries: dumper.represent_mapping(
        "tag:yaml.org,2002:map", entries.items(), flow_style=True
    ),
)


def _dumped(document: Properties) -> str:
    written = yaml.dump(
        document,
        Dumper=_Dumper,
        allow_unicode=True,
        default_flow_style=False,
        sort_keys=False,
        width=math.inf,
    )
    return str(written)


def _property(adopted: Adopted, name: str, logos: str) -> Any:
    value, owner = adopted.inputs[name], adopted.kind.lifecycle.owner
    if name == "settings":
        return {_key(code): _Quoted(f"${{{key}}}") for code, key in adopted.keys.items()}
    if "settings" not in adopted.inputs and name in adopted.keys:
        return _Quoted(f"${{{adopted.keys[name]}}}")
    if name == "logo" and adopted.logo:
        return _text(f"{logos}{adopted.logo_file}")
    if adopted.owner and owner and name == owner.reference:
        return _Quoted(f"${{{adopted.owner.name}.id}}")
    if isinstance(value, list):
        return [_Inline({key: _text(each) for key, each in part.items()}) for part in value]
    return _text(value)


def _text(value: Any) -> Any:
    """Return a value, of which a text is written so that it stays that text."""
    return _key(value.replace("$", "$$")) if isinstance(value, str) else value


def _key(text: str) -> str:
    return text if _WORDS.fullmatch(text) else _Quoted(text)

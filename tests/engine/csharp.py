"""Read the SDK for C#, and compare its classes with the schema that it is generated from."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

#: Classes in a file: documentation, name and content.
_CLASSES: Final = re.compile(
    r"((?:^ {4}///.*\n)*)(?:^ {4}\[.*\n)*^ {4}public [a-z ]*class (\w+).*\n {4}\{\n"
    r"((?s:.*?))^ {4}\}",
    re.MULTILINE,
)
#: Properties and fields in the content of a class: documentation, type, name and accessors.
_MEMBERS: Final = re.compile(
    r"((?:^ {8}///.*\n)*)(?:^ {8}\[.*\n)?^ {8}public (?:readonly )?(\w[\w.<>?, ]*) (\w+)"
    r"( \{ get;.*|;|\n {8}\{(?s:.*?)^ {8}\})",
    re.MULTILINE,
)
_SCALARS: Final = {"boolean": "bool", "integer": "int", "number": "double", "string": "string"}


class Class(NamedTuple):
    """A public class of the SDK."""

    #: With its namespace.
    name: str
    #: Its documentation.
    meaning: str
    content: str

    def check_members(self, described: dict[str, Any], holder: str = "") -> None:
        """Compare names, documentation and types of the members with what the schema describes.

        Args:
            described: Properties, as in the schema. Types of lists and maps are not compared.
            holder: What holds the values: `Input`, `Output`, or nothing.
        """
        members = {name: (_meaning(said), kind) for said, kind, name, _ in self._members()}
        assert sorted(members) == sorted(map(capitalized, described)), self.name
        for name, each in described.items():
            meaning, written = members[capitalized(name)]
            assert meaning == each["description"], (self.name, name)
            wanted = _type(each, holder)
            assert wanted in {"", written.replace("?", "")}, (self.name, name, written)

    def check_inputs(self, described: dict[str, Any], required: list[str]) -> None:
        """Compare the names that are sent, and which of them are required, with the schema."""
        attributes = re.findall(r'\[Input\("(\w+)"(.*)\)\]', self.content)
        needed = {name: "required: true" in options for name, options in attributes}
        assert needed == {name: name in required for name in described}, self.name

    def secret_inputs(self) -> set[str]:
        """Return the names, in the schema, of the inputs that make a secret of what they get."""
        secret = {name for *_, name, accessors in self._members() if "CreateSecret(" in accessors}
        return {
            name
            for name in re.findall(r'\[Input\("(\w+)"', self.content)
            if capitalized(name) in secret
        }

    def secret_outputs(self) -> set[str]:
        """Return the names, in the schema, of the outputs that a resource marks as secret."""
        lists = re.findall(r"AdditionalSecretOutputs =\s+\{(.*?)\}", self.content, re.DOTALL)
        return set(re.findall(r'"(\w+)"', "".join(lists)))

    def _members(self) -> list[tuple[str, str, str, str]]:
        return _MEMBERS.findall(self.content)


def classes(folder: Path) -> list[Class]:
    """Return the public classes of the SDK in a folder."""
    found = []
    for file in folder.rglob("*.cs"):
        text = file.read_text("utf-8")
        (namespace,) = re.findall(r"^namespace (\S+)$", text, re.MULTILINE)
        for documentation, name, content in _CLASSES.findall(text):
            found.append(Class(f"{namespace}.{name}", _meaning(documentation), content))
    return found


def name_of(token: str, end: str = "") -> str:
    """Return the name of a class for a token of the schema, which may have something at its end."""
    return f"Pulumi.Bxbi.{capitalized(token)}{end}"


def capitalized(token: str) -> str:
    """Return the name in C# for the name of a property or a token of the schema."""
    name = token.rpartition(":")[2]
    return name[:1].upper() + name[1:]


def without_examples(described: dict[str, Any]) -> str:
    """Return the description of a resource or function up to its examples."""
    return str(described["description"]).partition("\n\n{{%")[0]


def secrets(described: dict[str, Any]) -> set[str]:
    """Return the names of the properties that the schema marks as secret."""
    return {name for name, each in described.items() if each.get("secret")}


def _meaning(documentation: str) -> str:
    lines = re.findall(r"/// (?!</?summary>)(.*)", documentation)
    return html.unescape("\n".join(lines))


def _type(described: dict[str, Any], holder: str) -> str:
    """Return the type of a member that holds no list and no map; for those nothing."""
    if "oneOf" in described:
        return f"{holder}Union<{', '.join(_SCALARS[each['type']] for each in described['oneOf'])}>"
    scalar = _SCALARS.get(described["type"], "")
    return f"{holder}<{scalar}>" if holder and scalar else scalar

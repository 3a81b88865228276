"""How the languages of Pulumi write the arguments of a resource, for the texts that people read.

Vendor's page: "Languages & SDKs" (https://www.pulumi.com/docs/iac/languages-sdks/).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable


def _as_it_is(name: str) -> str:
    return name


def _in_snake_case(name: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name)


def _capitalized(name: str) -> str:
    return f"{name[:1].upper()}{name[1:]}"


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a language writes arguments.

    Attributes:
        name: Returns how it writes the name of a property or an option, such as ``forceDestroy``.
        assignment: An argument with a value; ``{name}`` and ``{value}`` stand for the two.
        true: How it writes a true value as that of an argument.
        false: How it writes a false value as that of an argument.
        id: The id of a resource; ``{resource}`` stands for the resource.
    """

    name: Callable[[str], str]
    assignment: str
    true: str
    false: str
    id: str

    def switch(self, name: str, *, on: bool) -> str:
        """Return a boolean argument with its value.

        Args:
            name: The property, as the schema calls it.
            on: The value.
        """
        return self._assigned(name, self.true if on else self.false)

    def reference(self, name: str, resource: str) -> str:
        """Return an argument whose value is the id of a resource.

        Args:
            name: The property, as the schema calls it.
            resource: The variable that holds the resource.
        """
        return self._assigned(name, self.id.format(resource=resource))

    def _assigned(self, name: str, value: str) -> str:
        return self.assignment.format(name=self.name(name), value=value)


PYTHON: Final = Spelling(_in_snake_case, "{name}={value}", "True", "False", "{resource}.id")
YAML: Final = Spelling(_as_it_is, "{name}: {value}", "true", "false", "${{{resource}.id}}")
_BY_RUNTIME: Final = {
    "python": PYTHON,
    "yaml": YAML,
    "nodejs": Spelling(_as_it_is, "{name}: {value}", "true", "false", "{resource}.id"),
    "go": Spelling(
        _capitalized,
        "{name}: {value}",
        "pulumi.Bool(true)",
        "pulumi.Bool(false)",
        "{resource}.ID()",
    ),
    "dotnet": Spelling(_capitalized, "{name} = {value}", "true", "false", "{resource}.Id"),
    "java": Spelling(_as_it_is, "{name}({value})", "true", "false", "{resource}.id()"),
}


def spelling_of(runtime: str) -> Spelling:
    """Return how programs of a runtime write arguments; of an unknown one as the schema does.

    Args:
        runtime: The runtime of a project file, for example ``nodejs``.
    """
    return _BY_RUNTIME.get(runtime, YAML)

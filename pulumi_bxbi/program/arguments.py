"""The arguments of resources, and their conversion to inputs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import pulumi

from pulumi_bxbi.program.api_names import api_name
from pulumi_bxbi.program.record import Record
from pulumi_bxbi.resources.image_files import is_image_file


@dataclass(frozen=True, slots=True)
class ConnectorParameter(Record):
    """A parameter that every source of a connector gives a value.

    Attributes:
        code: The key in a source's settings, at most 512 characters.
        name: The label that people see, at most 512 characters.
        type: ``STRING`` or ``INT``.
    """

    code: pulumi.Input[str]
    name: pulumi.Input[str]
    type: pulumi.Input[str]


@dataclass(frozen=True, slots=True)
class Column(Record):
    """A column of a table.

    Attributes:
        name: The name in BI Builder, such as ``ORDER_ID``: an upper-case Latin letter, then up to
            31 of A-Z, 0-9 and _; unique in the table.
        external_code: The code in the outside system, unique in the table.
        type: ``int``, ``string``, ``double``, ``date``, ``datetime``, ``money`` or ``timezone``.
        visible: Whether BI Builder gets to see it.
    """

    name: pulumi.Input[str]
    external_code: pulumi.Input[str]
    type: pulumi.Input[str]
    visible: pulumi.Input[bool] = True


#: The properties that are lists, and the classes of their elements.
PARTS: Final[Mapping[str, type[Column | ConnectorParameter]]] = {
    "columns": Column,
    "parameters": ConnectorParameter,
}
#: The names of the properties of the elements, as the state spells them.
PART_NAMES: Final = {
    name: tuple(api_name(each.name) for each in fields(part)) for name, part in PARTS.items()
}


def parts(given: pulumi.Input[Any]) -> pulumi.Input[Any]:
    """Return parameters or columns as mappings with the API's names.

    Any other value is returned as it is, and the check reports it.
    """
    if isinstance(given, pulumi.Output):
        return given.apply(parts)
    if isinstance(given, Sequence) and not isinstance(given, str):
        return [_part(each) for each in given]
    return given


def absolute_image(logo: pulumi.Input[Any]) -> pulumi.Input[Any]:
    """Return a logo, with the path of an image file as an absolute path.

    The provider reads the file, and may run in another working directory than the program.
    """
    if isinstance(logo, pulumi.Output):
        return logo.apply(absolute_image)
    text = os.fspath(logo) if isinstance(logo, os.PathLike) else logo
    return str(Path(text).absolute()) if isinstance(text, str) and is_image_file(text) else text


def secret_values(settings: pulumi.Input[Any]) -> pulumi.Input[Any]:
    """Return settings with secret values, and secret keys where the keys are not known yet."""
    if isinstance(settings, Mapping):
        return {code: _secret(value) for code, value in settings.items()}
    return pulumi.Output.secret(settings).apply(
        lambda known: (
            {code: _exact(value) for code, value in known.items()}
            if isinstance(known, Mapping)
            else known
        )
    )


def _secret(value: pulumi.Input[Any]) -> pulumi.Output[Any]:
    if isinstance(value, str | int):
        return pulumi.Output.secret(_exact(value))  # without a task that waits for the value
    return pulumi.Output.secret(value).apply(_exact)


def _part(given: Any) -> Any:
    if isinstance(given, pulumi.Output):
        return given.apply(_part)
    if isinstance(given, Mapping):
        return {api_name(key): value for key, value in given.items()}
    return given


def _exact(value: object) -> object:
    """Return a whole number as text, because the engine has only floating-point numbers."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

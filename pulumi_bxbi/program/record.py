"""Records that a program reads by attributes, and Pulumi as mappings."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from typing import Any, Final, NoReturn, cast

from pulumi_bxbi.program.api_names import api_name


def _refuse(record: Record, *_: object, **__: object) -> NoReturn:
    raise FrozenInstanceError(
        f"a {type(record).__name__} cannot be changed: make a new one with dataclasses.replace()"
    )


#: Replaces each method that changes a dictionary.
_FROZEN: Final = cast("Any", _refuse)


class Record(dict[str, Any]):
    """The base of frozen dataclasses that Pulumi exports and passes on.

    In exports Pulumi accepts no mappings but dictionaries. So each record is also a dictionary,
    whose keys are the API's names of its attributes: ``externalCode``.
    """

    __slots__ = ()

    def __post_init__(self) -> None:
        values = {api_name(each.name): getattr(self, each.name) for each in _fields(self)}
        super().update(values)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(getattr(self, each.name) for each in _fields(self))

    __setitem__ = _FROZEN
    __delitem__ = _FROZEN
    __ior__ = _FROZEN
    clear = _FROZEN
    pop = _FROZEN
    popitem = _FROZEN
    setdefault = _FROZEN
    update = _FROZEN


def _fields(record: Record) -> Any:
    return fields(cast("Any", record))

"""The parameters that a connector declares, and their values in a source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pulumi_bxbi.emulator.api import module_errors
from pulumi_bxbi.emulator.api.records import Parameter, Setting
from pulumi_bxbi.emulator.api.values import elements, mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

#: The types of parameters.
TYPES: Final = frozenset({"STRING", "INT"})
#: The largest number of characters of a code or a name. The error texts say "less than", the prose
#: of the documentation says "at most"; the prose is followed here.
LONGEST: Final = 512


def declared(settings: object) -> tuple[Parameter, ...]:
    """Return the parameters of a connector, given as the value of its `settings`.

    An empty array and a repeated code are accepted: no error is documented for them.
    """
    return tuple(declaration(element) for element in elements(settings) or [])


def declaration(element: object) -> Parameter:
    """Return one parameter, given as an element of `settings`."""
    given = mapping(element) or {}
    if any(given.get(key) in (None, "") for key in ("type", "name", "code")):
        raise module_errors.SETTINGS_MISSING_REQUIRED_FIELDS.error()
    code, name = str(given["code"]), str(given["name"])
    if len(name) > LONGEST:
        raise module_errors.SETTINGS_NAME_TOO_LONG.error()
    if len(code) > LONGEST:
        raise module_errors.SETTINGS_CODE_TOO_LONG.error()
    if given["type"] not in TYPES:
        raise module_errors.SETTINGS_INVALID_TYPE.error()
    return Parameter(code=code, name=name, type=str(given["type"]))


def values(settings: object) -> dict[str, str]:
    """Return the values of a source by code, given as the value of its `settings`.

    A value is stored as a text, whatever the parameter's type; the type is not checked, `null` is
    an empty text. Values that are neither texts nor numbers are refused.
    """
    return {code: _text(code, value) for code, value in (mapping(settings) or {}).items()}


def saved(
    parameters: Iterable[Parameter],
    given: Mapping[str, str],
    before: Iterable[Setting],
    next_id: Callable[[], int],
) -> tuple[Setting, ...]:
    """Return the settings of a source as they are after it is saved.

    There is one setting for every parameter that the connector declares now: with the given value,
    the value from before, or an empty text. Any other value is silently dropped.
    """
    earlier = {setting.code: setting for setting in before}
    settings = {}
    for parameter in parameters:
        old = earlier.get(parameter.code)
        settings[parameter.code] = Setting(
            id=old.id if old else next_id(),
            code=parameter.code,
            name=parameter.name,
            type=parameter.type,
            value=given.get(parameter.code, old.value if old else ""),
        )
    return tuple(settings.values())


def _text(code: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise module_errors.INVALID_FIELD_TYPE.error(title=code, type="string")
    return str(value)

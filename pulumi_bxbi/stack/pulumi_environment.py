"""The environment of a command `pulumi` that is run for the user.

Each option of each command of Pulumi's can stand in a variable (``PULUMI_OPTION_JSON`` is
``--json``), also in one that was set for another command. Most of them would change what is printed
or what is done, and so what a command of this package understands: ``PULUMI_OPTION_FILE`` would
write a state with its secrets to a file, ``PULUMI_OPTION_TARGET`` refresh what nobody asked for.

Vendor's page: "Pulumi CLI environment variables".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pulumi_bxbi.settings.declared import SETTINGS
from pulumi_bxbi.settings.names import variable

if TYPE_CHECKING:
    from collections.abc import Mapping

_OPTION: Final = "PULUMI_OPTION_"
#: What prints a plan as a stream of events.
_STREAMING: Final = "PULUMI_ENABLE_STREAMING_JSON_PREVIEW"
#: The options that say which stack of which project a command works on, and how it comes to it.
_ANY_COMMAND: Final = frozenset(
    {
        "CONFIG_FILE",
        "CWD",
        "DISABLE_INTEGRITY_CHECKING",
        "OVERRIDE_ENV",
        "PARALLEL",
        "SKIP_PLUGIN_PRE_INSTALL",
        "STACK",
    }
)
#: The options that say what the user's own `pulumi up` would do, and so its preview.
_PREVIEW: Final = frozenset(
    {
        "CONFIG",
        "CONFIG_PATH",
        "EXCLUDE",
        "EXCLUDE_DEPENDENTS",
        "IGNORE_PROTECT",
        "POLICY_PACK",
        "POLICY_PACK_CONFIG",
        "REFRESH",
        "REPLACE",
        "RUN_PROGRAM",
        "SKIP_CONFIG_VALIDATION",
        "TARGET",
        "TARGET_DEPENDENTS",
        "TARGET_REPLACE",
    }
)
#: The settings of each kind of credentials; the kinds exclude one another.
_CREDENTIALS: Final = (
    frozenset({"webhook"}),
    frozenset({"accessToken"}),
    frozenset({"clientId", "clientSecret", "refreshToken"}),
)


def pulumi_environment(environment: Mapping[str, str], command: str) -> dict[str, str]:
    """Return the variables for a command `pulumi`, without those that would change its answer.

    Args:
        environment: The environment's variables.
        command: The command of Pulumi's, such as ``preview``.
    """
    options = _ANY_COMMAND | _PREVIEW if command == "preview" else _ANY_COMMAND
    return {
        name: value
        for name, value in environment.items()
        if name != _STREAMING
        and (not name.startswith(_OPTION) or name.removeprefix(_OPTION) in options)
    }


def settings_as_variables(
    configured: Mapping[str, str], environment: Mapping[str, str]
) -> dict[str, str]:
    """Return the variables that give a command of Pulumi's the stack's present settings.

    `pulumi refresh` takes the configuration from the last `pulumi up` otherwise.

    Args:
        configured: The settings of the stack's configuration, such as ``portal``.
        environment: The environment's variables, which win.
    """
    given = {name for name in SETTINGS if environment.get(variable(name))}
    excluded: set[str] = set()
    for kind in _CREDENTIALS:
        if given & kind:
            excluded.update(*(other for other in _CREDENTIALS if other is not kind))
    return {
        variable(name): configured[name]
        for name in SETTINGS
        if name in configured and name not in given | excluded
    }

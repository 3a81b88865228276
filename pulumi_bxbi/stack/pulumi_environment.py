"""The environment of a command `pulumi` that is run for the user.

Each option of each command `pulumi` can be set by a variable (``PULUMI_OPTION_JSON`` is
``--json``), which may have been set for another command. Most of them would change the output or
the effect of the commands that this package runs: ``PULUMI_OPTION_FILE`` would write a state with
its secrets to a file, ``PULUMI_OPTION_TARGET`` would refresh other resources.

Vendor's page: "Pulumi CLI environment variables".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pulumi_bxbi.settings.declared import SETTINGS
from pulumi_bxbi.settings.names import variable

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The prefix of variables that set an option.
_OPTION: Final = "PULUMI_OPTION_"
#: The variable that makes a preview print a stream of events instead of a plan.
_STREAMING: Final = "PULUMI_ENABLE_STREAMING_JSON_PREVIEW"
#: The options that say on which stack of which project a command works, and how it finds it.
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
#: The options that change the user's own `pulumi up`, and so its preview.
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
    """Return the variables for a command `pulumi`, without those that would change its output.

    Args:
        environment: The environment's variables.
        command: The command, such as ``preview``.
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
    """Return the variables that pass the stack's present settings to a command `pulumi`.

    Without them, `pulumi refresh` uses the configuration of the last `pulumi up`.

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

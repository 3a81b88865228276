"""The configuration of a provider: that of the stack, or the arguments of an explicit provider."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.settings.declared import SETTINGS
from pulumi_bxbi.settings.loading import load_settings
from pulumi_bxbi.settings.names import SettingsError
from pulumi_bxbi.stack.secrets import plain
from pulumi_bxbi.stack.urns import Urn, is_default_provider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pulumi_bxbi.resources.values import Properties
    from pulumi_bxbi.settings.loading import Settings

#: Arguments that belong to the engine.
_OF_ENGINE: Final = frozenset({"version", "pluginDownloadURL", "pluginChecksums"})


@dataclass(frozen=True, slots=True)
class Configuration:
    """The arguments of a provider.

    Attributes:
        provider: The name of an explicit provider; empty for the default provider, which has the
            stack's configuration.
        arguments: The arguments by their names, without those that are not given.
    """

    provider: str = ""
    arguments: Properties = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, urn: str, properties: Properties) -> Configuration:
        """Read the arguments of a provider.

        Args:
            urn: The URN of the provider; empty where the engine does not send it.
            properties: Its properties in plain text.
        """
        name = Urn.parse(urn).name if urn else "default"
        given = {
            key: value
            for key, value in properties.items()
            if value is not None and key not in _OF_ENGINE and not key.startswith("__")
        }
        return cls("" if is_default_provider(name) else name, given)

    @property
    def is_known(self) -> bool:
        """Whether every argument is known; in a preview some may not be."""
        # A program does without it, and it takes a while to import.
        from pulumi_bxbi.resources.values import UNKNOWN  # noqa: PLC0415

        return UNKNOWN not in self.arguments.values()

    def settings(self, spell: Callable[[str], str] = str) -> Settings:
        """Read the settings.

        Args:
            spell: Returns how the program's language writes an argument.

        Raises:
            SettingsError: A setting is wrong.
        """
        keys = () if self.provider else [f"bxbi:{key}" for key in self.arguments]
        return load_settings(
            lambda name: _text(self.arguments.get(name)),
            os.environ,
            keys,
            provider=self.provider,
            spell=spell,
        )

    def unknown_arguments(self) -> list[str]:
        """Return the arguments of an explicit provider that are not settings."""
        return [key for key in self.arguments if self.provider and key not in SETTINGS]


def settings_in_state(provider: str, resources: Iterable[Mapping[str, Any]]) -> Settings:
    """Read the settings of an explicit provider, as its last deployment had them.

    Args:
        provider: Its URN.
        resources: The resources of a state that was exported with its secrets.

    Raises:
        SettingsError: A setting is wrong, or the state does not have the provider.
    """
    inputs = next((each.get("inputs") for each in resources if each["urn"] == provider), None)
    if inputs is None:
        raise SettingsError("the state does not have the provider.")
    return Configuration.of(provider, plain(inputs)).settings()


def _text(value: Any) -> str | None:
    """Return an argument as text: engines and languages write numbers and lists differently."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)

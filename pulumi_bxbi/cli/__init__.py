"""The command ``bxbi``."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, Final

import click

from pulumi_bxbi.cli.output import shielded
from pulumi_bxbi.version import __version__

#: The commands, by their modules. Only the one that is run is imported: some need Pulumi's SDK.
_COMMANDS: Final = {
    "doctor": "doctor",
    "emulate": "emulate",
    "import": "import_objects",
    "login": "login",
    "migrate": "migrate",
    "preflight": "preflight",
    "recover": "recover",
    "tables": "tables",
    "verify": "verify",
}


class _Bxbi(click.Group):
    """The group of all commands, with their common handling of output."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command; output that cannot be written does not stop it."""
        with shielded():
            return super().main(*args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return sorted([*_COMMANDS, *super().list_commands(ctx)])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; ``None`` where there is none of this name."""
        if cmd_name not in _COMMANDS:
            return super().get_command(ctx, cmd_name)
        name = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"{__name__}.{name}"), name)
        return command


@click.group(cls=_Bxbi)
@click.version_option(__version__, prog_name="bxbi")
def main() -> None:
    """Work with the BI Builder of Bitrix24 from a terminal or a pipeline."""
    try:
        Path.cwd()
    except OSError:
        raise click.ClickException(
            "the current folder no longer exists: change into another one, then run the command "
            "again."
        ) from None

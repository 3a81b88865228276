"""The command ``bxbi``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import pulumi_bxbi
from pulumi_bxbi.cli.doctor import doctor
from pulumi_bxbi.cli.emulate import emulate
from pulumi_bxbi.cli.import_objects import import_objects
from pulumi_bxbi.cli.login import login
from pulumi_bxbi.cli.migrate import migrate
from pulumi_bxbi.cli.output import shielded
from pulumi_bxbi.cli.preflight import preflight
from pulumi_bxbi.cli.recover import recover


class _Bxbi(click.Group):
    """The group of all commands, with their common handling of output."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command; output that cannot be written does not stop it."""
        with shielded():
            return super().main(*args, **kwargs)


@click.group(cls=_Bxbi)
@click.version_option(pulumi_bxbi.__version__, prog_name="bxbi")
def main() -> None:
    """Work with the BI Builder of Bitrix24 from a terminal or a pipeline."""
    try:
        Path.cwd()
    except OSError:
        raise click.ClickException(
            "the current folder no longer exists: change into another one, then run the command "
            "again."
        ) from None


main.add_command(doctor)
main.add_command(emulate)
main.add_command(login)
main.add_command(import_objects)
main.add_command(migrate)
main.add_command(preflight)
main.add_command(recover)

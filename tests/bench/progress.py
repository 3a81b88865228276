"""Says on standard error what has been measured, because a run takes long."""

from __future__ import annotations

import time
from typing import Final

import click

_BEGAN: Final = time.monotonic()


def tell(text: str) -> None:
    """Write a line with the minutes since the beginning."""
    minutes, seconds = divmod(round(time.monotonic() - _BEGAN), 60)
    click.echo(f"{minutes:3}:{seconds:02}  {text}", err=True)

"""What every lookup of a program needs: the reader of the portal, and values not known yet."""

from __future__ import annotations

import asyncio
import os
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pulumi

from pulumi_bxbi.deployment.diagnostics import show_log_to_user
from pulumi_bxbi.portal import PortalError
from pulumi_bxbi.program.runs import current_run
from pulumi_bxbi.settings.loading import load_settings
from pulumi_bxbi.settings.names import SettingsError

if TYPE_CHECKING:
    from pulumi_bxbi.deployment.reader import Reader

R = TypeVar("R")


def reader_of_run(lookup: str) -> Reader | None:
    """Return the reader of the portal; ``None`` where the portal must not be called.

    The settings are the present ones of the stack whose program is running.

    Args:
        lookup: The name of the lookup, for errors.

    Raises:
        pulumi.RunError: A setting is wrong or missing, or there are no usable credentials.
    """
    run = current_run()
    try:
        show_log_to_user()
        settings = load_settings(pulumi.Config("bxbi").get, os.environ)
        if settings.misspelt:
            run.warn_once(settings.misspelt)
        return None if settings.offline else run.reader(settings)
    except (SettingsError, PortalError) as error:
        raise run_error(lookup, error) from None


def run_error(lookup: str, error: Exception) -> pulumi.RunError:
    """Return the error of a lookup that Pulumi shows without a traceback, in one line.

    Args:
        lookup: The name of the lookup.
        error: What went wrong.
    """
    return pulumi.RunError(f"{lookup}: {' '.join(str(error).split())}")


def unknown_result(result: type[R]) -> R:
    """Return a result none of whose values is known yet.

    Args:
        result: The class of the result.
    """
    return result(**{each.name: unknown() for each in fields(cast("Any", result))})


def unknown() -> Any:
    """Return an output that is not known yet."""
    value: asyncio.Future[Any] = asyncio.Future()
    value.set_result(None)
    known: asyncio.Future[bool] = asyncio.Future()
    known.set_result(False)
    return pulumi.Output(set(), value, known)

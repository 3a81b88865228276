"""Sets the secrets of a stack and takes objects into its state: all of them, or none."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.adoption.errors import NotImportedError
from pulumi_bxbi.stack.pulumi_command import LockedError, StackError
from pulumi_bxbi.stack.urns import Urn, resource_type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pulumi_bxbi.adoption.plan import Plan
    from pulumi_bxbi.resources.values import Properties
    from pulumi_bxbi.stack.pulumi_command import Stack

#: The signals that ask a command to end: Ctrl-C, its supervisor, its closing terminal.
if sys.platform == "win32":
    _SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGBREAK)
else:
    _SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def applied(
    stack: Stack,
    found: Plan,
    entries: Sequence[Properties],
    stop_if_interrupted: Callable[[], None],
    *,
    protect: bool,
) -> Iterator[None]:
    """Set the secrets and take the objects into the state; undo both if the block fails.

    Args:
        stack: The stack.
        found: The objects.
        entries: Their entries of an import file.
        stop_if_interrupted: Raises if the user has interrupted the command meanwhile.
        protect: Whether the objects are protected from deletion.

    Raises:
        NotImportedError: It was interrupted. Nothing has changed, or the text says what has.
        StackError: Pulumi refused or failed. Nothing has changed, or the text says what has.
    """
    before = stack.state()
    try:
        stack.configure_secrets(found.secrets())
        stop_if_interrupted()
        stack.import_objects(entries, protect=protect)
        yield
    except BaseException as error:
        _undo(stack, found, before, error)
        raise


def _undo(stack: Stack, found: Plan, before: Properties, error: BaseException) -> None:
    """Remove what this run has put into configuration and state, and nothing of another run.

    Raises:
        StackError: Pulumi could not remove it.
    """
    try:
        if keys := found.secrets():
            stack.remove_configured(keys)
        if isinstance(error, LockedError):
            return
        if urns := _put_in(found, before, stack.state()):
            stack.forget(*urns, even_protected=True)
    except StackError as failed:
        raise StackError(
            f"{error}\nThe changes until then could not be undone: {failed}\nLook at `pulumi "
            f"config{stack.option}` and `pulumi stack{stack.option}`: the imported objects are "
            "listed above, and `pulumi state delete` removes them again."
        ) from None


def _put_in(found: Plan, before: Properties, now: Properties) -> list[str]:
    """Return the URNs of the resources that an import has put into a state.

    With the first resource Pulumi adds the stack itself and its provider. They are among the
    resources only if no other run can have come to use them.

    Args:
        found: The objects that were to be imported.
        before: The state before the import.
        now: The present state.
    """
    wanted = {(each.kind, each.name, str(each.id)) for each in found.adopted}
    known = {each["urn"] for each in before.get("resources") or ()}
    added = [each for each in now.get("resources") or () if each["urn"] not in known]
    objects = [
        each["urn"]
        for each in added
        if (resource_type_of(each["urn"]), Urn.parse(each["urn"]).name, each.get("id")) in wanted
    ]
    made_for_them = [each["urn"] for each in added if each["type"].startswith("pulumi:")]
    is_alone = len(objects) + len(made_for_them) == len(added)
    return objects + made_for_them if objects and is_alone else objects


@contextmanager
def deferred_interrupts() -> Iterator[Callable[[], None]]:
    """Defer Ctrl-C and requests to end; yield a function that raises if one has arrived."""
    arrived: list[int] = []

    def stop_if_interrupted() -> None:
        if arrived:
            raise NotImportedError("interrupted, so nothing was imported.")

    usual = {
        each: signal.signal(each, lambda number, _: arrived.append(number))
        for each in _SIGNALS
        if signal.getsignal(each) is not signal.SIG_IGN  # as under `nohup`
    }
    try:
        yield stop_if_interrupted
    finally:
        for each, handler in usual.items():
            signal.signal(each, handler)

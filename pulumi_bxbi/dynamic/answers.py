"""The answers to the requests that the engine sends to dynamic providers."""

from __future__ import annotations

import atexit
import os
import signal
import sys
from typing import TYPE_CHECKING, Any, Final

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    UpdateResult,
)
from pulumi.output import UNKNOWN as ENGINE_UNKNOWN
from pulumi.output import Unknown

from pulumi_bxbi.deployment import operations
from pulumi_bxbi.deployment.diagnostics import (
    as_one_message,
    show_errors_as_messages,
    show_log_to_user,
    show_summary,
)
from pulumi_bxbi.deployment.engine import Engine
from pulumi_bxbi.deployment.session import Session
from pulumi_bxbi.resources.memory import MemoryUnreadableError
from pulumi_bxbi.resources.secrets import with_secrets
from pulumi_bxbi.resources.values import UNKNOWN, State
from pulumi_bxbi.settings.loading import load_settings
from pulumi_bxbi.stack.hidden import without_hidden
from pulumi_bxbi.stack.properties import declaration_in, state_in
from pulumi_bxbi.stack.secrets import secret_output
from pulumi_bxbi.stack.state import outputs_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi.dynamic import ConfigureRequest

    from pulumi_bxbi.resources.lifecycle import Lifecycle
    from pulumi_bxbi.resources.values import Properties

#: The session of this process: the engine starts a process for each operation.
session: Final = Session(Engine(sys.argv[1:]))


class Answers:
    """Translates between the engine's dynamic server and a lifecycle.

    A failure of a check names no property, because the engine would then show the property's whole
    value before the reason.

    Args:
        lifecycle: The lifecycle of the resources that the requests are about.
    """

    def __init__(self, lifecycle: Lifecycle[Any]) -> None:
        self._lifecycle = lifecycle

    def configure(self, req: ConfigureRequest) -> None:
        """Set the stack's configuration; called once for each class in a deployment."""
        show_errors_as_messages()
        show_log_to_user()
        # The only place where all keys can be seen, so that a misspelt one can be told.
        keys = req.config._props  # noqa: SLF001
        session.configure(
            lambda: load_settings(
                lambda name: _text(req.config.get(f"bxbi:{name}")), os.environ, keys
            )
        )

    @as_one_message
    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Bring the inputs into their normal form and tell what is wrong with them."""
        checked = operations.check(
            self._lifecycle,
            session,
            _to_lifecycle(news),
            declaration_in(_marked(news)),
            is_new=not olds,
        )
        return CheckResult(
            _to_engine(checked.inputs),
            [CheckFailure("", failure.reason) for failure in checked.failures],
        )

    @as_one_message
    def diff(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compare the state with the inputs."""
        diff = operations.diff(self._lifecycle, session, _state(id_, olds), _to_lifecycle(news))
        return DiffResult(
            changes=diff.changes,
            replaces=list(diff.replaces),
            delete_before_replace=diff.delete_before_replace,
        )

    @as_one_message
    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create the object."""
        state = operations.create(self._lifecycle, session, _to_lifecycle(props))
        return CreateResult(state.id, outputs_of(state))

    @as_one_message
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the object; an empty id says that it is gone."""
        state = operations.read(self._lifecycle, session, _state(id_, props))
        if state is None:
            return ReadResult("", {})
        inputs = None if state.inputs is None else self._with_secrets(state.inputs)
        return ReadResult(state.id, self._with_secrets(outputs_of(state)), inputs)

    @as_one_message
    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Change the object in place."""
        old, inputs = _state(id_, olds), _to_lifecycle(news)
        return UpdateResult(outputs_of(operations.update(self._lifecycle, session, old, inputs)))

    @as_one_message
    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Delete the object."""
        operations.delete(self._lifecycle, session, _state(id_, props))

    def _with_secrets(self, properties: Properties) -> Properties:
        """Mark what is secret, where no input does so for it."""
        return with_secrets(self._lifecycle.inputs, properties, secret_output)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _state(object_id: str, properties: Mapping[str, Any]) -> State:
    """Return the state of an object.

    Raises:
        MemoryUnreadableError: A newer version of this package wrote it; this deployment changes
            nothing any more.
    """
    try:
        return state_in(object_id, _marked(properties))
    except MemoryUnreadableError as error:
        session.stop(error)
        raise


def _to_lifecycle(properties: Mapping[str, Any]) -> Properties:
    """Return the inputs, with a mark in place of each value that is not known yet."""
    return without_hidden(_marked(properties))


def _marked(value: Any) -> Any:
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, dict):
        return {key: _marked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_marked(each) for each in value]
    return value


def _to_engine(properties: Mapping[str, Any]) -> Properties:
    return {key: _unmarked(value) for key, value in properties.items()}


def _unmarked(value: Any) -> Any:
    if value is UNKNOWN:
        return ENGINE_UNKNOWN
    if isinstance(value, dict):
        return {key: _unmarked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_unmarked(each) for each in value]
    return value


# The engine ends a provider by a signal that lets these run.
atexit.register(show_summary, session)
atexit.register(session.engine.tell_what_it_missed)
# The engine interrupts this process more than once; the last function registered is called first.
atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)

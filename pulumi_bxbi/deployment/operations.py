"""The operations of a provider that an engine calls, one function each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_bxbi.portal import PortalError
from pulumi_bxbi.portal.display import one_line
from pulumi_bxbi.resources.description import adopted
from pulumi_bxbi.resources.values import Checked, Failure
from pulumi_bxbi.settings.names import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulumi_bxbi.deployment.session import Session
    from pulumi_bxbi.resources.lifecycle import Lifecycle
    from pulumi_bxbi.resources.values import Declaration, Diff, Note, Properties, State


def check(
    lifecycle: Lifecycle[Any],
    session: Session,
    news: Properties,
    declaration: Declaration,
    *,
    is_new: bool,
) -> Checked:
    """Normalize inputs, and check them.

    Args:
        lifecycle: The lifecycle of the resource.
        session: The session of the deployment.
        news: The inputs as the program gives them.
        declaration: What else the program says of the resource.
        is_new: Whether the resource is not in the state yet. Then the notes on its creation are
            logged here, because no diff follows.
    """
    try:
        catalog = session.catalog_unless_offline()
    except (SettingsError, PortalError) as error:
        return Checked(news, (Failure("", str(error)),))
    checked = lifecycle.check(news, catalog, declaration)
    if failure := _taken_label(lifecycle, session, checked, declaration):
        return Checked(checked.inputs, (failure,))
    if not checked.failures:
        session.declare(_key(lifecycle, checked.inputs), declaration)
        if is_new:
            notes = lifecycle.notes(None, checked.inputs, catalog, declaration)
            _tell(session, declaration, notes)
    return checked


def diff(lifecycle: Lifecycle[Any], session: Session, old: State, news: Properties) -> Diff:
    """Compare the state with checked inputs, and log the notes on a change.

    A refresh also calls this, with the sides swapped and without a check before: it logs nothing.

    Args:
        lifecycle: The lifecycle of the resource.
        session: The session of the deployment.
        old: The state.
        news: The checked inputs.

    Raises:
        SettingsError: A setting is wrong or missing.
        PortalError: The portal refused a read, or did not answer.
    """
    catalog = session.catalog_unless_offline()
    compared = lifecycle.diff(old, news, catalog)
    declaration = session.declaration(_key(lifecycle, news)) if compared.changes else None
    if declaration:
        _tell(session, declaration, lifecycle.notes(old, news, catalog, declaration))
    return compared


def create(lifecycle: Lifecycle[Any], session: Session, news: Properties) -> State:
    """Create an object.

    Args:
        lifecycle: The lifecycle of the resource.
        session: The session of the deployment.
        news: The checked inputs.

    Raises:
        SettingsError: A setting is wrong or missing.
        PortalError: The portal refused, or did not answer.
        InvalidInputsError: The inputs turned out to be undeployable when they became known.
    """
    session.require_changes()
    state = lifecycle.create(news, session.catalog())
    label = str(state.outputs.get(lifecycle.label, ""))
    session.engine.created(lifecycle.kind, state.id, label)
    session.count("created")
    return state


def read(lifecycle: Lifecycle[Any], session: Session, old: State) -> State | None:
    """Read an object; ``None`` where it is gone.

    Args:
        lifecycle: The lifecycle of the resource.
        session: The session of the deployment.
        old: The state.

    Raises:
        SettingsError: A setting is wrong or missing.
        PortalError: The portal refused, or did not answer.
    """
    state = lifecycle.read(old, session.catalog())
    session.count("read" if state else "not there any more")
    return state


def adopt(lifecycle: Lifecycle[Any], session: Session, object_id: str) -> State:
    """Read an object that no state has.

    Args:
        lifecycle: The lifecycle of the resource.
        session: The session of the deployment.
        object_id: Its id on the portal.

    Raises:
        SettingsError: A setting is wrong or missing.
        InvalidInputsError: The id is not an id of the portal.
        PortalError: There is no such object for this application, or the portal did not answer.
    """
    state = adopted(lifecycle, object_id, session.catalog())
    session.count("read")
    return state


def update(lifecycle: Lifecycle[Any], session: Session, old: State, news: Properties) -> State:
    """Change an object in place.

    Args:
        lifecycle: The lifecycle of the resource.
        session: The session of the deployment.
        old: The state.
        news: The checked inputs.

    Raises:
        SettingsError: A setting is wrong or missing.
        PortalError: The portal refused, or did not answer.
        InvalidInputsError: The inputs turned out to be undeployable when they became known.
    """
    session.require_changes()
    state = lifecycle.update(old, news, session.catalog())
    _tell(session, session.declaration(_key(lifecycle, news)), lifecycle.outcome(old, news))
    session.count("updated")
    return state


def delete(lifecycle: Lifecycle[Any], session: Session, old: State) -> None:
    """Delete an object; an object that is already gone counts as deleted.

    Args:
        lifecycle: The lifecycle of the resource.
        session: The session of the deployment.
        old: The state.

    Raises:
        SettingsError: A setting is wrong or missing.
        PortalError: The portal refused, or did not answer.
    """
    session.require_changes()
    was_there = lifecycle.delete(old, session.catalog())
    session.count("deleted" if was_there else "not there any more")


def _taken_label(
    lifecycle: Lifecycle[Any], session: Session, checked: Checked, declaration: Declaration
) -> Failure | None:
    """Return a failure if another resource of the program has the same unique label."""
    label = checked.inputs.get(lifecycle.label)
    if not lifecycle.is_unique or checked.failures or not isinstance(label, str):
        return None
    holder = session.claim(f"{lifecycle.kind} {label}", declaration.name)
    if holder == declaration.name:
        return None
    return Failure(
        lifecycle.label,
        one_line(
            f'{lifecycle.label} is "{label}", which {holder} in this program has too, and the '
            f"portal accepts each {lifecycle.label} once: give one of them another."
        ),
    )


def _key(lifecycle: Lifecycle[Any], inputs: Mapping[str, Any]) -> str:
    """Return the key of a resource's declaration, from its check to its diff."""
    return f"{lifecycle.kind} {lifecycle.comparable(inputs)}"


def _tell(session: Session, declaration: Declaration | None, notes: Iterable[Note]) -> None:
    """Log notes on a resource, with its name in the program where that is known."""
    name = f"{declaration.name}: " if declaration and declaration.name else ""
    for note in notes:
        session.tell(f"{name}{note.text}", is_warning=note.is_warning)

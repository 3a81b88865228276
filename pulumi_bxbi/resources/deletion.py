"""Deleting an object that others depend on.

The portal never cascades: tables depend on sources, sources on connectors, and it refuses to delete
what others depend on.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from pulumi_bxbi.portal import InUse, NotFound, ObjectRef

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_bxbi.resources.spelling import Spelling

logger = logging.getLogger(__name__)


def delete_with_dependents(
    name: str,
    delete: Callable[[], None],
    delete_dependent: Callable[[ObjectRef], None],
    spelling: Spelling,
    *,
    force: bool,
) -> None:
    """Delete an object; where that is wanted, delete its dependents first.

    Args:
        name: The object, for people.
        delete: Deletes it.
        delete_dependent: Deletes something that depends on it.
        spelling: How the program writes arguments.
        force: Whether what is in the way is to be deleted.

    Raises:
        NotFound: It is not there.
        InUse: It has dependents, and they are to stay or are not known.
        PortalError: The portal did not delete it.
    """
    try:
        delete()
    except InUse as error:
        if not force:
            owner = error.method.split(".")[1]
            error.cure = f"{error.cure} {or_force(f'the {owner}', spelling)}"
        if not force or not error.dependents:
            raise
        for dependent in error.dependents:
            with suppress(NotFound):
                delete_dependent(dependent)
                logger.info(
                    "%s: deleted its %s, because %s is set",
                    name,
                    dependent,
                    spelling.name("forceDestroy"),
                )
        with suppress(NotFound):
            delete()


def or_force(owner: str, spelling: Spelling) -> str:
    """Return the way out of a refused deletion that deletes the dependents too.

    Args:
        owner: The resource to delete, for people.
        spelling: How the program writes arguments.
    """
    return (
        f"Or set {spelling.switch('forceDestroy', on=True)} on {owner} and run `pulumi up` before "
        "you delete it: a deletion sees the state, not the program."
    )

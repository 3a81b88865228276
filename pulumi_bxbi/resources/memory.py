"""What a state remembers of an object besides its inputs and outputs.

Each adapter keeps it in its own way. A memory has a version; one that an earlier version wrote is
brought up to date when it is read, step by step.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from pulumi_bxbi.portal.identity import PortalIdentity

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The version that this provider writes.
VERSION: Final = 1


class MemoryUnreadableError(Exception):
    """The memory of a state cannot be read, so nothing may be changed by it."""


class Memory(BaseModel):
    """What a state remembers of an object.

    Attributes:
        version: The version of this form.
        portal: The address of the portal that the object is on; empty where it is not known.
        member_id: The permanent id of that portal; empty where it is not known.
        application: The ``client_id`` of the application that sees it; empty where it is not known.
        logo_hash: The hash (:func:`hash_of_logo`) of a connector's logo as the portal returned it,
            where it is not as it was sent: an address may hold a secret.
        ignored: The properties for which the portal has been seen to ignore the program's wish.
        trimmed: The properties whose outer white space the portal has removed.
        incomplete: Whether the computed outputs could not be read after a write; the next update
            reads them.
        looked_at: Whether the program only looks at the object, so that the state has no inputs to
            compare with.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        validate_by_name=True,
    )

    version: Literal[1] = VERSION
    portal: str = ""
    member_id: str = ""
    application: str = ""
    logo_hash: str = ""
    ignored: tuple[str, ...] = ()
    trimmed: tuple[str, ...] = ()
    incomplete: bool = False
    looked_at: bool = False

    @property
    def identity(self) -> PortalIdentity:
        """The portal and the application that the object belongs to."""
        return PortalIdentity(self.portal, self.member_id, self.application)

    def of(self, identity: PortalIdentity) -> Memory:
        """Return the memory of the same object on a portal, as an application sees it."""
        return self.with_(
            portal=identity.address,
            member_id=identity.member_id,
            application=identity.application,
        )

    def with_(self, **changes: Any) -> Memory:
        """Return the memory with other values of some attributes."""
        return self.model_copy(update=changes)

    def to_json(self) -> dict[str, Any]:
        """Return what :meth:`parse` reads: a mapping, without attributes at their default."""
        given = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return {"version": self.version, **given}

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Memory:
        """Read a memory that was written with a version.

        Args:
            given: What :meth:`to_json` has returned; an engine may have turned its whole numbers
                into floating-point numbers.

        Raises:
            MemoryUnreadableError: A newer version of this package wrote it, or it is damaged.
        """
        version = given.get("version")
        if isinstance(version, int | float) and version > VERSION:
            raise MemoryUnreadableError(
                "The state was written by a newer version of pulumi-bxbi than this one, which does "
                "not understand it: nothing is changed from here on. Upgrade: pip install "
                "--upgrade pulumi-bxbi."
            )
        try:
            return cls.model_validate({**given, "version": version and int(version)})
        except (ValidationError, ValueError, TypeError):
            raise MemoryUnreadableError(
                "What the state remembers of this object (__memory) is damaged: nothing is changed "
                "from here on. Take back a good state (pulumi stack export --version, pulumi stack "
                "import); or take the object out of the state (pulumi state delete) and in again "
                "(bxbi import)."
            ) from None


def upgrade_marks_to_version_1(marks: Mapping[str, Any]) -> Memory:
    """Read the marks that version 0.1.0 of this package has left among the outputs.

    They hold neither the portal nor the application.

    Args:
        marks: The outputs whose names begin with two underscores.
    """
    return Memory(
        logo_hash=hash_of_logo(marks["__logo"]) if marks.get("__logo") else "",
        ignored=tuple(marks.get("__ignored") or ()),
        incomplete=bool(marks.get("__incomplete")),
        looked_at=bool(marks.get("__lookedAt")),
    )


def hash_of_logo(logo: str) -> str:
    """Return the SHA-256 of a logo, an address or a data URI, in hexadecimal."""
    return hashlib.sha256(logo.encode("utf-8", "backslashreplace")).hexdigest()

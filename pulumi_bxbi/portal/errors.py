"""What can go wrong with a call to a portal.

PortalError
├── NotFound               the object does not exist, or belongs to another application
├── InUse                  other objects depend on it: a failed delete precondition
├── ValidationFailed       the portal does not accept a value
├── ConnectionCheckFailed  the connector's endpoint did not answer the portal
├── AccessDenied           credentials, permissions, scope or plan
├── CredentialsExpired     the token is too old
├── LimitExceeded          too many calls, or too much work
├── PortalUnavailable      no usable answer, and nothing was changed
├── OutcomeUnknown         no usable answer, and the portal may have executed the call
├── WrongPortal            the state remembers an object of another portal
└── WrongApplication       the state remembers that another application created the object
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_bxbi.portal.display import named, one_line, several_lines


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """An object of the portal, as errors and reports name it.

    Attributes:
        kind: ``connector``, ``source`` or ``table``.
        id: Its id on the portal.
        name: A table's name, or the title of a connector or a source.
    """

    kind: str
    id: int
    name: str

    def __str__(self) -> str:
        return named(self.kind, self.id, self.name)


class PortalError(Exception):
    """A call to a portal failed.

    Its text says what failed, on which object, what the portal said and what to do.

    Attributes:
        code: The portal's error code; empty where the portal gives none.
        description: The portal's text, safe to show; empty where there was no usable answer.
        observed: What was received instead of a usable answer, as a sentence; empty where a usable
            answer was received.
        method: The REST method, for example ``biconnector.source.add``.
        status: The HTTP status; 0 where there was no answer.
        object: What the call was about, for example ``source 42 "CRM"``; may be empty.
        cure: What the user can do.
        portal: The portal's address, without credentials.
        in_result: Whether the portal's error was inside ``result``, as in its newest
            documentation.
    """

    in_result: bool = False

    def __init__(  # noqa: PLR0913  # an error's facts are named by whoever raises it
        self,
        *,
        method: str,
        cure: str,
        description: str = "",
        observed: str = "",
        portal: str = "",
        code: str = "",
        status: int = 0,
        object: str = "",  # noqa: A002  # the attribute's name is part of the interface
    ) -> None:
        self.code = one_line(code)
        self.description = several_lines(description)
        self.observed = several_lines(observed)
        super().__init__(self.description or self.observed)
        self.method = method
        self.status = status
        self.object = one_line(object)
        self.cure = cure
        self.portal = portal

    def __str__(self) -> str:
        about = f" for {self.object}" if self.object else ""
        on = f" on {self.portal}" if self.portal else ""
        return f"{self.method} failed{about}{on}.\n{self.said}\nWhat to do: {self.cure}"

    @property
    def said(self) -> str:
        """What the portal said, or what was received instead, as a sentence."""
        words = ": ".join(filter(None, (self.code, self.description))) or "an error without a text"
        return self.observed or f"The portal said: {words} (HTTP {self.status})"


class NotFound(PortalError):
    """The object does not exist, or it belongs to another application."""


class ValidationFailed(PortalError):
    """The portal does not accept a value."""


class ConnectionCheckFailed(PortalError):
    """The portal called the connector's ``urlCheck`` and got no usable answer."""


class AccessDenied(PortalError):
    """The credentials are wrong, or the permission, the scope or the plan is missing."""


class CredentialsExpired(PortalError):
    """The access token is older than its lifetime of one hour."""


class LimitExceeded(PortalError):
    """The portal blocks calls because of their number or their cost."""


class PortalUnavailable(PortalError):
    """There was no usable answer, and the call has changed nothing.

    Attributes:
        looked_for: Whether this is known because the object that the call would have created was
            looked for on the portal.
    """

    looked_for: bool = False


class OutcomeUnknown(PortalError):
    """There was no usable answer to a write that the portal may have executed.

    Attributes:
        sent: When the write was sent, by the clock of the portal's client, in seconds.
    """

    sent: float = 0.0


class WrongPortal(PortalError):
    """The state remembers an object of another portal than the one in the settings."""

    def __str__(self) -> str:
        return (
            f"{self.object or 'The state'} does not belong to {self.portal}.\n{self.observed}\n"
            f"What to do: {self.cure}"
        )


class WrongApplication(PortalError):
    """The object was not found, and the state remembers that another application created it."""


class InUse(PortalError):
    """Other objects depend on the object, so the portal refuses to delete it.

    Attributes:
        dependents: The objects that depend on it, as far as this application can see them.
    """

    dependents: tuple[ObjectRef, ...] = ()

"""One call of the REST API, with all its repeats."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pulumi_bxbi.portal.errors import LimitExceeded
from pulumi_bxbi.portal.rest.limits import OPERATING_LIMIT, RATE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_bxbi.portal.errors import PortalError
    from pulumi_bxbi.portal.rest.limits import WaitBudget


@dataclass(slots=True)
class Call:
    """One call, with all its repeats.

    Attributes:
        method: The REST method.
        about: The object in question, for errors.
        methods: The methods that the portal counts: the method itself, or those in a batch.
        params: The parameters, without the authorization.
        wait_budget: How long it may wait for the portal's limits.
        body: The body of the request, with the authorization.
        was_sent: Whether it was sent at all.
        sent: When it was last sent, by the portal's clock, in seconds.
        refusal: The last error by which the portal's limits refused it.
        prepare: Called whenever the limits allow the call to be sent.
        sent_as: The method that is called in its place, ``batch``; empty for the method itself.
    """

    method: str
    about: str
    methods: tuple[str, ...]
    params: dict[str, Any]
    wait_budget: WaitBudget
    body: dict[str, Any] = field(default_factory=dict, repr=False)
    was_sent: bool = False
    sent: float = 0.0
    refusal: PortalError | None = None
    prepare: Callable[[], None] = lambda: None
    sent_as: str = ""

    @property
    def path(self) -> str:
        """The method that is called."""
        return self.sent_as or self.method


def lifts_by_itself(error: BaseException) -> bool:
    """Return whether the portal's limits refused a call that they will accept later.

    Args:
        error: The error of the call.
    """
    return isinstance(error, LimitExceeded) and error.code.upper() in {RATE_LIMIT, OPERATING_LIMIT}

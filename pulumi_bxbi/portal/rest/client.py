"""The client of a portal: one REST call, with its retries, limits and redirects.

Vendor's pages: "How to call REST methods", "Limits", "Redirects when a portal is renamed".
"""

from __future__ import annotations

import logging
import math
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import requests
import tenacity

from pulumi_bxbi.portal.addresses import is_safe
from pulumi_bxbi.portal.errors import (
    CredentialsExpired,
    NotFound,
    OutcomeUnknown,
    PortalError,
    PortalUnavailable,
)
from pulumi_bxbi.portal.rest import failures
from pulumi_bxbi.portal.rest.calls import Call, lifts_by_itself
from pulumi_bxbi.portal.rest.custom_timeouts import time_allowed
from pulumi_bxbi.portal.rest.default_settings import (
    BURST,
    MAX_WAIT_SECONDS,
    REQUESTS_PER_SECOND,
    TIMEOUT_SECONDS,
)
from pulumi_bxbi.portal.rest.envelope import (
    Answer,
    InvalidResponse,
    Refusal,
    codes_in,
    read_batched,
    read_envelope,
)
from pulumi_bxbi.portal.rest.joint_writes import Pace, Write, Written
from pulumi_bxbi.portal.rest.limits import (
    RATE_LIMIT,
    RateLimiter,
    Traffic,
    WaitBudget,
    WaitTooLong,
)
from pulumi_bxbi.portal.rest.methods import is_write
from pulumi_bxbi.portal.rest.query import to_query
from pulumi_bxbi.portal.rest.transport import NoAnswer, Response, new_session, send
from pulumi_bxbi.portal.rest.write_sender import WriteSender

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_bxbi.portal.rest.bucket import Store
    from pulumi_bxbi.portal.rest.credentials import Credentials, Holder
    from pulumi_bxbi.portal.rest.joint_writes import ReadBack

logger = logging.getLogger(__name__)

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS: Final = 3
#: How often a call without an answer is sent, and for how long.
_MOST_ATTEMPTS: Final = 4
_ATTEMPTS_WITHIN_SECONDS: Final = 30.0
#: How often a call whose token has expired asks for a newer one.
_MOST_RENEWALS: Final = 2
#: What to do where the portal's redirects do not lead to the portal.
_WRONG_ADDRESS: Final = "check the address (BXBI_PORTAL or bxbi:portal) in a browser."


class Portal:
    """One Bitrix24 portal, called with one set of credentials.

    May be shared by threads. All calls to one portal should share one client, because it keeps to
    the portal's limits.

    Example::

        portal = Portal("https://acme.bitrix24.com", AccessToken("…"))
        portal.call("biconnector.source.list", {"filter": {"@connectorId": [123]}})

    Args:
        address: Scheme, host and port, without a path.
        credentials: What authorizes the calls.
        timeout: Seconds for one HTTP request; the portal itself gives up after 60.
        burst: How many calls the portal accepts at once.
        requests_per_second: How many calls a second it accepts after that.
        max_wait: Seconds that a call may wait for the portal's limits.
        sleep: Waits for a number of seconds.
        clock: Returns seconds since any fixed moment.
        before_write: Called right before a write is sent; an error that it raises stops the write.
        setting: Where the address is configured, for people.
        moved_from: An address that the portal had before; empty for none.
        may_move_to: Returns whether the portal may be called at an address that it redirects to.
        bucket: Where the fill of the portal's bucket is kept; by default in this process.

    Attributes:
        setting: Where the address is configured, for people.
        moved_from: An address that the portal had before, as the user says; empty for none.
        address: The portal's present address; it changes when the portal redirects to another.
        timeout: Seconds for one HTTP request.
        sleep: Waits for a number of seconds.
        clock: Returns seconds since any fixed moment.
        has_answered: Whether the portal has executed a call yet.
        date: The portal's own time at its latest answer, from its header ``Date``.
    """

    def __init__(  # noqa: PLR0913  # callers pass these by keyword
        self,
        address: str,
        credentials: Credentials,
        *,
        timeout: float = TIMEOUT_SECONDS,
        burst: float = BURST,
        requests_per_second: float = REQUESTS_PER_SECOND,
        max_wait: float = MAX_WAIT_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        before_write: Callable[[], None] = lambda: None,
        setting: str = "BXBI_PORTAL or bxbi:portal",
        moved_from: str = "",
        may_move_to: Callable[[str], bool] = lambda _: True,
        bucket: Store | None = None,
    ) -> None:
        self.address = address.rstrip("/")
        self.setting = setting
        self.moved_from = moved_from
        self._may_move_to = may_move_to
        self._addresses: tuple[str, ...] = (self.address,)
        self.has_answered = False
        self.timeout = timeout
        self.sleep = sleep
        self.clock = clock
        self.date = ""
        self._credentials = credentials
        self._max_wait = max_wait
        self._before_write = before_write
        self._limiter = RateLimiter(
            burst, requests_per_second, sleep=sleep, clock=clock, store=bucket
        )
        self._session = new_session()
        self._writes = WriteSender(
            self._until_answered,
            self._subject,
            self._limiter,
            Pace(requests_per_second, timeout, self._limiter.fill),
            clock,
        )

    def close(self) -> None:
        """Close the connections to the portal."""
        self._session.close()

    def require_credentials(self) -> None:
        """Refuse to go on without usable credentials; nothing is called.

        Raises:
            PortalError: There are none, or they cannot be read.
        """
        self._credentials.require()

    def holder(self) -> Holder:
        """Return the owner of the credentials, as far as it is known without a call."""
        return self._credentials.holder()

    @property
    def addresses(self) -> tuple[str, ...]:
        """All present and former addresses of this portal that are known."""
        return (*self._addresses, *self._credentials.holder().addresses)

    def ask_application(self) -> str:
        """Ask for the ``client_id`` of the calling application; empty where the answer has none.

        A portal that was renamed is followed to its new address, as with any call.

        Raises:
            PortalError: The portal refused, or there was no usable answer.
        """
        result = self.call(self._credentials.identifying_method)
        code = result.get("CODE") if isinstance(result, dict) else None
        return code if isinstance(code, str) else ""

    @property
    def traffic(self) -> Traffic:
        """How many calls were sent so far, and what the portal's limits have cost."""
        return self._limiter.traffic

    @property
    def has_little_room(self) -> bool:
        """Whether the portal has so little room for calls that each is worth sparing."""
        return self._writes.has_little_room

    def call(self, method: str, params: dict[str, Any] | None = None, *, about: str = "") -> Any:
        """Call a REST method and return its ``result``.

        The call is sent when the portal's limits have room for it. If they refuse it all the same,
        it is repeated, unless it would wait for more than ``max_wait`` seconds altogether. A call
        with an expired token is repeated once, if there is a newer token. A read without an answer,
        and any call that could not be sent, is repeated at most three times within thirty seconds,
        not counting waits for the limits. A write that was sent is never repeated.

        Args:
            method: The method's name, for example ``biconnector.source.get``.
            params: Its parameters.
            about: The object in question, for the error's text: ``source 42 "CRM"``.

        Raises:
            PortalError: The portal refused, or there was no usable answer; see
                :mod:`pulumi_bxbi.portal.errors` for its subclasses.
        """
        return self._answered(Call(method, about, (method,), params or {}, self._budget()))

    def write(
        self,
        method: str,
        params: dict[str, Any],
        *,
        about: str = "",
        read_back: ReadBack | None = None,
    ) -> Written:
        """Call a method that changes something, as :meth:`call` does.

        Unless the portal has plenty of room for calls, it may be sent together with others of the
        same method, in one call of ``batch``.

        Args:
            method: The method's name.
            params: Its parameters.
            about: The object in question, for the error's text.
            read_back: How the object is read with the same call; ``None`` where it cannot be.

        Raises:
            PortalError: The portal refused, or there was no usable answer.
        """
        # A batch lasts as long as its calls together, which may be more than a call of its own may.
        is_urgent = time_allowed() < math.inf
        write = Write(method, params, about, self._budget(), read_back)
        written = None if is_urgent else self._writes.send(write)
        if written:
            return written
        call = Call(method, about, (method,), params, write.wait_budget)
        return Written(self._answered(call))

    def batch(
        self, calls: dict[str, tuple[str, dict[str, Any]]], *, about: str = ""
    ) -> dict[str, Any]:
        """Send many reads in one call (``batch``).

        Calls that the portal's limits refused are repeated, as in :meth:`call`.

        Args:
            calls: Method and parameters of each call, at most fifty, by a name that the caller
                chooses. Only reads: when a batch fails, what it has done is not known.
            about: The object in question, for the error's text.

        Returns:
            The results by these names; in place of the result for an object that does not exist,
            the error that says so.

        Raises:
            PortalError: The batch failed, or a call in it failed for another reason than a missing
                object.
        """
        call = Call("batch", about, (), {}, self._budget())
        remaining = dict(calls)
        results: dict[str, Any] = {}
        try:
            _until_limits_allow(self._read_batch, call, remaining, results)
        except WaitTooLong as wait:
            raise failures.too_long(
                self._subject(call), wait, call.refusal, call.wait_budget
            ) from None
        return {name: results[name] for name in calls}

    def _answered(self, call: Call) -> Any:
        try:
            return self._until_answered(call)
        except WaitTooLong as wait:
            raise failures.too_long(
                self._subject(call), wait, call.refusal, call.wait_budget
            ) from None

    def _budget(self) -> WaitBudget:
        return WaitBudget(min(self._max_wait, time_allowed()))

    def _read_batch(
        self,
        call: Call,
        remaining: dict[str, tuple[str, dict[str, Any]]],
        results: dict[str, Any],
    ) -> None:
        """Send one batch, and move the calls that it answers from the remaining to the results."""
        commands = {
            name: f"{method}?{to_query(params)}" for name, (method, params) in remaining.items()
        }
        call.methods = tuple({method for method, _ in remaining.values()})
        call.params = {"halt": 0, "cmd": commands}
        answer = self._until_answered(call)
        for name, (method, _) in list(remaining.items()):
            envelope = read_batched(answer, name)
            self._limiter.account(method, envelope.accounting)
            if isinstance(envelope, Answer):
                results[name] = envelope.result
            else:
                error = self._judge(call, method, envelope)
                if lifts_by_itself(error):
                    continue
                if not isinstance(error, NotFound):
                    raise error
                results[name] = error
            del remaining[name]
        if remaining and call.refusal:
            raise call.refusal

    def _until_answered(self, call: Call) -> Any:
        """Send a call, and repeat it where there was no answer and nothing was changed."""
        begin = self.clock() - call.wait_budget.waited

        def is_late(attempts: tenacity.RetryCallState) -> bool:
            seconds = self.clock() - begin - call.wait_budget.waited
            return attempts.attempt_number >= _MOST_ATTEMPTS or seconds >= _ATTEMPTS_WITHIN_SECONDS

        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(PortalUnavailable),
            wait=tenacity.wait_exponential(multiplier=0.25, max=5) + tenacity.wait_random(0, 0.25),
            stop=is_late,
            sleep=self.sleep,
            reraise=True,
        )
        return attempts(_until_limits_allow, self._call_once, call)

    def _call_once(self, call: Call) -> Any:
        # A newer token may come from the store of another process, and have expired as well.
        for _ in range(_MOST_RENEWALS):
            expired = None
            try:
                return self._in_turn(call)
            except CredentialsExpired as error:
                expired = error
            # Without a body, creating the authorization failed, and not the call.
            if not (call.body and self._credentials.renew(call.body)):
                raise expired
        return self._in_turn(call)

    def _in_turn(self, call: Call) -> Any:
        with self._limiter.turn(call.methods, call.wait_budget, repeat=call.was_sent):
            call.prepare()
            call.body = {}
            call.body = self._credentials.body(call.params)
            call.was_sent = True
            return self._answer(call)

    def _answer(self, call: Call) -> Any:
        try:
            response, moved_to = self._send(call)
            envelope = read_envelope(response.status, response.body)
            code = envelope.code if isinstance(envelope, Refusal) else ""
            took = round((self.clock() - call.sent) * 1000)
            logger.debug("%s %d ms HTTP %d %s", call.path, took, response.status, code)
            if isinstance(envelope, InvalidResponse):
                raise failures.unanswered(
                    self._subject(call),
                    f"The portal answered with {envelope.observed} instead of a JSON answer "
                    f"(HTTP {envelope.status}).",
                    "check that the address (BXBI_PORTAL or bxbi:portal) is that of a Bitrix24 "
                    "portal and that nothing in between (proxy, firewall, maintenance page) "
                    "answers for it.",
                    envelope.status,
                )
            self._limiter.account(call.path, envelope.accounting)
            if isinstance(envelope, Refusal):
                raise self._judge(call, call.method, envelope)
        except OutcomeUnknown as error:
            error.sent = call.sent
            raise
        if call.path != "batch" or RATE_LIMIT not in codes_in(envelope.result):
            self._limiter.accept(call.sent)
        self.has_answered = True
        if moved_to and moved_to != self.address:
            self._settle(moved_to)
        return envelope.result

    def _judge(self, call: Call, method: str, refusal: Refusal) -> PortalError:
        """Return the error of a refusal, and report a refusal by the limits to the rate limiter.

        Args:
            call: The call that was sent.
            method: The method that was refused: the call's, or one in a batch.
            refusal: What the portal said about it.
        """
        error = failures.refused(self._subject(call)._replace(method=method), refusal)
        if lifts_by_itself(error):
            self._limiter.refuse(refusal.code, method, call.sent)
            call.refusal = error
        return error

    def _subject(self, call: Call) -> failures.Subject:
        return failures.Subject(call.method, call.about, self.address)

    def _send(self, call: Call) -> tuple[Response, str]:
        """Send a request, and follow redirects of the portal with the same request.

        Returns:
            The response, and the address that the portal redirected to; empty where it did not.
        """
        if is_write(call.method):
            self._before_write()
        path = self._credentials.path(call.path)
        self.address = self._credentials.address(self.address)
        response = self._post(self.address + path, call)
        moved_to = ""
        for _ in range(_MOST_REDIRECTS):
            if response.status not in _REDIRECTS:
                break
            moved_to = self._redirected(response, path, call)
            response = self._post(moved_to + path, call)
        if response.status in _REDIRECTS:
            observed = f"The portal redirected more than {_MOST_REDIRECTS} times."
            raise failures.misdirected(self._subject(call), observed, _WRONG_ADDRESS)
        return response, moved_to

    def _settle(self, address: str) -> None:
        """Use the address that a renamed portal redirects to from now on.

        Only an answer shows that it is the portal: a refusal may come from a page in its place.
        """
        logger.warning(
            "the portal %s has moved to %s: change BXBI_PORTAL or bxbi:portal",
            self.address,
            address,
        )
        self.address = address
        self._addresses = (*self._addresses, address)
        self._credentials.moved(address)

    def _redirected(self, response: Response, path: str, call: Call) -> str:
        """Return the address that a renamed portal redirects the same call to."""
        parts = urlsplit(response.location)
        address = f"{parts.scheme}://{parts.netloc}"
        if parts.path.rstrip("/") == path and is_safe(address):
            self._require_may_move_to(address, call)
            return address
        shown = address if parts.netloc else "an address without a host"
        raise failures.misdirected(
            self._subject(call),
            f"The portal redirects (HTTP {response.status}) to {shown}, "
            "which is not the same method at an https address.",
            _WRONG_ADDRESS,
        )

    def _require_may_move_to(self, address: str, call: Call) -> None:
        """Refuse a redirect to a portal that may not be called; the call is not sent there."""
        if self._may_move_to(address):
            return
        raise failures.misdirected(
            self._subject(call),
            f"The portal has moved to {address}, which BXBI_ALLOWED_PORTALS (or "
            "bxbi:allowedPortals) does not allow. Nothing was sent there.",
            "add that address to the allowed ones, if it is right.",
        )

    def _post(self, url: str, call: Call) -> Response:
        call.sent = self.clock()
        try:
            response = send(
                self._session,
                requests.Request("POST", url, json=call.body),
                setting="BXBI_PORTAL or bxbi:portal",
                timeout=min(self.timeout, time_allowed()),
                clock=self.clock,
            )
        except NoAnswer as none:
            error = failures.unanswered if none.was_sent else failures.not_sent
            raise error(self._subject(call), none.observed, none.cure) from None
        self.date = response.date
        return response


def _until_limits_allow(send: Callable[..., Any], *arguments: Any) -> Any:
    """Repeat a call that the portal's limits refused; the call itself waits within its budget."""
    attempts = tenacity.Retrying(
        retry=tenacity.retry_if_exception(lifts_by_itself), sleep=lambda _: None, reraise=True
    )
    return attempts(send, *arguments)

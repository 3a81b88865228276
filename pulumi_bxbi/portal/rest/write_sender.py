"""Sends writes alone, or in a batch with others that wait, and tells their answers apart.

Vendor's page: "Execute a batch of requests batch".
"""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.portal.errors import OutcomeUnknown, PortalError
from pulumi_bxbi.portal.rest import failures
from pulumi_bxbi.portal.rest.calls import Call, lifts_by_itself
from pulumi_bxbi.portal.rest.envelope import Answer, Refusal, is_answered, read_batched
from pulumi_bxbi.portal.rest.error_codes import UNKNOWN_CODE, remedy
from pulumi_bxbi.portal.rest.joint_writes import (
    PLENTY,
    READ,
    JointWrites,
    Write,
    Written,
    commands,
)
from pulumi_bxbi.portal.rest.limits import (
    OPERATING_LIMIT,
    RATE_LIMIT,
    RateLimiter,
    WaitTooLong,
)
from pulumi_bxbi.portal.rest.query import fits_query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pulumi_bxbi.portal.rest.joint_writes import Pace

logger = logging.getLogger(__name__)

#: The portal's error codes for a value of another type. In a query every value is a text.
_WRONG_TYPE: Final = frozenset(
    {
        "VALIDATION_FIELD_DELETE_INVALID_ID",
        "VALIDATION_INVALID_FIELD_TYPE",
        "VALIDATION_INVALID_ID_FORMAT",
    }
)
#: Stands for the HTTP status that a call of a batch would have had alone, where nobody can tell.
_UNKNOWN_STATUS: Final = 500
#: What to do where a batch has no answer to one of its calls.
_BROKEN_OFF: Final = "run the same command again."


class WriteSender:
    """Sends the writes of a client, with as few calls as its limits leave.

    May be shared by threads.

    Args:
        until_answered: Sends a call until the portal has answered it.
        subject: Returns the call as errors name it.
        limiter: Counts what the calls in a batch cost.
        pace: How fast calls follow each other, and how long one may take.
        clock: Returns seconds since any fixed moment.
    """

    def __init__(
        self,
        until_answered: Callable[[Call], Any],
        subject: Callable[[Call], failures.Subject],
        limiter: RateLimiter,
        pace: Pace,
        clock: Callable[[], float],
    ) -> None:
        self._until_answered = until_answered
        self._subject = subject
        self._limiter = limiter
        self._pace = pace
        self._clock = clock
        self._lock = threading.Lock()
        self._joint: dict[str, JointWrites] = {}
        self._alone: set[str] = set()

    @property
    def has_little_room(self) -> bool:
        """Whether the portal has so little room for calls that each is worth sparing."""
        return self._pace.fill() > PLENTY

    def send(self, write: Write) -> Written | None:
        """Send a write, and return its answer; ``None`` where it has to be a call of its own.

        Args:
            write: The write.

        Raises:
            PortalError: The portal refused, or there was no usable answer.
        """
        if write.method in self._alone or not fits_query(write.params):
            return None
        self._joint_writes(write.method).run(write)
        if write.error:
            raise write.error
        return write.answer

    def _joint_writes(self, method: str) -> JointWrites:
        with self._lock:
            if method not in self._joint:
                self._joint[method] = JointWrites(self._send, self._pace, self._clock)
            return self._joint[method]

    def _send(self, first: Write, take: Callable[[], Sequence[Write]]) -> None:
        """Send a write, alone or in a batch with those that are taken along."""
        call = Call(first.method, first.about, (first.method,), first.params, first.wait_budget)
        call.refusal = first.refusal
        named: dict[str, Write] = {}

        def prepare() -> None:
            taken = take()
            named.update({f"w{number}": each for number, each in enumerate(taken)})
            read_back = first.read_back
            if len(taken) > 1 or (read_back and self.has_little_room):
                call.sent_as, call.params = "batch", {"halt": 0, "cmd": commands(named)}

        call.prepare = prepare
        try:
            result = self._until_answered(call)
            self._measure(call, named)
            if call.sent_as:
                self._tell_apart(call, result, named)
            else:
                first.succeed(Written(result))
        except WaitTooLong as wait:
            subject = self._subject(call)
            first.fail(failures.too_long(subject, wait, call.refusal, call.wait_budget))
        except PortalError as error:
            if isinstance(error, OutcomeUnknown):
                self._measure(call, named)
            for each in named.values() or [first]:
                each.fail(error if each is first else failures.same(error, each.about))
        except BaseException:
            self._leave_unknown(call, named.values())
            first.leave()
            raise

    def _measure(self, call: Call, named: Mapping[str, Write]) -> None:
        self._joint[call.method].measure((self._clock() - call.sent) / len(named))

    def _leave_unknown(self, call: Call, writes: Iterable[Write]) -> None:
        """Have no write sent once more after an error that nobody expects."""
        for each in writes:
            if call.was_sent and not each.has_ended:
                subject = self._subject(call)._replace(about=each.about)
                error = failures.unanswered(subject, "The answer could not be read.", _BROKEN_OFF)
                each.fail(_sent_at(error, call.sent))

    def _tell_apart(self, call: Call, batch: Any, named: Mapping[str, Write]) -> None:
        """End the writes of a batch by its answers, except those that the limits have refused."""
        read = read_batched(batch, READ)
        found = read.result if isinstance(read, Answer) else None
        for name, write in named.items():
            answer = read_batched(batch, name)
            self._limiter.account(write.method, answer.accounting)
            if isinstance(answer, Answer):
                write.succeed(Written(answer.result, found))
                continue
            subject = self._subject(call)._replace(about=write.about)
            if not is_answered(batch, name):
                broken_off = "The batch broke off before this call."
                error = failures.unanswered(subject, broken_off, _BROKEN_OFF)
            elif answer.by_platform and remedy(write.method, answer) is UNKNOWN_CODE:
                error = failures.refused(subject, replace(answer, status=_UNKNOWN_STATUS))
            else:
                error = failures.refused(subject, answer)
            if lifts_by_itself(error):
                self._limiter.refuse(answer.code, write.method, call.sent)
                write.refusal = error
            elif answer.code.upper() in _WRONG_TYPE:
                self._stop_batches(write.method, error)
                write.leave()
            else:
                write.fail(_sent_at(error, call.sent))
        read_back = next(iter(named.values())).read_back
        if read_back:
            self._limiter.account(read_back.method, read.accounting)
            if isinstance(read, Refusal) and read.code.upper() in {RATE_LIMIT, OPERATING_LIMIT}:
                self._limiter.refuse(read.code, read_back.method, call.sent)

    def _stop_batches(self, method: str, error: PortalError) -> None:
        """Send no more writes of a method in batches, because a query spoils their values."""
        with self._lock:
            if method in self._alone:
                return
            self._alone.add(method)
        logger.debug("%s is not sent in batches any more: %s", method, error.said)


def _sent_at(error: PortalError, moment: float) -> PortalError:
    """Return an error, with the moment of sending where it is not known what came of the call."""
    if isinstance(error, OutcomeUnknown):
        error.sent = moment
    return error

"""The rate limiter, which spaces calls so that the portal's limits do not refuse them.

The portal limits two things. First, a leaky bucket accepts ``burst`` calls at once and drains some
calls a second; all calls to the portal from this address share it. Second, the time that a method
takes for this application is summed over ten minutes; beyond a threshold the method is blocked
until the oldest minute is no longer counted.

Vendor's page: "Limits" of the REST API.
"""

from __future__ import annotations

import logging
import math
import random
import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.portal.errors import LimitExceeded
from pulumi_bxbi.portal.rest.bucket import Bucket

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from pulumi_bxbi.portal.rest.bucket import Store
    from pulumi_bxbi.portal.rest.envelope import Accounting

logger = logging.getLogger(__name__)

#: The portal's error codes of the two limits.
RATE_LIMIT: Final = "QUERY_LIMIT_EXCEEDED"
OPERATING_LIMIT: Final = "OPERATION_TIME_LIMIT"

#: Time of a method within ten minutes at which the portal blocks it: the vendor's example for the
#: cloud. The true limit is not published, so no call is refused because of this one.
ASSUMED_OPERATING_LIMIT_SECONDS: Final = 480.0
#: Time of a method within ten minutes from which it is slowed down: three quarters of the limit.
_SLOW_FROM_SECONDS: Final = 360.0
#: The portal counts a method's time in parts of a minute.
_MINUTE_SECONDS: Final = 60.0
#: The portal sums a method's time over this period; after it a block lifts by itself.
_WINDOW_SECONDS: Final = 600.0
#: A shorter sleep may not advance a clock.
_SHORTEST_WAIT_SECONDS: Final = 0.001
#: How long a call may wait without a message to the user.
_SILENT_SECONDS: Final = 3.0
_FIRST_PAUSE_SECONDS: Final = 0.5
_LONGEST_PAUSE_SECONDS: Final = 30.0
#: The largest random factor of a pause, so that several machines do not collide again.
_JITTER: Final = 1.5


class WaitTooLong(Exception):
    """A call would have to wait for longer than it may.

    Attributes:
        seconds: How long it would have to wait, at most.
        method: The method that the portal has blocked; empty for the rate limit.
    """

    def __init__(self, seconds: float, method: str) -> None:
        super().__init__()
        self.seconds = seconds
        self.method = method


@dataclass(slots=True)
class WaitBudget:
    """The time that one call, with all its repeats, may wait for the portal's limits.

    Attributes:
        allowed: Seconds that the call may wait, by the setting ``maxWait``.
        waited: Seconds that it has waited so far.
    """

    allowed: float
    waited: float = 0.0

    @property
    def left(self) -> float:
        """Seconds that the call may still wait."""
        return self.allowed - self.waited


@dataclass(frozen=True, slots=True)
class Traffic:
    """The calls so far, and the time that they have waited for the limits.

    Attributes:
        calls: Calls that were sent; a batch is one.
        repeats: The number of these that repeated another call.
        waited: Seconds during which at least one call waited for the limits.
    """

    calls: int
    repeats: int
    waited: float


class Method:
    """The time that one method took on the portal, and when it may be called again.

    Attributes:
        operating: Seconds that its calls took within the last ten minutes, as the portal said.
        blocked_until: When the portal's block ends; where that is not known, when to try again.
        freed_by: When the portal's block ends at the latest.
        rests_until: When the method may be called again without coming too near to its limit.
    """

    def __init__(self) -> None:
        self.operating = 0.0
        self.blocked_until = -math.inf
        self.freed_by = -math.inf
        self.rests_until = -math.inf
        self._resets_at = -math.inf

    def account(self, accounting: Accounting, now: float) -> None:
        """Record the time that the portal has counted, and slow down near the limit.

        Near the limit, a pause follows each call. Say a call took a tenth of the time that the
        limit still allows: then the pause is a tenth of the time until the portal counts anew. It
        is at most a minute, because the true limit is not known.
        """
        self.operating = accounting.operating
        if accounting.resets_in is None:
            return
        resets_in = min(max(0.0, accounting.resets_in), _WINDOW_SECONDS)
        self._resets_at = now + resets_in
        if self.is_slow:
            share = accounting.duration / (ASSUMED_OPERATING_LIMIT_SECONDS - self.operating)
            rested = max(now, self.rests_until) + resets_in * share
            self.rests_until = min(rested, now + min(resets_in, _MINUTE_SECONDS))

    @property
    def is_slow(self) -> bool:
        """Whether the method is near its limit, and not beyond the assumed limit."""
        return _SLOW_FROM_SECONDS <= self.operating < ASSUMED_OPERATING_LIMIT_SECONDS

    def block(self, now: float) -> None:
        """Block the method until the oldest calls are no longer counted."""
        if now < self.blocked_until:
            return
        if self._resets_at > now:
            self.blocked_until = self.freed_by = self._resets_at
        else:
            self.blocked_until = now + _MINUTE_SECONDS
            self.freed_by = now + _WINDOW_SECONDS


@dataclass(frozen=True, slots=True)
class _Delay:
    """How long a call has to wait, and the reason.

    Attributes:
        seconds: How long; 0 where it may be sent at once.
        blocked: The method that the portal has blocked; empty for another reason.
        resting: The method that rests; empty for another reason.
    """

    seconds: float
    blocked: str = ""
    resting: str = ""


class RateLimiter:
    """Delays calls until the portal has room for them.

    May be shared by threads; all calls to one portal should share one. Logs each reason for a wait
    of more than three seconds once.

    Args:
        burst: How many calls the portal accepts at once.
        per_second: How many calls a second it accepts after that.
        sleep: Waits for a number of seconds.
        clock: Returns seconds since any fixed moment.
        store: Where the fill of the portal's bucket is kept; by default in this process.
    """

    def __init__(
        self,
        burst: float,
        per_second: float,
        *,
        sleep: Callable[[float], None],
        clock: Callable[[], float],
        store: Store | None = None,
    ) -> None:
        self._sleep = sleep
        self._clock = clock
        self._lock = threading.Lock()
        self._bucket = Bucket(burst, per_second, store)
        self._methods: defaultdict[str, Method] = defaultdict(Method)
        self._pause = 0.0
        self._paused_at = -math.inf
        self._paused_until = -math.inf
        self._paced = 0.0
        self._told: set[object] = set()
        self._calls = 0
        self._repeats = 0
        self._waited = 0.0
        self._waited_until = -math.inf

    @property
    def traffic(self) -> Traffic:
        """The calls so far, and the time that they have waited for the limits."""
        with self._lock:
            return Traffic(self._calls, self._repeats, self._waited)

    @contextmanager
    def turn(
        self, methods: Collection[str], wait_budget: WaitBudget, *, repeat: bool
    ) -> Iterator[None]:
        """Wait until a call may be sent, and count it until it is answered.

        Args:
            methods: The methods that it calls; several for a batch.
            wait_budget: How long it may wait. The time that it waits is added there.
            repeat: Whether it repeats another call.

        Raises:
            WaitTooLong: It would have to wait for longer; it was not sent.
        """
        sent = self._wait(methods, wait_budget, repeat=repeat)
        counts = True
        try:
            yield
        except LimitExceeded as error:
            counts = error.code.upper() != RATE_LIMIT
            raise
        finally:
            with self._lock:
                self._bucket.answered(sent, self._clock(), counts=counts)

    def fill(self) -> float:
        """Return which part of the portal's room for calls is used up, from 0 to 1."""
        with self._lock:
            return self._bucket.share(self._clock())

    def account(self, method: str, accounting: Accounting | None) -> None:
        """Record the cost of a call, as the portal has counted it.

        Args:
            method: The method that was called.
            accounting: What the portal has counted; ``None`` where it does not say.
        """
        if accounting is None:
            return
        with self._lock:
            counted = self._methods[method]
            counted.account(accounting, self._clock())
            if not counted.is_slow:
                self._told.discard(method)

    def accept(self, sent: float) -> None:
        """Record that the portal's rate limit has accepted a call.

        Args:
            sent: When the call was sent, in seconds of the clock.
        """
        with self._lock:
            if sent >= self._paused_until:
                self._pause = 0.0

    def refuse(self, code: str, method: str, sent: float) -> None:
        """Record that a limit of the portal has refused a call.

        A refusal by the rate limit pauses all calls, for longer with each refusal after a pause;
        refusals of calls that were in flight at the same time count as one. A refusal by the
        operating limit blocks the method.

        Args:
            code: The error code.
            method: The method that was called.
            sent: When the call was sent, in seconds of the clock.
        """
        with self._lock:
            now = self._clock()
            if code.upper() == OPERATING_LIMIT:
                self._methods[method].block(now)
            elif sent > self._paused_at:
                self._pause = min(
                    max(_FIRST_PAUSE_SECONDS, self._pause * 2), _LONGEST_PAUSE_SECONDS
                )
                pause = self._pause * random.uniform(1, _JITTER)  # noqa: S311  # no secret
                self._paused_at = now
                self._paused_until = now + max(pause, 1 / self._bucket.per_second)
                self._bucket.pause_until(self._paused_until)

    def _wait(self, methods: Collection[str], wait_budget: WaitBudget, *, repeat: bool) -> float:
        """Wait until a call may be sent, count it, and return the moment."""
        until = -math.inf
        while True:
            with self._lock:
                # After a sleep the call is never early, whatever the clock's resolution.
                now = max(until, self._clock())
                delay = self._delay(methods, now, wait_budget)
                if not delay.seconds:
                    self._calls += 1
                    self._repeats += repeat
                    return now
                until = now + max(delay.seconds, _SHORTEST_WAIT_SECONDS)
                more = max(0.0, until - max(now, self._waited_until))
                self._waited += more
                self._waited_until = max(self._waited_until, until)
                notice = self._notice(delay, now, more)
            if notice:
                logger.info("%s", notice)
            self._sleep(until - now)
            wait_budget.waited += until - now

    def _delay(self, methods: Collection[str], now: float, wait_budget: WaitBudget) -> _Delay:
        """Return how long a call has to wait; where it need not, the bucket counts it."""
        blocked = max(methods, key=lambda name: self._methods[name].blocked_until)
        block = max(0.0, self._methods[blocked].blocked_until - now)
        if block and block > wait_budget.left:
            raise WaitTooLong(self._methods[blocked].freed_by - now, blocked)
        resting = max(methods, key=lambda name: self._methods[name].rests_until)
        # A rest is only a precaution, so it leaves half of the budget for waits that the portal
        # requires.
        rest = min(
            max(0.0, self._methods[resting].rests_until - now),
            max(0.0, wait_budget.allowed / 2 - wait_budget.waited),
        )
        pause = max(0.0, self._paused_until - now)
        must_wait = block or rest or pause
        rate = max(pause, self._bucket.wait(now)) if must_wait else self._bucket.take(now)
        if rate and rate > wait_budget.left:
            raise WaitTooLong(rate, "")
        if block > max(rate, rest):
            return _Delay(block, blocked=blocked)
        if rest > rate:
            return _Delay(rest, resting=resting)
        return _Delay(rate)

    def _notice(self, delay: _Delay, now: float, more: float) -> str:
        """Return what a call waits for; empty where the wait is short or was logged before."""
        long = delay.seconds > _SILENT_SECONDS
        if delay.resting:
            what: object = delay.resting
            text = (
                f"slowing down {delay.resting}, so that the portal does not block it: its calls "
                f"took {self._methods[delay.resting].operating:.0f} s of about "
                f"{ASSUMED_OPERATING_LIMIT_SECONDS:g} s that a method may take in ten minutes"
            )
        elif delay.blocked:
            what = (delay.blocked, self._methods[delay.blocked].blocked_until) if long else None
            text = (
                f"waiting {delay.seconds:.0f} s, until {local_time(delay.seconds)}: the portal has "
                f"blocked {delay.blocked}, which took too much of its time ({OPERATING_LIMIT})"
            )
        elif now < self._paused_until and long:
            what = self._paused_until
            text = (
                f"waiting {delay.seconds:.0f} s for the portal's rate limit ({self._limit()}), "
                "which others or an earlier run have used up"
            )
        else:
            self._paced += more
            what = Bucket if self._paced > _SILENT_SECONDS else None
            text = (
                f"going on at the speed that the portal allows ({self._limit()}): 100 more calls "
                f"take about {100 / self._bucket.per_second:.0f} s"
            )
        if what is None or what in self._told:
            return ""
        self._told.add(what)
        return text

    def _limit(self) -> str:
        calls = "1 call" if self._bucket.burst == 1 else f"{self._bucket.burst:g} calls"
        return f"{calls} at once, {self._bucket.per_second:g} a second"


def local_time(seconds: float) -> str:
    """Return the local time of day after some seconds, as ``14:05:09``.

    Args:
        seconds: How long from now.
    """
    return time.strftime("%H:%M:%S", time.localtime(time.time() + seconds))

"""Calls are spaced, so that the portal's limits do not have to refuse them.

The portal limits two things. A bucket takes ``burst`` calls at once and drains some calls a second;
everything that calls the portal from this address shares it. And the time that a method takes for
this application is summed over ten minutes; beyond a threshold the method is blocked until the
oldest minute is no longer counted.

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

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from pulumi_bxbi.portal.rest.envelope import Accounting

logger = logging.getLogger(__name__)

RATE_LIMIT: Final = "QUERY_LIMIT_EXCEEDED"
OPERATING_LIMIT: Final = "OPERATION_TIME_LIMIT"

#: Seconds of a method in ten minutes at which the portal blocks it: the vendor's example for the
#: cloud. The true number is not told, so nothing is refused because of this one.
ASSUMED_OPERATING_LIMIT: Final = 480.0
#: Seconds of a method in ten minutes from which it is slowed down: three quarters of the limit.
SLOW_FROM: Final = 360.0
#: Seconds; the portal counts a method's time in parts of a minute.
_MINUTE: Final = 60.0
#: Seconds; after that a block lifts by itself.
_WINDOW: Final = 600.0
#: Seconds; what is shorter may not move a clock.
_SHORTEST: Final = 0.001
#: Seconds that a run may wait without a word.
_SILENT: Final = 3.0
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0
#: How many times as long a pause can be by chance, so that several machines do not meet again.
_JITTER: Final = 1.5


class WaitTooLong(Exception):
    """A call would have to wait for longer than it may.

    Attributes:
        seconds: How long it would have to wait, at the most.
        method: The method that the portal has blocked; empty where the rate is what it waits for.
    """

    def __init__(self, seconds: float, method: str) -> None:
        super().__init__()
        self.seconds = seconds
        self.method = method


@dataclass(slots=True)
class WaitBudget:
    """How long one call may wait for the portal's limits, all its repeats together.

    Attributes:
        allowed: Seconds that it may wait.
        waited: Seconds that it has waited so far.
    """

    allowed: float
    waited: float = 0.0

    @property
    def left(self) -> float:
        """Seconds that it may still wait."""
        return self.allowed - self.waited


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the limits have cost so far.

    Attributes:
        calls: Calls that were sent; a batch is one.
        repeats: Those of them that repeated another.
        waited: Seconds during which at least one call waited for the limits.
    """

    calls: int
    repeats: int
    waited: float


class Bucket:
    """The portal's leaky bucket, as far as our own calls fill it.

    When a call arrives at the portal is not known, only when it was sent and when it was answered.
    It counts from the one and begins to drain at the other, so the portal's bucket is never fuller
    than this one because of our calls.

    Args:
        burst: How many calls the bucket holds.
        per_second: How many drain in a second.
    """

    def __init__(self, burst: float, per_second: float) -> None:
        self.burst = burst
        self.per_second = per_second
        self._level = 0.0
        self._since = -math.inf
        self._in_flight = 0

    def wait(self, now: float) -> float:
        """Give the seconds until a call may be sent; 0 for at once."""
        begin = max(now, self._since)
        surplus = self._level_at(begin) + self._in_flight + 1 - self.burst
        return begin - now + max(0.0, surplus / self.per_second)

    def send(self) -> None:
        """Count a call that is being sent."""
        self._in_flight += 1

    def answered(self, now: float, *, counts: bool) -> None:
        """Let a call that was sent begin to drain; one that found no room does not count."""
        begin = max(now, self._since)
        self._in_flight -= 1
        self._level = self._level_at(begin) + counts
        self._since = begin

    def fill(self, until: float) -> None:
        """Take the bucket for full until a moment, at which there is room for one call."""
        self._level = self.burst - 1
        self._since = until

    def _level_at(self, moment: float) -> float:
        drained = (moment - self._since) * self.per_second
        return max(0.0, self._level - drained)


class Method:
    """One method's time on the portal, and when it may be called again.

    Attributes:
        operating: Seconds that its calls took within the last ten minutes, as the portal told.
        blocked_until: Until when the portal refuses it; where that is not known, when to ask again.
        freed_by: When it is no longer refused at the latest.
        rests_until: Until when it is held back so that the portal does not have to refuse it.
    """

    def __init__(self) -> None:
        self.operating = 0.0
        self.blocked_until = -math.inf
        self.freed_by = -math.inf
        self.rests_until = -math.inf
        self._resets_at = -math.inf

    def account(self, accounting: Accounting, now: float) -> None:
        """Take over what the portal has counted, and slow down near the limit.

        A call is followed by a rest. It is as large a part of the time until the oldest calls are
        no longer counted, as the call was of what the limit still allows until then; a minute at
        the most, because the limit is not told.
        """
        self.operating = accounting.operating
        if accounting.resets_in is None:
            return
        resets_in = min(max(0.0, accounting.resets_in), _WINDOW)
        self._resets_at = now + resets_in
        if self.is_slow:
            share = accounting.duration / (ASSUMED_OPERATING_LIMIT - self.operating)
            rested = max(now, self.rests_until) + resets_in * share
            self.rests_until = min(rested, now + min(resets_in, _MINUTE))

    @property
    def is_slow(self) -> bool:
        """Whether the method is near its limit, and not beyond what the limit can be."""
        return SLOW_FROM <= self.operating < ASSUMED_OPERATING_LIMIT

    def block(self, now: float) -> None:
        """Wait for the next moment at which the oldest calls are no longer counted."""
        if now < self.blocked_until:
            return
        if self._resets_at > now:
            self.blocked_until = self.freed_by = self._resets_at
        else:
            self.blocked_until = now + _MINUTE
            self.freed_by = now + _WINDOW


@dataclass(frozen=True, slots=True)
class _Delay:
    """How long a call has to wait, and for what.

    Attributes:
        seconds: How long; 0 where it may be sent at once.
        blocked: The method that the portal refuses; empty where that is not why.
        resting: The method that rests; empty where that is not why.
    """

    seconds: float
    blocked: str = ""
    resting: str = ""


class RateLimiter:
    """Lets calls through when the portal has room for them.

    May be shared by threads; all calls to one portal should share one. Tells the user, once, about
    a wait of more than three seconds.

    Args:
        burst: How many calls the portal takes at once.
        per_second: How many it takes in a second from then on.
        sleep: How to wait, in seconds.
        clock: Tells seconds since any fixed moment.
    """

    def __init__(
        self,
        burst: float,
        per_second: float,
        *,
        sleep: Callable[[float], None],
        clock: Callable[[], float],
    ) -> None:
        self._sleep = sleep
        self._clock = clock
        self._lock = threading.Lock()
        self._bucket = Bucket(burst, per_second)
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
        """What the limits have cost so far."""
        with self._lock:
            return Traffic(self._calls, self._repeats, self._waited)

    @contextmanager
    def turn(
        self, methods: Collection[str], wait_budget: WaitBudget, *, repeat: bool
    ) -> Iterator[None]:
        """Wait until a call may be sent, and count it until it is answered.

        Args:
            methods: What it calls; several for a batch.
            wait_budget: How long it may wait. What it waits is added there.
            repeat: Whether it repeats another call.

        Raises:
            WaitTooLong: It would have to wait for longer; nothing was waited for.
        """
        self._wait(methods, wait_budget, repeat=repeat)
        counts = True
        try:
            yield
        except LimitExceeded as error:
            counts = error.code.upper() != RATE_LIMIT
            raise
        finally:
            with self._lock:
                self._bucket.answered(self._clock(), counts=counts)

    def account(self, method: str, accounting: Accounting | None) -> None:
        """Note what a method has cost on the portal.

        Args:
            method: What was called.
            accounting: What the portal tells of its cost.
        """
        if accounting is None:
            return
        with self._lock:
            counted = self._methods[method]
            counted.account(accounting, self._clock())
            if not counted.is_slow:
                self._told.discard(method)

    def accept(self, sent: float) -> None:
        """Note that the portal's rate limit has let a call through.

        Args:
            sent: When it was sent.
        """
        with self._lock:
            if sent >= self._paused_until:
                self._pause = 0.0

    def refuse(self, code: str, method: str, sent: float) -> None:
        """Note that a limit of the portal has refused a call.

        Its rate limit holds back every call, more so with every refusal after a pause; calls that
        were under way at the same time are one refusal. Its operating limit holds back the method.

        Args:
            code: The error code.
            method: What was called.
            sent: When it was sent.
        """
        with self._lock:
            now = self._clock()
            if code.upper() == OPERATING_LIMIT:
                self._methods[method].block(now)
            elif sent > self._paused_at:
                self._pause = min(max(_FIRST_PAUSE, self._pause * 2), _LONGEST_PAUSE)
                pause = self._pause * random.uniform(1, _JITTER)  # noqa: S311  # no secret
                self._paused_at = now
                self._paused_until = now + max(pause, 1 / self._bucket.per_second)
                self._bucket.fill(self._paused_until)

    def _wait(self, methods: Collection[str], wait_budget: WaitBudget, *, repeat: bool) -> None:
        now = self._clock()
        while True:
            with self._lock:
                delay = self._delay(methods, now, wait_budget)
                if not delay.seconds:
                    self._bucket.send()
                    self._calls += 1
                    self._repeats += repeat
                    return
                until = now + max(delay.seconds, _SHORTEST)
                more = max(0.0, until - max(now, self._waited_until))
                self._waited += more
                self._waited_until = max(self._waited_until, until)
                notice = self._notice(delay, now, more)
            if notice:
                logger.info("%s", notice)
            self._sleep(until - now)
            wait_budget.waited += until - now
            # One that has slept is never early, whatever the clock's resolution.
            now = max(until, self._clock())

    def _delay(self, methods: Collection[str], now: float, wait_budget: WaitBudget) -> _Delay:
        rate = self._bucket.wait(now)
        blocked = max(methods, key=lambda name: self._methods[name].blocked_until)
        block = max(0.0, self._methods[blocked].blocked_until - now)
        if block > wait_budget.left:
            raise WaitTooLong(self._methods[blocked].freed_by - now, blocked)
        if rate > wait_budget.left:
            raise WaitTooLong(rate, "")
        resting = max(methods, key=lambda name: self._methods[name].rests_until)
        # A rest is our own caution, so it leaves enough to wait for what the portal says.
        rest = min(
            max(0.0, self._methods[resting].rests_until - now),
            max(0.0, wait_budget.allowed / 2 - wait_budget.waited),
        )
        if block > max(rate, rest):
            return _Delay(block, blocked=blocked)
        if rest > rate:
            return _Delay(rest, resting=resting)
        return _Delay(rate)

    def _notice(self, delay: _Delay, now: float, more: float) -> str:
        """Say what a call waits for, unless it is short or was said before."""
        long = delay.seconds > _SILENT
        if delay.resting:
            what: object = delay.resting
            text = (
                f"slowing down {delay.resting}, so that the portal does not block it: its calls "
                f"took {self._methods[delay.resting].operating:.0f} s of about "
                f"{ASSUMED_OPERATING_LIMIT:g} s that a method may take in ten minutes"
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
            what = Bucket if self._paced > _SILENT else None
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
    """Give the time of day in some seconds, as this machine's user reads it.

    Args:
        seconds: How long from now.
    """
    return time.strftime("%H:%M:%S", time.localtime(time.time() + seconds))

"""Requests to endpoints: a few at a time for one host, and none to what gave no answer."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from pulumi_bxbi.external.side_by_side import MOST_FOR_ONE_HOST
from pulumi_bxbi.portal.rest.transport import NoAnswer, TimedOut

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pulumi_bxbi.external.client import Endpoint

T = TypeVar("T")
R = TypeVar("R")


class NotAsked(Exception):
    """An endpoint was not asked; the text is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer of an endpoint.

    Attributes:
        status: The HTTP status.
        location: The address that a redirect points to; empty where it is not a redirect.
        body: The body.
        seconds: The time from the request to the end of the answer.
    """

    status: int
    location: str
    body: bytes = field(repr=False)
    seconds: float


@dataclass(slots=True)
class _Host:
    """What is known of a host.

    Attributes:
        turns: Lets a few requests through at a time.
        silent_since: When the first request began that it has not answered, and none after it.
    """

    turns: threading.Semaphore
    silent_since: float | None = None


class Asker:
    """Sends the requests of a run. May be shared by threads.

    Args:
        timeout: Seconds for one whole answer.
        silence: After how many seconds of requests without any answer a host gets no other one.
        clock: Returns seconds since any fixed moment.
    """

    def __init__(self, *, timeout: float, silence: float, clock: Callable[[], float]) -> None:
        self.timeout = timeout
        self._silence = silence
        self._clock = clock
        self._lock = threading.Lock()
        self._hosts: dict[str, _Host] = {}
        self._given_up: set[tuple[str, str, str]] = set()

    def post(self, endpoint: Endpoint, form: Sequence[tuple[str, str]], kind: str = "") -> Answer:
        """Post a form, and return the answer.

        Args:
            endpoint: The endpoint.
            form: The names and values of the form.
            kind: The kind of request, where a missing answer says nothing about other kinds.

        Raises:
            NoAnswer: There was no complete answer.
            NotAsked: The endpoint or its host has given none before.
        """
        host = self._host(endpoint.address)
        with host.turns:
            self._check(endpoint, host, kind)
            started = self._clock()
            try:
                response = endpoint.answer(form, self.timeout)
            except NoAnswer as error:
                if isinstance(error, TimedOut) or not error.was_sent:
                    self._give_up(endpoint, host, kind, started)
                raise
            ended = self._clock()
            with self._lock:
                host.silent_since = None
        return Answer(response.status, response.location, response.body, ended - started)

    def _host(self, address: str) -> _Host:
        try:
            name = urlsplit(address).hostname
        except ValueError:
            name = None
        with self._lock:
            turns = threading.Semaphore(MOST_FOR_ONE_HOST)
            return self._hosts.setdefault(name or address, _Host(turns))

    def _check(self, endpoint: Endpoint, host: _Host, kind: str) -> None:
        """Check that an answer can be expected."""
        with self._lock:
            for each in ("", kind):
                if (endpoint.address, endpoint.name, each) in self._given_up:
                    raise NotAsked("No answer came from there before, so nothing more was asked.")
            since = host.silent_since
            if since is not None and self._clock() - since > self._silence:
                raise NotAsked("The host has stopped answering, so nothing more was asked.")

    def _give_up(self, endpoint: Endpoint, host: _Host, kind: str, started: float) -> None:
        with self._lock:
            self._given_up.add((endpoint.address, endpoint.name, kind))
            if host.silent_since is None:
                host.silent_since = started


def side_by_side(work: Callable[[T], R], items: Sequence[T], most: int) -> list[R]:
    """Return the results of some work, in the order of its items.

    The threads do not outlive the program: an interrupt need not wait for answers.

    Args:
        work: The work on one item.
        items: The items.
        most: How many of them are worked on at a time.

    Raises:
        Exception: Whatever the work raised on the first item that it failed on.
    """
    results: list[Future[R]] = [Future() for _ in items]
    waiting = deque(zip(results, items, strict=True))

    def run() -> None:
        while True:
            try:
                result, item = waiting.popleft()
            except IndexError:
                return
            try:
                result.set_result(work(item))
            except BaseException as error:  # noqa: BLE001  # passed on to who waits
                result.set_exception(error)

    for _ in range(min(most, len(items))):
        threading.Thread(target=run, daemon=True).start()
    return [each.result() for each in results]

"""Requests to endpoints: a few at a time for one host, and none to what gave no answer."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulumi_bxbi.external.host_limits import HostLimits, host_in
from pulumi_bxbi.portal.rest.transport import NoAnswer, TimedOut

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pulumi_bxbi.external.client import Endpoint


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
        self._limits = HostLimits()
        #: When the first request began that a host has not answered, and none after it.
        self._silent_since: dict[str, float] = {}
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
        host = host_in(endpoint.address)
        with self._limits.turn(host):
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
                self._silent_since.pop(host, None)
        return Answer(response.status, response.location, response.body, ended - started)

    def _check(self, endpoint: Endpoint, host: str, kind: str) -> None:
        """Check that an answer can be expected."""
        with self._lock:
            for each in ("", kind):
                if (endpoint.address, endpoint.name, each) in self._given_up:
                    raise NotAsked("No answer came from there before, so nothing more was asked.")
            since = self._silent_since.get(host)
            if since is not None and self._clock() - since > self._silence:
                raise NotAsked("The host has stopped answering, so nothing more was asked.")

    def _give_up(self, endpoint: Endpoint, host: str, kind: str, started: float) -> None:
        with self._lock:
            self._given_up.add((endpoint.address, endpoint.name, kind))
            self._silent_since.setdefault(host, started)

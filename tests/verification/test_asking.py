"""What is not asked any more, by a clock that the test moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_bxbi.external.client import Endpoint
from pulumi_bxbi.portal.rest.transport import TimedOut
from pulumi_bxbi.verification.asking import Asker, NotAsked
from pulumi_bxbi.verification.trial import Options
from tests.serving import serving
from tests.verification.service import TOKEN, YEAR, Answer, Service

if TYPE_CHECKING:
    from collections.abc import Iterator

FORM = [("table", "orders"), ("connection[token]", TOKEN), ("connection[year]", YEAR)]


@pytest.fixture
def service() -> Iterator[Service]:
    with serving(Service()) as running:
        yield running


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def hanging(service: Service) -> Endpoint:
    """Return an endpoint that never answers."""

    def hang(*_: object) -> Answer:
        service.released.wait()
        return Answer([])

    service.changes["/data"] = hang
    return Endpoint("urlData", "CRM", service.urls["/data"])


def test_an_endpoint_that_has_timed_out_is_not_asked_again(service: Service) -> None:
    asker = Asker(timeout=0.1, silence=85, clock=Clock())
    endpoint = hanging(service)

    with pytest.raises(TimedOut):
        asker.post(endpoint, FORM)
    with pytest.raises(NotAsked):
        asker.post(endpoint, FORM)
    with pytest.raises(NotAsked):
        asker.post(endpoint, FORM, kind="limit-zero")


def test_a_kind_of_request_that_has_timed_out_says_nothing_about_others(service: Service) -> None:
    asker = Asker(timeout=0.1, silence=85, clock=Clock())
    endpoint = hanging(service)

    with pytest.raises(TimedOut):
        asker.post(endpoint, FORM, kind="limit-zero")
    with pytest.raises(NotAsked):
        asker.post(endpoint, FORM, kind="limit-zero")
    with pytest.raises(TimedOut):
        asker.post(endpoint, FORM)


def test_a_host_is_not_asked_again_after_85_seconds_without_an_answer(service: Service) -> None:
    clock = Clock()
    asker = Asker(timeout=0.1, silence=85, clock=clock)
    check = Endpoint("urlCheck", "CRM", service.urls["/check"])
    with pytest.raises(TimedOut):
        asker.post(hanging(service), FORM)

    clock.now = 86
    with pytest.raises(NotAsked, match="host has stopped answering"):
        asker.post(check, FORM)


def test_an_answer_shows_that_a_host_works(service: Service) -> None:
    clock = Clock()
    asker = Asker(timeout=5, silence=85, clock=clock)
    check = Endpoint("urlCheck", "CRM", service.urls["/check"])
    service.urls["/data"] = "http://127.0.0.1:1/"
    with pytest.raises(Exception, match="No connection"):
        asker.post(Endpoint("urlData", "CRM", service.urls["/data"]), FORM)

    clock.now = 84
    assert asker.post(check, FORM).status == 200
    clock.now = 1000
    assert asker.post(check, FORM).body == b'"ok"'


def test_the_last_request_to_a_silent_host_ends_within_150_seconds() -> None:
    assert Options().silence + Options().timeout < 150

"""Writes that are sent together, in one call of ``batch``."""

from __future__ import annotations

import itertools
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

import pytest

from pulumi_bxbi.portal import (
    AccessDenied,
    AccessToken,
    LimitExceeded,
    NotFound,
    OutcomeUnknown,
    Portal,
    PortalError,
    ValidationFailed,
)
from pulumi_bxbi.portal.rest.bucket import SharedStore
from pulumi_bxbi.portal.rest.custom_timeouts import calls_within
from pulumi_bxbi.portal.rest.joint_writes import ReadBack
from tests.http_server import Request, Response, Server
from tests.portal.limits.servers import HTML, READ, TOO_MANY
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

DELETE: Final = "biconnector.source.delete"
#: In place of an answer: the batch ends before the call.
BREAKS_OFF: Final = object()
LOST: Final = Response(b"", 0)


class Deleting(Server):
    """Answers deletions, alone or in a batch.

    Attributes:
        special: The first answers to the deletions of some ids: a result, or an error as the
            module or the platform has it.
        whole: The first answers to whole batches.
    """

    def __init__(self) -> None:
        super().__init__()
        self.special: dict[int, list[Any]] = {}
        self.whole: list[Response] = []

    def respond(self, request: Request) -> Response:
        if "cmd" not in request.body:
            answer = self._answer(request.body["id"]) if "id" in request.body else True
            return _document(answer if _is_platform(answer) else {"result": answer})
        if self.whole:
            return self.whole.pop(0)
        inside: dict[str, Any] = {}
        beside: dict[str, Any] = {}
        for name, command in request.body["cmd"].items():
            answer = self._answer(int(parse_qs(command.partition("?")[2])["id"][0]))
            if answer is BREAKS_OFF:
                break
            (beside if _is_platform(answer) else inside)[name] = answer
        return _document({"result": {"result": inside, "result_error": beside or []}})

    @property
    def sent(self) -> list[list[int]]:
        """The ids in each call that deletes something."""
        return [
            sorted(int(each.rpartition("=")[2]) for each in request.body["cmd"].values())
            if "cmd" in request.body
            else [request.body["id"]]
            for request in self.requests
            if {"cmd", "id"} & request.body.keys()
        ]

    def _answer(self, number: int) -> Any:
        left = self.special.get(number)
        return left.pop(0) if left else {"deleted": number}


def _is_platform(answer: Any) -> bool:
    return isinstance(answer, dict) and isinstance(answer.get("error"), str)


def _document(content: Any) -> Response:
    return Response(json.dumps(content).encode())


class Crowd:
    """A clock that stands still until some threads have begun to write."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.size = 1
        self.naps: list[float] = []
        self._begun: set[int] = set()
        self._changed = threading.Condition()

    def clock(self) -> float:
        with self._changed:
            self._begun.add(threading.get_ident())
            self._changed.notify_all()
            return self.now

    def sleep(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: len(self._begun) >= self.size)
            self.naps.append(seconds)
            self.now += seconds


class Client:
    """A client of a portal that has no room for more calls, and writes several things at once."""

    def __init__(self, server: Deleting) -> None:
        self._server = server
        self.time = Crowd()

    def write(self, *writes: tuple[str, dict[str, Any]], max_wait: float = 1000) -> list[Any]:
        """Return the answers or the errors."""
        made = Portal(
            self._server.address,
            AccessToken("t"),
            # The clock also passes for calls in flight, while others wait.
            timeout=10_000,
            burst=1,
            # So slow that everything that waits fits into one batch.
            requests_per_second=0.01,
            max_wait=max_wait,
            sleep=self.time.sleep,
            clock=self.time.clock,
        )

        def write(number: int) -> Any:
            method, params = writes[number]
            try:
                return made.write(method, params, about=f"source {number}").result
            except PortalError as error:
                return error

        with closing(made), ThreadPoolExecutor(len(writes)) as pool:
            made.call(READ)
            self.time.size = 1 + len(writes)
            return list(pool.map(write, range(len(writes))))

    def delete(self, *ids: int, **limits: float) -> list[Any]:
        return self.write(*((DELETE, {"id": each}) for each in ids), **limits)


@pytest.fixture
def server() -> Iterator[Deleting]:
    with serving(Deleting()) as made:
        yield made


@pytest.fixture
def client(server: Deleting) -> Client:
    return Client(server)


def deleted(*ids: int) -> list[dict[str, int]]:
    return [{"deleted": each} for each in ids]


def test_they_are_one_call(server: Deleting, client: Client) -> None:
    assert client.delete(0, 1, 2) == deleted(0, 1, 2)

    assert server.sent == [[0, 1, 2]]
    assert server.requests[-1].body["halt"] == 0
    assert client.time.naps == [100.0]


def test_what_is_refused_in_it_fails_for_its_own_object(server: Deleting, client: Client) -> None:
    server.special = {
        1: [{"error": {"error": "SOURCE_NOT_FOUND", "error_description": "No such source"}}],
        2: [{"error": "insufficient_scope", "error_description": "The scope is too small"}],
        3: [
            {
                "error": {
                    "error": "VALIDATION_REQUIRED_FIELD_MISSING",
                    "error_description": "No title",
                }
            }
        ],
    }

    done, missing, denied, invalid = client.delete(0, 1, 2, 3)

    assert len(server.sent) == 1
    assert done == {"deleted": 0}
    assert isinstance(missing, NotFound)
    assert isinstance(denied, AccessDenied)
    assert isinstance(invalid, ValidationFailed)
    for number, error in enumerate((missing, denied, invalid), 1):
        assert (error.method, error.object) == (DELETE, f"source {number}")


def test_while_there_is_plenty_of_room_each_is_a_call_of_its_own(server: Deleting) -> None:
    bucket = SharedStore(server.address)
    portal = Portal(server.address, AccessToken("t"), burst=500, bucket=bucket)
    with closing(portal), ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda each: portal.write(DELETE, {"id": each}), range(96)))

    assert sorted(server.sent) == [[each] for each in range(96)]


@pytest.mark.parametrize("code", ["QUERY_LIMIT_EXCEEDED", "OPERATION_TIME_LIMIT"])
def test_what_stays_refused_fails_with_what_the_portal_said(
    server: Deleting, client: Client, code: str
) -> None:
    server.special = {each: [{"error": code}] * 50 for each in range(2)}

    for number, error in enumerate(client.delete(0, 1, max_wait=400)):
        assert isinstance(error, LimitExceeded)
        assert (error.code, error.object) == (code, f"source {number}")


@pytest.mark.parametrize("code", ["QUERY_LIMIT_EXCEEDED", "OPERATION_TIME_LIMIT"])
def test_what_the_limits_refuse_in_it_is_sent_again(
    server: Deleting, client: Client, code: str
) -> None:
    server.special = {1: [{"error": code}], 2: [{"error": code}]}

    assert client.delete(0, 1, 2, 3) == deleted(0, 1, 2, 3)

    first, *others = server.sent
    assert first == [0, 1, 2, 3]
    assert sorted(itertools.chain(*others)) == [1, 2]


def test_where_the_limits_refuse_all_of_it_all_is_sent_again(
    server: Deleting, client: Client
) -> None:
    server.whole = [TOO_MANY]

    assert client.delete(0, 1, 2) == deleted(0, 1, 2)

    assert server.sent == [[0, 1, 2]] * 2


def test_what_a_batch_has_waited_counts_for_each_of_its_writes(
    server: Deleting, client: Client
) -> None:
    server.whole = [TOO_MANY] * 1000

    errors = client.delete(0, 1, 2, 3, max_wait=1000)

    assert {type(each) for each in errors} == {LimitExceeded}
    assert sum(client.time.naps) <= 1100


@pytest.mark.parametrize("whole", [LOST, HTML], ids=["lost", "of something else"])
def test_without_an_answer_nothing_is_sent_again(
    server: Deleting, client: Client, whole: Response
) -> None:
    server.whole = [whole]

    errors = client.delete(0, 1, 2)

    assert server.sent == [[0, 1, 2]]
    for number, error in enumerate(errors):
        assert isinstance(error, OutcomeUnknown)
        assert (error.method, error.object, error.sent) == (DELETE, f"source {number}", 1100.0)


def test_what_a_batch_has_no_answer_to_may_have_been_executed(
    server: Deleting, client: Client
) -> None:
    server.special = {each: [BREAKS_OFF] for each in range(3)}

    errors = client.delete(0, 1, 2)

    assert server.sent == [[0, 1, 2]]
    for number, error in enumerate(errors):
        assert isinstance(error, OutcomeUnknown)
        assert (error.object, error.sent) == (f"source {number}", 1100.0)
        assert "The batch broke off before this call." in str(error)


def test_an_answer_that_nobody_expects_has_nothing_sent_again(
    server: Deleting, client: Client
) -> None:
    nested = b'{"result": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    server.whole = [Response(nested)]

    with pytest.raises(RecursionError):
        client.delete(0, 1, 2)

    assert server.sent == [[0, 1, 2]]


def test_a_failure_that_the_portal_does_not_explain_leaves_open_what_was_done(
    server: Deleting, client: Client
) -> None:
    server.special = {1: [{"error": "UNHEARD_OF", "error_description": "Something broke"}]}

    done, unknown = client.delete(0, 1)

    assert done == {"deleted": 0}
    assert isinstance(unknown, OutcomeUnknown)
    assert (unknown.object, unknown.sent) == ("source 1", 1100.0)


def test_a_batch_that_is_refused_is_refused_to_all(server: Deleting, client: Client) -> None:
    server.whole = [Response(b'{"error": "ACCESS_DENIED", "error_description": "No"}', 403)]

    errors = client.delete(0, 1)

    assert [type(error) for error in errors] == [AccessDenied, AccessDenied]
    assert {error.object for error in errors} == {"source 0", "source 1"}
    assert {(error.method, error.code, error.status) for error in errors} == {
        (DELETE, "ACCESS_DENIED", 403)
    }


def test_a_method_whose_values_a_query_spoils_is_called_alone(
    server: Deleting, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "pulumi_bxbi")
    spoilt = {"error": {"error": "VALIDATION_INVALID_FIELD_TYPE", "error_description": "id"}}
    server.special = {0: [spoilt], 1: [spoilt]}

    assert client.delete(0, 1, 2) == deleted(0, 1, 2)

    assert server.sent[0] == [0, 1, 2]
    assert sorted(server.sent[1:]) == [[0], [1]]
    (told,) = [each for each in caplog.messages if "not sent in batches any more" in each]
    assert DELETE in told


@pytest.mark.parametrize(
    "value",
    [
        True,
        None,
        1.5,
        [],
        {},
        ["a", False],
        "see $result[w0][id]",
        {"a[b]": "c"},
        {"": "c"},
        {"ключ": "c"},
        "x" * 8000,
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_a_query_cannot_say_is_never_in_a_batch(
    server: Deleting, client: Client, value: object
) -> None:
    writes = [(DELETE, {"id": each, "fields": {"value": value}}) for each in range(3)]

    assert client.write(*writes) == deleted(0, 1, 2)

    assert sorted(server.sent) == [[0], [1], [2]]


def test_what_waits_for_too_long_is_not_sent(server: Deleting, client: Client) -> None:
    errors = client.delete(0, 1, 2, max_wait=5)

    assert server.sent == []
    for number, error in enumerate(errors):
        assert isinstance(error, LimitExceeded)
        assert error.object == f"source {number}"
        assert "It was not sent: it would have to wait 100 s more" in str(error)


def test_a_call_with_a_time_of_its_own_is_not_in_a_batch(server: Deleting) -> None:
    portal = Portal(server.address, AccessToken("t"))
    with closing(portal), calls_within(5):
        assert portal.write(DELETE, {"id": 7}).result == {"deleted": 7}

    assert server.sent == [[7]]


def test_the_objects_are_read_with_the_call_that_writes_them(
    server: Deleting, client: Client
) -> None:
    """Where there is little room, even a single write spares the call that would read it."""
    answers = {"w0": {"id": 7}, "read": [{"id": 7, "title": "A"}]}
    server.whole = [_document({"result": {"result": answers, "result_error": []}})]
    read_back = ReadBack(
        "biconnector.source.list",
        lambda ids: {"filter": {"@id": list(ids)}},
        lambda name: f"$result[{name}][id]",
    )
    portal = Portal(
        server.address, AccessToken("t"), sleep=client.time.sleep, clock=client.time.clock, burst=1
    )
    with closing(portal):
        portal.call(READ)
        add = "biconnector.source.add"
        written = portal.write(add, {"fields": {"title": "Б & Ж"}}, read_back=read_back)

    assert written.result == {"id": 7}
    assert written.read == [{"id": 7, "title": "A"}]
    assert server.requests[-1].body["cmd"] == {
        "w0": f"{add}?fields%5Btitle%5D=%D0%91+%26+%D0%96",
        "read": "biconnector.source.list?filter%5B%40id%5D%5B0%5D=%24result%5Bw0%5D%5Bid%5D",
    }

"""Endpoints that are no connector at all: one finding each, and no wait without an end."""

from __future__ import annotations

import gzip
import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.verification.findings import Severity
from pulumi_bxbi.verification.questions import ENDPOINTS
from pulumi_bxbi.verification.subject import Subject
from pulumi_bxbi.verification.trial import Options, verified
from tests.emulator.certificate import issued
from tests.serving import serving
from tests.verification.service import TOKEN, Answer, Column, Service, Table, goods
from tests.verification.trying import PATIENT, endpoints, ids, tried

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATHS = ["/check", "/tables", "/columns", "/data"]
#: What the endpoints with documented shapes answer, the rule, and a part of what is said.
ANSWERS: list[tuple[Answer, str, str]] = [
    (Answer(b"", 302, {"Location": "https://login.example/"}), "redirect", "to login.example"),
    (
        Answer(b"", 307, {"Location": f"/{TOKEN}"}),
        "redirect",
        "redirect (HTTP 307), which is not followed. The endpoint was not asked again.",
    ),
    (Answer(f"<html>{TOKEN}</html>".encode()), "json", "HTML"),
    (Answer(b'[["id"], [1, 2'), "json", "not all of it arrived"),
    (Answer(b"[" * 100_000), "json", "not JSON"),
    (Answer("[['Заказ']]".encode("cp1251")), "encoding", "UTF-8"),
    (Answer("[]".encode("utf-16")), "encoding", "UTF-8"),
    (
        Answer(gzip.compress(bytes(2**20)) * 100, headers={"Content-Encoding": "gzip"}),
        "too-large",
        "16 MiB",
    ),
    (Answer(b"[]", headers={"Content-Length": "9"}), "connection", "broke"),
    (Answer(b"[]", headers={"Content-Encoding": "gzip"}), "connection", "not HTTP"),
]


def at(check: str, tables: str, columns: str, data: str) -> Subject:
    """Return a subject without parameters."""
    return Subject("source 4", check, tables, columns, data)


@pytest.mark.parametrize("path", PATHS[1:])
@pytest.mark.parametrize(
    ("answer", "rule", "said"),
    ANSWERS,
    ids=[f"{number}-{rule}" for number, (_, rule, _) in enumerate(ANSWERS)],
)
def test_what_is_no_answer_is_one_finding(path: str, answer: Answer, rule: str, said: str) -> None:
    with serving(Service()) as service:
        service.tables = [goods()]

        def change(_service: Service, form: Any, right: Answer) -> Answer:
            return answer if form.get("table") != "bxbi_verify_no_such_table" else right

        service.changes[path] = change
        (finding,) = tried(service.subject()).findings

    assert finding.rule.id == rule
    assert said in finding.came


@pytest.mark.parametrize("path", PATHS)
def test_an_endpoint_that_hangs_is_one_finding_and_is_not_asked_again(path: str) -> None:
    with serving(Service()) as service:

        def hang(*_: Any) -> Answer:
            service.released.wait()
            return Answer([])

        service.changes[path] = hang
        (finding,) = tried(service.subject(), Options(timeout=1.0)).findings
        service.released.set()
        asked = [each for each, _ in service.asked].count(path)

    assert finding.rule.id == "timeout"
    assert finding.came == "No answer within 1 seconds. The endpoint was not asked again."
    # Tables are on trial side by side.
    assert asked <= 3


@contextmanager
def never_answering(each: bytes) -> Iterator[str]:
    """Accept connections and send some bytes of a header, or none; return the address."""
    done = threading.Event()

    def accept(listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                threading.Thread(target=drip, args=(connection,), daemon=True).start()

    def drip(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: " if each else b"")
            while not done.wait(0.02):
                connection.sendall(each)

    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        accepting = threading.Thread(target=accept, args=(listening,))
        accepting.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        done.set()
        listening.shutdown(socket.SHUT_RDWR)
        accepting.join()


@pytest.mark.parametrize("each", [b"", b"x"], ids=["silence", "a header without an end"])
def test_a_host_that_never_answers_is_one_finding_an_endpoint(each: bytes) -> None:
    with never_answering(each) as address:
        result = tried(at(*(f"{address}{path}" for path in PATHS)), Options(timeout=0.2))

    assert [(found.rule.id, found.endpoint) for found in result.findings] == [
        ("timeout", "urlCheck"),
        ("timeout", "urlTableList"),
        ("timeout", "urlTableDescription"),
        ("timeout", "urlData"),
    ]
    assert result.requests == 4


def test_a_host_that_never_answers_is_given_up_whatever_the_number_of_its_endpoints() -> None:
    """A request takes longer than the host may be silent, so no fifth one begins."""
    options = Options(timeout=0.2, silence=0.1)
    with never_answering(b"") as address:
        subjects = [at(*(f"{address}{path}/{number}" for path in PATHS)) for number in range(10)]
        results = verified(subjects, lambda _: None, options)

    assert sum(each.requests for each in results) <= 4
    for each in results:
        assert sorted(name for found in each.findings for name in endpoints(found)) == sorted(
            ENDPOINTS
        )
        assert ids(each) <= {"timeout", "not-tried"}


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://127.0.0.1:1/", "No connection: Connection refused."),
        ("http://outside.invalid/", "The host name is not known."),
        ("http://[e/", "The address cannot be called."),
        ("http://.../", "The request could not be made from these settings."),
    ],
)
def test_a_host_that_is_not_reached_is_one_finding_with_its_endpoints(
    address: str, said: str
) -> None:
    (finding,) = tried(at(*[address] * 4)).findings

    assert endpoints(finding) == list(ENDPOINTS)
    assert finding.rule.id == "unreachable"
    assert finding.came == f"{said} Nothing more was asked there."
    assert finding.rule.severity is Severity.UNKNOWN
    assert f"({', '.join(ENDPOINTS)})" in finding.cure


def test_each_host_that_is_not_reached_is_one_finding() -> None:
    one, other = "http://127.0.0.1:1/", "http://outside.invalid/"

    result = tried(at(one, one, other, one))

    assert [(endpoints(each), each.came.partition(":")[0]) for each in result.findings] == [
        (["urlCheck", "urlTableList", "urlData"], "No connection"),
        (["urlTableDescription"], "The host name is not known. Nothing more was asked there."),
    ]


def test_hosts_that_may_be_a_part_of_a_password_are_told_apart() -> None:
    one, other = "http://127.0.0.1:1/p@th", "http://127.0.0.2:1/p@th"

    result = tried(at(one, one, other, other))

    assert [endpoints(each) for each in result.findings] == [
        ["urlCheck", "urlTableList"],
        ["urlTableDescription", "urlData"],
    ]


def test_sources_of_a_host_that_is_not_reached_have_one_finding_each() -> None:
    results = verified([at(*["http://127.0.0.1:1/"] * 4)] * 6, lambda _: None, PATIENT)

    for each in results:
        (finding,) = each.findings
        assert endpoints(finding) == list(ENDPOINTS)
        assert finding.rule.id in ("unreachable", "not-tried")
    assert "unreachable" in {rule for each in results for rule in ids(each)}


def test_a_certificate_that_does_not_fit_is_one_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = issued(tmp_path, "outside.example")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate.authority)
    with serving(Service(certificate)) as service:
        (finding,) = tried(service.subject()).findings

    assert finding.rule.id == "unreachable"
    assert endpoints(finding) == list(ENDPOINTS)
    assert "IP address mismatch" in finding.came
    assert service.asked == []


def test_a_service_with_a_certificate_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = issued(tmp_path, "127.0.0.1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate.authority)
    with serving(Service(certificate)) as service:
        assert tried(service.subject()).findings == ()


def test_ten_thousand_columns_are_one_finding() -> None:
    codes = [f"c{number}" for number in range(10_000)]
    with serving(Service()) as service:
        columns = [Column(each, each, "int") for each in codes]
        service.tables = [Table("wide", "Wide", columns, [[1] * len(codes)])]
        (finding,) = tried(service.subject()).findings

    assert (finding.rule.id, finding.table) == ("column-count", "wide")
    assert finding.came == "10000 columns are described."


def test_types_in_other_cases_are_one_finding_a_table() -> None:
    with serving(Service()) as service:
        for each in service.tables[0].columns:
            each.type = each.type.title()
        result = tried(service.subject())

    assert ids(result) == {"column-type-case"}
    assert len(result.findings) == 1


@pytest.mark.parametrize("depth", [900, 100_000])
def test_a_cell_that_is_nested_deeply_is_one_finding(depth: int) -> None:
    def nested(_service: Service, _form: Any, right: Answer) -> Answer:
        rows = b'[["sku", "price"], [' + b"[" * depth + b"]" * depth + b", 1]]"
        return right if right.status != 200 else Answer(rows)

    with serving(Service()) as service:
        service.tables = [goods()]
        service.changes["/data"] = nested
        found = tried(service.subject()).findings

    assert found[0].rule.id == ("value-nested" if depth < 1000 else "json")

"""The questions about one subject: what is sent, and the findings where no usable answer comes."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pulumi_bxbi.external.answers import (
    EmptyAnswerError,
    InvalidAnswerError,
    NotJsonError,
    NotUnicodeError,
    WrongEncodingError,
)
from pulumi_bxbi.external.client import Endpoint
from pulumi_bxbi.external.statuses import CHECK_VALUES, OK, REDIRECTS, REFUSALS, redirected
from pulumi_bxbi.portal.addresses import host_of
from pulumi_bxbi.portal.rest.transport import NoAnswer, TimedOut, TooLarge
from pulumi_bxbi.verification import rules
from pulumi_bxbi.verification.asking import NotAsked
from pulumi_bxbi.verification.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pulumi_bxbi.verification.asking import Answer, Asker
    from pulumi_bxbi.verification.findings import Rule
    from pulumi_bxbi.verification.quoting import Quotes
    from pulumi_bxbi.verification.subject import Subject

CHECK: Final = "urlCheck"
TABLE_LIST: Final = "urlTableList"
TABLE_DESCRIPTION: Final = "urlTableDescription"
DATA: Final = "urlData"
#: The endpoints, in the order of findings.
ENDPOINTS: Final = (CHECK, TABLE_LIST, TABLE_DESCRIPTION, DATA)

_NOT_AGAIN: Final = "The endpoint was not asked again."
_NOTHING_MORE: Final = "Nothing more was asked there."


class Unanswered(Exception):
    """There was no usable answer.

    Attributes:
        findings: What is found about that; empty where it was found before.
    """

    def __init__(self, *findings: Finding) -> None:
        super().__init__()
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Question:
    """A request to an endpoint.

    Attributes:
        endpoint: The property of the endpoint's address.
        asked: What is asked, as a clause without any value of the settings.
        fields: The names and values of the form, without the group ``connection``.
        table: The table that findings are about; empty for none.
        own_rule: The rule that is not kept where the answer is too slow or too large, and it says
            nothing about other questions; ``None`` where it does.
    """

    endpoint: str
    asked: str
    fields: tuple[tuple[str, str], ...] = ()
    table: str = ""
    own_rule: Rule | None = None


class Questions:
    """Asks the endpoints of a subject. May be shared by threads.

    Attributes:
        subject: The subject.
        quotes: Quotes what is answered.

    Args:
        subject: The subject.
        asker: Sends the requests.
        quotes: Quotes what is answered.
    """

    def __init__(self, subject: Subject, asker: Asker, quotes: Quotes) -> None:
        self.subject = subject
        self.quotes = quotes
        self._asker = asker
        addresses = (
            subject.url_check,
            subject.url_table_list,
            subject.url_table_description,
            subject.url_data,
        )
        self._endpoints = {
            name: Endpoint(name, subject.name, address)
            for name, address in zip(ENDPOINTS, addresses, strict=True)
        }
        self._values = {each.code: each.value for each in subject.parameters}
        self._lock = threading.Lock()
        self._requests = 0
        #: The endpoints that gave no answer, each for all questions or for those of one rule.
        self._silent: set[tuple[str, str]] = set()
        #: The questions that did not reach a host, by host and reason and by endpoint, with cures.
        self._unreached: dict[tuple[str, str], dict[str, tuple[Question, str]]] = {}
        #: The first question of each kind that was not asked, and why.
        self._left_out: dict[tuple[str, str], tuple[Question, str]] = {}

    @property
    def timeout(self) -> float:
        """How many seconds one whole answer may take."""
        return self._asker.timeout

    @property
    def requests(self) -> int:
        """The number of requests that were sent."""
        return self._requests

    def ask(self, question: Question, values: dict[str, str] | None = None) -> Answer:
        """Ask an endpoint, and return its answer whatever the HTTP status.

        Args:
            question: The question.
            values: The values of the settings, in place of the right ones.

        Raises:
            Unanswered: There was no answer.
        """
        sent = self._values if values is None else values
        connection = [(f"connection[{code}]", value) for code, value in sent.items()]
        kind = question.own_rule.id if question.own_rule else ""
        with self._lock:
            if (question.endpoint, "") in self._silent:
                raise Unanswered
        try:
            answer = self._asker.post(
                self._endpoints[question.endpoint], [*question.fields, *connection], kind
            )
        except NotAsked as error:
            with self._lock:
                self._left_out.setdefault((question.endpoint, kind), (question, str(error)))
            raise Unanswered from None
        except NoAnswer as error:
            self._count()
            raise self._failed(question, error) from None
        self._count()
        return answer

    def require_success(self, question: Question, answer: Answer) -> None:
        """Check that an answer has HTTP status 200.

        Args:
            question: What was asked.
            answer: The answer.

        Raises:
            Unanswered: It has another one.
        """
        if answer.status in REDIRECTS:
            host = host_of(answer.location)
            shown = "" if self.quotes.hides(host) else host
            came = f"{redirected(answer.status, shown)} {_NOT_AGAIN}"
            raise self._found_once(replace(question, table=""), "", rules.REDIRECT, came)
        if answer.status != OK:
            cure = CHECK_VALUES if answer.status in REFUSALS else ""
            raise Unanswered(self.finding(rules.STATUS, question, status_of(answer), cure))

    def ask_for_success(self, question: Question) -> Answer:
        """Ask an endpoint, and return an answer with HTTP status 200.

        Args:
            question: The question.

        Raises:
            Unanswered: There was no such answer.
        """
        answer = self.ask(question)
        self.require_success(question, answer)
        return answer

    def silent(self) -> Iterator[Finding]:
        """Yield what is found about endpoints that were not reached, or not asked for this reason.

        That is one finding for all endpoints of a host. It comes after all questions.
        """
        of_hosts = {host: unreached for (host, _), unreached in self._unreached.items()}
        left_out: dict[tuple[str, str, str], dict[str, tuple[Question, str]]] = {}
        for (endpoint, kind), (question, why) in self._left_out.items():
            if {(endpoint, ""), (endpoint, kind)} & self._silent:
                continue
            host = self._host(endpoint)
            alike = None if kind else of_hosts.get(host)
            if alike is None:
                alike = left_out.setdefault((host, why, kind), {})
            alike[endpoint] = (question, "")
        for (_, observed), unreached in self._unreached.items():
            yield self._of_host(rules.UNREACHABLE, unreached, f"{observed} {_NOTHING_MORE}")
        for (_, why, _), questions in left_out.items():
            yield self._of_host(rules.NOT_TRIED, questions, why)

    def finding(self, rule: Rule, question: Question, came: str, cure: str = "") -> Finding:
        """Return the finding that an answer does not keep a rule.

        Args:
            rule: The rule.
            question: What was asked.
            came: What came, as a sentence.
            cure: What to do, where it is not the rule's cure.
        """
        return Finding(
            rule,
            self.subject.name,
            question.endpoint,
            question.table,
            question.asked,
            came,
            cure.removesuffix("."),
        )

    def unreadable(self, error: InvalidAnswerError, shape: Rule, question: Question) -> Finding:
        """Return the finding about an answer that cannot be read.

        Args:
            error: What is wrong with it.
            shape: The rule about its shape.
            question: What was asked.
        """
        broken = {
            EmptyAnswerError: rules.EMPTY,
            WrongEncodingError: rules.ENCODING,
            NotJsonError: rules.JSON,
            NotUnicodeError: rules.UNICODE,
        }
        return self.finding(broken.get(type(error), shape), question, str(error))

    def _failed(self, question: Question, error: NoAnswer) -> Unanswered:
        """Return what is found where no complete answer came."""
        came, own = error.observed, question.own_rule
        if own and isinstance(error, TimedOut | TooLarge):
            return self._found_once(question, own.id, own, came)
        if isinstance(error, TimedOut):
            return self._found_once(question, "", rules.TIMEOUT, f"{came} {_NOT_AGAIN}")
        if not error.was_sent:
            reason = (self._host(question.endpoint), came)
            with self._lock:
                self._silent.add((question.endpoint, ""))
                unreached = self._unreached.setdefault(reason, {})
                unreached[question.endpoint] = (replace(question, table=""), error.cure)
            return Unanswered()
        rule = rules.TOO_LARGE if isinstance(error, TooLarge) else rules.CONNECTION
        return Unanswered(self.finding(rule, question, came))

    def _of_host(
        self, rule: Rule, questions: Mapping[str, tuple[Question, str]], came: str
    ) -> Finding:
        """Return one finding about several endpoints of a host.

        Args:
            rule: The rule.
            questions: The question to each endpoint, and what to do, where that is known of it.
            came: What came, as a sentence.
        """
        names = [each for each in ENDPOINTS if each in questions]
        joined = ", ".join(names)
        cures = (questions[name][1].replace(f"({name})", f"({joined})") for name in names)
        question = replace(questions[names[0]][0], endpoint=joined)
        return self.finding(rule, question, came, next(filter(None, cures), ""))

    def _host(self, endpoint: str) -> str:
        """Return the host and the port of an endpoint, which may hold a secret."""
        address = self._endpoints[endpoint].address
        try:
            return urlsplit(address).netloc or address
        except ValueError:
            return address

    def _found_once(self, question: Question, kind: str, rule: Rule, came: str) -> Unanswered:
        """Return what is found about an endpoint that is not asked again."""
        key = (question.endpoint, kind)
        with self._lock:
            is_known = key in self._silent
            self._silent.add(key)
        return Unanswered() if is_known else Unanswered(self.finding(rule, question, came))

    def _count(self) -> None:
        with self._lock:
            self._requests += 1


def status_of(answer: Answer) -> str:
    """Return the HTTP status of an answer, as a sentence."""
    return f"The answer has HTTP status {answer.status}."


def is_accepted(answer: Answer) -> bool:
    """Return whether the portal takes an answer for a success."""
    return answer.status == OK and bool(answer.body)


def count(number: int, noun: str) -> str:
    """Return a number of something, for people: ``2 rows``.

    Args:
        number: The number.
        noun: What is counted, in the singular.
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def places(name: str, found: Iterable[int]) -> str:
    """Return the places of elements, as the beginning of a sentence: ``Elements 2 and 5 more``.

    Args:
        name: What each of them is called.
        found: The places.
    """
    first, *others = found
    if not others:
        return f"{name} {first}"
    more = f" and {len(others)} more" if len(others) > 1 else f" and {others[0]}"
    return f"{name}s {first}{more}"

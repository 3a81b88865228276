"""`urlCheck` on trial: right values, a wrong one at a time, and none at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pulumi_bxbi.portal.display import one_line
from pulumi_bxbi.verification import rules
from pulumi_bxbi.verification.questions import (
    CHECK,
    Question,
    Unanswered,
    is_accepted,
    status_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_bxbi.verification.findings import Finding
    from pulumi_bxbi.verification.questions import Questions
    from pulumi_bxbi.verification.subject import Parameter

_REFUSALS: Final = range(400, 500)
_WRONG_NUMBER: Final = "-987654321"
_WRONG_TEXT: Final = "bxbi-verify-wrong-value"


def check_findings(questions: Questions) -> Iterator[Finding]:
    """Yield what is found about ``urlCheck``.

    Args:
        questions: Asks the endpoint.
    """
    right = Question(CHECK, "the right values of the settings")
    try:
        answer = questions.ask(right)
        if answer.status in _REFUSALS:
            yield questions.finding(rules.CHECK_REFUSED, right, status_of(answer))
            return
        questions.require_success(right, answer)
        if not answer.body:
            yield questions.finding(rules.EMPTY, right, "The answer is empty.")
            return
        yield from _accepted(questions)
    except Unanswered as error:
        yield from error.findings


def _accepted(questions: Questions) -> Iterator[Finding]:
    """Yield the wrong values that are accepted."""
    parameters = questions.subject.parameters
    values = {each.code: each.value for each in parameters}
    for each in parameters:
        wrong, code = _wrong_value(each), one_line(each.code)
        question = Question(CHECK, f'the value "{wrong}" for the parameter {code}')
        if is_accepted(questions.ask(question, {**values, each.code: wrong})):
            came = "A wrong value is accepted: HTTP status 200 with a body."
            yield questions.finding(rules.CHECK_WRONG_VALUE, question, came)
    if parameters:
        question = Question(CHECK, "no group `connection` at all")
        if is_accepted(questions.ask(question, {})):
            came = "A request without any value is accepted: HTTP status 200 with a body."
            yield questions.finding(rules.CHECK_NO_GROUP, question, came)


def _wrong_value(parameter: Parameter) -> str:
    """Return a value that is hardly right, of the parameter's type."""
    return _WRONG_NUMBER if parameter.type.upper() == "INT" else _WRONG_TEXT

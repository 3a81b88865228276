"""The service of the example on trial, as its users try their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_bxbi.verification.findings import Severity
from pulumi_bxbi.verification.subject import Parameter, Subject
from pulumi_bxbi.verification.trial import Options, verified

if TYPE_CHECKING:
    from tests.warehouse.service import Service


def test_the_service_breaks_no_rule(service: Service) -> None:
    parameters = {"token": service.token, "airport": "EWR", "until_month": "1"}
    subject = Subject(
        "warehouse",
        f"{service.endpoints}/check",
        f"{service.endpoints}/tables",
        f"{service.endpoints}/columns",
        f"{service.endpoints}/data",
        tuple(
            Parameter(code, "INT" if code == "until_month" else "STRING", value)
            for code, value in parameters.items()
        ),
    )

    (result,) = verified([subject], lambda _: None, Options())

    assert {each.rule.severity for each in result.findings} <= {Severity.WARNING}
    # The documentation does not say what a limit of 0 is: to this service it is none.
    assert {each.rule.id for each in result.findings} == {"limit-zero"}
    assert result.tables == len(result.measurements) > 1
    assert service.token not in repr(result)

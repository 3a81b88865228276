"""The endpoints that the local portal serves itself, on trial."""

from __future__ import annotations

from pulumi_bxbi.verification.findings import Severity
from pulumi_bxbi.verification.subject import Subject
from pulumi_bxbi.verification.trial import Options, verified
from tests.local_portal import running


def test_the_portals_own_endpoints_break_no_rule() -> None:
    with running("current") as portal:
        served = f"{portal.address}/__emulator__/endpoints"
        subject = Subject(
            "sample",
            url_check=f"{served}/check",
            url_table_list=f"{served}/tables",
            url_table_description=f"{served}/description",
            url_data=f"{served}/data",
        )

        (result,) = verified([subject], lambda _: None, Options())

    assert [each for each in result.findings if each.rule.severity is not Severity.WARNING] == []
    assert {each.rule.id for each in result.findings} == {
        "filter-refused",
        "unknown-table-described",
        "unknown-table-rows",
    }
    assert [each.rows for each in result.measurements] == [12]

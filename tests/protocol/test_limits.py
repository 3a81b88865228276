"""Deployments that meet the portal's limits, and what their users see of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.local_portal import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_portal import LocalPortal
    from tests.protocol.stack import Stack

SHIPPED = Path(__file__).parents[2] / "pulumi_bxbi" / "emulator" / "seed" / "portal.json"
BURST, PER_SECOND = 10, 25


@pytest.fixture
def portal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LocalPortal]:
    """A portal that takes fewer calls at once than the usual one, and drains faster.

    Another pair of limits may be given as its parameter.
    """
    burst, per_second = getattr(request, "param", (BURST, PER_SECOND))
    seed = tmp_path / "seed.json"
    limits = {"burst": burst, "perSecond": per_second}
    seed.write_text(json.dumps({**json.loads(SHIPPED.read_text()), "limits": limits}), "utf-8")
    with running("current", "--limits", "on", "--seed", str(seed)) as portal:
        yield portal


def refused(portal: LocalPortal) -> list[dict[str, object]]:
    return [call for call in portal.control("GET", "calls") if call["status"] != 200]


def test_a_large_deployment_is_refused_nothing(portal: LocalPortal, stack: Stack) -> None:
    stack.program(
        """
        for n in range(80):
            bxbi.BiSource(f"src-{n}", f"Source {n}", 123, {"login": f"user{n}"})
        """
    )
    stack.configure("bxbi:burst", str(BURST))

    stack.up(BXBI_REQUESTS_PER_SECOND=str(PER_SECOND))

    assert len(stack.resources()) == 80
    assert refused(portal) == []


@pytest.mark.parametrize("portal", [(2, 2)], indirect=True)
def test_writes_that_have_to_wait_share_calls(portal: LocalPortal, stack: Stack) -> None:
    stack.program(
        """
        made = [
            bxbi.BiSource(f"src-{n}", f"Источник {n} & 🚀", 123, {"login": "a+b", "password": " %"})
            for n in range(24)
        ]
        pulumi.export("dates", [each.date_create for each in made])
        """
    )
    stack.configure("bxbi:burst", "2")

    stack.up()

    created = portal.objects()["sources"]
    assert sorted(each["title"] for each in created) == sorted(
        f"Источник {n} & 🚀" for n in range(24)
    )
    values = {(each["code"], each["value"]) for source in created for each in source["settings"]}
    assert values == {("login", "a+b"), ("password", " %")}
    assert sorted(stack.outputs()["dates"]) == sorted(each["dateCreate"] for each in created)
    made = len(portal.calls())
    assert made < 24

    stack.destroy()

    assert portal.objects()["sources"] == []
    assert len(portal.calls()) - made < 24
    assert refused(portal) == []


@pytest.mark.parametrize("portal", [(10, 5)], indirect=True)
def test_a_program_and_its_provider_keep_the_limits_together(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.program(
        """
        for n in range(1, 11):
            bxbi.get_sources(connector_id=n)
            bxbi.BiSource(f"src-{n}", f"Source {n}", 123, {"login": f"user{n}"})
        """
    )

    stack.up(BXBI_BURST="10", BXBI_REQUESTS_PER_SECOND="5")

    assert len(stack.resources()) == 10
    assert refused(portal) == []


# With a call a second, ten calls are a long wait on any machine.
@pytest.mark.parametrize("portal", [(1, 1)], indirect=True)
def test_a_long_wait_is_told_once(portal: LocalPortal, stack: Stack) -> None:
    stack.program(
        """
        for n in range(8):
            bxbi.BiSource(f"src-{n}", f"Source {n}", 123, {"login": f"user{n}"})
        """
    )

    output = stack.up(BXBI_BURST="1", BXBI_REQUESTS_PER_SECOND="1")

    assert refused(portal) == []
    # The engine shows a note when it comes, and all of them once more at the end.
    progress, _, diagnostics = output.partition("Diagnostics:")
    for shown in (progress, diagnostics):
        assert shown.count("bxbi: going on at the speed that the portal allows") <= 1
    assert "(1 call at once, 1 a second): 100 more calls take about 100 s" in output


def test_a_block_beyond_the_budget_is_told_with_its_end(portal: LocalPortal, stack: Stack) -> None:
    stack.program('bxbi.BiSource("crm", "CRM", 123, {"login": "admin"})')
    portal.faults({"method": "biconnector.source.add", "action": "operating_limit"})

    output = stack.fails("up", "--yes", "--skip-preview", BXBI_MAX_WAIT="5")

    assert 'biconnector.source.add failed for source "CRM"' in output
    assert "OPERATION_TIME_LIMIT: Method is blocked due to operation time limit" in output
    assert re.search(r"run the same command again at \d\d:\d\d:\d\d, in 600 s", output)
    stack.up(BXBI_MAX_WAIT="5")
    assert portal.source()["title"] == "CRM"

"""The report of measurements that are made up."""

from __future__ import annotations

from typing import Any

from tests.bench.latency import FAR, NEAR
from tests.bench.machine import Machine
from tests.bench.measurements import Creation, Deployment, Measurements
from tests.bench.table import report

MACHINE = Machine("2026-01-02", "Abacus", 2, 8.0, "Linux 6", {"Pulumi": "3.300.0"})


def deployment(**given: Any) -> Deployment:
    values: dict[str, Any] = {
        "adapter": "dynamic",
        "latency": NEAR,
        "sources": 500,
        "operation": "up",
        "seconds": 60.0,
        "calls": 130,
        "refused": 0,
        "waited": 31.0,
        "memory": 99.6,
        "state": 1.25,
        "lower_bound": 40.0,
        "floor": 20.0,
        **given,
    }
    return Deployment(**values)


def rows(measured: Measurements) -> list[str]:
    return [line for line in report(measured, []).splitlines() if line.startswith("|")]


def test_the_machine_and_the_pictures_stand_first() -> None:
    text = report(Measurements(MACHINE), ["growth.png"])

    assert "Measured on 2026-01-02: 2 cores, Abacus, 8 GB, Linux 6; Pulumi 3.300.0." in text
    assert "![growth](growth.png)" in text


def test_an_operation_stands_beside_lower_bound_and_floor() -> None:
    measured = Measurements(MACHINE, deployments=[deployment()])

    assert "| 500 | up | 60.0 | 40.0 | 20.0 | 1.00 | 130 | 0 | 31 | 100 | 1.25 |" in rows(measured)


def test_memory_that_cannot_be_seen_is_left_out() -> None:
    measured = Measurements(MACHINE, deployments=[deployment(memory=None)])

    assert "| 500 | up | 60.0 | 40.0 | 20.0 | 1.00 | 130 | 0 | 31 | - | 1.25 |" in rows(measured)
    assert "peak memory of the provider," not in report(measured, [])


def test_a_target_is_shown_with_what_was_measured() -> None:
    slow = deployment(seconds=72.0, memory=120.4, refused=3)
    near = Creation("dynamic", NEAR, 120, 15.0, 90, 0, floor=5.0)
    far = Creation("dynamic", FAR, 120, 45.0, 90, 0, floor=5.0)
    others = [
        Creation("fast-bitrix24, one call", NEAR, 120, 3.0, 3, 0, floor=0.0),
        Creation("fast-bitrix24, one call", FAR, 120, 41.0, 3, 0, floor=0.0),
    ]
    bare = deployment(latency=None, lower_bound=0.0, seconds=22.0)
    refreshed = deployment(operation="refresh", seconds=4.0, calls=11)
    measured = Measurements(
        MACHINE,
        deployments=[slow, refreshed],
        creations=[near, far, *others],
        bare=[bare],
        naive_refresh=Creation("naive provider", NEAR, 500, 230.0, 500, 0, floor=2.0),
    )

    text = report(measured, [])

    for line in (
        "| at most 1.10 times | 1.20 times at the worst (up of 500, 0.05 s a call) | **no** |",
        "| at most 12 s | 10.0 s | yes |",
        "| at most 38 s | 40.0 s | **no** |",
        "| 10.0 s; the fastest other one (fast-bitrix24, one call) 3.0 s | **no** |",
        "| 40.0 s; the fastest other one (fast-bitrix24, one call) 41.0 s | yes |",
        "| at most 1.25 times | 1.10 times | yes |",
        "| at most 12 calls | 11 calls | yes |",
        "| at most 0.1 of the naive provider's time | 0.017 (4.0 s of 230.0 s) | yes |",
        "| none | 3 | **no** |",
        "| under 120 MB | 120 MB (up) | **no** |",
    ):
        assert line in text

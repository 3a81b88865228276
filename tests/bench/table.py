"""The measurements as tables in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench.adapters import ADAPTERS
from tests.bench.latency import FAR, NEAR
from tests.bench.targets import targets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tests.bench.measurements import Creation, Deployment, Measurements


def report(measured: Measurements, charts: Iterable[str]) -> str:
    """Return the whole report.

    Args:
        measured: What was measured.
        charts: The names of the pictures that stand beside it.
    """
    return "\n".join(
        [
            "# Results of the benchmarks",
            "",
            "Written by `make bench`. [How it measures, and the lower bound](../README.md).",
            "",
            *_machine(measured),
            *(f"![{each.removesuffix('.png')}]({each})\n" for each in charts),
            "## Targets",
            "",
            *_rows(
                ["target", "wanted", "measured", "reached"],
                (
                    [each.subject, each.wanted, each.measured, "yes" if each.is_met else "**no**"]
                    for each in targets(measured)
                ),
            ),
            *_deployments(measured.deployments),
            *_creations(measured.creations),
            *_bare(measured.bare),
            *_refreshes(measured),
        ]
    )


def _machine(measured: Measurements) -> list[str]:
    machine = measured.machine
    memory = f", {machine.memory:.0f} GB" if machine.memory else ""
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    processor = f"{machine.cores} cores, {machine.processor}{memory}"
    return [f"Measured on {machine.date}: {processor}, {machine.system}; {versions}.", ""]


def _deployments(deployments: Sequence[Deployment]) -> Iterator[str]:
    if not deployments:
        return
    yield from (
        "## (a) A stack with limits and latency",
        "",
        "“Ratio” is the time divided by the sum of lower bound and floor.",
        "",
    )
    for latency in (NEAR, FAR):
        for adapter in ADAPTERS:
            rows = [
                [
                    str(each.sources),
                    each.operation,
                    f"{each.seconds:.1f}",
                    f"{each.lower_bound:.1f}",
                    f"{each.floor:.1f}",
                    f"{each.ratio:.2f}",
                    str(each.calls),
                    str(each.refused),
                    f"{each.waited:.0f}",
                    _megabytes(each.memory),
                    f"{each.state:.2f}",
                ]
                for each in deployments
                if (each.latency, each.adapter) == (latency, adapter.name)
            ]
            if rows:
                yield from (f"### {adapter.name}, {latency}", "")
                yield from _rows(
                    [
                        "sources",
                        "operation",
                        "seconds",
                        "lower bound",
                        "floor",
                        "ratio",
                        "calls",
                        "refused",
                        "waited (s)",
                        "peak memory (MB)",
                        "state (MB)",
                    ],
                    rows,
                )


def _creations(creations: Sequence[Creation]) -> Iterator[str]:
    if not creations:
        return
    yield from ("## (b) Sources made in other ways", "")
    yield from _rows(
        ["latency", "sources", "made by", "seconds", "above the floor", "calls", "refused"],
        (
            [
                str(each.latency),
                str(each.sources),
                each.way,
                f"{each.seconds:.1f}",
                f"{each.cost:.1f}",
                str(each.calls),
                str(each.refused),
            ]
            for each in creations
        ),
    )


def _bare(bare: Sequence[Deployment]) -> Iterator[str]:
    if not bare:
        return
    yield from ("## (c) Without limits and latency, against the engine's floor", "")
    yield from _rows(
        ["adapter", "sources", "operation", "seconds", "floor", "ratio"],
        (
            [
                each.adapter,
                str(each.sources),
                each.operation,
                f"{each.seconds:.1f}",
                f"{each.floor:.1f}",
                f"{each.ratio:.2f}",
            ]
            for each in bare
        ),
    )


def _refreshes(measured: Measurements) -> Iterator[str]:
    naive = measured.naive_refresh
    if naive is None:
        return
    ours = [
        [each.adapter, f"{each.seconds:.1f}", str(each.calls)]
        for each in measured.deployments
        if (each.operation, each.latency, each.sources) == ("refresh", naive.latency, naive.sources)
    ]
    yield from (f"## A refresh of {naive.sources} sources, {naive.latency}", "")
    yield from _rows(
        ["provider", "seconds", "calls"],
        [*ours, [naive.way, f"{naive.seconds:.1f}", str(naive.calls)]],
    )


def _rows(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [header, ["---"] * len(header), *rows]
    return [*(f"| {' | '.join(cells)} |" for cells in lines), ""]


def _megabytes(memory: float | None) -> str:
    return "-" if memory is None else f"{memory:.0f}"

"""The measurements as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
from matplotlib import pyplot as plt

from tests.bench.adapters import ADAPTERS, DYNAMIC, PLUGIN
from tests.bench.latency import FAR, NEAR
from tests.bench.stacks import OPERATIONS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bench.measurements import Measurements

COLOURS: Final = {DYNAMIC.name: "#1f6feb", PLUGIN.name: "#1a7f37"}
OTHERS: Final = "#8c959f"
STYLE: Final = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": "white",
    "font.size": 10,
    "grid.color": "#e6e8eb",
    "legend.frameon": False,
}


def draw(measured: Measurements, folder: Path) -> list[str]:
    """Draw every chart that there are measurements for.

    Args:
        measured: What was measured.
        folder: Where the pictures go.

    Returns:
        The names of the pictures.
    """
    plt.switch_backend("Agg")  # draws without a window
    drawn = []
    with mpl.rc_context(STYLE):
        for name, has_figures, chart in (
            ("others.png", measured.creations, _others),
            ("lower-bound.png", measured.deployments, _lower_bound),
            ("floor.png", measured.bare, _floor),
            ("growth.png", measured.deployments, _growth),
        ):
            if has_figures:
                figure = chart(measured)
                figure.savefig(folder / name, dpi=110, bbox_inches="tight")
                plt.close(figure)
                drawn.append(name)
    return drawn


def _others(measured: Measurements) -> Any:
    """Bars: seconds for the largest number of sources, in every way, above the engine's floor."""
    sources = max(each.sources for each in measured.creations)
    latencies = [
        each for each in (NEAR, FAR) if any(one.latency == each for one in measured.creations)
    ]
    figure, axes = plt.subplots(
        1, len(latencies), figsize=(5.2 * len(latencies), 2.8), squeeze=False, sharey=True
    )
    for axis, latency in zip(axes[0], latencies, strict=True):
        made = [
            each
            for each in measured.creations
            if (each.latency, each.sources) == (latency, sources)
        ]
        names, costs = [each.way for each in made], [each.cost for each in made]
        bars = axis.barh(names, costs, color=[COLOURS.get(each, OTHERS) for each in names])
        axis.bar_label(bars, [f" {each:.1f} s" for each in costs])
        axis.margins(x=0.2)
        axis.grid(visible=False, axis="y")
        axis.set_title(str(latency), fontsize=10)
        axis.set_xlabel("seconds, without the engine's own")
    # The axes share their order: from above as measured.
    axes[0][0].invert_yaxis()
    figure.suptitle(f"{sources} sources made on a portal with limits", y=1.04)
    return figure


def _lower_bound(measured: Measurements) -> Any:
    """Lines: seconds of `up` and `destroy` by sources, beside what portal and engine force."""
    latencies = [
        each for each in (NEAR, FAR) if any(one.latency == each for one in measured.deployments)
    ]
    figure, axes = plt.subplots(
        2, len(latencies), figsize=(5.2 * len(latencies), 7), squeeze=False, sharex=True
    )
    for row, operation in zip(axes, ("up", "destroy"), strict=True):
        for axis, latency in zip(row, latencies, strict=True):
            for adapter in ADAPTERS:
                own = [
                    each
                    for each in measured.deployments
                    if (each.latency, each.operation, each.adapter)
                    == (latency, operation, adapter.name)
                ]
                colour, sources = COLOURS[adapter.name], [each.sources for each in own]
                axis.plot(
                    sources,
                    [each.seconds for each in own],
                    "o-",
                    color=colour,
                    label=f"{adapter.name}, measured",
                )
                axis.plot(
                    sources,
                    [each.lower_bound + each.floor for each in own],
                    ":",
                    color=colour,
                    label=f"{adapter.name}, lower bound and floor",
                )
            axis.set_title(f"{operation}, {latency}", fontsize=10)
            axis.set_xlabel("sources")
            axis.set_ylabel("seconds")
            axis.set_ylim(bottom=0)
    axes[0][0].legend(fontsize=8)
    figure.tight_layout()
    return figure


def _floor(measured: Measurements) -> Any:
    """Bars: seconds of each operation without limits and latency, beside the engine's floor."""
    figure, axes = plt.subplots(1, len(ADAPTERS), figsize=(10.4, 3.4), squeeze=False, sharey=True)
    sources = max(each.sources for each in measured.bare)
    for axis, adapter in zip(axes[0], ADAPTERS, strict=True):
        own = [
            each
            for each in measured.bare
            if (each.adapter, each.sources) == (adapter.name, sources)
        ]
        places = range(len(own))
        floors, ours = [each.floor for each in own], [each.seconds for each in own]
        for offset, heights, colour, label in (
            (-0.2, floors, OTHERS, "a provider that does nothing"),
            (0.2, ours, COLOURS[adapter.name], adapter.name),
        ):
            bars = axis.bar(
                [place + offset for place in places], heights, 0.38, color=colour, label=label
            )
            axis.bar_label(bars, fmt="%.1f", fontsize=8)
        axis.set_xticks(places, [each.operation for each in own])
        axis.grid(visible=False, axis="x")
        axis.set_ylabel("seconds")
        axis.legend(fontsize=8)
    figure.suptitle(f"{sources} sources without limits and latency")
    return figure


def _growth(measured: Measurements) -> Any:
    """Lines: time and peak memory by sources, at the first latency."""
    latency = measured.deployments[0].latency
    figure, axes = plt.subplots(2, len(ADAPTERS), figsize=(10.4, 7), sharex=True, sharey="row")
    for column, adapter in enumerate(ADAPTERS):
        for operation in OPERATIONS:
            own = [
                each
                for each in measured.deployments
                if (each.adapter, each.operation, each.latency)
                == (adapter.name, operation, latency)
            ]
            sources = [each.sources for each in own]
            axes[0][column].plot(sources, [each.seconds for each in own], "o-", label=operation)
            axes[1][column].plot(
                sources,
                [float("nan") if each.memory is None else each.memory for each in own],
                "o-",
                label=operation,
            )
        axes[0][column].set_title(f"{adapter.name}, {latency}", fontsize=10)
        axes[1][column].set_xlabel("sources")
    axes[0][0].set_ylabel("seconds")
    axes[1][0].set_ylabel("peak memory of the provider (MB)")
    for row in axes:
        row[0].set_ylim(bottom=0)
    axes[0][0].legend(fontsize=8)
    figure.tight_layout()
    return figure

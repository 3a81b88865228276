"""A report as a comment on a pull request."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.markdown import LONGEST_COMMENT, Section, escaped, shortened, with_code
from pulumi_bxbi.preflight.findings import Severity
from pulumi_bxbi.preflight.graph import Status, graph_of
from pulumi_bxbi.preflight.mermaid import MOST_CHARACTERS, MOST_EDGES, flowchart

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulumi_bxbi.preflight.findings import Finding
    from pulumi_bxbi.preflight.graph import Graph
    from pulumi_bxbi.preflight.report import Report

_TABLES: Final = {
    Severity.BLOCKER: ("Blockers", "What is in the way"),
    Severity.WARNING: ("Warnings", "What happens"),
    Severity.NOT_JUDGED: ("Not judged", "What is not known"),
    Severity.NOTE: ("Notes", "What is worth knowing"),
}
#: The parts of the graph to draw where all of it is too long, and how they are announced.
_PARTS: Final = (
    (
        frozenset({Status.BLOCKED, Status.IN_THE_WAY, Status.DELETED, Status.REPLACED}),
        "what is blocked, deleted or replaced",
    ),
    (frozenset({Status.BLOCKED, Status.IN_THE_WAY}), "what is blocked"),
)
_NO_GRAPH: Final = "\nThe graph is left out: it is too long.\n"


def for_comment(report: Report, longest: int = LONGEST_COMMENT) -> str:
    """Write a report in Markdown.

    Where it would be too long, the graph is shortened first, then the warnings, then the rest.

    Args:
        report: The report.
        longest: How many characters it may have.
    """
    head = f"**{escaped(report.summary)}**\n"
    if report.limits:
        head += f"\n{escaped(report.limits)}\n"
    if report.problem:
        head += f"\n{escaped(report.problem)}\n"
    everything = [_section(report.of(each), each) for each in Severity]
    left = longest - len(head) - sum(map(len, everything))
    if left > 0:
        for graph in _graphs(report):
            if len(graph) <= left:
                return head + "".join(everything) + graph
    return head + _shortened(report, longest - len(head))


def _graphs(report: Report) -> Iterator[str]:
    """Yield the graph, then shorter ones, then the remark that there is none."""
    whole = graph_of(report)
    if not whole.nodes:
        yield ""
        return
    if _can_be_drawn(whole):
        yield _drawn(whole)
    for statuses, shown in _PARTS:
        part = whole.around(statuses)
        if part.nodes and _can_be_drawn(part):
            yield f"\nThe graph shows only {shown}: all of it is too long.\n{_drawn(part)}"
    yield _NO_GRAPH


def _can_be_drawn(graph: Graph) -> bool:
    return len(graph.edges) <= MOST_EDGES and len(flowchart(graph)) <= MOST_CHARACTERS


def _drawn(graph: Graph) -> str:
    return f"\n```mermaid\n{flowchart(graph)}\n```\n"


def _section(findings: Sequence[Finding], severity: Severity) -> str:
    return "\n".join([_heading(severity), *map(_row, findings), ""]) if findings else ""


def _heading(severity: Severity) -> str:
    heading, column = _TABLES[severity]
    return f"\n### {heading}\n\n| Object | {column} | What to do |\n|---|---|---|"


def _row(finding: Finding) -> str:
    problem = finding.problem
    if problem.startswith(finding.subject):
        # The first cell names the object.
        rest = problem[len(finding.subject) :].lstrip(" :")
        problem = rest[:1].upper() + rest[1:]
    return f"| {escaped(finding.subject)} | {with_code(problem)} | {_cell(finding.cure)} |"


def _cell(text: str) -> str:
    """Write a text of several lines for a table."""
    return "<br>".join(map(with_code, text.splitlines()))


def _shortened(report: Report, longest: int) -> str:
    """Write as many rows as there is room for, blockers first, and no graph."""
    sections = [
        Section(_heading(each), [*map(_row, report.of(each))], partial(_more, severity=each))
        for each in Severity
        if report.of(each)
    ]
    return shortened(sections, longest - len(_NO_GRAPH)) + _NO_GRAPH


def _more(number: int, severity: Severity) -> str:
    return f"\n{number} more under {_TABLES[severity][0]}: `bxbi preflight` shows them.\n"

"""A graph in the language of Mermaid.

Vendor's page: "Flowcharts" (https://mermaid.js.org/syntax/flowchart.html).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pulumi_bxbi.preflight.graph import Status

if TYPE_CHECKING:
    from pulumi_bxbi.preflight.graph import Graph

#: What Mermaid draws unless its settings are changed.
MOST_CHARACTERS: Final = 50_000
MOST_EDGES: Final = 500

_LONGEST_LABEL: Final = 80
_HARMLESS: Final = " _-.,"
_STYLES: Final = {
    Status.BLOCKED: "fill:#cf222e,color:#fff,stroke:#82071e,stroke-width:3px",
    Status.IN_THE_WAY: "fill:#fff8c5,color:#000,stroke:#cf222e,stroke-dasharray:5",
    Status.DELETED: "fill:#ffebe9,color:#000,stroke:#cf222e",
    Status.REPLACED: "fill:#fbefff,color:#000,stroke:#8250df",
    Status.CHANGED: "fill:#ddf4ff,color:#000,stroke:#0969da",
    Status.CREATED: "fill:#dafbe1,color:#000,stroke:#1a7f37",
    Status.UNCHANGED: "fill:#f6f8fa,color:#000,stroke:#57606a",
}


def flowchart(graph: Graph) -> str:
    """Write a graph as a flowchart, connectors on the left.

    Args:
        graph: The graph.
    """
    names = {key: f"n{number}" for number, key in enumerate(graph.nodes)}
    used = {node.status for node in graph.nodes.values()}
    return "\n".join(
        [
            "flowchart LR",
            *(
                f'  {names[key]}["{escaped(node.label)}: {node.status.value}"]'
                f":::{_class(node.status)}"
                for key, node in graph.nodes.items()
            ),
            *(f"  {names[owner]} --> {names[dependent]}" for owner, dependent in graph.edges),
            *(f"  classDef {_class(each)} {_STYLES[each]}" for each in Status if each in used),
        ]
    )


def escaped(text: str) -> str:
    """Write a text so that Mermaid shows it and takes nothing of it for its own language.

    Args:
        text: The text.
    """
    shown = "".join(each if each.isprintable() else " " for each in text)
    if len(shown) > _LONGEST_LABEL:
        shown = f"{shown[: _LONGEST_LABEL - 1]}…"
    return "".join(
        each if each.isalnum() or each in _HARMLESS else f"#{ord(each)};" for each in shown
    )


def _class(status: Status) -> str:
    return status.value.replace(" ", "_")

"""What Pulumi writes besides plans, recognized so that a user learns what to give instead.

Vendor's pages: "pulumi preview" (``--json``, ``--save-plan``), "pulumi up" (``--json``), "pulumi
stack export".
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

_GIVE_A_PLAN: Final = (
    "Give what `pulumi preview --json` prints on standard output, or run `bxbi preflight` without "
    "a plan, which previews by itself."
)
_EVENTS: Final = (
    "a stream of events, which `pulumi preview --json` prints where "
    "PULUMI_ENABLE_STREAMING_JSON_PREVIEW is set, and `pulumi up --json` always. It does not say "
    "what depends on what. Unset the variable"
)
#: By the keys of a JSON object, what it is.
_DOCUMENTS: Final = (
    ({"sequence", "timestamp"}, _EVENTS),
    (
        {"resourcePlans"},
        "a file for `pulumi up --plan`. Add --json to `pulumi preview --save-plan`",
    ),
    ({"result", "summary"}, "the summary of `--output json`. It does not say what is changed"),
    ({"version", "deployment"}, "a state, as `pulumi stack export` prints it"),
    ({"version", "checkpoint"}, "a state, as a backend keeps it"),
)
#: How the output for people begins.
_FOR_PEOPLE: Final = re.compile(r"(Previewing|Updating|Destroying|Refreshing|Importing)\b.*\(.+\)")
#: A colour, where `--color always` was given.
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")


def other_form(text: str) -> str:
    """Return what a text of Pulumi's is that is no plan, and what to give instead.

    Args:
        text: What was given as a plan.

    Returns:
        Sentences for the user; empty where the text is of no known form.
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    if _FOR_PEOPLE.match(_COLOUR.sub("", first).strip()):
        return f"the plan is what Pulumi prints for people. {_GIVE_A_PLAN}"
    keys = _keys(text) or _keys(first)
    for needed, meaning in _DOCUMENTS:
        if needed <= keys:
            return f"the plan is {meaning}. {_GIVE_A_PLAN}"
    return ""


def _keys(text: str) -> set[str]:
    try:
        document: Any = json.loads(text)
    except ValueError:
        return set()
    return set(document) if isinstance(document, dict) else set()

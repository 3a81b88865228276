"""What Pulumi writes besides plans is named for what it is."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from tests.engine.stack import Stack

PROGRAM = 'bxbi.BiSource("crm", "CRM", 123, {"login": config.require_secret("password")})'
STREAMING = {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}
LOGGED = ("--event-log", "written", "--color=always")

pytestmark = on_the_current_api


#: Windows PowerShell redirects in UTF-16, and a newer one may begin a file with a mark.
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16")


def test_each_form_is_named_with_what_to_give_instead(stack: Stack) -> None:
    stack.program(PROGRAM)
    written = stack.folder / "written"
    forms = {
        "what Pulumi prints for people": stack.run("preview").stdout,
        "the summary of `--output json`": stack.run("preview", "--output", "json").stdout,
        "a stream of events": stack.run("preview", "--json", **STREAMING).stdout,
    }
    plan = stack.run("preview", "--json", "--save-plan", "written").stdout
    forms["a file for `pulumi up --plan`"] = written.read_text("utf-8")
    written.unlink()
    coloured = stack.run("preview", *LOGGED, PULUMI_DEBUG_COMMANDS="true").stdout
    events = written.read_text("utf-8")
    executed = stack.run("up", "--yes", "--skip-preview", "--json").stdout
    forms["a state, as `pulumi stack export` prints it"] = stack.run("stack", "export").stdout

    assert "Clear" in preflight(stack, plan.encode("utf-16"), status=0)
    for name, text in forms.items():
        for encoding in ENCODINGS:
            told = preflight(stack, text.encode(encoding))
            assert told.startswith(f"Error: the plan is {name}"), told
            assert "Give what `pulumi preview --json` prints" in told
    for text in (events, executed):
        told = preflight(stack, text.encode())
        assert "the plan is a stream of events" in told
        assert "PULUMI_ENABLE_STREAMING_JSON_PREVIEW" in told
    assert "what Pulumi prints for people" in preflight(stack, coloured.encode())


def preflight(stack: Stack, plan: bytes, status: int = 1) -> str:
    """Judge a plan on standard input, and return what is told."""
    ended = subprocess.run(
        ["bxbi", "preflight", "-"],
        cwd=stack.folder,
        env=stack.environment,
        input=plan,
        capture_output=True,
        check=False,
    )
    told = (ended.stdout + ended.stderr).decode()
    assert ended.returncode == status, told
    return told

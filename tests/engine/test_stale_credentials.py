"""Credentials that have changed since the last `pulumi up`, whose configuration the state keeps."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from tests.local_portal import on_the_current_api, running
from tests.preflight.record import leave_pending

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

PROGRAM = 'bxbi.BiSource("crm", "CRM", 123, {"login": config.require_secret("password")})'
STALE = "stale-s3cret"


@pytest.fixture
def portal(running_portal: LocalPortal) -> Iterator[LocalPortal]:
    """A portal that knows an access token which is older than an hour."""
    seed = json.loads((files("pulumi_bxbi.emulator.seed") / "portal.json").read_text("utf-8"))
    seed["tokens"] = [{"accessToken": STALE, "expired": True}]
    with running(running_portal.api, seed=seed) as made:
        yield made


@pytest.fixture
def stack(stack: Stack, portal: LocalPortal) -> Stack:
    """A stack that was deployed, with the program unchanged since."""
    stack.configure("bxbi:portal", portal.address)
    stack.program(PROGRAM)
    return stack


def deployed(stack: Stack, **environment: str) -> Stack:
    """Deploy with credentials of the environment; from then on those of the stack count."""
    stack.up(**environment)
    stack.environment |= {
        "BXBI_PORTAL": "",
        "BXBI_ACCESS_TOKEN": "",
        **dict.fromkeys(environment, ""),
    }
    return stack


def refused(stack: Stack) -> list[str]:
    """Return what the commands that see the last configuration say."""
    return [
        " ".join(stack.fails(command, "--yes", "--skip-preview").split())
        for command in ("refresh", "destroy")
    ]


def succeed(stack: Stack, **fresh: str) -> None:
    """Run these commands with fresh credentials, and with the program."""
    stack.succeeds("refresh", "--yes", "--skip-preview", **fresh)
    for command in ("refresh", "destroy"):
        stack.succeeds(command, "--yes", "--skip-preview", "--run-program")


@on_the_current_api
def test_a_fresh_access_token_has_to_reach_what_sees_the_last_configuration(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.configure("bxbi:accessToken", STALE, secret=True)
    deployed(stack, BXBI_ACCESS_TOKEN=portal.access_token)
    stack.configure("bxbi:accessToken", portal.access_token, secret=True)

    for told in refused(stack):
        assert "expired_token" in told
        assert (
            "What to do: put a fresh access token into BXBI_ACCESS_TOKEN (or bxbi:accessToken); it "
            "lives one hour. `pulumi refresh` and `pulumi destroy` take the stack's configuration "
            "from the last `pulumi up`: give them BXBI_ACCESS_TOKEN, or the option --run-program."
        ) in told
    succeed(stack, BXBI_ACCESS_TOKEN=portal.access_token)
    assert portal.sources() == {}
    assert STALE not in stack.output


@on_the_current_api
def test_a_new_client_secret_has_to_reach_what_sees_the_last_configuration(
    portal: LocalPortal, stack: Stack, tmp_path: Path
) -> None:
    stack.configure("bxbi:clientId", portal.client_id)
    stack.configure("bxbi:clientSecret", "stale-s3cret", secret=True)
    stack.configure("bxbi:oauthServer", portal.address)
    stack.configure("bxbi:refreshToken", portal.refresh_token, secret=True)
    stack.environment["XDG_DATA_HOME"] = str(tmp_path / "data")
    deployed(stack, BXBI_ACCESS_TOKEN=portal.access_token)
    stack.configure("bxbi:clientSecret", portal.client_secret, secret=True)

    for told in refused(stack):
        assert "check the client id and the client secret" in told
        assert (
            "`pulumi refresh` and `pulumi destroy` take the stack's configuration from the last "
            "`pulumi up`: give them BXBI_CLIENT_ID and BXBI_CLIENT_SECRET, or the option "
            "--run-program."
        ) in told
    new = {"BXBI_CLIENT_ID": portal.client_id, "BXBI_CLIENT_SECRET": portal.client_secret}
    succeed(stack, **new)
    assert STALE not in stack.output


@pytest.mark.parametrize("running_portal", ["legacy"], indirect=True)
def test_a_new_webhook_has_to_reach_what_sees_the_last_configuration(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.configure("bxbi:webhook", f"{portal.address}/rest/1/{STALE}/", secret=True)
    deployed(stack, BXBI_ACCESS_TOKEN="", BXBI_WEBHOOK=portal.webhook)
    stack.configure("bxbi:webhook", portal.webhook, secret=True)

    for told in refused(stack):
        assert (
            "`pulumi refresh` and `pulumi destroy` take the stack's configuration from the last "
            "`pulumi up`: give them BXBI_ACCESS_TOKEN or BXBI_WEBHOOK, or the option --run-program."
        ) in told
    succeed(stack, BXBI_WEBHOOK=portal.webhook)
    assert STALE not in stack.output


@on_the_current_api
@pytest.mark.parametrize("client_id", ["", "local.1"])
def test_a_recovery_compares_by_the_present_configuration(
    portal: LocalPortal, stack: Stack, client_id: str
) -> None:
    """Credentials of the environment still win, whatever kind the stack's are."""
    stack.configure("bxbi:accessToken", STALE, secret=True)
    deployed(stack, BXBI_ACCESS_TOKEN=portal.access_token)
    if client_id:
        stack.succeeds("config", "rm", "bxbi:accessToken")
        stack.configure("bxbi:clientId", client_id)
    else:
        stack.configure("bxbi:accessToken", portal.access_token, secret=True)
    stack.environment["BXBI_ACCESS_TOKEN"] = portal.access_token if client_id else ""
    leave_pending(stack, portal, "updating")

    assert "nothing is pending any more" in stack.bxbi("recover", BXBI_TIMEOUT="2")

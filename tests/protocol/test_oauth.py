"""A preview whose OAuth application has no tokens that work says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_portal import LocalPortal
    from tests.protocol.stack import Stack

pytestmark = on_the_current_api


@pytest.fixture
def stack(stack: Stack, portal: LocalPortal, tmp_path: Path) -> Stack:
    """The stack of an application; all of its settings are in the stack."""
    stack.environment |= {
        "BXBI_ACCESS_TOKEN": "",
        "BXBI_PORTAL": "",
        "XDG_DATA_HOME": str(tmp_path / "data"),
    }
    stack.configure("bxbi:portal", portal.address)
    stack.configure("bxbi:oauthServer", portal.address)
    stack.configure("bxbi:clientId", portal.client_id)
    stack.configure("bxbi:clientSecret", portal.client_secret, secret=True)
    stack.configure("bxbi:refreshToken", portal.refresh_token, secret=True)
    return stack


def test_a_dead_refresh_token_is_told_with_its_cure(portal: LocalPortal, stack: Stack) -> None:
    stack.configure("bxbi:refreshToken", "dead-refresh", secret=True)
    stack.program('bxbi.BiSource("a", title="A", connector_id=123, settings={"login": "x"})')

    output = stack.fails("preview")

    assert "The OAuth server said: invalid_grant" in output
    assert f"bxbi login --portal {portal.address} --client-id {portal.client_id}" in output
    assert "dead-refresh" not in output


def test_a_preview_misses_tokens_whatever_it_deploys(stack: Stack, tmp_path: Path) -> None:
    store = tmp_path / "tokens.json"
    stack.program("""
        url = "https://e.example/"
        bxbi.BiConnector("c", "C", url, url, url, url, url, [], check_endpoints=False)
    """)

    store.write_text("{bad", "utf-8")

    assert "It does not hold tokens" in stack.fails("preview", BXBI_TOKEN_STORE=str(store))

    store.unlink()
    assert stack.preview(BXBI_TOKEN_STORE=str(store)) == {"c": "create"}
    # A preview makes sure that the credentials work, for which there has to be a token.
    store.unlink()
    stack.configure("bxbi:refreshToken", "", secret=True)

    output = stack.fails("preview", BXBI_TOKEN_STORE=str(store))

    assert f"There are none yet in {store}" in output
    assert "log in: `bxbi login" in output

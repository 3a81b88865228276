"""No secret reaches the state, the output or a log, whatever the engine does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.protocol.provider_process import DYNAMIC

if TYPE_CHECKING:
    from tests.protocol.stack import Stack

PLAIN = 'bxbi.BiSource("crm", title="CRM", connector_id=123, settings=%s)\n'


@pytest.mark.parametrize("adapter", [DYNAMIC], indirect=True)
def test_the_provider_in_the_state_is_a_reference_by_name(stack: Stack) -> None:
    """Every existing stack holds this text: it must never change."""
    stack.program(PLAIN % '{"login": "a"}')

    stack.up()

    assert stack.resources()["crm"]["outputs"]["__provider"] == (
        "gASVLwAAAAAAAACME3B1bHVtaV9ieGJpLmR5bmFtaWOUjBBCaVNvdXJjZVByb3ZpZGVylJOUKYGULg=="
    )

"""Bad input gets one clear message, and changes nothing on the portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from tests.engine.stack import Stack

GOOD = {"title": '"CRM"', "connector_id": "123", "settings": '{"login": "a"}'}


def program(**arguments: str) -> str:
    given = ", ".join(f"{name}={value}" for name, value in {**GOOD, **arguments}.items())
    return f'bxbi.BiSource("crm", {given})\n'


@on_the_current_api
@pytest.mark.parametrize(
    ("call", "message"),
    [
        ('bxbi.BiSource("crm", connector_id=123, settings={})', "argument: 'title'"),
        (program(colour='"red"'), "unexpected keyword argument 'colour'"),
    ],
)
def test_a_wrong_call_is_pythons_own_error(stack: Stack, call: str, message: str) -> None:
    stack.program(call)

    assert message in stack.pulumi("preview").output


@on_the_current_api
@pytest.mark.parametrize(
    ("key", "told"),
    [
        (
            "bxbi:requestPerSecond",
            "bxbi:requestPerSecond is not a setting, bxbi:requestsPerSecond is",
        ),
        ("bxbi:portl", "bxbi:portl is not a setting, bxbi:portal is"),
    ],
)
def test_a_misspelt_key_of_the_stack_is_told_once(stack: Stack, key: str, told: str) -> None:
    stack.program(program())
    stack.configure(key, "5")

    assert stack.succeeds("preview", "--diff").count(told) == 1
    output = stack.fails("up", "--yes", "--skip-preview", BXBI_PORTAL="")
    assert "no portal" in output
    assert told in output

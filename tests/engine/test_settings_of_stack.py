"""`bxbi doctor` and `bxbi login` in the folder of a Pulumi project."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal


@on_the_current_api
@pytest.mark.as_users_have_it
def test_a_stack_whose_configuration_cannot_be_read_is_told(stack: Stack) -> None:
    told = stack.bxbi("doctor", "--json", status=1, PULUMI_CONFIG_PASSPHRASE="wrong")

    (check,) = json.loads(told)["checks"]
    assert (check["name"], check["status"]) == ("settings", "failed")
    assert "incorrect passphrase" in check["found"]


@on_the_current_api
def test_without_a_stack_the_environment_counts(stack: Stack) -> None:
    (stack.folder / "Pulumi.yaml").unlink()

    assert json.loads(stack.bxbi("doctor", "--json"))["healthy"]


@on_the_current_api
def test_a_login_takes_the_settings_of_the_stack(portal: LocalPortal, stack: Stack) -> None:
    for key, value in (
        ("bxbi:portal", portal.address),
        ("bxbi:clientId", portal.client_id),
        ("bxbi:oauthServer", portal.address),
    ):
        stack.configure(key, value)
    stack.configure("bxbi:clientSecret", portal.client_secret, secret=True)
    unset = {"BXBI_PORTAL": "", "BXBI_ACCESS_TOKEN": "", "XDG_DATA_HOME": str(stack.folder)}

    told = stack.bxbi("login", status=1, **unset)

    assert f"{portal.address}/oauth/authorize/?client_id={portal.client_id}" in told
    assert "No code was given" in told

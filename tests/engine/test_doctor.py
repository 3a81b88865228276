"""`bxbi doctor` in the folder of a Pulumi project."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.engine.conftest import Stack


@pytest.mark.parametrize("running_portal", ["current"], indirect=True)
def test_a_stack_whose_configuration_cannot_be_read_is_told(stack: Stack) -> None:
    told = stack.bxbi("doctor", "--json", status=1, PULUMI_CONFIG_PASSPHRASE="wrong")

    (check,) = json.loads(told)["checks"]
    assert (check["name"], check["status"]) == ("settings", "failed")
    assert "incorrect passphrase" in check["found"]


@pytest.mark.parametrize("running_portal", ["current"], indirect=True)
def test_without_a_stack_the_environment_counts(stack: Stack) -> None:
    (stack.folder / "Pulumi.yaml").unlink()

    assert json.loads(stack.bxbi("doctor", "--json"))["healthy"]

"""What the engine configures a provider with."""

from __future__ import annotations

import pytest

from pulumi_bxbi.settings.names import SettingsError
from pulumi_bxbi.stack.provider_configuration import Configuration

URN = "urn:pulumi:dev::crm::pulumi:providers:bxbi::{}"


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("default", ""),
        ("default_0_1_0", ""),
        ("default_0_1_0_alpha_1", ""),
        ("default-eu", "default-eu"),
        ("defaultTokyo", "defaultTokyo"),
        ("tokyo", "tokyo"),
    ],
)
def test_a_provider_is_explicit_unless_the_engine_named_it(name: str, provider: str) -> None:
    assert Configuration.of(URN.format(name), {}).provider == provider


@pytest.mark.parametrize("timeout", [5.0, "5"])
def test_languages_write_numbers_in_their_own_way(timeout: object) -> None:
    configuration = Configuration.of(URN.format("tokyo"), {"timeout": timeout, "offline": True})
    settings = configuration.settings()
    assert (settings.timeout, settings.offline) == (5, True)


def test_what_belongs_to_the_engine_is_no_setting() -> None:
    given = {"version": "0.1.0", "portl": "x", "burst": None}
    assert Configuration.of(URN.format("tokyo"), given).unknown_arguments() == ["portl"]


def test_a_wrong_argument_is_named() -> None:
    with pytest.raises(SettingsError, match=r'^burst is "many"'):
        Configuration.of(URN.format("tokyo"), {"burst": "many"}).settings()

"""Which portal and which credentials: both places, precedence, and what is wrong with a setting."""

from __future__ import annotations

import pytest

from pulumi_bxbi.portal import AccessToken, Webhook
from pulumi_bxbi.settings import Settings, SettingsError, load_settings

PORTAL = "https://acme.bitrix24.com"
WEBHOOK = f"{PORTAL}/rest/1/w3bhook/"


def load(
    environment: dict[str, str] | None = None, stack: dict[str, str] | None = None
) -> Settings:
    return load_settings((stack or {}).get, environment or {})


def test_the_defaults_need_nothing() -> None:
    assert load() == Settings()


def test_everything_can_stand_in_the_stack() -> None:
    assert load(
        stack={
            "portal": PORTAL,
            "accessToken": "t",
            "offline": "true",
            "timeout": "10",
            "burst": "250",
            "requestsPerSecond": "5",
            "maxWait": "2.5",
        }
    ) == Settings(
        PORTAL,
        AccessToken("t"),
        offline=True,
        timeout=10,
        burst=250,
        requests_per_second=5,
        max_wait=2.5,
    )


def test_everything_can_stand_in_the_environment() -> None:
    assert load(
        {
            "BXBI_PORTAL": f"{PORTAL}/",
            "BXBI_ACCESS_TOKEN": "t",
            "BXBI_OFFLINE": "1",
            "BXBI_TIMEOUT": "10",
            "BXBI_BURST": "250",
            "BXBI_REQUESTS_PER_SECOND": "0.5",
            "BXBI_MAX_WAIT": "2.5",
        }
    ) == Settings(
        PORTAL,
        AccessToken("t"),
        offline=True,
        timeout=10,
        burst=250,
        requests_per_second=0.5,
        max_wait=2.5,
    )


def test_the_environment_wins() -> None:
    other = "https://other.bitrix24.com"

    assert load(
        {"BXBI_PORTAL": other, "BXBI_ACCESS_TOKEN": "new", "BXBI_OFFLINE": "no"},
        {"portal": PORTAL, "accessToken": "old", "offline": "true"},
    ) == Settings(other, AccessToken("new"))


def test_credentials_of_one_kind_in_the_environment_replace_another_kind_in_the_stack() -> None:
    settings = load({"BXBI_ACCESS_TOKEN": "t", "BXBI_PORTAL": PORTAL}, {"webhook": WEBHOOK})

    assert settings.credentials == AccessToken("t")


def test_the_portal_follows_from_the_webhook() -> None:
    assert load({"BXBI_WEBHOOK": WEBHOOK}) == Settings(PORTAL, Webhook(PORTAL, "1", "w3bhook"))


def test_a_loopback_portal_may_use_plain_http() -> None:
    for host in ("127.0.0.1:8899", "localhost:8899", "[::1]:8899"):
        assert load({"BXBI_PORTAL": f"http://{host}"}).portal == f"http://{host}"


@pytest.mark.parametrize(
    ("environment", "stack", "text"),
    [
        (
            {"BXBI_PORTAL": "acme.bitrix24.com"},
            {},
            "BXBI_PORTAL .* its scheme",
        ),
        ({}, {"portal": "acme.bitrix24.com"}, "bxbi:portal is not an address"),
        ({"BXBI_PORTAL": "http://acme.bitrix24.com"}, {}, "BXBI_PORTAL .* write https://"),
        ({"BXBI_PORTAL": "http://127.0.0.1.example.com"}, {}, "write https://"),
        ({"BXBI_PORTAL": "ftp://acme.bitrix24.com"}, {}, "not an address"),
        ({"BXBI_PORTAL": "https://"}, {}, "not an address"),
        ({"BXBI_PORTAL": f"{PORTAL}/company/"}, {}, "scheme and host only"),
        ({"BXBI_PORTAL": f"{PORTAL}#x"}, {}, "scheme and host only"),
        ({"BXBI_PORTAL": f"{PORTAL}:abc"}, {}, "not an address"),
        ({"BXBI_PORTAL": f"{PORTAL}:99999"}, {}, "not an address"),
        ({"BXBI_PORTAL": "https://[acme"}, {}, "not an address"),
        ({"BXBI_PORTAL": "acme.bitrix24.com/rest/1/w3bhook/"}, {}, "belongs into BXBI_WEBHOOK"),
        ({"BXBI_WEBHOOK": "htps://u:w3bhook@acme.bitrix24.com/rest/1/x/"}, {}, "not an address"),
        ({"BXBI_WEBHOOK": "https://[acme/rest/1/w3bhook/"}, {}, "not the address"),
        ({"BXBI_WEBHOOK": f"{PORTAL}/rest/w3bhook/"}, {}, "BXBI_WEBHOOK is not the address"),
        ({"BXBI_WEBHOOK": "w3bhook"}, {}, "BXBI_WEBHOOK is not the address"),
        ({"BXBI_WEBHOOK": "http://acme.bitrix24.com/rest/1/w3bhook/"}, {}, "write https://"),
        (
            {"BXBI_WEBHOOK": WEBHOOK, "BXBI_ACCESS_TOKEN": "w3bhook"},
            {},
            "BXBI_WEBHOOK and BXBI_ACCESS_TOKEN are both set",
        ),
        ({}, {"webhook": WEBHOOK, "accessToken": "t"}, "bxbi:webhook and bxbi:accessToken"),
        (
            {"BXBI_WEBHOOK": WEBHOOK},
            {"portal": "https://other.bitrix24.com"},
            "belongs to https://acme.bitrix24.com, but bxbi:portal is https://other",
        ),
        ({"BXBI_OFFLINE": "maybe"}, {}, "BXBI_OFFLINE .* true or false"),
        ({"BXBI_TIMEOUT": "soon"}, {}, "BXBI_TIMEOUT .* number of seconds"),
        ({"BXBI_MAX_WAIT": "-1"}, {}, "BXBI_MAX_WAIT .* number of seconds"),
        ({}, {"timeout": "inf"}, "bxbi:timeout .* number of seconds"),
        ({"BXBI_BURST": "0"}, {}, "BXBI_BURST .* positive whole number"),
        ({"BXBI_BURST": "-50"}, {}, "BXBI_BURST .* positive whole number"),
        ({}, {"burst": "2.5"}, "bxbi:burst .* positive whole number"),
        ({"BXBI_REQUESTS_PER_SECOND": "0"}, {}, "BXBI_REQUESTS_PER_SECOND .* positive number"),
        ({}, {"requestsPerSecond": "-2"}, "bxbi:requestsPerSecond .* positive number"),
        ({}, {"requestsPerSecond": "nan"}, "bxbi:requestsPerSecond .* positive number"),
    ],
)
def test_a_wrong_setting_is_named_with_its_cure(
    environment: dict[str, str], stack: dict[str, str], text: str
) -> None:
    with pytest.raises(SettingsError, match=text) as caught:
        load(environment, stack)

    assert "w3bhook" not in str(caught.value)


def test_without_credentials_nothing_is_connected() -> None:
    with pytest.raises(SettingsError, match="BXBI_ACCESS_TOKEN"):
        load({"BXBI_PORTAL": PORTAL}).connect()


def test_without_a_portal_nothing_is_connected() -> None:
    with pytest.raises(SettingsError, match="BXBI_PORTAL"):
        load({"BXBI_ACCESS_TOKEN": "t"}).connect()


def test_a_representation_shows_no_secret() -> None:
    for environment in (
        {"BXBI_ACCESS_TOKEN": "s3cret"},
        {"BXBI_WEBHOOK": f"{PORTAL}/rest/1/s3cret"},
    ):
        assert "s3cret" not in repr(load(environment))

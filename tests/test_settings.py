"""Which portal and which credentials: both places, precedence, and what is wrong with a setting."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from pulumi_bxbi.portal import AccessToken, PortalError, Webhook
from pulumi_bxbi.portal.oauth.tokens import Tokens
from pulumi_bxbi.settings.loading import ApplicationSettings, Settings, load_settings
from pulumi_bxbi.settings.names import SettingsError
from tests.http_server import Response, Server
from tests.serving import serving

if TYPE_CHECKING:
    from pathlib import Path

PORTAL = "https://acme.bitrix24.com"
WEBHOOK = f"{PORTAL}/rest/1/w3bhook/"
OLD_ADDRESS = "https://old.bitrix24.com"
MEMBER_ID = "0123456789abcdef0123456789abcdef"


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
            "movedFrom": OLD_ADDRESS,
            "allowedPortals": f"{PORTAL}, {MEMBER_ID}",
        }
    ) == Settings(
        PORTAL,
        AccessToken("t"),
        offline=True,
        timeout=10,
        burst=250,
        requests_per_second=5,
        max_wait=2.5,
        moved_from=OLD_ADDRESS,
        allowed_portals=(PORTAL, MEMBER_ID),
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
            "BXBI_MOVED_FROM": f"{OLD_ADDRESS}/",
            "BXBI_ALLOWED_PORTALS": f"{PORTAL}/ {MEMBER_ID.upper()}",
        }
    ) == Settings(
        PORTAL,
        AccessToken("t"),
        offline=True,
        timeout=10,
        burst=250,
        requests_per_second=0.5,
        max_wait=2.5,
        moved_from=OLD_ADDRESS,
        allowed_portals=(PORTAL, MEMBER_ID),
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


APPLICATION = {
    "BXBI_PORTAL": PORTAL,
    "BXBI_CLIENT_ID": "local.1",
    "BXBI_CLIENT_SECRET": "w3bhook",
    "BXBI_REFRESH_TOKEN": "rt",
}


def test_an_application_can_stand_in_the_environment() -> None:
    settings = load({**APPLICATION, "BXBI_OAUTH_SERVER": "https://oauth.bitrix24.tech/"})

    assert settings.credentials == ApplicationSettings(
        "local.1", "w3bhook", "rt", oauth_server="https://oauth.bitrix24.tech"
    )


def test_the_parts_of_an_application_may_stand_in_both_places_and_the_environment_wins() -> None:
    stack = {"clientId": "local.1", "clientSecret": "old", "tokenStore": "a", "refreshToken": "rt"}

    for environment in (
        {"BXBI_CLIENT_SECRET": "new", "BXBI_TOKEN_STORE": "b"},
        {"BXBI_CLIENT_SECRET": "new", "BXBI_TOKEN_STORE": "b", "BXBI_CLIENT_ID": "local.1"},
    ):
        assert load(environment, stack).credentials == ApplicationSettings(
            "local.1", "new", "rt", "b"
        )
    assert load({"BXBI_TOKEN_STORE": "b"}, stack).credentials == ApplicationSettings(
        "local.1", "old", "rt", "b"
    )


def test_an_access_token_of_the_environment_replaces_an_application_of_the_stack() -> None:
    settings = load({"BXBI_ACCESS_TOKEN": "t"}, {"clientId": "local.1", "clientSecret": "s"})

    assert settings.credentials == AccessToken("t")


def test_an_application_needs_no_refresh_token_and_connects_without_calling() -> None:
    portal = load({**APPLICATION, "BXBI_REFRESH_TOKEN": ""}).connect()

    assert portal.address == PORTAL
    portal.close()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"BXBI_CLIENT_ID": ""}, r"BXBI_CLIENT_ID \(or bxbi:clientId\) is not set"),
        ({"BXBI_CLIENT_SECRET": ""}, r"BXBI_CLIENT_SECRET \(or bxbi:clientSecret\) is not set"),
        ({"BXBI_TOKEN_STORE": "exec:"}, "BXBI_TOKEN_STORE .* has no command"),
        ({"BXBI_TOKEN_STORE": "exec:a 'w3bhook"}, "BXBI_TOKEN_STORE .* closing quotation"),
        ({"BXBI_TOKEN_STORE": "~w3bhook/x"}, "BXBI_TOKEN_STORE .* home folder"),
        ({"BXBI_PORTAL": ""}, "no portal"),
    ],
)
def test_what_an_application_lacks_is_told_when_it_is_needed(
    changes: dict[str, str], text: str
) -> None:
    settings = load({**APPLICATION, **changes})

    with pytest.raises(SettingsError, match=text) as caught:
        settings.connect()

    assert "w3bhook" not in str(caught.value)


def test_a_misspelt_setting_is_told_where_one_is_missing() -> None:
    environment = {"BXBI_ACESS_TOKEN": "w3bhook", "BXBI_XYZZY": "w3bhook", "BXBI_LOG": "debug"}

    for more, missing in (({}, "no credentials"), ({"BXBI_ACCESS_TOKEN": "t"}, "no portal")):
        with pytest.raises(SettingsError, match=missing) as caught:
            load({**environment, **more}).connect()
        assert (
            "(BXBI_ACESS_TOKEN is not a setting, BXBI_ACCESS_TOKEN is; "
            "BXBI_XYZZY is not a setting.)" in str(caught.value)
        )
        assert "w3bhook" not in str(caught.value)


def test_a_misspelt_setting_of_the_stack_is_told() -> None:
    settings = load_settings(lambda _: None, {}, ["bxbi:portl", "bxbi:portal", "other:portl"])

    assert settings.misspelt == "bxbi:portl is not a setting, bxbi:portal is"


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
            "BXBI_WEBHOOK and BXBI_ACCESS_TOKEN are set together",
        ),
        ({}, {"webhook": WEBHOOK, "accessToken": "t"}, "bxbi:webhook and bxbi:accessToken"),
        (
            {"BXBI_ACCESS_TOKEN": "w3bhook", "BXBI_CLIENT_ID": "local.1"},
            {},
            "BXBI_ACCESS_TOKEN and BXBI_CLIENT_ID are set together",
        ),
        (
            {},
            {"webhook": WEBHOOK, "refreshToken": "w3bhook"},
            "bxbi:webhook and bxbi:refreshToken are set together",
        ),
        (
            {"BXBI_CLIENT_ID": "local.1", "BXBI_OAUTH_SERVER": "http://oauth.example"},
            {},
            "BXBI_OAUTH_SERVER is http://oauth.example, and plain http",
        ),
        ({}, {"clientId": "x", "oauthServer": "oauth.bitrix.info"}, "bxbi:oauthServer is not an"),
        (
            {"BXBI_WEBHOOK": WEBHOOK},
            {"portal": "https://other.bitrix24.com"},
            "belongs to https://acme.bitrix24.com, but bxbi:portal is https://other",
        ),
        ({"BXBI_OFFLINE": "maybe"}, {}, "BXBI_OFFLINE .* true or false"),
        ({"BXBI_TIMEOUT": "soon"}, {}, "BXBI_TIMEOUT .* number of seconds"),
        ({"BXBI_MAX_WAIT": "-1"}, {}, "BXBI_MAX_WAIT .* number of seconds"),
        ({"BXBI_MAX_WAIT": "86401"}, {}, "BXBI_MAX_WAIT .* at most 86400"),
        ({}, {"timeout": "99999999999"}, "bxbi:timeout .* at most 86400"),
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
        {
            "BXBI_CLIENT_ID": "local.1",
            "BXBI_CLIENT_SECRET": "s3cret",
            "BXBI_REFRESH_TOKEN": "s3cret",
            "BXBI_TOKEN_STORE": "exec:vault --password=s3cret",
        },
    ):
        assert "s3cret" not in repr(load(environment))


class TestAllowedPortals:
    """Portals that may be called, by their addresses or permanent ids."""

    @staticmethod
    def store(folder: Path, member_id: str) -> dict[str, str]:
        """Keep tokens of a portal with a permanent id, and give the settings that use them."""
        tokens = Tokens(
            portal=PORTAL,
            client_id="local.1",
            access_token=SecretStr("at"),
            refresh_token=SecretStr("rt"),
            member_id=member_id,
            saved=datetime.now(timezone.utc),
        )
        file = folder / "tokens.json"
        file.write_text(tokens.to_json(), "utf-8")
        return {**APPLICATION, "BXBI_REFRESH_TOKEN": "", "BXBI_TOKEN_STORE": str(file)}

    @pytest.mark.parametrize(
        "allowed",
        [PORTAL, f"{OLD_ADDRESS}, {PORTAL}", "https://ACME.bitrix24.com:443", f'["{PORTAL}"]'],
    )
    def test_an_allowed_address_is_connected(self, allowed: str) -> None:
        settings = load(
            {
                "BXBI_PORTAL": PORTAL,
                "BXBI_ACCESS_TOKEN": "t",
                "BXBI_ALLOWED_PORTALS": allowed,
            }
        )

        settings.connect().close()

    def test_an_allowed_permanent_id_is_connected_under_any_address(self, tmp_path: Path) -> None:
        settings = load(
            {**self.store(tmp_path, MEMBER_ID), "BXBI_ALLOWED_PORTALS": MEMBER_ID.upper()}
        )

        settings.connect().close()

    def test_another_permanent_id_is_refused(self, tmp_path: Path) -> None:
        settings = load({**self.store(tmp_path, "f" * 32), "BXBI_ALLOWED_PORTALS": MEMBER_ID})

        with pytest.raises(SettingsError, match=f"Its permanent id is {'f' * 32}"):
            settings.connect()

    def test_a_redirect_to_another_portal_is_not_followed(self, server: Server) -> None:
        settings = load(
            {
                "BXBI_PORTAL": server.address,
                "BXBI_ACCESS_TOKEN": "t",
                "BXBI_ALLOWED_PORTALS": server.address,
            }
        )
        with serving(Server()) as second:
            server.answers(Response(b"", 302, {"Location": f"{second.address}/rest/app.info"}))
            second.answers({"result": {}})
            refused = pytest.raises(PortalError, match="which BXBI_ALLOWED_PORTALS")

            with closing(settings.connect()) as portal, refused as caught:
                portal.call("app.info")

        assert f"has moved to {second.address}" in str(caught.value)
        assert second.requests == []

    @pytest.mark.parametrize("allowed", [OLD_ADDRESS, MEMBER_ID])
    def test_anything_else_is_refused(self, allowed: str) -> None:
        settings = load(
            {"BXBI_ACCESS_TOKEN": "t", "BXBI_ALLOWED_PORTALS": allowed}, {"portal": PORTAL}
        )

        with pytest.raises(SettingsError) as caught:
            settings.connect()

        told = str(caught.value)
        assert told.startswith(f"bxbi:portal (stack) is {PORTAL}, and BXBI_ALLOWED_PORTALS")
        assert f"allows only {allowed}." in told

    @pytest.mark.parametrize("given", ["acme", "http://acme.bitrix24.com", "[1]", "[", '{"a": 1}'])
    def test_what_names_no_portal_is_told(self, given: str) -> None:
        with pytest.raises(SettingsError, match=r"^bxbi:allowedPortals"):
            load(stack={"allowedPortals": given})


class TestExplicitProvider:
    """The arguments of an explicit provider, which a program gives."""

    def load(self, arguments: dict[str, str], environment: dict[str, str]) -> Settings:
        return load_settings(arguments.get, environment, provider="tokyo")

    def test_they_win_over_the_environment(self) -> None:
        settings = self.load(
            {"portal": "https://tokyo.bitrix24.com", "accessToken": "theirs", "timeout": "5"},
            {"BXBI_PORTAL": "https://acme.bitrix24.com", "BXBI_WEBHOOK": "", "BXBI_TIMEOUT": "9"},
        )
        assert settings.portal == "https://tokyo.bitrix24.com"
        assert settings.timeout == 5
        assert settings.portal_setting == "portal (provider tokyo)"

    def test_their_kind_of_credentials_wins(self) -> None:
        settings = self.load(
            {"portal": "https://tokyo.bitrix24.com", "accessToken": "theirs"},
            {"BXBI_CLIENT_ID": "local.1", "BXBI_CLIENT_SECRET": "s3cret"},
        )
        assert isinstance(settings.credentials, AccessToken)

    def test_the_environment_gives_what_they_leave_open(self) -> None:
        settings = self.load(
            {"portal": "https://tokyo.bitrix24.com"}, {"BXBI_ACCESS_TOKEN": "theirs"}
        )
        assert settings.portal == "https://tokyo.bitrix24.com"
        assert isinstance(settings.credentials, AccessToken)

    def test_their_webhook_names_the_portal(self) -> None:
        settings = self.load({"webhook": WEBHOOK}, {"BXBI_PORTAL": OLD_ADDRESS})
        assert settings.portal == PORTAL

    def test_what_is_wrong_is_named_as_they_name_it(self) -> None:
        with pytest.raises(SettingsError, match=r'^maxWait is "soon": write a positive number'):
            self.load({"maxWait": "soon"}, {})

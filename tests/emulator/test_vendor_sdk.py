"""The vendor's own SDK against the local portal: a client that knows the real one.

It speaks nothing but HTTPS, and knows datasets, not yet tables. Its requests are lazy: a call is
made when its result is looked at.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from b24pysdk.api.requesters import BitrixOAuthRequester  # type: ignore[import-untyped]
from b24pysdk.credentials import (  # type: ignore[import-untyped]
    BitrixApp,
    BitrixToken,
    BitrixWebhook,
    RenewedOAuth,
)
from b24pysdk.errors import (  # type: ignore[import-untyped]
    BitrixAPIBadRequest,
    BitrixAPIError,
    BitrixAPIExpiredToken,
    BitrixAPIInsufficientScope,
    BitrixAPIInternalServerError,
    BitrixAPINotFound,
    BitrixAPIOperationTimeLimit,
    BitrixAPIQueryLimitExceeded,
    BitrixResponse302JSONDecodeError,
    BitrixResponseJSONDecodeError,
)
from b24pysdk.errors.oauth import (  # type: ignore[import-untyped]
    BitrixOAuthInvalidClient,
    BitrixOAuthInvalidGrant,
    BitrixOAuthNoAuthFound,
    BitrixOauthWrongClient,
)

from tests.emulator.certificate import issued, start_over_tls

if TYPE_CHECKING:
    from tests.emulator.certificate import Certificate
    from tests.emulator.raw_portal import RawPortal, Start

COLUMNS = [
    {"name": "ID", "externalCode": "id", "type": "int"},
    {"name": "AMOUNT", "externalCode": "amount", "type": "double"},
]
LOGO = "data:image/svg+xml;base64,PHN2Zy8+"
CRM = {"title": "CRM", "connectorId": 123, "settings": {"login": "a", "password": "b"}}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """The certificate of all portals here."""
    return issued(tmp_path_factory.mktemp("tls"), "127.0.0.1", "localhost")


@pytest.fixture(autouse=True)
def trust(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the SDK trust the certificate, as a user does."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate.authority)


@pytest.fixture(scope="module")
def shared(start: Start, certificate: Certificate) -> RawPortal:
    """The module's portal, over TLS."""
    return start_over_tls(start, certificate)


@pytest.fixture(scope="module")
def shared_legacy(start: Start, certificate: Certificate) -> RawPortal:
    """The module's portal of 2025, over TLS."""
    return start_over_tls(start, certificate, "--api", "legacy")


class LocalApp(BitrixApp):  # type: ignore[misc]
    """An application whose OAuth server is the local portal.

    The SDK has the server's address as a constant; everything else of its requests stays.
    """

    def __init__(self, portal: RawPortal, **changes: str) -> None:
        credentials = {**portal.ready, **changes}
        super().__init__(
            client_id=credentials["clientId"], client_secret=credentials["clientSecret"]
        )
        self.requester = type(
            "LocalRequester",
            (BitrixOAuthRequester,),
            {"_OAUTH_TOKEN_URL": f"{portal.address}/oauth/token/"},
        )(self)

    def refresh_oauth_token(self, refresh_token: str, **_: Any) -> RenewedOAuth:
        return RenewedOAuth.from_dict(self.requester.refresh_oauth_token(refresh_token))

    def get_oauth_token(self, code: str, **_: Any) -> RenewedOAuth:
        return RenewedOAuth.from_dict(self.requester.get_oauth_token(code))


class StayingToken(BitrixToken):  # type: ignore[misc]
    """A token that does not follow a portal to another address."""

    _AUTO_CHANGED_DOMAIN = False


def token(portal: RawPortal, kind: type = BitrixToken, **changes: Any) -> Any:
    """Return the SDK's token of the line that the portal has printed."""
    given = {
        "domain": urlsplit(portal.address).netloc,
        "auth_token": portal.access_token,
        "refresh_token": portal.refresh_token,
        "bitrix_app": LocalApp(portal),
    }
    return kind(**{**given, **changes})


def biconnector(portal: RawPortal, **changes: Any) -> Any:
    """Return the SDK's methods of the section, which try each call once."""
    return token(portal, **changes).get_client(max_retries=1).biconnector


def called(request: Any) -> Any:
    """Make a call, and return its result."""
    return request.result


def test_the_life_of_a_connector(portal: RawPortal) -> None:
    connectors = biconnector(portal).connector
    fields = {
        "title": "Warehouse",
        "logo": LOGO,
        **{f"url{name}": "https://e.example/" for name in ("Check", "TableList", "Data")},
        "urlTableDescription": "https://e.example/",
        "settings": [{"code": "token", "name": "Token", "type": "STRING"}],
        "supportMapping": True,
    }
    (connector_id,) = connectors.add(fields).result.values()
    shown = connectors.get(connector_id).result["item"]
    assert {key: shown[key] for key in fields} == fields
    assert connectors.update(connector_id, {"title": "Stock"}).result is True
    listed = connectors.list(
        select=["id", "title"], filter={"%=title": "St%"}, order={"id": "DESC"}, page=1
    )
    assert listed.result == [{"id": connector_id, "title": "Stock"}]
    assert connectors.delete(connector_id).result is True
    assert [each["id"] for each in connectors.list().result] == [123]
    assert "supportMapping" in [each["title"] for each in connectors.fields().result["fields"]]


def test_the_life_of_a_source(portal: RawPortal) -> None:
    sources = biconnector(portal).source
    (source_id,) = sources.add(CRM).result.values()
    item = sources.get(source_id).result["item"]
    assert item["connection"]["title"] == "CRM"
    assert {each["code"]: each["value"] for each in item["settings"]} == CRM["settings"]
    change = {"title": "Заказы", "settings": {"password": "c"}}
    assert sources.update(source_id, change).result is True
    (listed,) = sources.list(filter={"=connectorId": 123}).result
    assert (listed["title"], listed["settings"][1]["value"]) == ("Заказы", "c")
    assert sources.delete(source_id).result is True
    assert sources.list().result == []
    assert "connectorId" in [each["title"] for each in sources.fields().result["fields"]]


@pytest.mark.parametrize("edition", ["portal", "legacy"])
def test_the_life_of_a_dataset(edition: str, request: pytest.FixtureRequest) -> None:
    portal: RawPortal = request.getfixturevalue(edition)
    section = biconnector(portal)
    (source_id,) = section.source.add(CRM).result.values()
    names = {"name": "orders", "externalName": "Orders", "externalCode": "orders"}
    called(section.dataset.add({**names, "sourceId": source_id, "fields": COLUMNS}))
    ((dataset_id,),) = ([int(each["id"])] for each in section.dataset.list().result)
    first, second = section.dataset.get(dataset_id).result["item"]["fields"]
    assert (first["name"], second["type"]) == ("ID", "double")

    change = section.dataset.fields.update(
        dataset_id,
        add=[{"name": "CREATED", "externalCode": "created", "type": "date"}],
        update=[{"id": first["id"], "visible": False}],
        delete=[second["id"]],
    )
    assert change.result is True
    columns = section.dataset.get(dataset_id).result["item"]["fields"]
    assert [(each["name"], each["visible"]) for each in columns] == [
        ("ID", False),
        ("CREATED", True),
    ]
    assert section.dataset.update(dataset_id, {"description": "D"}).result is True
    assert section.dataset.get(dataset_id).result["item"]["description"] == "D"


def test_a_table_is_called_by_the_name_of_its_method(portal: RawPortal) -> None:
    """What the SDK has no method for yet, it calls by name."""
    caller = token(portal)
    (source_id,) = biconnector(portal).source.add(CRM).result.values()
    names = {"name": "orders", "externalName": "Orders", "externalCode": "orders"}
    fields = {**names, "sourceId": source_id, "fields": COLUMNS}
    added = caller.call_method("biconnector.table.add", {"fields": fields})["result"]
    assert caller.call_method("biconnector.table.get", added)["result"]["item"]["name"] == "orders"
    assert caller.call_method("biconnector.table.delete", added)["result"] is True


def test_pages_of_a_list(portal: RawPortal) -> None:
    sources = biconnector(portal).source
    for number in range(51):
        called(sources.add({**CRM, "title": f"{number:02}"}))
    pages = [sources.list(select=["title"], page=page).result for page in (1, 2)]
    assert [len(page) for page in pages] == [50, 1]


def test_a_batch(portal: RawPortal) -> None:
    client = token(portal).get_client(max_retries=1)
    connectors = client.biconnector.connector
    batch = client.call_batch(
        {"found": connectors.get(123), "missing": connectors.get(5), "all": connectors.list()}
    )
    result = batch.result
    assert result.result["found"]["item"]["title"] == "Local database"
    assert result.result["missing"]["error"]["error"] == "CONNECTOR_NOT_FOUND"
    assert [each["id"] for each in result.result["all"]] == [123]


def test_an_error_inside_the_result_is_a_success_to_the_sdk(portal: RawPortal) -> None:
    """A client of the newest edition has to look into each result itself."""
    section = biconnector(portal)
    assert section.source.get(5).result == {
        "error": {"error": "SOURCE_NOT_FOUND", "error_description": "Source was not found."}
    }
    refused = section.source.add({**CRM, "connectorId": 7}).result
    assert refused["error"]["error"] == "CONNECTOR_NOT_FOUND"
    assert section.source.list().result == []


def test_the_same_error_at_the_root_is_an_exception(legacy: RawPortal) -> None:
    with pytest.raises(BitrixAPIError, match="Source was not found") as caught:
        called(biconnector(legacy).source.get(5))
    assert caught.value.json_response["error"] == "SOURCE_NOT_FOUND"


@pytest.mark.parametrize(
    ("action", "exception"),
    [
        ("http_500", BitrixAPIInternalServerError),
        ("query_limit", BitrixAPIQueryLimitExceeded),
        ("operating_limit", BitrixAPIOperationTimeLimit),
        ("html_503", BitrixResponseJSONDecodeError),
    ],
)
def test_an_error_of_the_platform_is_an_exception_of_its_own(
    portal: RawPortal, action: str, exception: type[Exception]
) -> None:
    portal.faults({"method": "*", "action": action})
    with pytest.raises(exception):
        called(biconnector(portal).connector.list())


def test_a_busy_portal_is_asked_again(portal: RawPortal) -> None:
    portal.faults({"method": "*", "action": "query_limit"})
    client = token(portal).get_client(initial_retry_delay=0.001)
    assert client.biconnector.connector.get(123).result["item"]["id"] == 123
    assert [call["status"] for call in portal.calls()] == [503, 200]


def test_other_refusals_of_the_platform(portal: RawPortal, legacy: RawPortal) -> None:
    with pytest.raises(BitrixOAuthNoAuthFound):
        called(biconnector(portal, auth_token="bogus").connector.list())
    with pytest.raises(BitrixAPIBadRequest):
        called(biconnector(portal).connector.list(order={"id": "x"}))
    with pytest.raises(BitrixAPINotFound):
        token(portal).call_method("biconnector.nothing")
    with pytest.raises(BitrixAPINotFound):
        token(legacy).call_method("biconnector.table.list")


def test_an_expired_token_is_renewed_and_the_call_repeated(portal: RawPortal) -> None:
    caller = token(portal)
    portal.faults({"method": "*", "action": "expired_token"})
    assert caller.get_client().biconnector.connector.get(123).result["item"]["id"] == 123
    assert caller.auth_token not in ("", portal.access_token)
    assert caller.refresh_token not in ("", portal.refresh_token)
    assert caller.expires > datetime.now(timezone.utc)
    assert [call["error"] for call in portal.calls()] == ["expired_token", None]


def test_an_expired_token_without_its_successor_is_an_exception(portal: RawPortal) -> None:
    portal.faults({"method": "*", "action": "expired_token"})
    with pytest.raises(BitrixAPIExpiredToken):
        called(biconnector(portal, refresh_token=None).connector.list())


def test_a_renewal_is_understood(portal: RawPortal) -> None:
    renewed = token(portal).refresh_oauth_token()
    assert (renewed.user_id, renewed.scope, renewed.status.value) == (1, ["biconnector"], "L")
    assert renewed.client_endpoint == f"{portal.address}/rest/"
    again = token(portal, refresh_token=renewed.oauth_token.refresh_token)
    again.refresh_and_set_oauth_token()
    assert again.get_client().biconnector.connector.get(123).result["item"]["id"] == 123


@pytest.mark.parametrize(
    ("changes", "exception"),
    [
        ({"clientId": "local.bogus"}, BitrixOauthWrongClient),
        ({"clientSecret": "wrong"}, BitrixOAuthInvalidClient),
        ({}, BitrixOAuthInvalidGrant),
    ],
)
def test_a_renewal_that_is_refused_is_an_exception_of_its_own(
    portal: RawPortal, changes: dict[str, str], exception: type[Exception]
) -> None:
    with pytest.raises(exception):
        LocalApp(portal, **changes).refresh_oauth_token("used up")


@pytest.mark.uncertain
def test_the_sdk_wants_more_of_a_code_than_is_documented(portal: RawPortal) -> None:
    """The documentation shows `expires` and `user_id` in renewals alone; the SDK needs them."""
    query = {"client_id": portal.client_id}
    location = portal.http("GET", "/oauth/authorize/", params=query).headers["Location"]
    (code,) = parse_qs(urlsplit(location).query)["code"]
    with pytest.raises(RenewedOAuth.ValidationError, match="expires"):
        LocalApp(portal).get_oauth_token(code)


def test_a_portal_that_has_moved_is_told(portal: RawPortal) -> None:
    """The SDK would follow to the new name, but only to the usual port."""
    portal.faults({"method": "*", "action": "redirect"})
    with pytest.raises(BitrixResponse302JSONDecodeError) as caught:
        called(biconnector(portal, kind=StayingToken).connector.list())
    assert caught.value.new_domain == "localhost"


def webhook(portal: RawPortal) -> Any:
    """Return the SDK's methods of the section, called through the webhook."""
    address = urlsplit(portal.webhook)
    key = address.path.removeprefix("/rest/")
    return BitrixWebhook(domain=address.netloc, webhook_token=key).get_client().biconnector


def test_a_webhook_does_everything_on_an_older_portal(legacy: RawPortal) -> None:
    (source_id,) = webhook(legacy).source.add(CRM).result.values()
    assert [each["id"] for each in webhook(legacy).source.list().result] == [str(source_id)]


def test_a_webhook_may_only_describe_on_a_newer_one(portal: RawPortal) -> None:
    assert webhook(portal).source.list().result["error"]["error"] == "ACCESS_DENIED"
    assert webhook(portal).source.fields().result["fields"]


def test_a_webhook_without_the_scope_is_an_exception(
    start: Start, certificate: Certificate
) -> None:
    seed = {"webhooks": [{"code": "x", "scope": ["crm"]}]}
    portal = start_over_tls(start, certificate, seed=seed)
    with pytest.raises(BitrixAPIInsufficientScope):
        called(webhook(portal).source.list())

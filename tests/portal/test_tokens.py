"""The form in which tokens are stored."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from pulumi_bxbi.portal.oauth.tokens import Tokens, hash_of

DOCUMENT = {
    "version": 1,
    "portal": "https://acme.bitrix24.com",
    "movedTo": [],
    "clientId": "local.1",
    "firstTokenHash": hash_of("rt-0"),
    "refusedTokenHashes": [hash_of("rt-1")],
    "accessToken": "s3cret-access",
    "refreshToken": "s3cret-refresh",
    "memberId": "0123",
    "userId": 7,
    "saved": "2026-11-25T10:00:00Z",
}


def read(**changes: Any) -> Tokens:
    return Tokens.parse(json.dumps({**DOCUMENT, **changes}))


def test_the_document_is_as_described() -> None:
    assert json.loads(read().to_json()) == DOCUMENT


def test_what_a_newer_version_has_added_is_no_fault() -> None:
    assert read(more={"a": 1}) == read()


def test_a_representation_shows_no_secret() -> None:
    assert "s3cret" not in repr(read())


@given(
    access=st.text(),
    refresh=st.text(min_size=1),
    moved_to=st.lists(st.from_regex(r"https://[a-z]{1,9}(:[1-9]{1,4})?", fullmatch=True)),
    saved=st.datetimes(timezones=st.just(timezone.utc)),
)
def test_every_pair_is_read_as_it_was_written(
    access: str, refresh: str, moved_to: list[str], saved: datetime
) -> None:
    tokens = Tokens(
        portal="https://acme.bitrix24.com",
        client_id="local.1",
        access_token=SecretStr(access),
        refresh_token=SecretStr(refresh),
        moved_to=tuple(moved_to),
        saved=saved,
    )

    assert Tokens.parse(tokens.to_json()) == tokens


@given(
    st.text().filter(lambda text: not text.lstrip().startswith("{"))
    | st.recursive(st.none() | st.integers(), st.lists, max_leaves=8).map(json.dumps)
)
def test_anything_else_is_refused_without_a_crash(text: str) -> None:
    with pytest.raises(ValueError, match="not a JSON object"):
        Tokens.parse(text)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"version": 2}, "version"),
        ({"refreshToken": ""}, "refreshToken"),
        ({"refreshToken": None}, "refreshToken"),
        ({"userId": "s3cret"}, "userId"),
        ({"movedTo": "s3cret"}, "movedTo"),
        ({"movedTo": ["http://s3cret.example"]}, "movedTo"),
        ({"movedTo": ["https://[s3cret"]}, "movedTo"),
        ({"portal": "s3cret"}, "portal"),
        ({"saved": "s3cret"}, "saved"),
        ({"saved": "2026-11-25T10:00:00"}, "saved"),
        ({"portal": "https://s3cret.example:99999"}, "portal"),
        ({"portal": "https://[s3cret.example"}, "portal"),
    ],
)
def test_what_is_wrong_is_named_and_not_repeated(changes: dict[str, Any], place: str) -> None:
    with pytest.raises(ValueError, match=f"^{place}: ") as caught:
        read(**changes)

    assert "s3cret" not in str(caught.value)


def test_only_another_first_token_is_a_new_beginning() -> None:
    assert read().grew_from("rt-0")
    assert read().grew_from("s3cret-refresh")
    assert not read().grew_from("rt-9")


@pytest.mark.parametrize(
    ("portal", "client_id", "belongs"),
    [
        ("https://acme.bitrix24.com", "local.1", True),
        ("https://ACME.bitrix24.com:443", "local.1", True),
        ("https://new.bitrix24.com", "local.1", True),
        ("https://other.bitrix24.com", "local.1", False),
        ("http://acme.bitrix24.com", "local.1", True),
        ("https://acme.bitrix24.com:8443", "local.1", False),
        ("https://acme.bitrix24.com", "local.2", False),
    ],
)
def test_they_belong_to_the_portal_under_each_of_its_addresses(
    portal: str, client_id: str, *, belongs: bool
) -> None:
    assert read(movedTo=["https://new.bitrix24.com"]).is_of(portal, client_id) is belongs


def test_the_names_of_loopback_are_the_same_portal() -> None:
    assert read(portal="http://127.0.0.1:80").is_of("http://localhost", "local.1")


def test_the_latest_address_counts() -> None:
    tokens = read().moved("https://b").moved("https://c").moved("https://b")

    assert tokens.moved_to == ("https://c", "https://b")
    assert tokens.address == "https://b"
    assert read().address == "https://acme.bitrix24.com"

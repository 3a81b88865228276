"""How a request is prepared: what requests to one server have in common is prepared once."""

from __future__ import annotations

import pytest
import requests

from pulumi_bxbi.portal.rest.transport import new_session


@pytest.mark.parametrize(
    "later",
    [
        requests.Request("POST", "https://a.invalid/rest/x", json={"b": "Ж", "c": [1, 2]}),
        requests.Request("PUT", "https://a.invalid/rest/x", json={}),
        requests.Request("POST", "https://b.invalid/rest/x", json={"b": 1}),
        requests.Request("POST", "http://a.invalid/rest/x", json={"b": 1}),
        requests.Request("POST", "https://a.invalid:8443/rest/x", json={"b": 1}),
        requests.Request("POST", "HTTPS://A.invalid/Rest/x", json={"b": 1}),
        requests.Request("POST", "https://пример.invalid/rest/x", json={"b": 1}),
        requests.Request("POST", "https://a.invalid", json={"b": 1}),
        requests.Request("POST", "https://a.invalid/", json={"b": 1}),
        requests.Request("POST", "https://a.invalid/rest/1/0x_-/user.get.json", json={}),
        requests.Request("POST", "https://a.invalid/rest/../x/./y", json={"b": 1}),
        requests.Request("POST", "https://a.invalid/таблица/a b", json={"b": 1}),
        requests.Request("POST", "https://a.invalid/rest/x?a=1", json={"b": 1}),
        requests.Request("POST", "https://a.invalid/rest/x?", json={"b": 1}),
        requests.Request("POST", "https://a.invalid/rest/x#a", json={"b": 1}),
        requests.Request("POST", "https://user:word@a.invalid/rest/x", json={"b": 1}),
        requests.Request("POST", "https://a.invalid/rest/x", json={}, headers={"X-Some": "1"}),
        requests.Request("POST", "https://a.invalid/rest/x", json={}, auth=("a", "b")),
        requests.Request("POST", "https://a.invalid/rest/x", json={}, params={"a": "1"}),
        requests.Request("POST", "https://a.invalid/rest/x", data={"a": "1"}),
    ],
)
def test_a_request_is_the_same_whatever_went_before(later: requests.Request) -> None:
    before = requests.Request("POST", "https://a.invalid/rest/x", json={"a": 1})
    with new_session() as session, new_session() as fresh:
        session.prepare_request(before)
        prepared, alone = session.prepare_request(later), fresh.prepare_request(later)
        expected = requests.Session.prepare_request(fresh, later)

    for each in (prepared, alone):
        assert (each.method, each.url, each.body) == (expected.method, expected.url, expected.body)
        assert {**each.headers} == {**expected.headers}

"""What `batch` does with the calls in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

if TYPE_CHECKING:
    from tests.emulator.raw_portal import RawPortal

GET = "biconnector.connector.get?id=123&"


def batch(portal: RawPortal, cmd: Any, **parameters: Any) -> dict[str, Any]:
    """Send a batch, and return its five maps."""
    maps: dict[str, Any] = portal.result("batch", {"cmd": cmd, **parameters})
    assert list(maps) == ["result", "result_error", "result_total", "result_next", "result_time"]
    return maps


def source(title: str, **more: str) -> str:
    """Return the command that adds a source."""
    fields = {"fields[title]": title, "fields[connectorId]": "123", "fields[settings][login]": "a"}
    return f"biconnector.source.add?{urlencode({**fields, **more})}"


def test_results_stand_under_the_names_of_their_calls(portal: RawPortal) -> None:
    maps = batch(portal, {"a": GET, "b": "biconnector.source.list"})
    assert maps["result"]["a"]["item"]["id"] == 123
    assert maps["result"]["b"] == []
    assert maps["result_error"] == maps["result_total"] == maps["result_next"] == []
    assert maps["result_time"].keys() == {"a", "b"}
    assert {"start", "operating"} <= maps["result_time"]["a"].keys()


def test_a_list_of_calls_gives_lists(portal: RawPortal) -> None:
    maps = batch(portal, [GET, GET])
    assert [result["item"]["id"] for result in maps["result"]] == [123, 123]
    assert len(maps["result_time"]) == 2


def test_a_batch_of_nothing_is_empty(portal: RawPortal) -> None:
    assert set(map(str, batch(portal, {}).values())) == {"[]"}
    assert portal.result("batch")["result"] == []


def test_a_batch_can_be_a_form(portal: RawPortal) -> None:
    form = {"auth": portal.access_token, "halt": "0", "cmd[a]": GET}
    maps = portal.http("POST", "/rest/batch", data=form).json()["result"]
    assert maps["result"]["a"]["item"]["title"] == "Local database"


def test_later_calls_can_name_earlier_results(portal: RawPortal) -> None:
    maps = batch(
        portal,
        {
            "new": source("Первый & co"),
            "same": "biconnector.source.get?id=$result[new][id]",
            "named": "biconnector.source.list?"
            "filter[%title]=$result[same][item][connection][title]",
            "selected": "biconnector.source.list?select[]=id",
            "mixed": source("№ $result[new][id]/$result[nowhere][x]"),
        },
    )
    assert maps["result_error"] == []
    assert maps["result"]["same"]["item"]["connection"]["title"] == "Первый & co"
    assert [row["id"] for row in maps["result"]["named"]] == [maps["result"]["new"]["id"]]
    assert maps["result"]["selected"] == [{"id": 1}]
    titles = [each["title"] for each in portal.objects()["sources"]]
    assert titles == ["Первый & co", "№ 1/"]


def test_an_error_of_the_module_is_a_result_and_halts_nothing(portal: RawPortal) -> None:
    maps = batch(portal, {"a": "biconnector.source.get?id=5", "b": GET}, halt=1)
    assert maps["result"]["a"] == {
        "error": {"error": "SOURCE_NOT_FOUND", "error_description": "Source was not found."}
    }
    assert maps["result"]["b"]["item"]["id"] == 123
    assert maps["result_error"] == []


@pytest.mark.parametrize(("halt", "last"), [(0, True), (False, True), (1, False), ("1", False)])
def test_an_error_of_the_platform_halts_where_asked(
    portal: RawPortal,
    halt: object,
    last: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    failing = "biconnector.source.list?order[id]=up"
    maps = batch(portal, {"a": GET, "b": failing, "c": GET}, halt=halt)
    assert maps["result_error"] == {
        "b": {"error": "ERROR_ARGUMENT", "error_description": 'Invalid order "UP"'}
    }
    assert ("c" in maps["result"]) is last


def test_a_boolean_cannot_be_set_in_a_batch(portal: RawPortal) -> None:
    command = "biconnector.connector.update?id=123&fields[supportMapping]=true"
    error = batch(portal, {"a": command})["result"]["a"]["error"]
    assert error["error"] == "VALIDATION_INVALID_FIELD_TYPE"


def test_what_a_batch_may_not_hold(portal: RawPortal) -> None:
    maps = batch(portal, {"a": "batch?cmd[a]=app.info", "b": "nothing.at.all", "c": 5})
    assert {name: error["error"] for name, error in maps["result_error"].items()} == {
        "a": "ERROR_BATCH_METHOD_NOT_ALLOWED",
        "b": "ERROR_METHOD_NOT_FOUND",
        "c": "ERROR_METHOD_NOT_FOUND",
    }
    assert maps["result_error"]["a"]["error_description"] == (
        "Method is not allowed for batch usage"
    )


def test_calls_beyond_the_fiftieth_are_refused(portal: RawPortal) -> None:
    maps = batch(portal, {f"c{number}": "app.info" for number in range(52)})
    assert len(maps["result"]) == 50
    assert maps["result_error"] == {
        name: {
            "error": "ERROR_BATCH_LENGTH_EXCEEDED",
            "error_description": "Max batch length exceeded",
        }
        for name in ("c50", "c51")
    }


def test_the_scope_is_asked_of_each_call(conditions: RawPortal) -> None:
    response = conditions.post(
        "batch", {"cmd": {"a": "biconnector.source.list", "b": "app.info"}}, "unscoped"
    )
    maps = response.json()["result"]
    assert response.status_code == 200
    assert maps["result_error"]["a"]["error"] == "insufficient_scope"
    assert maps["result"]["b"]["CODE"] == "local.unscoped"


def test_a_batch_is_one_call_and_its_calls_are_noted_in_it(portal: RawPortal) -> None:
    batch(portal, {"a": GET, "b": "biconnector.source.get?id=5", "c": "batch"})
    assert portal.calls() == [
        {
            "method": "batch",
            "status": 200,
            "error": None,
            "calls": [
                {"method": "biconnector.connector.get", "error": None},
                {"method": "biconnector.source.get", "error": "SOURCE_NOT_FOUND"},
                {"method": "batch", "error": "ERROR_BATCH_METHOD_NOT_ALLOWED"},
            ],
        }
    ]


def test_errors_of_the_older_edition_stand_among_the_errors(legacy: RawPortal) -> None:
    maps = batch(legacy, {"a": "biconnector.source.get?id=5", "b": GET}, halt=True)
    assert maps["result"] == []
    assert maps["result_error"] == {
        "a": {"error": "SOURCE_NOT_FOUND", "error_description": "Source was not found."}
    }

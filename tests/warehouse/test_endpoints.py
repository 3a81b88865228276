"""The four endpoints, asked over HTTP as the portal asks them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from examples.warehouse.service.description import TABLES
from pulumi_bxbi.portal.objects.endpoints import problems_of
from tests.warehouse.service import KENNEDY, NEWARK

if TYPE_CHECKING:
    from tests.warehouse.service import Service

ENDPOINTS = ("check", "tables", "columns", "data")

every_endpoint = pytest.mark.parametrize("endpoint", ENDPOINTS)


@every_endpoint
def test_the_values_of_a_source_are_accepted(service: Service, endpoint: str) -> None:
    answer = service.post(endpoint, table="airlines")
    assert (answer.status_code, bool(answer.content)) == (200, True)


@every_endpoint
@pytest.mark.parametrize("token", ["", "wrong", "ключ"])
def test_another_token_is_refused_without_a_word(
    service: Service, endpoint: str, token: str
) -> None:
    answer = service.post(endpoint, {**NEWARK, "token": token}, table="airlines")
    assert (answer.status_code, answer.content) == (403, b"")


@every_endpoint
@pytest.mark.parametrize("body", ["", "table=airlines", "connection[airport]=EWR"])
def test_a_request_without_a_token_is_refused(service: Service, endpoint: str, body: str) -> None:
    answer = service.session.post(
        f"{service.endpoints}/{endpoint}",
        data=body,
        headers={"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"},
        timeout=60,
    )
    assert (answer.status_code, answer.content) == (403, b"")


@every_endpoint
@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"airport": "LAX"}, 'The airport has to be one of EWR, JFK, LGA, not "LAX"'),
        ({"airport": ""}, 'The airport has to be one of EWR, JFK, LGA, not ""'),
        ({"until_month": 0}, 'The last month has to be a number from 1 to 12, not "0"'),
        ({"until_month": 13}, 'The last month has to be a number from 1 to 12, not "13"'),
        ({"until_month": "June"}, 'The last month has to be a number from 1 to 12, not "June"'),
        ({"until_month": ""}, 'The last month has to be a number from 1 to 12, not ""'),
    ],
)
def test_other_values_are_refused_with_the_reason(
    service: Service, endpoint: str, values: dict[str, Any], complaint: str
) -> None:
    answer = service.post(endpoint, {**NEWARK, **values}, table="airlines")
    assert (answer.status_code, answer.text) == (400, complaint)


@pytest.mark.parametrize("airport", ["EWR", "JFK", "LGA"])
@pytest.mark.parametrize("month", ["1", "06", "12"])
def test_each_airport_and_month_makes_a_source(service: Service, airport: str, month: str) -> None:
    answer = service.post("check", {"airport": airport, "until_month": month})
    assert answer.status_code == 200


@every_endpoint
def test_only_forms_that_are_posted_are_read(service: Service, endpoint: str) -> None:
    url = f"{service.endpoints}/{endpoint}"
    assert service.session.get(url, timeout=60).status_code == 405
    assert service.session.post(url, json={"token": service.token}, timeout=60).status_code == 415


@every_endpoint
def test_a_malformed_form_is_refused_with_the_reason(service: Service, endpoint: str) -> None:
    answer = service.session.post(
        f"{service.endpoints}/{endpoint}", data={"connection[token": "x"}, timeout=60
    )
    assert (answer.status_code, answer.text) == (400, '"connection[token" is no name of a form')


def test_the_provider_finds_the_endpoints_healthy(service: Service) -> None:
    addresses = {
        "urlCheck": f"{service.endpoints}/check",
        "urlTableList": f"{service.endpoints}/tables",
        "urlTableDescription": f"{service.endpoints}/columns",
        "urlData": f"{service.endpoints}/data",
    }
    assert problems_of(addresses, ["token", "airport", "until_month"]) == {}
    assert problems_of(addresses, []) == {}


def test_there_is_no_other_endpoint(service: Service) -> None:
    assert service.post("").status_code == 404
    assert service.post("tables/flights").status_code == 404


@pytest.mark.parametrize(
    ("searched", "codes"),
    [
        ("", ["airlines", "airports", "planes", "flights", "weather"]),
        ("AIR", ["airlines", "airports"]),
        ("light", ["flights"]),
        ("Flight%", []),
    ],
)
def test_tables_are_listed_by_what_people_search(
    service: Service, searched: str, codes: list[str]
) -> None:
    listed = service.post("tables", searchString=searched).json()
    assert [table["code"] for table in listed] == codes
    assert all(table.keys() == {"code", "title"} and table["title"] for table in listed)


def test_without_a_search_every_table_is_listed(service: Service) -> None:
    assert service.post("tables").json() == [
        {"code": table.code, "title": table.title} for table in TABLES.values()
    ]


@pytest.mark.parametrize("code", TABLES)
def test_a_table_is_described(service: Service, code: str) -> None:
    described = service.post("columns", table=code).json()
    assert described == [
        {"code": column.code, "name": column.name, "type": column.type}
        for column in TABLES[code].columns
    ]
    assert all(all(column.values()) for column in described)


@pytest.mark.parametrize("endpoint", ["columns", "data"])
@pytest.mark.parametrize("table", ["", "sqlite_master", 'flights" --'])
def test_a_table_that_does_not_exist_is_not_found(
    service: Service, endpoint: str, table: str
) -> None:
    answer = service.post(endpoint, table=table)
    assert (answer.status_code, answer.text) == (404, f'There is no table "{table}"')


def test_rows_come_after_the_codes_of_their_columns(service: Service) -> None:
    assert service.data("airlines", limit=2) == [
        ["carrier", "name"],
        ["9E", "Endeavor Air Inc."],
        ["AA", "American Airlines Inc."],
    ]


def test_values_come_in_the_forms_that_the_portal_reads(service: Service) -> None:
    selected = ["FLIGHT_DATE", "DEP_TIME", "TAILNUM", "TIME_HOUR"]
    codes, row = service.data("flights", select=selected, filter={"FLIGHT": 4308}, limit=1)
    assert codes == ["date", "dep_time", "tailnum", "time_hour"]
    assert row == ["2013-01-01", None, "N18120", "2013-01-01 21:00:00"]
    assert service.data("airports", select=["LAT", "TZ", "TZONE"], filter={"FAA": "JFK"})[1] == [
        40.639751,
        -5,
        "America/New_York",
    ]


@pytest.mark.parametrize(
    ("source", "flights", "weather"),
    [
        (NEWARK, 120_835, 8703),
        (KENNEDY, 55_366, 4338),
        ({"airport": "LGA", "until_month": 1}, 7950, 742),
    ],
)
def test_a_source_gets_the_rows_of_its_airport_up_to_its_month(
    service: Service, source: dict[str, Any], flights: int, weather: int
) -> None:
    for table, rows in (("flights", flights), ("weather", weather)):
        _, *found = service.data(table, source, select=["ORIGIN", "MONTH"])
        assert len(found) == rows
        assert {origin for origin, _ in found} == {source["airport"]}
        assert {month for _, month in found} == set(range(1, source["until_month"] + 1))


@pytest.mark.parametrize("table", ["airlines", "airports", "planes"])
def test_every_source_gets_the_other_tables_whole(service: Service, table: str) -> None:
    assert service.data(table, NEWARK) == service.data(table, KENNEDY)


def test_a_filter_does_not_reach_beyond_the_source(service: Service) -> None:
    for reaching in ({"ORIGIN": "JFK"}, {">MONTH": 6}, {"FLIGHT_DATE": "2013-12-24"}):
        everything = {"LOGIC": "OR", **reaching, "!=CARRIER": ""}
        source = {"airport": "EWR", "until_month": 6}
        assert service.data("flights", source, filter=reaching) == [
            [column.code for column in TABLES["flights"].columns]
        ]
        _, *rows = service.data("flights", source, select=["ORIGIN", "MONTH"], filter=everything)
        assert {origin for origin, _ in rows} == {"EWR"}
        assert {month for _, month in rows} == {1, 2, 3, 4, 5, 6}


def test_filters_select_and_mapping_go_together(service: Service) -> None:
    found = service.data(
        "flights",
        select=["Day", "Number", "TO"],
        mapFields={"date": "Day", "flight": "Number", "dest": "TO"},
        filter={
            "LOGIC": "AND",
            "TO": ["LAX", "SFO"],
            "0": {"LOGIC": "OR", ">=Day": "31.12.2013", "<TIME_HOUR": "2013-01-01 11:00:00"},
            "!=CARRIER": "UA",
        },
    )
    assert found[0] == ["date", "flight", "dest"]
    assert len(found) > 1
    assert {day for day, _, _ in found[1:]} == {"2013-12-31"}
    assert {to for _, _, to in found[1:]} == {"LAX", "SFO"}


def test_filters_with_operators_select_exactly_these_rows(service: Service) -> None:
    found = service.data(
        "airlines",
        filter={
            "CARRIER": {"operator": "BETWEEN", "from": "A", "to": "F"},
            "NAME": {"operator": "LIKE", "value": "air"},
            "!=CARRIER": "AS",
        },
    )
    assert found == [
        ["carrier", "name"],
        ["AA", "American Airlines Inc."],
        ["B6", "JetBlue Airways"],
        ["DL", "Delta Air Lines Inc."],
        ["EV", "ExpressJet Airlines Inc."],
    ]


KNOWN = (
    "=, EQ, !=, <>, NEQ, >, GT, >=, GTE, <, LT, <=, LTE, LIKE, NOT LIKE, IN, NOT IN, IS NULL, "
    "IS NOT NULL, BETWEEN"
)


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"select": ["PRICE"]}, 'There is no column "PRICE"'),
        ({"filter": {"NAME' OR 1=1 --": "x"}}, 'There is no column "NAME\' OR 1=1 --"'),
        (
            {"filter": {"NAME": {"operator": "SOUNDS LIKE", "value": "x"}}},
            f'"NAME" has the operator "SOUNDS LIKE"; known are {KNOWN}',
        ),
        (
            {"filter": {"NAME": {"value": "x"}}},
            '"NAME" takes operator, and does not know value',
        ),
        ({"limit": "all"}, 'The limit has to be a number of rows, not "all"'),
    ],
)
def test_a_request_for_rows_is_refused_with_the_reason(
    service: Service, values: dict[str, Any], complaint: str
) -> None:
    answer = service.post("data", table="airlines", **values)
    assert (answer.status_code, answer.text) == (400, complaint)


def test_what_looks_like_sql_is_a_value_like_any_other(service: Service) -> None:
    hostile = "x'); DROP TABLE airlines; --"
    assert service.data("airlines", filter={"NAME": hostile}) == [["carrier", "name"]]
    assert service.data("airlines", filter={"%NAME": "%"}) == [["carrier", "name"]]
    assert len(service.data("airlines")) == 17

"""Queries, held against a reading of filters that knows no SQL."""

from __future__ import annotations

import operator
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples.warehouse.service.access import Scope
from examples.warehouse.service.description import TABLES, Column, Table
from examples.warehouse.service.form import DEEPEST, MOST_VALUES, InvalidRequest, parse
from examples.warehouse.service.query import Query, build
from tests.warehouse import php

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SCOPE = Scope("EWR", 12)
Cell: TypeAlias = "float | str | datetime | None"
Row: TypeAlias = "dict[str, Cell]"
Truth: TypeAlias = "bool | None"

CELLS: dict[str, tuple[tuple[str, Cell], ...]] = {
    "int": (("-2", -2), ("0", 0), ("1", 1), ("1.5", 1.5), ("3", 3)),
    "double": (("-2.0", -2.0), ("0", 0.0), ("0.5", 0.5), ("3", 3.0)),
    "string": tuple(
        (text, text) for text in ("a", "B", "ab", "aB", "A%", "_", "'", '"', "\\", "é")
    ),
    "date": (
        ("2013-01-31", datetime(2013, 1, 31)),  # noqa: DTZ001  # the warehouse is in UTC
        ("01.02.2013", datetime(2013, 2, 1)),  # noqa: DTZ001
        ("2013-02-01 00:00:00", datetime(2013, 2, 1)),  # noqa: DTZ001
        ("01.02.2013 12:30:00", datetime(2013, 2, 1, 12, 30)),  # noqa: DTZ001
    ),
}
CELLS["datetime"] = CELLS["date"]
"""Values that requests give, by the type of the column, and what they mean."""

TABLE = Table("t", "T", tuple(Column(kind.upper(), f"c_{kind}", kind) for kind in CELLS))
WORDS = {
    "": ("=", "EQ", "eq"),
    "=": ("=", "EQ"),
    "!=": ("!=", "<>", "NEQ", "neq"),
    "<": ("<", "LT"),
    "<=": ("<=", "lte"),
    ">": (">", "Gt"),
    ">=": (">=", "GTE"),
}
"""The operators of groups that mean what a sign means."""
LISTS = {"": "IN", "=": " in ", "!=": "NOT  IN"}
"""The same for lists of values."""

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A part of a filter, as a request writes it and as it is meant."""

    key: str
    given: php.Value
    holds: Callable[[Row], Truth]


def refused(truth: Truth) -> Truth:
    return None if truth is None else not truth


def both(truths: Iterable[Truth]) -> Truth:
    known = list(truths)
    return False if False in known else None if None in known else True


def either(truths: Iterable[Truth]) -> Truth:
    return refused(both(refused(truth) for truth in truths))


@st.composite
def worded(draw: st.DrawFn) -> Condition:
    """Write a condition with a sign as a group with an operator."""
    signed = draw(conditions().filter(lambda each: not each.key.startswith("%")))
    sign, name = re.fullmatch(r"([!=<>]*)(.*)", signed.key).groups()  # type: ignore[union-attr]
    offered = (LISTS[sign],) if isinstance(signed.given, list) else WORDS[sign]
    group: php.Value = {"operator": draw(st.sampled_from(offered)), "value": signed.given}
    return Condition(name, group, signed.holds)


@st.composite
def between(draw: st.DrawFn) -> Condition:
    column = draw(st.sampled_from(TABLE.columns))
    (least, low), (most, high) = (draw(st.sampled_from(CELLS[column.type])) for _ in range(2))

    def holds(row: Row) -> Truth:
        cell: Any = row[column.code]
        return None if cell is None else low <= cell <= high

    return Condition(column.name, {"operator": "BETWEEN", "from": least, "to": most}, holds)


@st.composite
def emptiness(draw: st.DrawFn) -> Condition:
    column = draw(st.sampled_from(TABLE.columns))
    empty = draw(st.booleans())
    group: php.Value = {"operator": "is null" if empty else "IS NOT NULL"}
    return Condition(column.code, group, lambda row: (row[column.code] is None) is empty)


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    column = draw(st.sampled_from(TABLE.columns))
    name = draw(st.sampled_from([column.code, column.name]))
    offered = st.sampled_from(CELLS[column.type])
    sign = draw(st.sampled_from(["", "=", "!=", *COMPARISONS, "%"]))
    if sign in COMPARISONS:
        written, value = draw(offered)
        return Condition(
            f"{sign}{name}",
            written,
            lambda row: (
                None if (cell := row[column.code]) is None else COMPARISONS[sign](cell, value)
            ),
        )
    if sign == "%":
        part = draw(st.sampled_from(["a", "B", "%", "_", "'", "b"]))
        return Condition(
            "%c_string",
            part,
            lambda row: (
                None if (cell := row["c_string"]) is None else part.lower() in str(cell).lower()
            ),
        )
    chosen = draw(st.lists(offered | st.just(("", None)), min_size=1, max_size=3))

    def equal(row: Row) -> Truth:
        cell = row[column.code]
        if cell is None:
            return True if ("", None) in chosen else None
        return any(cell == value for _, value in chosen)

    texts = [written for written, _ in chosen]
    return Condition(
        f"{sign}{name}",
        texts[0] if len(texts) == 1 and draw(st.booleans()) else list(texts),
        (lambda row: refused(equal(row))) if sign == "!=" else equal,
    )


def grouped(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    def make(logic: str | None, parts: list[Condition]) -> Condition:
        numbered = [(part.key or str(number), part) for number, part in enumerate(parts)]
        written: dict[str, php.Value] = {key: part.given for key, part in numbered}
        together = either if logic == "OR" else both
        return Condition(
            "",
            written | ({"LOGIC": logic} if logic else {}),
            lambda row: together(part.holds(row) for _, part in numbered),
        )

    return st.builds(
        make,
        st.sampled_from([None, "AND", "OR"]),
        st.lists(inner, min_size=1, max_size=4, unique_by=lambda part: part.key or id(part)),
    )


FILTERS = grouped(
    st.recursive(conditions() | worded() | between() | emptiness(), grouped, max_leaves=10)
)


def fits(cell: Cell, kind: str) -> bool:
    """Tell whether a column can hold a value; requests compare with any."""
    if kind == "date":
        return isinstance(cell, datetime) and cell.time() == time()
    return kind != "int" or isinstance(cell, int)


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            f"c_{kind}": st.sampled_from([None, *(cell for _, cell in cells if fits(cell, kind))])
            for kind, cells in CELLS.items()
        }
    ),
    max_size=6,
)


def kept(row: Row) -> tuple[Any, ...]:
    """What SQLite keeps of a row."""
    return tuple(
        str(cell)[: 10 if column.type == "date" else 19] if isinstance(cell, datetime) else cell
        for column in TABLE.columns
        for cell in [row[column.code]]
    )


def asked(table: Table, **values: Any) -> Query:
    return build(table, parse(urlencode(list(php.pairs(values))).encode()), SCOPE)


def result(query: Query, rows: list[Row]) -> list[tuple[Any, ...]]:
    kinds = {"int": "INTEGER", "double": "REAL"}
    columns = ", ".join(f"{each.code} {kinds.get(each.type, 'TEXT')}" for each in TABLE.columns)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE TABLE t ({columns})")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", [kept(row) for row in rows])
        return connection.execute(query.sql, query.values).fetchall()


DAYS: list[Row] = [
    {
        "c_int": number,
        "c_double": number / 2,
        "c_string": name,
        "c_date": datetime(2013, 2, number),  # noqa: DTZ001
        "c_datetime": datetime(2013, 2, number, 12, 30),  # noqa: DTZ001
    }
    for number, name in ((1, "Abc"), (2, "a%c"), (3, "b_c"))
] + [dict.fromkeys([column.code for column in TABLE.columns])]
"""Three rows, and one with nothing in it."""


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"INT": "2"}, [2]),
        ({"=INT": "2.0"}, [2]),
        ({"!=INT": "2"}, [1, 3]),
        ({">INT": "1.5"}, [2, 3]),
        ({"INT": ["3", "1"]}, [1, 3]),
        ({"!=INT": ["3", "1"]}, [2]),
        ({"STRING": ""}, [None]),
        ({"!=STRING": ""}, [1, 2, 3]),
        ({"STRING": ["", "Abc"]}, [1, None]),
        ({"!=STRING": ["", "Abc"]}, [2, 3]),
        ({"STRING": "abc"}, []),
        ({"%STRING": "B"}, [1, 3]),
        ({"%STRING": "a"}, [1, 2]),
        ({"%STRING": "%"}, [2]),
        ({"%STRING": "_"}, [3]),
        ({"DATE": "2013-02-02"}, [2]),
        ({"DATE": "02.02.2013 00:00:00"}, [2]),
        ({"DATE": "2013-02-02 12:30:00"}, []),
        ({"<DATE": "2013-02-02 12:30:00"}, [1, 2]),
        ({">=DATE": "2013-02-02 12:30:00"}, [3]),
        ({"DATETIME": "02.02.2013 12:30:00"}, [2]),
        ({">DATETIME": "2013-02-02"}, [2, 3]),
        ({"<DATETIME": "2013-02-02 12:30:00"}, [1]),
        ({">INT": "1", "<INT": "3"}, [2]),
        ({"LOGIC": "OR", "<INT": "2", ">INT": "2"}, [1, 3]),
        ({"0": {"LOGIC": "OR", "INT": "1", "DOUBLE": "1"}, "%STRING": "b"}, [1]),
        ({"INT": {"operator": "=", "value": "2"}}, [2]),
        ({"INT": {"operator": "NEQ", "value": "2"}}, [1, 3]),
        ({"INT": {"operator": "<>", "value": ""}}, [1, 2, 3]),
        ({"INT": {"operator": ">", "value": "1.5"}}, [2, 3]),
        ({"INT": {"operator": "gte", "value": "2"}}, [2, 3]),
        ({"INT": {"operator": "LT", "value": "2"}}, [1]),
        ({"INT": {"operator": "<=", "value": "2"}}, [1, 2]),
        ({"INT": {"operator": "IN", "value": ["3", "1"]}}, [1, 3]),
        ({"INT": {"operator": "NOT IN", "value": ["3", "1"]}}, [2]),
        ({"STRING": {"operator": "LIKE", "value": "B"}}, [1, 3]),
        ({"STRING": {"operator": "like", "value": "a%c"}}, [1, 2]),
        ({"STRING": {"operator": "LIKE", "value": "a\\%c"}}, [2]),
        ({"STRING": {"operator": "LIKE", "value": "%b_c%"}}, [3]),
        ({"STRING": {"operator": "LIKE", "value": ""}}, [1, 2, 3]),
        ({"STRING": {"operator": "NOT LIKE", "value": "b"}}, [2]),
        ({"STRING": {"operator": "IS NULL"}}, [None]),
        ({"STRING": {"operator": "IS NOT NULL", "value": ""}}, [1, 2, 3]),
        ({"INT": {"operator": "BETWEEN", "from": "2", "to": "3"}}, [2, 3]),
        ({"INT": {"operator": "BETWEEN", "from": "3", "to": "2"}}, []),
        ({"DATE": {"operator": "BETWEEN", "from": "02.02.2013", "to": "2013-02-03"}}, [2, 3]),
        ({"DATETIME": {"operator": "BETWEEN", "from": "2013-02-01", "to": "2013-02-03"}}, [1, 2]),
        ({"DATE": {"operator": "<", "value": "2013-02-02 12:30:00"}}, [1, 2]),
        ({"c_int": {"operator": ">=", "value": "2"}, "<INT": "3"}, [2]),
        (
            {"LOGIC": "OR", "INT": {"operator": "GT", "value": "2"}, "%STRING": "abc"},
            [1, 3],
        ),
        (
            {
                "0": {"LOGIC": "OR", "INT": {"operator": "LT", "value": "2"}, ">DOUBLE": "1"},
                "STRING": {"operator": "NOT LIKE", "value": "_b"},
            },
            [3],
        ),
    ],
)
def test_a_filter_means_what_its_signs_say(
    filters: dict[str, Any], found: list[int | None]
) -> None:
    assert result(asked(TABLE, select=["INT"], filter=filters), DAYS) == [(each,) for each in found]


@settings(deadline=None)
@given(FILTERS, ROWS)
def test_a_filter_keeps_the_rows_that_it_describes(condition: Condition, rows: list[Row]) -> None:
    found = result(asked(TABLE, filter=condition.given), rows)
    assert found == [kept(row) for row in rows if condition.holds(row)]


@settings(deadline=None)
@given(FILTERS, ROWS, st.integers(1, 5))
def test_a_limit_keeps_the_first_rows(condition: Condition, rows: list[Row], limit: int) -> None:
    everything = result(asked(TABLE, filter=condition.given), rows)
    assert result(asked(TABLE, filter=condition.given, limit=limit), rows) == everything[:limit]


@settings(deadline=None)
@given(st.text(), st.text(), st.text(), st.text())
def test_no_text_of_a_request_gets_into_the_sql(
    key: str, value: str, name: str, title: str
) -> None:
    form = {
        "filter": {key: value, "%string": value, "c_string": {"0": value, "1": key}},
        "select": {"0": name},
        "mapFields": {"c_string": title, "c_int": "INT"},
    }
    try:
        query = build(TABLE, form, SCOPE)  # type: ignore[arg-type]  # dict is invariant
    except InvalidRequest:
        return
    words = re.sub(r'"(t|c_[a-z]+)"', "", query.sql)
    assert re.fullmatch(r"[A-Zinstrlowed ,()?!=<>0]*", words), words


@settings(deadline=None)
@given(st.sampled_from(["=", "LIKE", "NOT LIKE", ">", "BETWEEN", "IN"]) | st.text(), st.text())
def test_no_text_of_a_group_gets_into_the_sql(operator: str, value: str) -> None:
    group = {"operator": operator, "value": {"0": value} if operator == "IN" else value}
    if operator == "BETWEEN":
        group = {"operator": operator, "from": value, "to": value}
    try:
        query = build(TABLE, {"filter": {"STRING": group}}, SCOPE)  # type: ignore[dict-item]
    except InvalidRequest:
        return
    words = re.sub(r"""\"(t|c_[a-z]+)\"|ESCAPE '\\'""", "", query.sql)
    assert re.fullmatch(r"[A-Zrowid ,()?!=<>]*", words), words
    assert query.values in {(), (value,), (f"%{value}%",), (value, value)}


@settings(deadline=None)
@given(st.lists(st.text(min_size=1), min_size=4, max_size=4))
def test_the_sql_depends_on_the_form_of_a_filter_alone(values: list[str]) -> None:
    def made(one: str, two: str, three: str, four: str) -> Query:
        form = {
            "filter": {
                "STRING": one,
                "0": {"LOGIC": "OR", "!=STRING": {"0": two, "1": three}, "%STRING": four},
            }
        }
        return build(TABLE, form, SCOPE)  # type: ignore[arg-type]

    query = made(*values)
    assert query.sql == made("w", "x", "y", "z").sql
    assert query.values == tuple(values)


def test_columns_come_as_they_are_selected() -> None:
    assert asked(TABLE, select=["DOUBLE", "c_int", "DOUBLE"]).codes == ("c_double", "c_int")
    assert asked(TABLE).codes == tuple(column.code for column in TABLE.columns)


def test_a_mapping_gives_columns_the_names_that_the_portal_uses() -> None:
    query = asked(
        TABLE,
        select=["Deal", "STRING"],
        mapFields={"c_int": "Deal", "c_string": "STRING"},
        filter={">=Deal": 1},
    )
    assert query.codes == ("c_int", "c_string")
    assert query.sql == 'SELECT "c_int", "c_string" FROM "t" WHERE (("c_int" >= ?)) ORDER BY rowid'


def test_a_mapping_wins_over_the_description() -> None:
    query = asked(TABLE, select=["INT", "DOUBLE"], mapFields={"c_double": "INT", "c_int": "DOUBLE"})
    assert query.codes == ("c_double", "c_int")


def test_a_source_sees_its_airport_and_months_whatever_the_filter_says() -> None:
    open_to_all = {"LOGIC": "OR", "ORIGIN": "JFK", ">=MONTH": "1"}
    query = asked(TABLES["flights"], select=["FLIGHT"], filter=open_to_all, limit=5)
    assert query.sql == (
        'SELECT "flight" FROM "flights" WHERE ("origin" = ? AND "month" <= ?'
        ' AND (("origin" IN (?)) OR "month" >= ?)) ORDER BY rowid LIMIT ?'
    )
    assert query.values == ("EWR", 12, "JFK", 1.0, 5)


@pytest.mark.parametrize("given_limit", ["", "0", "000"])
def test_without_a_number_of_rows_there_is_no_limit(given_limit: str) -> None:
    assert "LIMIT" not in asked(TABLE, limit=given_limit).sql


@pytest.mark.parametrize("filters", [{}, {"LOGIC": "OR"}, {"0": {"LOGIC": "AND"}}])
def test_a_group_without_conditions_restricts_nothing(filters: dict[str, Any]) -> None:
    assert "WHERE" not in asked(TABLE, filter=filters).sql


def test_the_largest_filter_is_one_that_sqlite_takes() -> None:
    """A long row of conditions, at the end of groups in groups."""
    deepest = DEEPEST - 2
    group = "filter" + "[0]" * deepest
    names = [f"{sign}c_int" for sign in ("<", "<=", ">", ">=")]
    values = MOST_VALUES // len(names)
    pairs = [(f"filter[{n}][{name}]", "1") for n in range(1, values) for name in names]
    pairs.append((f"{group}[!=c_int]", "1"))
    query = build(TABLE, parse(urlencode(pairs).encode()), SCOPE)
    assert len(query.values) == MOST_VALUES - len(names) + 1
    assert result(query, []) == []


def test_as_many_values_as_a_form_may_have_make_one_list() -> None:
    query = asked(TABLE, filter={"INT": list(range(MOST_VALUES))})
    row: Row = {"c_int": 7, "c_double": None, "c_string": None, "c_date": None, "c_datetime": None}
    assert result(query, [row, {**row, "c_int": -7}]) == [kept(row)]


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        ({"select": ["PRICE"]}, 'no column "PRICE"'),
        ({"select": ['INT" FROM t; DROP TABLE t; --']}, "no column"),
        ({"select": "INT"}, '"select" has to be a group'),
        ({"select": {"0": {"0": "INT"}}}, '"0" has to be a single value'),
        ({"mapFields": {"price": "PRICE"}}, 'no column "price"'),
        ({"mapFields": "INT"}, '"mapFields" has to be a group'),
        ({"filter": "INT"}, '"filter" has to be a group'),
        ({"filter": {"PRICE": 1}}, 'no column "PRICE"'),
        ({"filter": {"=": 1}}, 'no column ""'),
        ({"filter": {"0": "INT"}}, 'no column "0"'),
        ({"filter": {"?INT": 1}}, r'no column "\?INT"'),
        ({"filter": {"INT) OR (1": 1}}, "no column"),
        ({"filter": {"INT": "one"}}, 'INT is compared with a number, not with "one"'),
        ({"filter": {">INT": ""}}, "with a number"),
        ({"filter": {"INT": "1e3"}}, "with a number"),
        ({"filter": {"DOUBLE": "nan"}}, "with a number"),
        ({"filter": {"INT": "9" * 40}}, "with a number"),
        ({"filter": {"DATE": "2013-02-30"}}, "DATE is compared with a date"),
        ({"filter": {"<DATETIME": "yesterday"}}, "DATETIME is compared with a date"),
        ({"filter": {"<=DATETIME": ""}}, "with a date"),
        ({"filter": {">INT": ["1", "2"]}}, '">INT" takes one value'),
        ({"filter": {"%STRING": ["a", "b"]}}, '"%STRING" takes one value'),
        ({"filter": {"INT": {"0": {"y": "1"}}}}, '"0" has to be a single value'),
        ({"filter": {"INT": {"x": "1"}}}, '"INT" takes operator, and does not know x'),
        ({"filter": {"INT": {"0": "1", "x": "2"}}}, "does not know 0, x"),
        ({"filter": {"INT": {"from": "1", "to": "2"}}}, "does not know from, to"),
        ({"filter": {"INT": {"operator": "REGEXP", "value": "1"}}}, 'operator "REGEXP"; known are'),
        ({"filter": {"INT": {"operator": "", "value": "1"}}}, 'operator ""; known are'),
        ({"filter": {"INT": {"operator": ["="], "value": "1"}}}, '"operator" has to be a single'),
        ({"filter": {"INT": {"operator": "="}}}, '"INT" with = takes operator and value, not oper'),
        ({"filter": {"INT": {"operator": "EQ", "value": ["1"]}}}, '"value" has to be a single'),
        ({"filter": {"INT": {"operator": "EQ", "from": "1"}}}, "takes operator and value, not"),
        (
            {"filter": {"INT": {"operator": "EQ", "value": "1", "to": "2"}}},
            "value, not operator, v",
        ),
        ({"filter": {"INT": {"operator": "IN", "value": "1,2"}}}, '"value" has to be a group'),
        (
            {"filter": {"INT": {"operator": "BETWEEN", "from": "1"}}},
            "operator and from and to, not",
        ),
        ({"filter": {"INT": {"operator": "BETWEEN", "value": ["1", "2"]}}}, "from and to, not"),
        ({"filter": {"INT": {"operator": "BETWEEN", "from": "1", "to": ""}}}, "with a number"),
        (
            {"filter": {"INT": {"operator": "IS NULL", "value": "1"}}},
            "takes operator, not operator",
        ),
        ({"filter": {"INT": {"operator": ">", "value": "one"}}}, "compared with a number"),
        (
            {"filter": {"STRING": {"operator": "LIKE", "value": "x" * 1001}}},
            "LIKE takes at most 1000",
        ),
        ({"filter": {">INT": {"operator": ">", "value": "1"}}}, '">INT" takes a value or a list'),
        ({"filter": {"PRICE": {"operator": "=", "value": "1"}}}, 'no column "PRICE"'),
        ({"filter": {"LOGIC": "XOR"}}, 'AND or OR, not "XOR"'),
        ({"filter": {"LOGIC": ["OR"]}}, '"LOGIC" has to be a single value'),
        ({"limit": "-1"}, 'number of rows, not "-1"'),
        ({"limit": "10; DROP TABLE t"}, "number of rows"),
        ({"limit": ["1"]}, '"limit" has to be a single value'),
    ],
)
def test_a_request_that_cannot_be_answered_is_refused(form: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidRequest, match=complaint):
        asked(TABLE, **form)

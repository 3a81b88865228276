"""Defects of connectors, each with exactly the rules that a trial has to find broken by it.

A new one is a line in the list at the end: its name, what it makes of a service, and the rules.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from pulumi_bxbi.external.drift import DeclaredColumn, DeclaredTable
from tests.verification.service import (
    INVALID,
    NOT_FOUND,
    TOKEN,
    Answer,
    Column,
    Table,
    group,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from examples.warehouse.service.form import Form
    from tests.verification.service import Change, Service

    Make: TypeAlias = "Callable[[Service], None]"
    #: Makes another JSON of the right one.
    Alter: TypeAlias = "Callable[[Form, Any], Any]"


HTML = Answer(b"<html>")
REDIRECT = Answer("", 302, {"Location": f"/?{TOKEN}"})
FAILED = Answer("failed", 500)
BROKEN = Answer(b"[", headers={"Content-Length": "9"})
LARGE = Answer(b"1" * 17 * 2**20)


@dataclass(frozen=True, slots=True)
class Defect:
    """A defect.

    Attributes:
        name: What is wrong.
        make: Makes a service have it.
        rules: The ids of the rules that are not kept then.
        declared: The tables that are declared; ``None`` for none.
        timeout: Seconds that the trial waits for an answer.
    """

    name: str
    make: Make
    rules: frozenset[str]
    declared: tuple[DeclaredTable, ...] | None = None
    timeout: float = 60.0


def _defect(name: str, make: Make, *rules: str, **others: Any) -> Defect:
    return Defect(name, make, frozenset(rules), **others)


def _always(path: str, answer: Any, status: int = 200) -> Make:
    """Let an endpoint answer the same whatever it is asked."""
    found = Answer(answer, status)
    return lambda service: service.changes.update({path: lambda *_: found})


def _change(path: str, change: Change) -> Make:
    """Change each answer of an endpoint."""
    return lambda service: service.changes.update({path: change})


def _alter(path: str, alter: Alter) -> Make:
    """Change the JSON of each answer of an endpoint that has HTTP status 200."""

    def change(_service: Service, form: Form, right: Answer) -> Any:
        return alter(form, right.body) if right.status == 200 else right

    return _change(path, change)


def _ask(alter: Callable[[Form], Any]) -> Make:
    """Answer requests for rows as if something else was asked for, or with a failure."""

    def change(service: Service, form: Form, _right: Answer) -> Any:
        found = alter(form)
        return found if isinstance(found, Answer) else service.right("/data", found)

    return _change("/data", change)


def _when(asked: Callable[[Form], Any], answer: Answer) -> Make:
    """Answer some requests for rows otherwise."""
    return _ask(lambda form: answer if asked(form) else form)


def _selects(form: Form) -> bool:
    return "select" in form and "filter" not in form


def _filters(form: Form) -> bool:
    return "filter" in form


def _limits_to(number: int) -> Callable[[Form], bool]:
    return lambda form: form["limit"] == str(number)


def _search(answer: Answer) -> Make:
    """Answer a search otherwise."""
    return _change("/tables", lambda _, form, right: answer if form["searchString"] else right)


def _cell(code: str, value: Any) -> Make:
    """Put a value into the first row of the orders."""

    def make(service: Service) -> None:
        table = service.tables[0]
        table.rows[0][table.place(code)] = value

    return make


def _column(code: str, **others: str) -> Make:
    """Describe a column of the orders otherwise."""
    return _alter(
        "/columns",
        lambda _form, body: [{**each, **others} if each["code"] == code else each for each in body],
    )


def _first(**others: str) -> Make:
    """List the first table otherwise."""
    return _alter("/tables", lambda _form, body: [{**body[0], **others}, *body[1:]] if body else [])


def _without(form: Form, name: str) -> Form:
    return {key: value for key, value in form.items() if key != name}


def _conditions(form: Form) -> dict[str, Any]:
    return group(form, "filter")


def _groups(form: Form) -> dict[str, Any]:
    """Return the conditions that are groups."""
    return {
        key: value
        for key, value in _conditions(form).items()
        if isinstance(value, dict) and "operator" in value
    }


def _urls(path: str, address: str) -> Make:
    return lambda service: service.urls.update({path: address})


def _wide(service: Service) -> None:
    codes = [f"c{number}" for number in range(460)]
    columns = [Column(code, code.upper(), "int") for code in codes]
    service.tables.append(Table("wide", "Wide", columns, [list(range(460))]))


def _too_many(service: Service) -> None:
    service.tables = [Table("many", "Many", [Column("id", "ID", "int")], [[1]] * 1001)]
    _ask(lambda form: _without(form, "limit"))(service)


def _odd_code(service: Service) -> None:
    service.tables[1].columns[0] = Column("1-sku", "1", "string")


def _accept_any_year(_service: Service, form: Form, right: Answer) -> Any:
    return "ok" if group(form, "connection").get("token") == TOKEN else right


def _hang(service: Service, _form: Form, right: Answer) -> Any:
    service.released.wait()
    return right


def _take_half_a_minute(service: Service, _form: Form, right: Answer) -> Any:
    service.now += 40
    return right


def _rows_as_objects(_form: Form, body: Any) -> Any:
    codes, *rows = body
    return [dict(zip(codes, row, strict=True)) for row in rows] or [{}]


def _names_before_rows(form: Form, body: Any) -> Any:
    names = group(form, "mapFields")
    return [[names.get(code, code) for code in body[0]], *body[1:]]


def _cut(_form: Form, body: Any) -> Any:
    return [*body[:-1], body[-1][:-1]] if len(body) > 1 else body


def _two_columns(form: Form) -> bool:
    return len(group(form, "select")) == 2


def _values_in_another_order(form: Form, body: Any) -> Any:
    return [body[0], *(row[::-1] for row in body[1:])] if _two_columns(form) else body


def _columns_in_another_order(form: Form, body: Any) -> Any:
    return [row[::-1] for row in body] if _two_columns(form) else body


def _codes_alone(service: Service, form: Form, _right: Answer) -> Any:
    """Take codes in `select` and `filter`, and do not know names."""
    return service.right("/data", _without(form, "mapFields"))


def _own_names(_service: Service, form: Form, right: Answer) -> Any:
    """Take the names that BI Builder gives by itself, and do not read `mapFields`."""
    return INVALID if any(each.startswith("BXBI") for each in _selected(form)) else right


def _selected(form: Form) -> list[str]:
    return list(group(form, "select").values())


def _no_group_form(form: Form) -> Form:
    kept = {key: value for key, value in _conditions(form).items() if key not in _groups(form)}
    return {**form, "filter": kept}


def _greater_or_equal(form: Form) -> Form:
    def sign(key: str) -> str:
        return key.replace(">", ">=") if key.startswith(">") and ">=" not in key else key

    return {**form, "filter": {sign(key): value for key, value in _conditions(form).items()}}


def _all_of_them(form: Form) -> Form:
    return {**form, "filter": {**_conditions(form), "LOGIC": "AND"}}


def _other_rows(counter: itertools.count[int]) -> Alter:
    def alter(form: Form, body: Any) -> Any:
        if len(body) < 2 or "select" in form or "price" in body[0]:
            return body
        return [body[0], [*body[1][:-1], f"2026-09-20 10:00:{next(counter):02}"], *body[2:]]

    return alter


def _empty_list_for_no_rows(_form: Form, body: Any) -> Any:
    return body if len(body) > 1 else []


def _table(code: str, *columns: tuple[str, str]) -> tuple[DeclaredTable, ...]:
    declared = tuple(DeclaredColumn(name.upper(), name, type_) for name, type_ in columns)
    return (DeclaredTable(f'table 7 "{code}"', code, declared),)


_SKU = ("sku", "string")
_PRICE = ("price", "double")


def _nothing(_service: Service) -> None:
    """Leave the service as it is."""


DEFECTS = (
    # Every endpoint
    _defect("nothing answers", _urls("/data", "http://127.0.0.1:1/"), "unreachable"),
    _defect("a hang", _change("/data", _hang), "timeout", timeout=1.0),
    _defect("a broken connection", _change("/tables", lambda *_: BROKEN), "connection"),
    _defect("17 MiB", _change("/columns", lambda *_: LARGE), "too-large"),
    _defect("a redirect", _change("/tables", lambda *_: REDIRECT), "redirect"),
    _defect("status 500", _always("/data", TOKEN, 500), "status"),
    _defect("status 201", _always("/tables", "[]", 201), "status"),
    _defect("no body", _always("/data", b""), "empty-answer"),
    _defect("another encoding", _always("/tables", "[Заказ]".encode("cp1251")), "encoding"),
    _defect("HTML", _always("/columns", b"<html>hunter2hunter2</html>"), "json"),
    _defect("half a document", _always("/data", b'[["id"], [1'), "json"),
    _defect("NaN", _cell("amount", float("nan")), "json"),
    _defect("half a character in a title", _first(title="\ud83d"), "unicode"),
    _defect("half a character in a name", _column("paid", name="\ud83d"), "unicode"),
    _defect("half a character in a cell", _cell("customer", "\ud83d"), "unicode"),
    # Every endpoint, but not from the beginning on
    _defect("HTML for a search", _search(HTML), "json"),
    _defect("a broken connection for a search", _search(BROKEN), "connection"),
    _defect("HTML for some columns", _when(_selects, HTML), "json"),
    _defect("a broken connection for some columns", _when(_selects, BROKEN), "connection"),
    _defect("status 500 for one row", _when(_limits_to(1), FAILED), "status"),
    _defect("HTML for a limit of 0", _when(_limits_to(0), HTML), "json"),
    _defect("a broken connection for a limit of 0", _when(_limits_to(0), BROKEN), "connection"),
    _defect("17 MiB for a limit of 0", _when(_limits_to(0), LARGE), "limit-zero"),
    _defect("HTML for a filter", _when(_filters, HTML), "json"),
    _defect("a broken connection for a filter", _when(_filters, BROKEN), "connection"),
    # urlCheck
    _defect("any values are right", _always("/check", "ok"), "check-wrong-value", "check-no-group"),
    _defect("any year is right", _change("/check", _accept_any_year), "check-wrong-value"),
    _defect(
        "no values are right",
        _change("/check", lambda _, form, right: right if "connection" in form else "ok"),
        "check-no-group",
    ),
    _defect("the right values are refused", _always("/check", TOKEN, 403), "check-refused"),
    _defect("the check fails", _always("/check", TOKEN, 500), "status"),
    _defect("the check answers without a body", _always("/check", b""), "empty-answer"),
    # urlTableList
    _defect("the list is an object", _always("/tables", {"tables": TOKEN}), "list-shape"),
    _defect("the list has texts", _always("/tables", ["orders"]), "list-shape"),
    _defect("no table", _always("/tables", []), "list-empty"),
    _defect("a table without a title", _first(title=" "), "table-incomplete"),
    _defect("a table without a code", _first(code=""), "table-incomplete"),
    _defect("a table twice", _alter("/tables", lambda _, body: body + body), "table-repeated"),
    _defect("a long title", _first(title="я" * 513), "table-text-length"),
    _defect("a code that ends in a space", _first(code="orders "), "table-code-characters"),
    _defect(
        "the search is ignored",
        _change("/tables", lambda service, *_: service.listed("")),
        "search",
    ),
    _defect(
        "a search without a match fails",
        _alter("/tables", lambda _, body: body or NOT_FOUND),
        "search-refused",
    ),
    # urlTableDescription
    _defect("the description is an object", _always("/columns", {}), "description-shape"),
    _defect("no column", _always("/columns", []), "description-empty"),
    _defect("a column without a type", _column("paid", type=""), "column-incomplete"),
    _defect("a column without a name", _column("paid", name=""), "column-incomplete"),
    _defect(
        "the key of the first edition",
        _alter(
            "/columns",
            lambda _, body: [
                {"code": each["code"], "title": each["name"], "type": each["type"]} for each in body
            ],
        ),
        "column-title",
    ),
    _defect("a type of another system", _column("customer", type="text"), "column-type-unknown"),
    _defect("types in upper case", _column("id", type="INT"), "column-type-case"),
    _defect(
        "a column twice", _alter("/columns", lambda _, body: body + body[:1]), "column-repeated"
    ),
    _defect("a name twice", _column("id", name="Заказчик"), "column-name-repeated"),
    _defect("a code that is no name", _odd_code, "column-code-name"),
    _defect("460 columns", _wide, "column-count"),
    _defect(
        "columns of a table that does not exist",
        _change(
            "/columns",
            lambda _, __, right: (
                right if right.status == 200 else [{"code": "id", "name": "ID", "type": "int"}]
            ),
        ),
        "unknown-table-described",
    ),
    # Declared tables
    _defect("a table is gone", _nothing, "table-gone", declared=_table("sold", _SKU)),
    _defect(
        "a column is gone",
        _nothing,
        "column-gone",
        declared=_table("goods_v2", _SKU, _PRICE, ("stock", "int")),
    ),
    _defect(
        "a column has another type",
        _nothing,
        "column-retyped",
        declared=_table("goods_v2", _SKU, ("price", "int")),
    ),
    _defect("a column is new", _nothing, "column-new", declared=_table("goods_v2", _SKU)),
    # Rows of urlData
    _defect(
        "rows of a table that does not exist",
        _change("/data", lambda _, __, right: right if right.status == 200 else [["id"], [1]]),
        "unknown-table-rows",
    ),
    _defect("rows are objects", _alter("/data", _rows_as_objects), "rows-shape"),
    _defect("rows are in an object", _alter("/data", lambda _, body: {"rows": body}), "rows-shape"),
    _defect("numbers before the rows", _alter("/data", lambda _, body: [[1], *body]), "rows-shape"),
    _defect("an empty list for no rows", _alter("/data", _empty_list_for_no_rows), "no-header"),
    _defect(
        "a described column does not come",
        _alter("/data", lambda _, body: [row[:-1] for row in body]),
        "header-missing",
    ),
    _defect(
        "a column comes that is not described",
        _alter("/data", lambda _, body: [[*body[0], "more"], *([*row, 1] for row in body[1:])]),
        "header-unknown",
    ),
    _defect(
        "no codes before the rows",
        _alter("/data", lambda _, body: [list(map(str, row)) for row in body[1:]] or body),
        "header-unknown",
    ),
    _defect(
        "a column comes twice",
        _alter("/data", lambda _, body: [[*row, row[0]] for row in body]),
        "header-repeated",
    ),
    _defect("names before the rows", _alter("/data", _names_before_rows), "header-names"),
    _defect("a row is short", _alter("/data", _cut), "row-width"),
    _defect("other rows each time", _alter("/data", _other_rows(itertools.count())), "rows-differ"),
    _defect("half a minute", _change("/data", _take_half_a_minute), "slow"),
    # Requests to urlData
    _defect("`select` is ignored", _ask(lambda form: _without(form, "select")), "select"),
    _defect(
        "`select` is refused",
        _ask(lambda form: INVALID if "select" in form else form),
        "select",
    ),
    _defect("no columns for `select`", _when(_selects, Answer([])), "select"),
    _defect("values in another order", _alter("/data", _values_in_another_order), "select-values"),
    _defect("columns in another order", _alter("/data", _columns_in_another_order), "select-order"),
    _defect("codes alone", _change("/data", _codes_alone), "select-codes"),
    _defect("`mapFields` is ignored", _change("/data", _own_names), "mapping"),
    _defect("the limit is ignored", _ask(lambda form: _without(form, "limit")), "limit"),
    _defect(
        "one row fewer than the limit",
        _ask(lambda form: {**form, "limit": str(max(0, int(str(form["limit"])) - 1))}),
        "limit",
    ),
    _defect("1001 rows for a limit of 1000", _too_many, "limit"),
    _defect(
        "a limit of 0 is none",
        _ask(lambda form: _without(form, "limit") if form["limit"] == "0" else form),
        "limit-zero",
    ),
    _defect(
        "a limit of 0 is refused",
        _ask(lambda form: INVALID if form["limit"] == "0" else form),
        "limit-zero",
    ),
    _defect("filters are ignored", _ask(lambda form: _without(form, "filter")), "filter-wrong"),
    _defect("another column for a filter", _when(_filters, Answer([["x"], [1]])), "filter-wrong"),
    _defect("groups of filters are ignored", _ask(_no_group_form), "filter-wrong"),
    _defect("more is more or equal", _ask(_greater_or_equal), "filter-wrong"),
    _defect("LOGIC is ignored", _ask(_all_of_them), "filter-wrong"),
    _defect(
        "filters are refused",
        _ask(lambda form: INVALID if "filter" in form else form),
        "filter-refused",
    ),
    _defect(
        "groups of filters are refused",
        _ask(lambda form: INVALID if _groups(form) else form),
        "filter-refused",
    ),
    # Values in rows of urlData
    _defect("a list in a cell", _cell("customer", ["a"]), "value-nested"),
    _defect("true", _cell("id", True), "value-boolean"),  # noqa: FBT003  # a cell
    _defect("an empty text for no number", _cell("amount", ""), "value-empty"),
    _defect("a unit", _cell("id", "12 pcs"), "value-int"),
    _defect("a decimal comma", _cell("amount", "1,5"), "value-double"),
    _defect("a whole number of 401 digits", _cell("amount", 10**400), "value-double"),
    _defect("an exponent of 20 digits", _cell("amount", "1e99999999999999999999"), "value-double"),
    _defect("a German day", _cell("day", "20.09.2026"), "value-date"),
    _defect("the day 0", _cell("day", "0000-00-00"), "value-date"),
    _defect("a day with a time", _cell("day", "2026-09-20 00:00:00"), "value-date-time"),
    _defect("a month 13", _cell("changed", "2026-13-01 00:00:00"), "value-datetime"),
    _defect("seconds since 1970", _cell("changed", 1790000000), "value-datetime"),
    _defect("a moment without a time", _cell("changed", "2026-09-20"), "value-datetime-form"),
    _defect("a price without a number", _cell("paid", "free"), "value-money"),
    _defect("points between thousands", _cell("paid", "1.234,50"), "value-money-separators"),
    _defect("a currency with a point", _cell("paid", "Rs. 500"), "value-money-separators"),
    _defect("the name of a time zone", _cell("moment", "Europe/Berlin"), "value-timezone"),
    _defect("a lost character", _cell("customer", "Gro\ufffd"), "value-lost-characters"),
)

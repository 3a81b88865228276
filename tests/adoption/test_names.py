"""Names that are made from titles."""

from __future__ import annotations

import keyword
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_bxbi.adoption.names import RESERVED, Names


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("CRM Source", "crm-source"),
        ("Источник данных «Щука»", "istochnik-dannykh-shchuka"),
        ("orders_2026", "orders-2026"),
        ("2026", "source-2026"),
        ("🎉", "source-7"),
        ("  \n", "source-7"),
        ('a\n"b"\'{c}', "a-b-c"),
        ("one two three four five six seven eight nine ten eleven", "one-two-three-four-five-six"),
    ],
)
def test_a_resource_is_called_after_its_title(title: str, name: str) -> None:
    assert Names().resource(title, "source", 7).startswith(name)


def test_equal_titles_get_numbers() -> None:
    names = Names(["crm"])

    assert [names.resource("CRM", "source", each) for each in (1, 2)] == ["crm-2", "crm-3"]


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("crm-source", "crm_source"),
        ("class", "class_table"),
        ("config", "config_table"),
        ("print", "print_table"),
        ("match", "match_table"),
    ],
)
def test_a_variable_hides_nothing(name: str, variable: str) -> None:
    assert Names(RESERVED).variable(name, "table") == variable


def test_variables_of_equal_resources_tell_what_they_are() -> None:
    names = Names(RESERVED)

    variables = [names.variable("crm", kind) for kind in ("connector", "source", "source")]

    assert variables == ["crm", "crm_source", "crm_source_2"]


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("login", "crm-login-2"),
        ("apiKey", "crm-apiKey"),
        ("ключ", "crm-kliuch"),
        ("!", "crm-setting"),
    ],
)
def test_a_key_is_called_after_its_setting(code: str, key: str) -> None:
    assert Names(["crm-login"]).key("crm", code) == key


@pytest.mark.parametrize(
    ("resource", "key"), [("acme:CRM", "acme-CRM-login"), ("🎉", "login"), ("-x", "x-login")]
)
def test_a_key_has_one_namespace_whatever_its_resource_is_called(resource: str, key: str) -> None:
    assert Names().key(resource, "login") == key


@given(st.lists(st.text(max_size=80), max_size=12))
def test_all_names_can_be_used_and_differ(titles: list[str]) -> None:
    resources, variables, keys = Names(), Names(RESERVED), Names()

    names = [resources.resource(each, "source", 1) for each in titles]
    identifiers = [variables.variable(each, "source") for each in names]
    configured = [keys.key("crm", each) for each in titles]

    for given_out in (names, identifiers, configured):
        assert len(set(given_out)) == len(titles)
    for identifier in identifiers:
        assert identifier.isidentifier()
        assert not keyword.iskeyword(identifier)
    assert not any(set(each) & {":", " ", '"', "\n"} for each in (*names, *configured))


def test_a_table_is_named_after_its_code() -> None:
    names = Names({"goods", "kazan_goods"})

    assert names.table("public.Orders", "", "kazan") == "public_orders"
    assert names.table("ORDER_LINES", "", "kazan") == "order_lines"
    assert names.table("7 заказов", "", "kazan") == "table_7_zakazov"
    assert names.table("♥", "Накладные", "kazan") == "nakladnye"
    assert names.table("♥", "?", "kazan") == "table"
    assert names.table("♥", "?", "kazan") == "kazan_table"
    assert names.table("goods", "", "kazan") == "kazan_goods_2"


@given(st.lists(st.tuples(st.text(), st.text()), max_size=8), st.text(min_size=1))
def test_each_name_of_a_table_is_one_that_a_portal_takes(
    tables: list[tuple[str, str]], source: str
) -> None:
    names = Names()

    found = [names.table(code, title, source) for code, title in tables]

    assert len(set(found)) == len(found)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,229}", each, re.ASCII) for each in found)

"""What a preview and a deployment say of a change that Pulumi's own display does not show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from tests.local_portal import LocalPortal
    from tests.protocol.stack import Stack

pytestmark = on_the_current_api

CONNECTOR = """
endpoints = "{portal}/__emulator__/endpoints"
warehouse = bxbi.BiConnector(
    "warehouse",
    title="Warehouse",
    logo="data:image/png;base64,iVBORw0KGgo=",
    url_check=f"{{endpoints}}/check",
    url_table_list=f"{{endpoints}}/tables",
    url_table_description=f"{{endpoints}}/description",
    url_data=f"{{endpoints}}/data",
    parameters=[{parameters}],
)
"""
LOGIN = 'bxbi.ConnectorParameter("login", "Login", "STRING")'
YEAR = 'bxbi.ConnectorParameter("year", "Year", "INT")'
TOKEN = 'bxbi.ConnectorParameter("token", "Token", "STRING")'
SOURCE = 'crm = bxbi.BiSource("crm", "CRM", {connector}, {settings})\n'
TABLE = """
crm = bxbi.BiSource("crm", "CRM", 123, {{"login": "admin", "password": "x"}})
orders = bxbi.BiTable("orders", crm.id, "{name}", "Orders", "orders", [{columns}]{more})
"""


def column(name: str, code: str, type_: str = "int", *, visible: bool = True) -> str:
    return f'bxbi.Column("{name}", "{code}", "{type_}", {visible})'


def notes(output: str) -> list[str]:
    """The lines of the provider, without the closing line."""
    lines = [line.strip() for line in output.splitlines() if "bxbi: " in line]
    return [
        re.sub(r"^(info|warning): bxbi: ", "", line) for line in lines if "REST calls" not in line
    ]


class TestSourceOfNewConnector:
    """Neither exists yet: the program tells what the connector will declare."""

    @pytest.mark.parametrize(
        ("settings", "problem"),
        [
            (
                '{"login": "a", "yaer": "2026"}',
                'settings.yaer is not a parameter of its connector; did you mean "year"?',
            ),
            (
                '{"login": "a", "year": "twenty"}',
                (
                    "settings.year must be a whole number such as 5432: its connector "
                    "declares it as INT."
                ),
            ),
            (
                '{"login": "a", "year": config.require_secret("password")}',
                "settings.year must be a whole number",
            ),
        ],
        ids=["misspelt", "no whole number", "a secret that is no whole number"],
    )
    @pytest.mark.parametrize("environment", [{}, {"BXBI_OFFLINE": "1"}], ids=["asking", "offline"])
    def test_its_preview_judges_the_settings(
        self,
        portal: LocalPortal,
        stack: Stack,
        settings: str,
        problem: str,
        environment: dict[str, str],
    ) -> None:
        program = CONNECTOR.format(portal=portal.address, parameters=f"{LOGIN}, {YEAR}")
        stack.program(program + SOURCE.format(connector="warehouse.id", settings=settings))

        output = stack.fails("preview", **environment)

        assert f"BiSource resource 'crm' has a problem: {problem}" in output
        assert "hunter2" not in output
        assert portal.connectors() == {}

    @pytest.mark.parametrize(
        "settings",
        [
            '{"login": "a", "year": 2026}',
            '{"login": warehouse.date_create, "year": "2026"}',
            'warehouse.date_create.apply(lambda date: {"login": date, "year": 2026})',
        ],
        ids=["known", "one unknown", "all unknown"],
    )
    def test_right_settings_are_deployed(
        self, portal: LocalPortal, stack: Stack, settings: str
    ) -> None:
        program = CONNECTOR.format(portal=portal.address, parameters=f"{LOGIN}, {YEAR}")
        stack.program(program + SOURCE.format(connector="warehouse.id", settings=settings))

        assert stack.preview() == {"warehouse": "create", "crm": "create"}
        stack.up()

        assert portal.source()["settings"]["year"] == "2026"
        assert stack.preview() == {}
        held = str(stack.resources()["crm"])
        assert "__parameters" not in held
        assert "__name" not in held

    def test_parameters_that_are_not_known_are_not_judged(
        self, portal: LocalPortal, stack: Stack
    ) -> None:
        unknown = LOGIN.replace('"login"', 'other.id.apply(lambda _: "login")', 1)
        other = CONNECTOR.replace("warehouse", "other").replace("Warehouse", "Other")
        stack.program(
            other.format(portal=portal.address, parameters=LOGIN)
            + CONNECTOR.format(portal=portal.address, parameters=unknown)
            + SOURCE.format(connector="warehouse.id", settings='{"login": "a"}')
        )

        assert stack.preview() == {"other": "create", "warehouse": "create", "crm": "create"}
        stack.up()

        assert portal.source()["settings"] == {"login": "a"}


class TestLeftOutParameters:
    def test_a_new_source_is_told_of_them_once(self, portal: LocalPortal, stack: Stack) -> None:
        parameters = f"{LOGIN}, {YEAR}, {TOKEN}"
        program = CONNECTOR.format(portal=portal.address, parameters=parameters)
        stack.program(program + SOURCE.format(connector="warehouse.id", settings='{"login": "a"}'))
        told = (
            'crm: source "CRM" gives no value for year, token, which its connector declares: the '
            "endpoints get it empty"
        )

        assert notes(stack.succeeds("preview")) == [told]
        assert notes(stack.up()) == [told]
        assert notes(stack.succeeds("preview")) == []

    def test_what_is_emptied_is_told_apart(self, stack: Stack) -> None:
        both = '{"login": "a", "password": "b"}'
        stack.program(SOURCE.format(connector=123, settings=both))
        stack.up()
        stack.program(SOURCE.format(connector=123, settings='{"login": "b"}'))

        assert notes(stack.succeeds("preview")) == [
            'crm: source 1 "CRM" changes settings.login; empties settings.password'
        ]

    def test_offline_the_program_says_what_its_connector_declares(
        self, portal: LocalPortal, stack: Stack
    ) -> None:
        connector = CONNECTOR.format(portal=portal.address, parameters=f"{LOGIN}, {YEAR}")
        given = SOURCE.format(connector="warehouse.id", settings='{"login": "a", "year": 1}')
        stack.program(connector + given)
        stack.up()

        stack.program(connector + given.replace(', "year": 1', ""))
        assert notes(stack.succeeds("preview", BXBI_OFFLINE="1")) == [
            'crm: source 1 "CRM" empties settings.year'
        ]
        stack.program(connector + given.replace('"year"', '"yaer"'))
        assert "settings.yaer is not a parameter of its connector" in stack.fails(
            "preview", BXBI_OFFLINE="1"
        )

    def test_a_value_that_is_not_known_may_change(self, stack: Stack) -> None:
        stack.program(SOURCE.format(connector="123", settings='{"login": "a"}'))
        stack.up()
        other = 'other = bxbi.BiSource("other", "Other", 123, {"login": "a", "password": "b"})\n'
        stack.program(other + SOURCE.format(connector="123", settings='{"login": other.id}'))

        told = notes(stack.succeeds("preview"))

        assert 'crm: source 1 "CRM" may change settings.login' in told

    def test_a_replaced_source_is_told_of_once(self, portal: LocalPortal, stack: Stack) -> None:
        connector = CONNECTOR.format(portal=portal.address, parameters=f"{LOGIN}, {YEAR}")
        both = '{"login": "a", "password": "b"}'
        stack.program(connector + SOURCE.format(connector=123, settings=both))
        stack.up()
        stack.program(
            connector + SOURCE.format(connector="warehouse.id", settings='{"login": "a"}')
        )

        (told,) = notes(stack.succeeds("preview"))

        assert told == (
            'crm: source "CRM" gives no value for year, which its connector declares: the '
            "endpoints get it empty"
        )

    def test_a_setting_that_is_no_longer_declared_leaves_the_portal(
        self, portal: LocalPortal, stack: Stack
    ) -> None:
        program = CONNECTOR + SOURCE.format(connector="warehouse.id", settings="SETTINGS")
        both = program.format(portal=portal.address, parameters=f"{LOGIN}, {YEAR}")
        one = program.format(portal=portal.address, parameters=LOGIN)
        given = '{"login": "a", "year": 1}'
        stack.program(both.replace("SETTINGS", given))
        stack.up()
        stack.program(one.replace("SETTINGS", given))
        stack.fails("up", "--yes", "--skip-preview")
        assert portal.source()["settings"] == {"login": "a", "year": "1"}
        stack.program(one.replace("SETTINGS", '{"login": "a"}'))

        told = stack.up()

        assert (
            'crm: source 1 "CRM" removes settings.year, which its connector no longer declares'
        ) in told
        assert portal.source()["settings"] == {"login": "a"}

    def test_a_source_that_gives_everything_is_told_nothing(self, stack: Stack) -> None:
        stack.program(SOURCE.format(connector=123, settings='{"login": "a", "password": "b"}'))

        assert notes(stack.succeeds("preview")) == []


class TestColumns:
    OLD = (column("ID", "id"), column("BORN", "born", "date"), column("SUM", "sum"))

    @pytest.mark.parametrize(
        ("columns", "note"),
        [
            ((column("KEY", "key"), *OLD), "adds KEY; nothing else changes"),
            (
                (OLD[0], column("BIRTHDAY", "born", "date"), column("KEY", "key"), OLD[2]),
                (
                    "adds KEY; BIRTHDAY takes the place of BORN (deleted and added again: its data "
                    "is lost); nothing else changes"
                ),
            ),
            (
                (*OLD[:2], column("SUM", "sum", "double")),
                (
                    "SUM changes from int to double (deleted and added again: its data is lost); "
                    "nothing else changes"
                ),
            ),
            (
                (*OLD[:2], column("SUM", "total")),
                (
                    "SUM takes total in place of sum (deleted and added again: its data is lost); "
                    "nothing else changes"
                ),
            ),
            (OLD[:2], "deletes SUM (in BI Builder breaks what uses it); nothing else changes"),
            (
                (*OLD[:2], column("SUM", "sum", visible=False)),
                "hides SUM from BI Builder; nothing else changes",
            ),
            (
                (*OLD, column("KEY", "key", visible=False)),
                "adds KEY (hidden); nothing else changes",
            ),
            (
                (OLD[0], column("BIRTHDAY", "born", "string", visible=False), OLD[2]),
                (
                    "BIRTHDAY (hidden) takes the place of BORN and changes from date to string "
                    "(deleted and added again: its data is lost); nothing else changes"
                ),
            ),
        ],
        ids=[
            "added first",
            "renamed",
            "retyped",
            "another code",
            "deleted",
            "hidden",
            "added and hidden",
            "renamed, retyped and hidden",
        ],
    )
    def test_a_change_is_told_by_names(
        self, stack: Stack, columns: tuple[str, ...], note: str
    ) -> None:
        stack.program(TABLE.format(name="orders", columns=", ".join(self.OLD), more=""))
        stack.up()
        stack.program(TABLE.format(name="orders", columns=", ".join(columns), more=""))

        previewed = stack.succeeds("preview")
        told = stack.up()

        assert notes(previewed) == [f'orders: table 1 "orders" {note}']
        is_loss = any(word in note for word in ("lost", "breaks", "hides"))
        assert ("warning: bxbi: orders:" in previewed) == is_loss
        assert note in told
        assert 'orders: table 1 "orders": BI Builder shows its old rows until somebody' in told

    def test_another_order_is_no_change(self, stack: Stack) -> None:
        stack.program(TABLE.format(name="orders", columns=", ".join(self.OLD), more=""))
        stack.up()
        stack.program(TABLE.format(name="orders", columns=", ".join(reversed(self.OLD)), more=""))

        assert notes(stack.succeeds("preview")) == []

    def test_what_else_changes_is_named(self, stack: Stack) -> None:
        stack.program(TABLE.format(name="orders", columns=", ".join(self.OLD), more=""))
        stack.up()
        more = ", description='Sold'"
        stack.program(TABLE.format(name="orders", columns=self.OLD[0], more=more))

        (note,) = notes(stack.succeeds("preview"))

        assert "deletes BORN, SUM (in BI Builder breaks what uses it); changes desc" in note

    def test_a_replaced_table_leaves_a_dataset(self, stack: Stack) -> None:
        stack.program(TABLE.format(name="orders", columns=self.OLD[0], more=""))
        stack.up()
        stack.program(TABLE.format(name="clients", columns=self.OLD[0], more=""))

        (note,) = notes(stack.succeeds("preview"))

        assert note == (
            'orders: table 1 "orders" is replaced, because of name: what people built on it in BI '
            "Builder is left without data (Analytics hub > Unused elements)"
        )

    def test_a_refresh_tells_no_change(self, portal: LocalPortal, stack: Stack) -> None:
        stack.program(TABLE.format(name="orders", columns=", ".join(self.OLD), more=""))
        stack.up()
        (source_id,) = portal.sources()
        fields = {"title": "CRM", "settings": {"login": "by hand"}}
        portal.call("source.update", id=source_id, fields=fields)

        assert notes(stack.refresh()) == []


def test_parameters_are_told_by_their_codes(portal: LocalPortal, stack: Stack) -> None:
    stack.program(CONNECTOR.format(portal=portal.address, parameters=f"{LOGIN}, {YEAR}"))
    stack.up()
    changed = f"{TOKEN}, {YEAR.replace('INT', 'STRING')}"
    stack.program(CONNECTOR.format(portal=portal.address, parameters=changed))

    (note,) = notes(stack.succeeds("preview"))

    assert re.match(
        r'warehouse: connector \d+ "Warehouse" declares token as well: a source has', note
    )
    assert "no longer declares login: the values of its sources for it leave the portal" in note
    assert note.endswith("year changes from INT to STRING")

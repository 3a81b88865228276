"""The life of a connector, and of sources that follow it."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from tests.local_portal import LocalPortal
    from tests.protocol.stack import Stack

PNG_URI = "data:image/png;base64,iVBORw0KGgo="


def connector_with(**changes: str) -> str:
    """The program of one connector; a change of ``None`` leaves an argument out."""
    arguments = {
        "title": '"Warehouse"',
        "logo": f'"{PNG_URI}"',
        **{
            f"url_{name}": f'"{{endpoints}}/{path}"'
            for name, path in {
                "check": "check",
                "table_list": "tables",
                "table_description": "description",
                "data": "data",
            }.items()
        },
        "parameters": '[bxbi.ConnectorParameter("token", "Token", "STRING")]',
        **changes,
    }
    given = ", ".join(f"{name}={value}" for name, value in arguments.items() if value != "None")
    return f'con = bxbi.BiConnector("con", {given})\n'


@pytest.fixture
def write(portal: LocalPortal, stack: Stack) -> Any:
    """Write a program whose endpoints are those that the local portal serves itself."""

    def program(text: str) -> None:
        stack.program(text.replace("{endpoints}", f"{portal.address}/__emulator__/endpoints"))

    program(connector_with())
    return program


def test_up_creates_the_connector_and_reads_it_back_once(
    portal: LocalPortal, stack: Stack, write: Any
) -> None:
    with portal.recording() as calls:
        assert stack.preview() == {"con": "create"}
    assert calls == ["connector.list"]
    with portal.recording() as calls:
        stack.up()

    assert calls == ["connector.list", "app.info", "connector.add", "connector.list"]
    connector = portal.connector()
    assert connector["title"] == "Warehouse"
    assert connector["settings"] == [{"code": "token", "name": "Token", "type": "STRING"}]
    with portal.recording() as calls:
        assert stack.preview() == {}
    assert calls == ["connector.list"]
    stack.refresh()
    assert stack.preview() == {}
    stack.destroy()
    assert portal.connectors() == {}
    del write


@on_the_current_api
@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({"title": '"Склад 📦"'}, {"title": "Склад 📦"}),
        ({"logo": '"https://img.example/l.png"'}, {"logo": "https://img.example/l.png"}),
        ({"description": '"d"'}, {"description": "d"}),
        ({"sort": "7"}, {"sort": 7}),
        ({"url_data": '"https://e.example/d"'}, {"urlData": "https://e.example/d"}),
        (
            {
                "parameters": '[{"code": "port", "name": "Port", "type": "INT"},'
                ' bxbi.ConnectorParameter("token", "Token", "STRING")]'
            },
            {
                "settings": [
                    {"code": "port", "name": "Port", "type": "INT"},
                    {"code": "token", "name": "Token", "type": "STRING"},
                ]
            },
        ),
    ],
    ids=", ".join,
)
def test_everything_changes_in_place(
    portal: LocalPortal, stack: Stack, write: Any, changes: dict[str, str], held: dict[str, Any]
) -> None:
    stack.up()
    before = portal.connector()
    write(connector_with(**changes))

    assert stack.preview() == {"con": "update"}
    stack.up()

    assert portal.connector() == {**before, **held}
    assert stack.preview() == {}
    write(connector_with(**changes).replace("sort=7", "sort=100").replace('"d"', '""'))
    stack.up()
    write(connector_with())
    stack.up()
    assert portal.connector() == before


def test_what_an_older_portal_does_not_know_is_sent_only_when_given(
    portal: LocalPortal, stack: Stack, write: Any
) -> None:
    write(connector_with(support_mapping="True", source_code='"mysql"'))

    if portal.api == "legacy":
        output = stack.fails("up", "--yes", "--skip-preview")
        assert "VALIDATION_UNKNOWN_PARAMETERS" in output
        assert "its version does not know them" in output
        return
    stack.up()
    assert portal.connector()["supportMapping"] is True
    assert portal.connector()["sourceCode"] == "mysql"
    write(connector_with())
    stack.up()
    assert portal.connector()["supportMapping"] is False
    assert portal.connector()["sourceCode"] == ""


@on_the_current_api
def test_the_order_of_parameters_is_no_difference(
    portal: LocalPortal, stack: Stack, write: Any
) -> None:
    one, other = (
        '{"code": "a", "name": "A", "type": "INT"}',
        '{"code": "b", "name": "B", "type": "INT"}',
    )
    write(connector_with(parameters=f"[{one}, {other}]"))
    stack.up()

    write(connector_with(parameters=f"[{other}, {one}]"))

    assert stack.preview() == {}
    assert [each["code"] for each in portal.connector()["settings"]] == ["a", "b"]


def test_drift_is_found_and_put_right(portal: LocalPortal, stack: Stack, write: Any) -> None:
    stack.up()
    (number,) = portal.connectors()
    drifted = [{"code": "other", "name": "Other", "type": "INT"}]
    portal.call("connector.update", id=number, fields={"title": "By hand", "settings": drifted})

    stack.refresh()

    assert stack.resources()["con"]["outputs"]["parameters"] == drifted
    assert stack.preview() == {"con": "update"}
    stack.up()
    assert portal.connector()["title"] == "Warehouse"
    assert portal.connector()["settings"][0]["code"] == "token"
    del write


@on_the_current_api
def test_endpoints_that_do_not_answer_are_warned_of(
    portal: LocalPortal, stack: Stack, write: Any
) -> None:
    write(
        connector_with(
            check_endpoints="True",
            url_table_list=f'"{portal.address}/nothing"',
            url_data='"http://127.0.0.1:9/data"',
        )
    )

    output = stack.succeeds("preview")

    host = portal.address.removeprefix("http://")
    assert f"warning: bxbi: urlTableList at {host} answers with HTTP 404." in output
    assert "warning: bxbi: urlData at 127.0.0.1:9 does not answer." in output
    assert "urlCheck at" not in output


class OfTheVendor(BaseHTTPRequestHandler):
    """The vendor's own connector, which wants a connection and cannot connect with an empty one."""

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), True)  # noqa: FBT003 - the library's own form
        is_check = self.path == "/check" and "connection[token]" in form
        answer = b'{"status": "ERROR"}' if is_check else b'{"error": "no connection"}'
        self.send_response(200 if is_check else 500)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@on_the_current_api
def test_the_vendors_own_connector_is_not_warned_of(stack: Stack, write: Any) -> None:
    with HTTPServer(("127.0.0.1", 0), OfTheVendor) as server:
        serving = Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        text = connector_with(check_endpoints="True")
        write(text.replace("{endpoints}", f"http://127.0.0.1:{server.server_port}"))
        output = stack.succeeds("preview")
        server.shutdown()
        serving.join()

    assert "warning" not in output


SOURCE = 'src = bxbi.BiSource("src", title="S", connector_id=con.id, settings={settings})\n'


class TestWithASource:
    """A connector and its source in one program."""

    def test_both_are_created_in_one_up(
        self, portal: LocalPortal, stack: Stack, write: Any
    ) -> None:
        write(connector_with() + SOURCE.replace("{settings}", '{"token": "t"}'))

        assert stack.preview() == {"con": "create", "src": "create"}
        stack.up()

        assert int(portal.source()["connectorId"]) == int(portal.connector()["id"])
        assert stack.preview() == {}
        stack.destroy()
        assert (portal.sources(), portal.connectors()) == ({}, {})

    @on_the_current_api
    def test_a_new_parameter_and_its_value_come_in_one_up(
        self, portal: LocalPortal, stack: Stack, write: Any
    ) -> None:
        write(connector_with() + SOURCE.replace("{settings}", '{"token": "t"}'))
        stack.up()
        more = (
            '[{"code": "token", "name": "Token", "type": "STRING"},'
            ' {"code": "port", "name": "Port", "type": "INT"}]'
        )
        settings = '{"token": "t", "port": 5432}'
        write(connector_with(parameters=more) + SOURCE.replace("{settings}", settings))

        assert stack.preview() == {"con": "update", "src": "update"}
        with portal.executing() as calls:
            stack.up()

        assert calls.index("connector.update") < calls.index("source.update")
        assert portal.source()["settings"] == {"token": "t", "port": "5432"}
        assert stack.preview() == {}

    @on_the_current_api
    def test_a_parameter_and_its_value_leave_in_one_up(
        self, portal: LocalPortal, stack: Stack, write: Any
    ) -> None:
        both = (
            '[{"code": "token", "name": "Token", "type": "STRING"},'
            ' {"code": "port", "name": "Port", "type": "INT"}]'
        )
        settings = '{"token": "t", "port": 5432}'
        write(connector_with(parameters=both) + SOURCE.replace("{settings}", settings))
        stack.up()
        write(connector_with() + SOURCE.replace("{settings}", '{"token": "new"}'))

        assert stack.preview() == {"con": "update", "src": "update"}
        stack.up()

        assert portal.source()["settings"] == {"token": "new"}
        assert stack.preview() == {}

    @on_the_current_api
    @pytest.mark.parametrize(
        ("parameters", "settings", "message"),
        [
            (
                '[{"code": "key", "name": "K", "type": "STRING"}]',
                '{"token": "t"}',
                "It declares: key.",
            ),
            (
                '[{"code": "token", "name": "T", "type": "INT"}]',
                '{"token": "t"}',
                "settings.token must be a whole number",
            ),
        ],
    )
    def test_a_source_is_judged_by_what_the_connector_will_declare(
        self,
        stack: Stack,
        write: Any,
        parameters: str,
        settings: str,
        message: str,
    ) -> None:
        write(connector_with() + SOURCE.replace("{settings}", '{"token": "t"}'))
        stack.up()
        write(connector_with(parameters=parameters) + SOURCE.replace("{settings}", settings))

        assert message in stack.fails("preview")

    def test_a_connector_in_use_is_not_deleted(
        self, portal: LocalPortal, stack: Stack, write: Any
    ) -> None:
        stack.up()
        (number,) = portal.connectors()
        source = portal.add("source", title="By hand", connectorId=number, settings={})

        output = stack.fails("destroy", "--yes", "--skip-preview")

        assert "CONNECTOR_DELETE_RESTRICTED" in output
        assert f'source {source} "By hand" must be deleted first' in output
        assert "set force_destroy=True on the connector" in output
        assert list(portal.sources()) == [source]
        del write

    def test_force_destroy_deletes_tables_then_sources_then_the_connector(
        self, portal: LocalPortal, stack: Stack, write: Any
    ) -> None:
        write(connector_with(force_destroy="True"))
        stack.up()
        (number,) = portal.connectors()
        source = portal.add("source", title="By hand", connectorId=number, settings={})
        table = portal.add_table(source, "orders")

        output = stack.destroy()

        assert f'source {source} "By hand": deleted its table {table} "orders"' in output
        assert f'deleted its source {source} "By hand"' in output
        assert (portal.connectors(), portal.sources(), portal.tables()) == ({}, {}, set())


@on_the_current_api
def test_a_wrong_value_is_named_and_nothing_is_sent(
    portal: LocalPortal, stack: Stack, write: Any
) -> None:
    write(connector_with(parameters='[bxbi.ConnectorParameter("a", "A", "string")]'))

    with portal.recording() as calls:
        output = stack.fails("preview")

    assert 'parameters[0].type (parameter a) must be STRING or INT, and is "string".' in output
    assert calls == []

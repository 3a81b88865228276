"""Bad input gets one clear message, and changes nothing on the portal."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from tests.local_portal import on_the_current_api
from tests.protocol.provider_process import DYNAMIC

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_portal import LocalPortal
    from tests.protocol.provider_process import Adapter
    from tests.protocol.stack import Stack

GOOD = {"title": '"CRM"', "connector_id": "123", "settings": '{"login": "a"}'}


def program(**arguments: str) -> str:
    given = ", ".join(f"{name}={value}" for name, value in {**GOOD, **arguments}.items())
    return f'bxbi.BiSource("crm", {given})\n'


@on_the_current_api
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"title": "None"}, "title is missing, and BiSource needs it"),
        ({"title": '""'}, "title is empty"),
        ({"connector_id": "0"}, "positive whole number that the portal gave"),
        ({"connector_id": "-5"}, "and is -5"),
        ({"connector_id": '"crm"'}, 'and is "crm"'),
        ({"connector_id": "999"}, "has no such connector for this application"),
        ({"settings": '"login=a"'}, "settings must be a mapping"),
        (
            {"settings": '{"login": "a", "pasword": "hunter2"}'},
            "settings.pasword is not a parameter of connector 123",
        ),
        (
            {"settings": '{"login": "a", "pasword": "hunter2"}'},
            'did you mean "password"? It declares: login, password.',
        ),
    ],
)
def test_a_wrong_value_is_found_by_the_preview(
    portal: LocalPortal, stack: Stack, arguments: dict[str, str], message: str
) -> None:
    stack.program(program(**arguments))

    output = stack.fails("preview")

    assert "resource 'crm' has a problem: " in output
    assert message in output
    assert "hunter2" not in output
    assert portal.sources() == {}


@on_the_current_api
def test_a_setting_must_fit_its_declared_type(portal: LocalPortal, stack: Stack) -> None:
    first = portal.call("connector.get", id=123)["item"]
    kept = ("logo", "urlCheck", "urlData", "urlTableList", "urlTableDescription")
    port = {"code": "port", "name": "Port", "type": "INT"}
    connector_id = portal.add(
        "connector", title="With a port", settings=[port], **{key: first[key] for key in kept}
    )
    settings = '{"port": "hunter2"}'
    stack.program(program(connector_id=str(connector_id), settings=settings))

    output = stack.fails("preview")

    assert "settings.port must be a whole number such as 5432" in output
    assert "hunter2" not in output


@on_the_current_api
def test_an_unknown_property_is_reported_by_name(stack: Stack) -> None:
    stack.program(
        """
        def transform(args):
            return pulumi.ResourceTransformationResult({**args.props, "titel": "x"}, args.opts)

        pulumi.runtime.register_stack_transformation(transform)
        """.replace("\n        ", "\n")
        + program()
    )

    output = stack.fails("preview")

    assert 'titel is not a property of BiSource; did you mean "title"?' in output


@pytest.mark.parametrize(
    ("object_id", "message"),
    [
        ("999", "SOURCE_NOT_FOUND: Source was not found. (HTTP 200)\n    What to do: check the id"),
        ("'crm'", "id must be the positive whole number that the portal gave the object"),
    ],
)
def test_an_id_that_does_not_exist_is_told(stack: Stack, object_id: str, message: str) -> None:
    stack.program(f'bxbi.BiSource.get("existing", {object_id})')

    assert message in stack.fails("preview")


@on_the_current_api
@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"BXBI_PORTAL": "acme.bitrix24.com"}, "BXBI_PORTAL is not an address"),
        ({"BXBI_PORTAL": "http://acme.bitrix24.com"}, "BXBI_PORTAL is http://acme.bitrix24.com"),
        ({"BXBI_PORTAL": ""}, "no portal. Set BXBI_PORTAL"),
        ({"BXBI_ACCESS_TOKEN": ""}, "no credentials for the portal. Set BXBI_CLIENT_ID"),
        ({"BXBI_ACCESS_TOKEN": "wr0ng"}, "NO_AUTH_FOUND: Wrong authorization data"),
        ({"BXBI_WEBHOOK": "https://acme.bitrix24.com/rest/1/w/"}, "are set together"),
    ],
)
def test_a_wrong_setting_is_named_with_its_cure(
    portal: LocalPortal, stack: Stack, environment: dict[str, str], message: str
) -> None:
    stack.program(program())

    output = stack.fails("preview", **environment)

    assert message in output
    assert "wr0ng" not in output
    assert portal.sources() == {}


TABLE = 'bxbi.BiTable("t", 1, "orders", {title}, "o", [bxbi.Column("ID", "id", "int")])'
CONNECTOR = 'bxbi.BiConnector("c", {title}, *["https://e.example"] * 5, [])'


@on_the_current_api
@pytest.mark.parametrize("declared", [TABLE, CONNECTOR], ids=["table", "connector"])
@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"BXBI_ACCESS_TOKEN": "wr0ng"}, "NO_AUTH_FOUND: Wrong authorization data"),
        ({"BXBI_PORTAL": "http://127.0.0.1:9"}, "No connection: Connection refused."),
    ],
    ids=["token", "portal"],
)
def test_a_preview_of_nothing_but_updates_notices_that_no_call_will_work(
    portal: LocalPortal, stack: Stack, declared: str, environment: dict[str, str], message: str
) -> None:
    portal.add("source", title="S", connectorId=123, settings={})
    stack.program(declared.format(title='"Before"'))
    stack.up()
    stack.program(declared.format(title='"After"'))

    output = stack.fails("preview", **environment)

    assert message in output
    assert "To check without asking the portal, set BXBI_OFFLINE=1." in output
    stack.succeeds("preview", BXBI_OFFLINE="1", **environment)


@on_the_current_api
def test_an_error_begins_with_its_reason(stack: Stack) -> None:
    columns = '[bxbi.Column("ID", "id", "int"), bxbi.Column("AMOUNT", "amount", "number")]'
    stack.program(f'bxbi.BiTable("t", 1, "orders", "Orders", "o", {columns})')

    output = stack.fails("preview")

    assert "resource 't' has a problem: columns[1].type (column AMOUNT) must be int, " in output
    assert "externalCode" not in output


@on_the_current_api
def test_settings_can_stand_in_the_stack(portal: LocalPortal, stack: Stack) -> None:
    stack.configure("bxbi:portal", portal.address)
    stack.configure("bxbi:accessToken", portal.access_token, secret=True)
    stack.program(program())

    stack.up(BXBI_PORTAL="", BXBI_ACCESS_TOKEN="")

    assert portal.source()["title"] == "CRM"
    assert portal.access_token not in stack.state()
    stack.destroy(BXBI_PORTAL="", BXBI_ACCESS_TOKEN="")
    assert portal.sources() == {}


@on_the_current_api
class TestWithoutAPortal:
    @pytest.fixture
    def nowhere(self) -> Iterator[str]:
        """An address at which nobody listens."""
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"

    def test_a_preview_names_the_way_to_do_without(self, stack: Stack, nowhere: str) -> None:
        stack.program(program())

        output = stack.fails("preview", BXBI_PORTAL=nowhere)

        assert "No connection: Connection refused." in output
        assert "set BXBI_OFFLINE=1" in output

    def test_an_offline_preview_asks_nobody(self, stack: Stack, nowhere: str) -> None:
        stack.program(program())
        offline = {"BXBI_PORTAL": nowhere, "BXBI_ACCESS_TOKEN": "", "BXBI_OFFLINE": "1"}

        assert stack.preview(**offline) == {"crm": "create"}

    def test_an_offline_preview_still_knows_the_pure_rules(self, stack: Stack) -> None:
        stack.program(program(title='""'))

        assert "title is empty" in stack.fails("preview", BXBI_OFFLINE="1", BXBI_ACCESS_TOKEN="")

    def test_what_a_check_would_refuse_is_not_created(
        self, portal: LocalPortal, stack: Stack
    ) -> None:
        stack.program(program(settings='{"pasword": "x"}'))

        output = stack.fails("up", "--yes", "--skip-preview", BXBI_OFFLINE="1")

        assert "BiSource was not sent to the portal, because of its inputs:\n" in output
        assert "settings.pasword is not a parameter of connector 123" in output
        assert portal.sources() == {}


class TestAPortalThatDoesNotAnswer:
    """To the provider no answer is like any other, as tests/portal/test_client.py shows."""

    @on_the_current_api
    @pytest.mark.parametrize(
        ("action", "message"),
        [
            ("html_503", "an HTML page instead of a JSON answer (HTTP 503)"),
            ("drop_before", "The connection broke before an answer came."),
            ("http_500", "INTERNAL_SERVER_ERROR"),
        ],
    )
    def test_a_check_says_so(
        self, portal: LocalPortal, stack: Stack, action: str, message: str
    ) -> None:
        portal.faults({"method": "biconnector.connector.get", "times": 9, "action": action})
        stack.program(program())

        output = stack.fails("preview")

        assert message in output
        assert "biconnector.connector.get failed for connector 123" in output

    @on_the_current_api
    def test_a_check_asks_again(self, portal: LocalPortal, stack: Stack) -> None:
        portal.faults({"method": "biconnector.connector.get", "times": 2, "action": "http_500"})
        stack.program(program())

        assert "INTERNAL_SERVER_ERROR" not in stack.up()
        assert portal.source()["title"] == "CRM"

    def test_a_creation_without_an_answer_is_made_once(
        self, portal: LocalPortal, stack: Stack
    ) -> None:
        portal.faults({"method": "biconnector.source.add", "times": 1, "action": "http_500"})
        stack.program(program())

        # So many seconds it is looked for, before it is sent again.
        assert "INTERNAL_SERVER_ERROR" not in stack.up(BXBI_TIMEOUT="1")

        assert len(portal.sources()) == 1
        assert stack.preview() == {}


def test_a_source_that_was_created_is_kept_though_it_cannot_be_read_back(
    portal: LocalPortal, stack: Stack
) -> None:
    read_back = {"method": "biconnector.source.list", "after": 1, "times": 4}
    portal.faults({**read_back, "action": "html_503"})
    stack.program(program() + 'pulumi.export("code", crm.code)\n'.replace("crm.code", "None"))

    output = stack.up()

    assert "is on the portal, but could not be read back" in output
    assert "The next `pulumi up` reads them." in output
    (source_id,) = portal.sources()
    assert stack.resources()["crm"]["id"] == str(source_id)
    assert stack.preview() == {"crm": "update"}
    with portal.recording() as calls:
        stack.up()
    assert calls == ["connector.get", "source.get"]
    assert stack.resources()["crm"]["outputs"]["code"] == "rest_123"
    assert stack.preview() == {}


@on_the_current_api
def test_the_rate_limit_is_waited_for(portal: LocalPortal, stack: Stack) -> None:
    portal.faults({"method": "biconnector.source.add", "times": 2, "action": "query_limit"})
    stack.program(program())

    stack.up()

    assert len(portal.sources()) == 1


def test_an_endpoint_that_refuses_the_settings_is_told(portal: LocalPortal, stack: Stack) -> None:
    first = portal.call("connector.get", id=123)["item"]
    kept = ("logo", "urlData", "urlTableList", "urlTableDescription", "settings")
    connector_id = portal.add(
        "connector",
        title="Broken",
        urlCheck=f"{portal.address}/nothing-here?key=s3cret",
        **{key: first[key] for key in kept},
    )
    stack.program(program(connector_id=str(connector_id)))

    output = stack.fails("up", "--yes", "--skip-preview")

    assert "SOURCE_CREATE_CONNECTION_ERROR" in output
    host = portal.address.removeprefix("http://")
    assert f"The urlCheck of connector {connector_id} is {host}/nothing-here." in output
    assert "s3cret" not in output
    assert portal.sources() == {}


def test_a_taken_name_is_told_with_the_table_that_has_it(portal: LocalPortal, stack: Stack) -> None:
    source_id = portal.add("source", title="S", connectorId=123, settings={})
    taken = portal.add_table(source_id, "orders")
    stack.program(
        f"""
        columns = [bxbi.Column("ID", "id", "int")]
        bxbi.BiTable("t", {source_id}, "orders", "Orders", "o", columns)
        """
    )

    output = stack.fails("up", "--yes", "--skip-preview")

    assert f'table {taken} "orders" of source {source_id} has this name.' in output
    assert "`bxbi preflight` tells" in output


@on_the_current_api
def test_a_misspelt_setting_is_told(stack: Stack) -> None:
    stack.program(program())

    output = stack.succeeds("preview", BXBI_REQUEST_PER_SECOND="3")

    assert "BXBI_REQUEST_PER_SECOND is not a setting, BXBI_REQUESTS_PER_SECOND is" in output


@on_the_current_api
def test_a_level_of_the_log_that_there_is_not_is_told(stack: Stack, adapter: Adapter) -> None:
    stack.program(program())

    # The plugin has begun to log before it could refuse anything.
    preview = stack.fails if adapter is DYNAMIC else stack.succeeds
    output = preview("preview", BXBI_LOG="loud")

    assert 'BXBI_LOG is "loud": write debug, info, warning or error.' in output

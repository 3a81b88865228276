"""No secret reaches the state, the output or a log, whatever the engine does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pulumi.dynamic.dynamic import serialize_provider
from pydantic.alias_generators import to_camel

from pulumi_bxbi.dynamic import BiSourceProvider
from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

ADDRESSES = ("logo", "url_check", "url_table_list", "url_table_description")
PLAIN = 'bxbi.BiSource("crm", title="CRM", connector_id=123, settings=%s)\n'


#: The ways in which a program gives settings.
SETTINGS = {
    "mapping": '{"login": "l0gin-secret", "password": "passw0rd-secret"}',
    "output": (
        'pulumi.Output.from_input({"login": "l0gin-secret", "password": "passw0rd-secret"})'
    ),
    "outputs": (
        '{"login": pulumi.Output.from_input("l0gin-secret"), "password": "passw0rd-secret"}'
    ),
}


@on_the_current_api
def test_settings_are_secret_without_being_declared_so(portal: LocalPortal, stack: Stack) -> None:
    program = "".join(
        f'bxbi.BiSource("{name}", title="{name}", connector_id=123, settings={settings})\n'
        for name, settings in SETTINGS.items()
    )
    stack.program(program)
    stack.succeeds("preview", "--diff", BXBI_LOG="debug")
    stack.succeeds("up", "--yes", BXBI_LOG="debug")
    for number in portal.sources():
        portal.call(
            "source.update",
            id=number,
            fields={"title": "New", "settings": {"password": "drifted-secret"}},
        )
    stack.succeeds("refresh", "--yes", "--diff", BXBI_LOG="debug")
    stack.succeeds("preview", "--diff", "--json", BXBI_LOG="debug")
    stack.succeeds("stack", "export")
    stack.program(program.replace("passw0rd-secret", "changed-secret"))
    told = stack.succeeds("up", "--yes", "--diff", BXBI_LOG="debug")
    assert {each["settings"]["password"] for each in portal.sources().values()} == {
        "changed-secret"
    }
    stack.succeeds("destroy", "--yes", "--diff", BXBI_LOG="debug")

    (stack.folder / "__main__.py").unlink()
    shown = stack.output + stack.state()
    assert "ms HTTP 200" in told, "there is no log of the calls"
    for secret in ("l0gin", "passw0rd", "drifted", "changed"):
        assert f"{secret}-secret" not in shown


@on_the_current_api
def test_settings_without_an_input_of_their_own_are_secret_too(
    portal: LocalPortal, stack: Stack
) -> None:
    """An import file may hold nothing but the provider; a refresh then reads everything."""
    settings = {"login": "l0gin-secret", "password": "passw0rd-secret"}
    source_id = portal.add("source", title="CRM", connectorId=123, settings=settings)
    provider = {"__provider": serialize_provider(BiSourceProvider())}
    resource = {
        "type": "pulumi-python:dynamic/bxbi:BiSource",
        "name": "crm",
        "id": str(source_id),
        "inputs": provider,
        "outputs": provider,
    }
    (stack.folder / "import.json").write_text(json.dumps({"resources": [resource]}), "utf-8")
    options = ("--file", "import.json", "--yes", "--generate-code=false", "--protect=false")
    stack.pulumi("import", *options, BXBI_OFFLINE="1")

    stack.refresh()

    assert list(stack.resources()["crm"]["outputs"]["settings"]) == ["login", "password"]
    assert "-secret" not in stack.output + stack.state()


@on_the_current_api
def test_the_keys_of_settings_can_be_reviewed(stack: Stack) -> None:
    stack.program(PLAIN % '{"login": "a", "password": "b"}')

    inputs = json.loads(stack.succeeds("preview", "--json"))["steps"][-1]["newState"]["inputs"]

    assert inputs["settings"] == {"login": "[secret]", "password": "[secret]"}


@on_the_current_api
def test_an_address_can_be_secret_in_part(stack: Stack) -> None:
    data = (
        'pulumi.Output.format("http://svc:{0}@127.0.0.1:9/data", config.require_secret("password"))'
    )
    plain = ", ".join(f'{each}="http://127.0.0.1:9/x"' for each in ADDRESSES)
    stack.program(f'bxbi.BiConnector("c", title="C", {plain}, url_data={data}, parameters=[])')
    stack.succeeds("up", "--yes", "--diff")
    stack.succeeds("refresh", "--yes", "--diff")
    assert stack.preview() == {}

    assert "hunter2" not in stack.output + stack.state()


@on_the_current_api
def test_an_address_that_is_only_looked_at_is_encrypted(portal: LocalPortal, stack: Stack) -> None:
    plain = dict.fromkeys(map(to_camel, ADDRESSES), "http://127.0.0.1:9/x")
    number = portal.add(
        "connector",
        title="C",
        settings=[],
        **{**plain, "urlData": "http://svc:hunter2@127.0.0.1:9/x", "logo": "http://x/?hunter2"},
    )
    stack.program(f'pulumi.export("data", bxbi.BiConnector.get("c", {number}).url_data)')

    stack.succeeds("up", "--yes", "--diff")
    stack.succeeds("refresh", "--yes", "--diff")

    assert "hunter2" not in stack.output + stack.state()
    assert stack.outputs() == {"data": "http://svc:hunter2@127.0.0.1:9/x"}


def test_a_webhook_is_shown_nowhere(portal: LocalPortal, stack: Stack) -> None:
    code = portal.webhook.rstrip("/").rpartition("/")[2]
    stack.configure("bxbi:webhook", portal.webhook, secret=True)
    stack.program(PLAIN % '{"login": "a"}')

    run = stack.pulumi("up", "--yes", BXBI_LOG="debug", BXBI_ACCESS_TOKEN="", BXBI_PORTAL="")

    if portal.api == "legacy":
        assert run.status == 0, run.output
        assert portal.source()["title"] == "CRM"
    else:
        assert "ACCESS_DENIED: Access denied." in run.output
        assert "newer portals refuse webhooks" in run.output
    assert code not in stack.output + stack.state()

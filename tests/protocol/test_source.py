"""The life of a source: created, unchanged, updated, replaced, drifted, gone, destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from tests.local_portal import LocalPortal
    from tests.protocol.stack import Stack


def source_with(**changes: str) -> str:
    """The program of one source; a change of ``None`` leaves an argument out."""
    arguments = {
        "title": '"CRM Source"',
        "description": '"Источник данных CRM"',
        "connector_id": "123",
        "settings": '{"login": "admin", "password": config.require_secret("password")}',
        **changes,
    }
    given = ", ".join(f"{name}={value}" for name, value in arguments.items() if value != "None")
    return f'crm = bxbi.BiSource("crm", {given})\n'


@pytest.fixture
def stack(stack: Stack) -> Stack:
    stack.program(source_with())
    return stack


@pytest.fixture
def other_connector(portal: LocalPortal) -> int:
    """A second connector with the parameters of the first."""
    first = portal.call("connector.get", id=123)["item"]
    kept = ("logo", "urlCheck", "urlData", "urlTableList", "urlTableDescription", "settings")
    return portal.add("connector", title="Other", **{key: first[key] for key in kept})


@on_the_current_api
def test_a_preview_asks_only_for_the_connector(portal: LocalPortal, stack: Stack) -> None:
    with portal.recording() as calls:
        assert stack.preview() == {"crm": "create"}

    assert calls == ["connector.get"]
    assert portal.sources() == {}


def test_up_creates_the_source_and_reads_it_back_once(portal: LocalPortal, stack: Stack) -> None:
    with portal.recording() as calls:
        stack.up()

    assert calls == ["connector.get", "app.info", "source.list", "source.add", "source.list"]
    source = portal.source()
    assert source["title"] == "CRM Source"
    assert source["description"] == "Источник данных CRM"
    assert int(source["connectorId"]) == 123
    assert source["settings"] == {"login": "admin", "password": "hunter2"}


def test_the_outputs_are_those_of_the_portal(portal: LocalPortal, stack: Stack) -> None:
    names = [
        "id",
        "title",
        "connector_id",
        "settings",
        "description",
        "active",
        "force_destroy",
        "type",
        "code",
        "date_create",
        "date_update",
        "created_by_id",
        "updated_by_id",
    ]
    stack.program(
        source_with(description="None")
        + f"for name in {names}:\n    pulumi.export(name, getattr(crm, name))\n"
    )

    stack.up()

    source = portal.source()
    assert stack.outputs() == {
        "id": str(source["id"]),
        "title": "CRM Source",
        "connector_id": 123,
        "settings": {"login": "admin", "password": "hunter2"},
        "type": "rest",
        "code": "rest_123",
        "date_create": source["dateCreate"],
        "date_update": source["dateUpdate"],
        "created_by_id": int(source["createdById"]),
        "updated_by_id": int(source["updatedById"]),
    }


@on_the_current_api
def test_a_second_preview_shows_no_change_and_asks_once(portal: LocalPortal, stack: Stack) -> None:
    stack.up()

    with portal.recording() as calls:
        assert stack.preview() == {}

    assert calls == ["connector.get"]


@on_the_current_api
@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({"title": '"CRM 2 🚀"'}, {"title": "CRM 2 🚀"}),
        ({"description": '"other"'}, {"description": "other"}),
        ({"description": "None"}, {"description": ""}),
        (
            {"settings": '{"login": "root", "password": config.require_secret("password")}'},
            {"settings": {"login": "root", "password": "hunter2"}},
        ),
        ({"settings": '{"login": "a"}'}, {"settings": {"login": "a", "password": ""}}),
        (
            {"settings": 'pulumi.Output.from_input({"login": 5, "password": "x"})'},
            {"settings": {"login": "5", "password": "x"}},
        ),
    ],
    ids=", ".join,
)
def test_a_changed_property_is_updated_in_place(
    portal: LocalPortal, stack: Stack, changes: dict[str, str], held: dict[str, Any]
) -> None:
    stack.up()
    before = portal.source()
    stack.program(source_with(**changes))

    assert stack.preview() == {"crm": "update"}
    with portal.recording() as calls:
        stack.up()

    assert calls == ["connector.get", "source.update", "source.list"]
    assert {**before, **held} == {**portal.source(), "dateUpdate": before["dateUpdate"]}
    assert stack.preview() == {}


@on_the_current_api
def test_a_changed_secret_is_named_by_its_key(stack: Stack) -> None:
    stack.up()
    stack.configure("password", "correct horse", secret=True)

    output = stack.succeeds("preview")

    assert 'crm: source 1 "CRM Source" changes settings.password' in output
    assert "correct horse" not in output


@on_the_current_api
def test_force_destroy_alone_changes_the_state_and_calls_nothing(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.up()
    stack.program(source_with(force_destroy="True"))

    with portal.recording() as calls:
        stack.up()

    assert calls == ["connector.get"]
    assert stack.resources()["crm"]["outputs"]["forceDestroy"] is True
    assert stack.preview() == {}


@on_the_current_api
@pytest.mark.parametrize("connector", ["{}", '"{}"', "pulumi.Output.from_input({})"])
def test_another_connector_replaces_the_source(
    portal: LocalPortal, stack: Stack, other_connector: int, connector: str
) -> None:
    stack.up()
    (first,) = portal.sources()
    stack.program(source_with(connector_id=connector.format(other_connector)))

    assert stack.preview() == {"crm": "replace"}
    with portal.recording() as calls:
        stack.up()

    made = ["connector.get", "app.info", "source.list", "source.add", "source.list"]
    assert calls == [*made, "source.delete"]
    (second,) = portal.sources()
    assert second != first
    assert int(portal.source()["connectorId"]) == other_connector


@on_the_current_api
def test_values_that_another_resource_will_give_pass_the_preview(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.program(
        source_with()
        + """
        second = bxbi.BiSource(
            "second",
            title=crm.id.apply(lambda id: f"After {id}"),
            connector_id=crm.id.apply(lambda _: 123),
            settings={"login": crm.date_create},
        )
        third = bxbi.BiSource(
            "third",
            title="third",
            connector_id=123,
            settings=second.id.apply(lambda id: {"login": id, "password": None}),
        )
        """.replace("\n        ", "\n")
    )

    assert stack.preview() == {
        "crm": "create",
        "second": "create",
        "third": "create",
    }
    assert portal.sources() == {}
    stack.up()

    first, second, third = portal.sources().values()
    assert second["title"] == f"After {first['id']}"
    assert second["settings"]["login"] == first["dateCreate"]
    assert third["settings"]["login"] == str(second["id"])
    assert stack.preview() == {}


@on_the_current_api
def test_a_new_unknown_connector_is_previewed_as_a_replacement(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.up()
    stack.program(
        source_with(title='"first"').replace("crm", "first")
        + source_with(connector_id="first.id.apply(lambda _: 123)")
    )

    assert stack.preview() == {"first": "create", "crm": "replace"}
    stack.up()

    assert {source["title"] for source in portal.sources().values()} == {"first", "CRM Source"}


def test_a_change_behind_the_programs_back_is_found_and_put_right(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.up()
    (source_id,) = portal.sources()
    portal.call(
        "source.update",
        id=source_id,
        fields={"title": "Changed by hand", "settings": {"password": "by hand"}},
    )

    stack.refresh()

    assert stack.resources()["crm"]["outputs"]["title"] == "Changed by hand"
    assert stack.preview() == {"crm": "update"}
    stack.up()
    assert portal.source()["title"] == "CRM Source"
    assert portal.source()["settings"]["password"] == "hunter2"
    assert stack.preview() == {}


@on_the_current_api
def test_what_the_program_does_not_set_is_no_drift(portal: LocalPortal, stack: Stack) -> None:
    stack.program(source_with(description="None", settings='{"login": "admin"}'))
    stack.up()
    (source_id,) = portal.sources()
    portal.call(
        "source.update",
        id=source_id,
        fields={"title": "CRM Source", "description": "by hand", "settings": {"password": "x"}},
    )

    stack.refresh()

    assert stack.preview() == {}


def test_a_source_that_is_gone_is_created_anew(portal: LocalPortal, stack: Stack) -> None:
    stack.up()
    (source_id,) = portal.sources()
    portal.call("source.delete", id=source_id)

    stack.refresh()

    assert stack.resources() == {}
    assert stack.preview() == {"crm": "create"}
    stack.up()
    assert portal.source()["title"] == "CRM Source"


def test_a_source_that_is_gone_is_no_obstacle_for_destroy(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.up()
    (source_id,) = portal.sources()
    portal.call("source.delete", id=source_id)

    stack.destroy()

    assert stack.resources() == {}


def test_an_update_of_a_source_that_is_gone_says_to_refresh(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.up()
    (source_id,) = portal.sources()
    portal.call("source.delete", id=source_id)
    stack.program(source_with(title='"New"'))

    output = stack.fails("up", "--yes", "--skip-preview")

    assert "SOURCE_NOT_FOUND" in output
    assert "What to do: run `pulumi refresh`" in output


def test_an_existing_source_can_be_read_by_its_id(portal: LocalPortal, stack: Stack) -> None:
    source_id = portal.add(
        "source", title="By hand", connectorId=123, settings={"login": "a", "password": "secret1"}
    )
    stack.program(
        f"""
        existing = bxbi.BiSource.get("existing", {source_id})
        for name in ("title", "connector_id", "settings", "description", "active", "code"):
            pulumi.export(name, getattr(existing, name))
        """
    )

    stack.up()

    assert stack.outputs() == {
        "title": "By hand",
        "connector_id": 123,
        "settings": {"login": "a", "password": "secret1"},
        "description": "",
        "active": True,
        "code": "rest_123",
    }
    assert stack.preview() == {"existing": "read"}
    stack.refresh()
    assert "secret1" not in stack.state()
    stack.destroy()
    assert list(portal.sources()) == [source_id]


@on_the_current_api
def test_options_of_pulumi_are_honoured(portal: LocalPortal, stack: Stack) -> None:
    options = 'opts=pulumi.ResourceOptions(ignore_changes=["title"], retain_on_delete=True)'
    stack.program(source_with() + f'bxbi.BiSource("kept", "Kept", 123, {{}}, {options})\n')
    stack.up()
    stack.program(source_with() + f'bxbi.BiSource("kept", "Other", 123, {{}}, {options})\n')

    assert stack.preview() == {}
    stack.destroy()

    assert portal.source()["title"] == "Kept"


@on_the_current_api
def test_an_id_may_come_from_an_output(portal: LocalPortal, stack: Stack) -> None:
    stack.program(
        source_with()
        + 'seed = bxbi.BiConnector.get("seed", crm.connector_id)\n'
        + 'pulumi.export("parameters", seed.parameters.apply(len))\n'
    )

    stack.up()

    assert stack.outputs() == {"parameters": 2}
    assert len(portal.sources()) == 1


def test_destroy_deletes_the_source_with_one_call(portal: LocalPortal, stack: Stack) -> None:
    stack.up()

    with portal.recording() as calls:
        stack.destroy()

    assert calls == ["source.delete"]
    assert portal.sources() == {}

"""What a source's lifecycle sends to a portal, and what it makes of each documented answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.portal import Catalog, InUse, OutcomeUnknown, PortalError, PortalUnavailable
from pulumi_bxbi.resources.source import SourceLifecycle
from pulumi_bxbi.resources.spelling import YAML
from pulumi_bxbi.resources.values import InvalidInputsError
from tests.catalogs import catalog_of, told
from tests.http_server import Response
from tests.resources.states import remembered

if TYPE_CHECKING:
    from pulumi_bxbi.portal import Portal
    from tests.http_server import Server

SOURCE = SourceLifecycle()
INPUTS: dict[str, Any] = {
    "title": "CRM",
    "connectorId": 17,
    "settings": {"login": "admin", "port": "5432"},
}
COMPUTED = {
    "type": "rest",
    "code": "rest_17",
    "dateCreate": "2026-01-01 00:00:00",
    "dateUpdate": "2026-01-02 00:00:00",
    "createdById": 1,
    "updatedById": 2,
}
STATE = {**INPUTS, **COMPUTED}
CONNECTOR = {
    "result": {
        "item": {
            "id": 17,
            "title": "Demo",
            "settings": [
                {"code": "login", "name": "Login", "type": "STRING"},
                {"code": "port", "name": "Port", "type": "INT"},
            ],
        }
    }
}
FLAT: dict[str, Any] = {
    "id": 42,
    "title": "CRM",
    "description": "",
    "active": True,
    "connectorId": 17,
    "settings": [
        {"id": 1, "code": "login", "name": "Login", "type": "STRING", "value": "admin"},
        {"id": 2, "code": "port", "name": "Port", "type": "INT", "value": "5432"},
    ],
    **COMPUTED,
}
NESTED = {
    "connection": {key: FLAT[key] for key in FLAT if key not in {"connectorId", "settings"}},
    "connectorId": 17,
    "settings": FLAT["settings"],
}
YES: dict[str, Any] = {"result": True}
NONE: dict[str, Any] = {"result": []}


def module_error(code: object, text: str) -> dict[str, Any]:
    return {"result": {"error": {"error": code, "error_description": text}}, "time": {}}


def root_error(code: str, text: str, status: int = 200) -> Response:
    return Response(f'{{"error": "{code}", "error_description": "{text}"}}'.encode(), status)


@pytest.fixture
def catalog(portal: Portal, server: Server) -> Catalog:
    return catalog_of(portal, server)


def sent(server: Server) -> list[tuple[str, dict[str, Any]]]:
    return [
        (
            request.path.removeprefix("/rest/biconnector."),
            {key: value for key, value in request.body.items() if key != "auth"},
        )
        for request in server.requests
    ]


class TestCreate:
    def test_sends_what_the_program_gives(self, server: Server, catalog: Catalog) -> None:
        server.answers(CONNECTOR, NONE, {"result": {"id": 42}}, {"result": [FLAT]})

        state = SOURCE.create({**INPUTS, "active": True, "forceDestroy": True}, catalog)

        assert sent(server)[2] == ("source.add", {"fields": {**INPUTS, "active": True}})
        assert state.id == "42"
        assert state.outputs == {**INPUTS, "active": True, "forceDestroy": True, **COMPUTED}

    @pytest.mark.parametrize("result", [{"id": 42}, {"id": "42"}, 42, "42"])
    def test_accepts_each_documented_form_of_the_id(
        self, server: Server, catalog: Catalog, result: object
    ) -> None:
        server.answers(CONNECTOR, NONE, {"result": result}, {"result": [{**FLAT, "id": "42"}]})

        assert SOURCE.create(INPUTS, catalog).id == "42"

    @pytest.mark.parametrize("result", [True, None, {}, [], {"id": None}, {"id": "x"}, 0])
    def test_an_answer_without_an_id_is_an_unknown_outcome(
        self, server: Server, catalog: Catalog, result: object
    ) -> None:
        server.answers(CONNECTOR, NONE, {"result": result})

        with pytest.raises(OutcomeUnknown, match="without the id of the new object"):
            SOURCE.create(INPUTS, catalog)

    @pytest.mark.parametrize(
        "answer", [module_error("ACCESS_DENIED", "Access denied."), {"result": []}, YES]
    )
    def test_a_failed_reading_leaves_the_id_and_a_warning(
        self,
        server: Server,
        catalog: Catalog,
        answer: dict[str, Any],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        server.answers(CONNECTOR, NONE, {"result": {"id": 42}}, answer)

        state = SOURCE.create(INPUTS, catalog)

        assert state.id == "42"
        assert (state.outputs, state.memory.incomplete) == (INPUTS, True)
        assert 'source 42 "CRM" is on the portal, but could not be read back' in caplog.text

    def test_refuses_what_a_check_would_refuse(self, server: Server, catalog: Catalog) -> None:
        server.answers(CONNECTOR)

        with pytest.raises(InvalidInputsError, match=r"settings\.port must be a whole number"):
            SOURCE.create({**INPUTS, "settings": {"port": "many"}}, catalog)

        assert [method for method, _ in sent(server)] == ["connector.get"]


class TestUpdate:
    @pytest.mark.parametrize(
        ("changes", "fields"),
        [
            ({"title": "New"}, {"title": "New"}),
            ({"description": "d"}, {"title": "CRM", "description": "d"}),
            ({"active": False}, {"title": "CRM", "active": False}),
            (
                {"settings": {"login": "root", "port": "5432"}},
                {"title": "CRM", "settings": {"login": "root"}},
            ),
            ({"settings": {"login": "admin"}}, {"title": "CRM", "settings": {"port": ""}}),
        ],
    )
    def test_sends_the_title_and_what_changed(
        self, server: Server, catalog: Catalog, changes: dict[str, Any], fields: dict[str, Any]
    ) -> None:
        server.answers(CONNECTOR, YES, {"result": [{**FLAT, "active": False}]})

        SOURCE.update(remembered("42", STATE, catalog), {**INPUTS, **changes}, catalog)

        assert sent(server)[1] == ("source.update", {"id": 42, "fields": fields})

    def test_a_description_that_left_the_program_becomes_empty(
        self, server: Server, catalog: Catalog
    ) -> None:
        server.answers(CONNECTOR, YES, {"result": [FLAT]})

        SOURCE.update(remembered("42", {**STATE, "description": "d"}, catalog), INPUTS, catalog)

        assert sent(server)[1][1]["fields"] == {"title": "CRM", "description": ""}

    def test_a_setting_that_the_connector_no_longer_declares_leaves_with_the_next_change(
        self, server: Server, catalog: Catalog
    ) -> None:
        server.answers(CONNECTOR, YES, {"result": [FLAT]})
        olds = {**STATE, "settings": {**INPUTS["settings"], "gone": "x"}}

        state = SOURCE.update(remembered("42", olds, catalog), INPUTS, catalog)

        assert [method for method, _ in sent(server)] == [
            "connector.get",
            "source.update",
            "source.list",
        ]
        assert sent(server)[1][1]["fields"] == {"title": INPUTS["title"]}
        assert state.outputs == STATE

    @pytest.mark.parametrize("ignored", [(), ("active",)])
    def test_what_was_not_sent_is_neither_judged_nor_forgotten(
        self,
        server: Server,
        catalog: Catalog,
        ignored: tuple[str, ...],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        server.answers(CONNECTOR, YES, {"result": [{**FLAT, "active": False}]})
        old = remembered("42", {**STATE, "active": True}, catalog, ignored=ignored)

        state = SOURCE.update(old, {**INPUTS, "active": True, "title": "New"}, catalog)

        assert state.memory.ignored == ignored
        assert "ignores active" not in caplog.text

    def test_the_missing_title_of_an_older_portal_is_explained(
        self, server: Server, catalog: Catalog
    ) -> None:
        server.answers(CONNECTOR, module_error(0, "All the fields are required."))

        with pytest.raises(PortalError, match="give the source a title"):
            SOURCE.update(remembered("42", STATE, catalog), {**INPUTS, "title": "x"}, catalog)


class TestRead:
    @pytest.mark.parametrize("answer", [{"item": NESTED}, {"item": {**FLAT, "id": "42"}}])
    def test_each_documented_form_is_no_drift(
        self, server: Server, catalog: Catalog, answer: dict[str, Any]
    ) -> None:
        server.answers({"result": answer})

        state = SOURCE.read(remembered("42", STATE, catalog), catalog)

        assert state
        assert (state.outputs, state.inputs) == (STATE, INPUTS)

    def test_what_the_portal_writes_differently_is_no_drift(
        self, server: Server, catalog: Catalog
    ) -> None:
        item = {**FLAT, "description": None, "connectorId": "17"}
        server.answers({"result": {"item": item}})
        olds = {**STATE, "description": "", "settings": {"login": "admin", "port": 5432.0}}

        state = SOURCE.read(remembered("42", olds, catalog), catalog)

        assert state
        assert state.inputs == {**INPUTS, "description": "", "settings": olds["settings"]}

    def test_drift_is_what_the_program_has_set(self, server: Server, catalog: Catalog) -> None:
        changed = {**FLAT, "title": "By hand", "description": "by hand", "active": False}
        server.answers({"result": {"item": changed}})

        state = SOURCE.read(remembered("42", STATE, catalog), catalog)

        assert state
        assert state.inputs == {**INPUTS, "title": "By hand"}

    def test_null_is_as_good_as_nothing(self, server: Server, catalog: Catalog) -> None:
        server.answers({"result": {"item": {**FLAT, "updatedById": None, "dateUpdate": None}}})

        state = SOURCE.read(remembered("42", STATE, catalog), catalog)

        assert state
        assert (state.outputs["updatedById"], state.outputs["dateUpdate"]) == (0, "")

    def test_a_parameter_that_vanished_is_drift(self, server: Server, catalog: Catalog) -> None:
        server.answers({"result": {"item": {**FLAT, "settings": FLAT["settings"][:1]}}})

        state = SOURCE.read(remembered("42", STATE, catalog), catalog)

        assert state
        assert state.inputs == {**INPUTS, "settings": {"login": "admin"}}

    @pytest.mark.parametrize(
        "answer",
        [
            module_error("SOURCE_NOT_FOUND", "Source was not found."),
            root_error("SOURCE_NOT_FOUND", "Source was not found."),
        ],
    )
    def test_a_missing_source_is_gone(
        self, server: Server, catalog: Catalog, answer: dict[str, Any] | Response
    ) -> None:
        server.answers(answer)

        assert SOURCE.read(remembered("42", STATE, catalog), catalog) is None

    def test_a_source_without_its_connector_is_not_gone(
        self, server: Server, catalog: Catalog
    ) -> None:
        server.answers(module_error("CONNECTOR_NOT_FOUND", "Connector was not found."))

        with pytest.raises(PortalError, match="its connector does not"):
            SOURCE.read(remembered("42", STATE, catalog), catalog)

    @pytest.mark.parametrize("result", [True, {}, {"item": None}, {"item": {"id": 42}}])
    def test_an_answer_of_another_form_is_not_gone(
        self, server: Server, catalog: Catalog, result: object
    ) -> None:
        server.answers({"result": result})

        with pytest.raises(PortalUnavailable, match="which is not documented"):
            SOURCE.read(remembered("42", STATE, catalog), catalog)

    def test_many_reads_list_all_sources_once(self, server: Server, catalog: Catalog) -> None:
        sources = [{**FLAT, "id": number, "title": f"S{number}"} for number in range(1, 61)]
        server.answers(
            {"result": {"item": sources[0]}},
            {"result": sources[:50]},
            {"result": sources[:-51:-1]},
        )

        titles = [
            state.outputs["title"]
            for number in range(1, 61)
            if (state := SOURCE.read(remembered(str(number), STATE, catalog), catalog))
        ]

        assert titles == [f"S{number}" for number in range(1, 61)]
        assert sent(server)[1:] == [
            ("source.list", {"order": {"id": "ASC"}}),
            ("source.list", {"order": {"id": "DESC"}}),
        ]

    def test_a_source_that_the_list_lacks_is_asked_for_before_it_counts_as_gone(
        self, server: Server, catalog: Catalog
    ) -> None:
        server.answers({"result": {"item": FLAT}}, {"result": []}, {"result": {"item": FLAT}})
        SOURCE.read(remembered("1", STATE, catalog), catalog)

        assert SOURCE.read(remembered("42", STATE, catalog), catalog)


NEW_TEXT = "Cannot delete connection. Delete all associated tables first."
OLD_TEXT = "Cannot delete source. Delete all related datasets first."
ORDERS = {"id": "7", "name": "orders", "sourceId": "42"}


class TestDelete:
    @pytest.mark.parametrize(
        "refusal",
        [
            module_error("BX_ERROR", NEW_TEXT),
            module_error("BX_ERROR", OLD_TEXT),
            root_error("BX_ERROR", NEW_TEXT),
            root_error("BX_ERROR", OLD_TEXT),
            root_error("BX_ERROR", OLD_TEXT, 400),
            module_error("BX_ERROR", "Something else."),
        ],
    )
    def test_tables_in_the_way_are_named(
        self, server: Server, catalog: Catalog, refusal: dict[str, Any] | Response
    ) -> None:
        server.answers(refusal, {"result": [ORDERS]})

        with pytest.raises(InUse) as caught:
            SOURCE.delete(remembered("42", STATE, catalog), catalog)

        assert 'table 7 "orders" must be deleted first.' in str(caught.value)
        assert [(each.id, each.name) for each in caught.value.dependents] == [(7, "orders")]
        assert sent(server)[1][1]["filter"] == {"=sourceId": 42}

    def test_the_way_out_is_spelt_as_the_program_spells_it(
        self, server: Server, catalog: Catalog
    ) -> None:
        server.answers(module_error("BX_ERROR", NEW_TEXT), {"result": [ORDERS]})

        with pytest.raises(InUse, match="Or set forceDestroy: true on the source"):
            SourceLifecycle(YAML).delete(remembered("42", STATE, catalog), catalog)

    def test_a_portal_without_tables_is_asked_for_datasets(
        self, server: Server, portal: Portal
    ) -> None:
        server.answers(
            root_error("BX_ERROR", OLD_TEXT),
            told(tables=False, read=[ORDERS]),
            YES,
            YES,
        )

        catalog = Catalog(portal)
        SOURCE.delete(remembered("42", {**STATE, "forceDestroy": True}, catalog), catalog)

        assert [method for method, _ in sent(server)] == [
            "source.delete",
            "/rest/batch",
            "dataset.delete",
            "source.delete",
        ]

    def test_tables_that_nobody_can_see_are_said_to_be_there(
        self, server: Server, catalog: Catalog
    ) -> None:
        server.answers(module_error("BX_ERROR", NEW_TEXT), {"result": []})

        with pytest.raises(InUse, match="no table of this source is visible"):
            SOURCE.delete(remembered("42", {**STATE, "forceDestroy": True}, catalog), catalog)

    def test_tables_that_cannot_be_asked_for_are_said_to_be_there(
        self, server: Server, catalog: Catalog
    ) -> None:
        server.answers(
            module_error("BX_ERROR", NEW_TEXT), module_error("ACCESS_DENIED", "Access denied.")
        )

        with pytest.raises(InUse, match=r"could not be listed: Access denied\."):
            SOURCE.delete(remembered("42", STATE, catalog), catalog)

    def test_the_generic_code_alone_is_a_plain_error(
        self, server: Server, catalog: Catalog
    ) -> None:
        server.answers(module_error("BX_ERROR", "Disk full."), {"result": []})

        with pytest.raises(PortalError, match=r"BX_ERROR: Disk full\.") as caught:
            SOURCE.delete(remembered("42", STATE, catalog), catalog)

        assert not isinstance(caught.value, InUse)

    def test_a_table_that_is_gone_meanwhile_is_no_obstacle(
        self, server: Server, catalog: Catalog
    ) -> None:
        server.answers(
            module_error("BX_ERROR", NEW_TEXT),
            {"result": [ORDERS]},
            module_error("DATASET_NOT_FOUND", "Dataset was not found."),
            YES,
        )

        SOURCE.delete(remembered("42", {**STATE, "forceDestroy": True}, catalog), catalog)

        assert sent(server)[-1] == ("source.delete", {"id": 42})

    def test_a_source_that_is_gone_meanwhile_is_deleted(
        self, server: Server, catalog: Catalog
    ) -> None:
        gone = module_error("SOURCE_NOT_FOUND", "Source was not found.")
        server.answers(module_error("BX_ERROR", NEW_TEXT), {"result": [ORDERS]}, YES, gone)

        SOURCE.delete(remembered("42", {**STATE, "forceDestroy": True}, catalog), catalog)

        assert len(server.requests) == 4

    def test_a_missing_connector_does_not_mean_a_deleted_source(
        self, server: Server, catalog: Catalog
    ) -> None:
        server.answers(module_error("CONNECTOR_NOT_FOUND", "Connector was not found."))

        with pytest.raises(PortalError, match="CONNECTOR_NOT_FOUND"):
            SOURCE.delete(remembered("42", STATE, catalog), catalog)

    def test_another_refusal_is_passed_on(self, server: Server, catalog: Catalog) -> None:
        server.answers(module_error("ACCESS_DENIED", "Access denied."))

        with pytest.raises(PortalError, match="both permissions"):
            SOURCE.delete(remembered("42", STATE, catalog), catalog)

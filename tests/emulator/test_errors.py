"""Every documented error of every method, provoked by a plain request.

A case says how the portal of `conditions.json` is asked and what it must answer: the code, the
text to the letter, and the HTTP status. Cases marked `uncertain` pin down what was decided where
the documentation is silent or contradicts itself, or where only the vendor's SDKs show an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from pulumi_bxbi.emulator.api import module_errors
from pulumi_bxbi.emulator.api.module_errors import Refusal
from pulumi_bxbi.emulator.api.platform_errors import PLATFORM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.emulator.raw_portal import RawPortal

Json = dict[str, Any]
REMOVED = object()


class Case(NamedTuple):
    """A request that fails, and how."""

    method: str
    parameters: Json
    code: str | int
    text: str
    status: int = 200
    token: str | None = None
    webhook: str | None = None
    uncertain: bool = False

    @property
    def name(self) -> str:
        return f"{self.method.removeprefix('biconnector.')}-{self.code or 'no code'}"


CONNECTOR: Json = {
    "title": "C",
    "logo": "https://img.example/l.png",
    "urlCheck": "https://e.example/c",
    "urlTableList": "https://e.example/l",
    "urlTableDescription": "https://e.example/t",
    "urlData": "https://e.example/d",
    "settings": [{"code": "login", "name": "Login", "type": "STRING"}],
}
SOURCE: Json = {"title": "S", "connectorId": 10, "settings": {"login": "admin"}}
COLUMN: Json = {"name": "ID", "externalCode": "id", "type": "int"}
TABLE: Json = {
    "sourceId": 100,
    "name": "fresh",
    "externalName": "Fresh",
    "externalCode": "fresh",
    "fields": [COLUMN],
}
ADDITIONS = {"connector": CONNECTOR, "source": SOURCE, "table": TABLE, "dataset": TABLE}
IDS = {"connector": 10, "source": 100, "table": 1000, "dataset": 1000}
FOREIGN = {"connector": 20, "source": 200, "table": 2000, "dataset": 2000}
MISSING = {
    "connector": ("CONNECTOR_NOT_FOUND", "Connector was not found."),
    "source": ("SOURCE_NOT_FOUND", "Source was not found."),
    "table": ("DATASET_NOT_FOUND", "Dataset was not found."),
    "dataset": ("DATASET_NOT_FOUND", "Dataset was not found."),
}
FAMILIES = ("table", "dataset")


def but(base: Json, **changes: Any) -> Json:
    """Return the fields with some changed, or left out."""
    return {key: value for key, value in {**base, **changes}.items() if value is not REMOVED}


def adding(
    kind: str, code: str | int, text: str, changes: Json, *, uncertain: bool = False
) -> Case:
    """Return a case of `add` whose fields are wrong in one place."""
    fields = but(ADDITIONS[kind], **changes)
    return Case(f"biconnector.{kind}.add", {"fields": fields}, code, text, uncertain=uncertain)


def updating(
    kind: str, code: str | int, text: str, fields: Json, *, uncertain: bool = False
) -> Case:
    """Return a case of `update` with these fields."""
    parameters = {"id": IDS[kind], "fields": fields}
    return Case(f"biconnector.{kind}.update", parameters, code, text, uncertain=uncertain)


def changing(kind: str, code: str, text: str, parameters: Json, *, uncertain: bool = False) -> Case:
    """Return a case of `fields.update` with these parameters."""
    method = f"biconnector.{kind}.fields.update"
    return Case(method, {"id": IDS[kind], **parameters}, code, text, uncertain=uncertain)


def column(kind: str, code: str, text: str, changes: Json) -> Iterator[Case]:
    """Return cases of `add` and `fields.update` with a column that is wrong in one place."""
    wrong = but(COLUMN, **{"name": "NEW", "externalCode": "new", **changes})
    yield adding(kind, code, text, {"fields": [wrong]})
    yield changing(kind, code, text, {"add": [wrong]})


def calls(kind: str) -> dict[str, Json]:
    """Return a call of every method of a kind that succeeds, save that of deletion."""
    name = f"biconnector.{kind}"
    own = {"id": IDS[kind]}
    title = "description" if kind in FAMILIES else "title"
    more = {f"{name}.fields.update": own} if kind in FAMILIES else {}
    return {
        f"{name}.add": {"fields": ADDITIONS[kind]},
        f"{name}.update": {**own, "fields": {title: "T"}},
        f"{name}.get": own,
        f"{name}.list": {},
        f"{name}.delete": own,
        f"{name}.fields": {},
        **more,
    }


def access(kind: str) -> Iterator[Case]:
    """Return the calls without a permission, and those from outside an application."""
    for method, parameters in calls(kind).items():
        for token in ("without-hub", "without-builder", "without-both"):
            yield Case(method, parameters, "ACCESS_DENIED", "Access denied.", token=token)
        hook = "denied" if method == f"biconnector.{kind}.fields" else "good"
        yield Case(method, parameters, "ACCESS_DENIED", "Access denied.", webhook=hook)


def identities(kind: str) -> Iterator[Case]:
    """Return the calls without an id, with what is none, and with another's."""
    for method, parameters in calls(kind).items():
        if "id" not in parameters:
            continue
        without = {key: value for key, value in parameters.items() if key != "id"}
        yield Case(method, without, "VALIDATION_ID_NOT_PROVIDED", "ID is missing.")
        for wrong in (0, -1, "x", 1.5, "10"):
            yield Case(
                method,
                {**parameters, "id": wrong},
                "VALIDATION_INVALID_ID_FORMAT",
                "ID has to be a positive integer.",
                uncertain=wrong == "10",
            )
        for other in (FOREIGN[kind], 424242):
            yield Case(method, {**parameters, "id": other}, *MISSING[kind])


def schemas(kind: str) -> Iterator[Case]:
    """Return the writes that a schema refuses."""
    for method, parameters in list(calls(kind).items())[:2]:
        absent: tuple[object, ...] = (None, {}, "x")
        for fields in absent:
            yield Case(
                method,
                {**parameters, "fields": fields},
                "VALIDATION_FIELDS_NOT_PROVIDED",
                "Fields not provided.",
                uncertain=fields is not None,
            )
    for case in (adding, updating):
        yield case(kind, "VALIDATION_UNKNOWN_PARAMETERS", "Unknown parameters: bogus", {"bogus": 1})
        yield case(
            kind,
            "VALIDATION_UNKNOWN_PARAMETERS",
            "Unknown parameters: a, b",
            {"a": 1, "b": 2},
            uncertain=True,
        )
        yield case(kind, "VALIDATION_READ_ONLY_FIELD", 'Field "id" is read only.', {"id": 1})
        yield case(
            kind,
            "VALIDATION_READ_ONLY_FIELD",
            'Field "dateCreate" is read only.',
            {"dateCreate": "2026-09-20 10:11:12"},
        )
        yield case(
            kind,
            "VALIDATION_INVALID_FIELD_TYPE",
            'Field "description" must be of type string.',
            {"description": 5},
        )
    for required in ADDITIONS[kind]:
        for nothing in (REMOVED, None):
            yield adding(
                kind,
                "VALIDATION_REQUIRED_FIELD_MISSING",
                f'Field "{required}" is required.',
                {required: nothing},
                uncertain=nothing is None,
            )


def lists(kind: str) -> Iterator[Case]:
    """Return the errors of a list."""
    for parameter in ("select", "filter", "order"):
        yield Case(
            f"biconnector.{kind}.list",
            {parameter: "id"},
            f"VALIDATION_{parameter.upper()}_TYPE",
            f'Parameter "{parameter}" must be array.',
        )
        yield Case(
            f"biconnector.{kind}.list",
            {parameter: ["bogus"] if parameter == "select" else {"bogus": "ASC"}},
            f"VALIDATION_FIELD_NOT_ALLOWED_IN_{parameter.upper()}",
            f'Field "bogus" is not allowed in the "{parameter}".',
        )
    yield Case(
        f"biconnector.{kind}.list",
        {"filter": {"logic": "XOR"}},
        "VALIDATION_INVALID_FILTER_LOGIC",
        'Field "logic" must be either "AND" or "OR".',
    )
    for direction, shown in (("upwards", "UPWARDS"), ("", ""), (5, "5")):
        yield Case(
            f"biconnector.{kind}.list",
            {"order": {"id": direction}},
            "ERROR_ARGUMENT",
            f'Invalid order "{shown}"',
            status=400,
        )


def connectors() -> Iterator[Case]:
    """Return the errors that only connectors have."""
    parameter = {"code": "a", "name": "A", "type": "STRING"}
    long = "x" * 513
    for case in (adding, updating):
        for missing in parameter:
            yield case(
                "connector",
                "VALIDATION_SETTINGS_MISSING_REQUIRED_FIELDS",
                'Settings must include "type", "name" and "code" fields.',
                {"settings": [but(parameter, **{missing: REMOVED})]},
            )
        for key in ("name", "code"):
            yield case(
                "connector",
                f"VALIDATION_SETTINGS_{key.upper()}_TOO_LONG",
                f'Parameter "{key}" must be less than 512 characters.',
                {"settings": [but(parameter, **{key: long})]},
            )
        for kind in ("string", "DATE", 5):
            yield case(
                "connector",
                "VALIDATION_SETTINGS_INVALID_TYPE",
                'Parameter "type" is not correct.',
                {"settings": [but(parameter, type=kind)]},
            )
        for title, wrong, kind in (
            ("supportMapping", "true", "boolean"),
            ("supportMapping", 1, "boolean"),
            ("settings", "x", "array"),
            ("title", 5, "string"),
        ):
            yield case(
                "connector",
                "VALIDATION_INVALID_FIELD_TYPE",
                f'Field "{title}" must be of type {kind}.',
                {title: wrong},
            )
        yield case(
            "connector",
            "VALIDATION_INVALID_FIELD_TYPE",
            'Field "sort" must be of type integer.',
            {"sort": "100"},
            uncertain=True,
        )
    yield Case(
        "biconnector.connector.delete",
        {"id": 10},
        "CONNECTOR_DELETE_RESTRICTED",
        "Connector cannot be removed. Remove the connections related to the connector first.",
    )
    yield Case(
        "biconnector.connector.delete",
        {"id": 12},
        "CONNECTOR_DELETE_RESTRICTED",
        "Connector cannot be removed. Remove the connections related to the connector first.",
        uncertain=True,
    )


def sources() -> Iterator[Case]:
    """Return the errors that only sources have."""
    yield updating(
        "source",
        "VALIDATION_IMMUTABLE_FIELD",
        'Field "connectorId" is immutable.',
        {"connectorId": 10},
    )
    for missing in (20, 424242):
        yield adding("source", *MISSING["connector"], {"connectorId": missing})
    yield adding(
        "source", "SOURCE_CREATE_CONNECTION_ERROR", "Cannot create connection.", {"connectorId": 11}
    )
    for source_id in (101, 102):
        yield Case(
            "biconnector.source.update",
            {"id": source_id, "fields": {"title": "T"}},
            "SOURCE_UPDATE_CONNECTION_ERROR",
            "Cannot update connection.",
            uncertain=source_id == 102,
        )
    for title in (REMOVED, "", None):
        yield updating(
            "source",
            "",
            "All the fields are required.",
            but({"description": "D"}, title=title),
            uncertain=True,
        )
    for case in (adding, updating):
        for title, wrong, kind in (("active", "true", "boolean"), ("settings", "x", "array")):
            yield case(
                "source",
                "VALIDATION_INVALID_FIELD_TYPE",
                f'Field "{title}" must be of type {kind}.',
                {"title": "T", title: wrong},
            )
        yield case(
            "source",
            "VALIDATION_INVALID_FIELD_TYPE",
            'Field "login" must be of type string.',
            {"title": "T", "settings": {"login": ["a"]}},
            uncertain=True,
        )
    yield Case("biconnector.source.get", {"id": 102}, *MISSING["connector"])
    for source_id in (100, 104):
        yield Case(
            "biconnector.source.delete",
            {"id": source_id},
            "BX_ERROR",
            "Cannot delete connection. Delete all associated tables first.",
            uncertain=source_id == 104,
        )


def tables(kind: str) -> Iterator[Case]:
    """Return the errors that only tables, or datasets, have."""
    noun = kind.capitalize()
    for missing in (200, 424242):
        yield adding(kind, *MISSING["source"], {"sourceId": missing})
    yield adding(
        kind,
        "DATASET_ALREADY_EXIST",
        f"{noun} with this name already exists.",
        {"name": "sales_report"},
    )
    for taken in ("orders", "invoices", "made_by_hand"):
        yield adding(
            kind, "NAME_EXISTS", f'A table named "{taken}" already exists.', {"name": taken}
        )
    yield adding(kind, "FIELDS_EMPTY", "$fields is empty", {"fields": []})
    yield adding(
        kind,
        "DUPLICATE_FIELDS",
        "Duplicate column names: ID.",
        {"fields": [COLUMN, but(COLUMN, externalCode="other")]},
    )
    yield adding(
        kind,
        "VALIDATION_DUPLICATE_FIELD_CODE",
        'Duplicate values found in the "code" parameter: id',
        {"fields": [COLUMN, but(COLUMN, name="OTHER")]},
    )
    for name in ("Orders", "1orders", "_orders", "orders-v1", "заказы"):
        yield adding(
            kind,
            "VALIDATION_DATASET_NAME_INVALID",
            "Dataset name has to start with a lowercase Latin character. Possible entry includes "
            "lowercase Latin characters (a-z), numbers (0-9) and underscores.",
            {"name": name},
        )
    yield adding(
        kind,
        "VALIDATION_DATASET_NAME_TOO_LONG",
        "Dataset name must not exceed 230 characters.",
        {"name": "a" * 231},
    )
    for key in COLUMN:
        wrong = but(COLUMN, **{key: REMOVED})
        yield adding(
            kind,
            "VALIDATION_FIELD_MISSING_REQUIRED_PARAMETERS",
            'Field must include the required parameters: "name", "externalCode" and "type".',
            {"fields": [wrong]},
        )
        yield changing(
            kind,
            "VALIDATION_FIELD_ADD_MISSING_REQUIRED_FIELDS",
            'Field to be added must include the required parameters: "name", "externalCode" and '
            '"type".',
            {"add": [wrong]},
        )
    for name in ("id", "1ID", "ID-1", "ИД"):
        yield from column(
            kind,
            "VALIDATION_FIELD_NAME_INVALID_FORMAT",
            'Field "name" has to start with an uppercase Latin character. Possible entry includes '
            "uppercase Latin characters (A-Z), numbers (0-9) and underscores.",
            {"name": name},
        )
    yield from column(
        kind,
        "VALIDATION_FIELD_NAME_TOO_LONG",
        'Field "name" must not exceed 32 characters.',
        {"name": "A" * 33},
    )
    for wrong_type in ("INT", "text", 5):
        yield from column(
            kind, "VALIDATION_FIELD_INVALID_TYPE", "Invalid field type.", {"type": wrong_type}
        )
    for title in ("name", "externalName", "externalCode", "sourceId"):
        yield updating(
            kind, "VALIDATION_IMMUTABLE_FIELD", f'Field "{title}" is immutable.', {title: "x"}
        )
    yield updating(
        kind,
        "INVALID_METHOD",
        'Use the method "biconnector.dataset.fields.update" to update the dataset fields."',
        {"fields": [COLUMN]},
    )
    yield Case(
        f"biconnector.{kind}.update",
        {"id": 1001, "fields": {"description": "D"}},
        0,
        f"Error updating {kind}.",
    )
    yield adding(
        kind,
        "VALIDATION_INVALID_FIELD_TYPE",
        'Field "fields" must be of type array.',
        {"fields": "x"},
    )
    yield adding(
        kind,
        "VALIDATION_INVALID_FIELD_TYPE",
        'Field "sourceId" must be of type integer.',
        {"sourceId": "100"},
        uncertain=True,
    )
    yield from columns(kind)


def columns(kind: str) -> Iterator[Case]:
    """Return the errors that only `fields.update` has."""
    yield changing(
        kind,
        "DATASET_UPDATE_ERROR",
        "Error updating dataset.",
        {"id": 1001, "add": [but(COLUMN, name="NEW", externalCode="new")]},
    )
    first = but(COLUMN, name="NEW", externalCode="new")
    yield changing(
        kind,
        "VALIDATION_DUPLICATE_FIELD_CODE",
        'Duplicate values found in the "code" parameter: new',
        {"add": [first, but(first, name="NEWER")]},
    )
    yield changing(
        kind,
        "VALIDATION_DUPLICATE_FIELD_NAME",
        'Duplicate values found in the "name" parameter: NEW',
        {"add": [first, but(first, externalCode="newer")]},
    )
    yield changing(
        kind,
        "VALIDATION_DUPLICATE_EXIST_CODE",
        'The following "externalCode" values already exist in the current fields: id',
        {"add": [but(first, externalCode="id")]},
    )
    yield changing(
        kind,
        "VALIDATION_DUPLICATE_EXIST_NAME",
        'The following "name" values already exist in the current fields: AMOUNT',
        {"add": [but(first, name="AMOUNT")], "delete": [2]},
        uncertain=True,
    )
    for incomplete in ({"id": 1}, {"visible": True}):
        yield changing(
            kind,
            "VALIDATION_FIELD_UPDATE_MISSING_REQUIRED_FIELDS",
            'Field to be updated must include the required parameters: "id" and "visible".',
            {"update": [incomplete]},
        )
    yield changing(
        kind,
        "VALIDATION_FIELD_UPDATE_MISSING_REQUIRED_FIELDS",
        'Field to be updated must include the required parameters: "id" and "visible".',
        {"update": [{"id": 1, "visible": "Y"}]},
        uncertain=True,
    )
    for wrong in (0, -1, "x", None):
        yield changing(
            kind,
            "VALIDATION_FIELD_DELETE_INVALID_ID",
            "ID to be deleted must be a positive integer.",
            {"delete": [wrong]},
        )
    yield changing(
        kind,
        "VALIDATION_INVALID_FIELD_TYPE",
        'Field "add" must be of type array.',
        {"add": "x"},
        uncertain=True,
    )


def platform() -> Iterator[Case]:
    """Return the errors of the platform around the module."""
    get = "biconnector.connector.get"
    asked = {"id": 10}
    texts = {
        "ACCESS_DENIED": (403, "REST API is available only on commercial plans"),
        "APPLICATION_NOT_FOUND": (401, "Application not found"),
        "ERROR_MANIFEST_IS_NOT_AVAILABLE": (404, "Manifest is not available"),
        "ERROR_OAUTH": (401, "Application not installed"),
        "ERROR_UNEXPECTED_ANSWER": (500, "Server returned an unexpected response"),
        "INTERNAL_SERVER_ERROR": (500, "Internal server error"),
        "INVALID_CREDENTIALS": (403, "Invalid request credentials"),
        "INVALID_REQUEST": (400, "Https required"),
        "METHOD_CONFIRM_WAITING": (401, "Waiting for confirmation"),
        "OPERATION_TIME_LIMIT": (429, "Method is blocked due to operation time limit"),
        "OVERLOAD_LIMIT": (503, "REST API is blocked due to overload"),
        "PAYMENT_REQUIRED": (401, "Subscription has been ended"),
        "PORTAL_DELETED": (500, "Portal was deleted"),
        "QUERY_LIMIT_EXCEEDED": (503, "Too many requests"),
        "authorization_error": (401, "Unable to authorize user"),
        "invalid_token": (401, "Unable to get application by token"),
        "user_access_error": (403, "The user does not have access to the application"),
    }
    sdk = {
        "APPLICATION_NOT_FOUND",
        "ERROR_OAUTH",
        "METHOD_CONFIRM_WAITING",
        "PAYMENT_REQUIRED",
        "PORTAL_DELETED",
        "authorization_error",
        "invalid_token",
    }
    for code, (status, text) in texts.items():
        yield Case(get, asked, code, text, status, token=code, uncertain=code in sdk)
    for token in ("bogus", ""):
        yield Case(get, asked, "NO_AUTH_FOUND", "Wrong authorization data", 401, token=token)
    yield Case(get, asked, "NO_AUTH_FOUND", "Wrong authorization data", 401, webhook="bogus")
    yield Case(
        get, asked, "expired_token", "The access token provided has expired", 401, token="expired"
    )
    yield Case(
        get,
        asked,
        "insufficient_scope",
        "The request requires higher privileges than provided by the access token",
        403,
        token="unscoped",
        uncertain=True,
    )
    yield Case(
        get,
        asked,
        "insufficient_scope",
        "The request requires higher privileges than provided by the webhook token",
        403,
        webhook="unscoped",
    )
    yield Case(
        get, asked, "OVERLOAD_LIMIT", "REST API is blocked due to overload", 503, webhook="blocked"
    )
    for unknown in ("biconnector.bogus.get", "bogus", "biconnector.connector.get.xml"):
        yield Case(unknown, {}, "ERROR_METHOD_NOT_FOUND", "Method not found!", 404, uncertain=True)
    yield Case(
        "app.info",
        {},
        "ACCESS_DENIED",
        "Access denied! Application context required",
        400,
        webhook="good",
    )
    yield Case(
        "biconnector.dataset.delete",
        {"id": 1000},
        "INTERNAL_SERVER_ERROR",
        "Internal server error",
        500,
        uncertain=True,
    )


def newest() -> Iterator[Case]:
    """Return all cases of the newest edition."""
    for kind in ADDITIONS:
        yield from access(kind)
        yield from identities(kind)
        yield from schemas(kind)
        yield from lists(kind)
    yield from connectors()
    yield from sources()
    for kind in FAMILIES:
        yield from tables(kind)
    yield adding("dataset", 0, "Error adding dataset", {"name": "cursed"}, uncertain=True)
    yield from platform()


def older() -> Iterator[Case]:
    """Return the cases in which the edition of 2025 differs."""
    for kind in ("connector", "source", "dataset"):
        yield Case(
            f"biconnector.{kind}.list", {}, "ACCESS_DENIED", "Access denied.", token="without-hub"
        )
        yield Case(f"biconnector.{kind}.get", {"id": 424242}, *MISSING[kind])
    for title in ("supportMapping", "sourceCode"):
        yield adding(
            "connector",
            "VALIDATION_UNKNOWN_PARAMETERS",
            f"Unknown parameters: {title}",
            {title: True},
        )
    for name in ("orders", "invoices", "sales_report"):
        yield adding(
            "dataset",
            "DATASET_ALREADY_EXIST",
            "Dataset with this name already exists.",
            {"name": name},
        )
    yield adding(
        "dataset",
        "VALIDATION_DUPLICATE_FIELD_NAME",
        'Duplicate values found in the "name" parameter: ID',
        {"fields": [COLUMN, but(COLUMN, externalCode="other")]},
    )
    for kind in ("money", "timezone"):
        yield from column(
            "dataset", "VALIDATION_FIELD_INVALID_TYPE", "Invalid field type.", {"type": kind}
        )
    yield updating(
        "dataset",
        "INVALID_METHOD",
        'Use the method "biconnector.dataset.fields.update" to update the dataset fields.',
        {"fields": [COLUMN]},
    )
    yield Case(
        "biconnector.source.delete",
        {"id": 100},
        "BX_ERROR",
        "Cannot delete source. Delete all related datasets first.",
    )
    yield Case(
        "biconnector.dataset.delete", {"id": 1001}, 0, "Error deleting dataset", uncertain=True
    )
    yield adding("dataset", 0, "Error adding dataset", {"name": "cursed"}, uncertain=True)
    yield Case(
        "biconnector.dataset.update",
        {"id": 1001, "fields": {"description": "D"}},
        0,
        "Error updating dataset.",
        uncertain=True,
    )
    yield Case(
        "biconnector.connector.list",
        {"order": {"id": "x"}},
        "ERROR_ARGUMENT",
        'Invalid order "X"',
        400,
    )
    yield Case(
        "biconnector.table.list",
        {},
        "ERROR_METHOD_NOT_FOUND",
        "Method not found!",
        404,
        uncertain=True,
    )


NEWEST = list(newest())
OLDER = list(older())


def marked(cases: list[Case]) -> list[Any]:
    """Return the cases as parameters of a test."""
    marks = [pytest.mark.uncertain]
    return [
        pytest.param(case, id=case.name, marks=marks if case.uncertain else []) for case in cases
    ]


def ask(portal: RawPortal, case: Case) -> tuple[int, Json]:
    """Send the request of a case, and return the status and the body of the answer."""
    if case.webhook:
        path = f"/rest/1/{case.webhook}/{case.method}"
        if case.webhook == "denied":
            path = f"/rest/4/denied/{case.method}"
        response = portal.http("POST", path, json=case.parameters)
    else:
        response = portal.post(case.method, case.parameters, case.token)
    return response.status_code, response.json()


@pytest.mark.parametrize("case", marked(NEWEST))
def test_error(shared_conditions: RawPortal, case: Case) -> None:
    shared_conditions.reset()
    status, body = ask(shared_conditions, case)
    error = {"error": case.code, "error_description": case.text}
    if case.status == 200:
        assert body.keys() == {"result", "time"}, body
        assert (status, body["result"]) == (200, {"error": error})
    else:
        assert (status, body) == (case.status, error)


@pytest.mark.parametrize("case", marked(OLDER))
def test_error_of_the_older_edition(shared_older_conditions: RawPortal, case: Case) -> None:
    shared_older_conditions.reset()
    expected = {"error": case.code, "error_description": case.text}
    assert ask(shared_older_conditions, case) == (case.status, expected)


def test_every_refusal_of_the_module_has_a_case() -> None:
    known = {value for value in vars(module_errors).values() if isinstance(value, Refusal)}
    cases = {(case.code, case.text) for case in NEWEST + OLDER}
    plain = {refusal for refusal in known if "{" not in refusal.text}
    assert {(refusal.code, refusal.text) for refusal in plain} <= cases
    codes = {code for code, _ in cases}
    assert {refusal.code for refusal in known - plain} <= codes


def test_every_refusal_of_the_platform_has_a_case() -> None:
    batch = {"ERROR_BATCH_LENGTH_EXCEEDED", "ERROR_BATCH_METHOD_NOT_ALLOWED"}
    assert PLATFORM.keys() - batch <= {case.code for case in NEWEST}


def test_a_failed_synchronisation_has_changed_the_columns(shared_conditions: RawPortal) -> None:
    shared_conditions.reset()
    new = but(COLUMN, name="NEW", externalCode="new")
    asked = {"id": 1001, "add": [new]}
    assert shared_conditions.error("biconnector.table.fields.update", asked)[1] == (
        "DATASET_UPDATE_ERROR"
    )
    item = shared_conditions.result("biconnector.table.get", {"id": 1001})["item"]
    assert [column["name"] for column in item["fields"]] == ["ID", "NEW"]


def test_a_dataset_survives_its_broken_deletion(shared_conditions: RawPortal) -> None:
    shared_conditions.reset()
    before = shared_conditions.objects()
    assert shared_conditions.error("biconnector.dataset.delete", {"id": 1000})[0] == 500
    assert shared_conditions.objects() == before

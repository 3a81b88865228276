"""What a seed can say, and how the command names what is wrong in one."""

from __future__ import annotations

import json
from copy import deepcopy
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from pulumi_bxbi.cli.emulate import emulate

if TYPE_CHECKING:
    from pathlib import Path

    from tests.emulator.raw_portal import Start


CONNECTOR: dict[str, Any] = {
    "id": 1,
    "title": "C",
    "logo": "l",
    "urlCheck": "{portal}/c",
    "urlTableList": "u",
    "urlTableDescription": "u",
    "urlData": "u",
    "settings": [{"code": "login", "name": "Login", "type": "STRING"}],
}
SOURCE: dict[str, Any] = {"id": 1, "title": "S", "connectorId": 1, "settings": {"login": "a"}}
TABLE: dict[str, Any] = {
    "id": 1,
    "sourceId": 1,
    "name": "orders",
    "externalName": "O",
    "externalCode": "o",
    "fields": [{"name": "ID", "externalCode": "id", "type": "int"}],
}
SEED: dict[str, Any] = {"connectors": [CONNECTOR], "sources": [SOURCE], "tables": [TABLE]}
APPLICATION = {"clientId": "local.a", "clientSecret": "s"}


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return the seed with another value at a path such as `sources.0.title`."""
    seed = deepcopy(SEED)
    *way, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
    place: Any = seed
    for step in way:
        place = place[step]
    place[last] = value
    return seed


WRONG = [
    ("bogus", 1, "unknown key 'bogus', known are applications, connectors, limits, memberId,"),
    ("connectors", {}, "connectors: must be a list"),
    ("connectors.0", 5, "connectors[0]: must be an object"),
    ("connectors.0.id", 0, "connectors[0].id: must be a positive integer"),
    ("connectors.0.title", 5, 'connectors[0]: Field "title" must be of type string.'),
    ("connectors.0.title", "", 'connectors[0]: Field "title" is required.'),
    ("connectors.0.colour", "red", "connectors[0]: unknown key 'colour', known are "),
    ("connectors.0.settings", {"a": "b"}, "connectors[0].settings: must be a list"),
    (
        "connectors.0.settings.0.type",
        "TEXT",
        'connectors[0].settings[0]: Parameter "type" is not correct.',
    ),
    ("connectors.0.settings.0.value", "x", "connectors[0].settings[0]: unknown key 'value'"),
    ("connectors", [CONNECTOR, CONNECTOR], "connectors[1].id: is the id of another one"),
    ("connectors.0.application", "x", "connectors[0].application: is not one of the applications"),
    ("connectors.0.dateCreate", 5, "connectors[0].dateCreate: must be a text that is not empty"),
    ("sources.0.connectorId", 2, "sources[0].connectorId: is not one of the connectors"),
    (
        "sources.0.settings.token",
        "x",
        "sources[0].settings.token: is not declared by the connector",
    ),
    (
        "sources.0.settings.login",
        ["x"],
        'sources[0].settings: Field "login" must be of type string.',
    ),
    ("sources.0.connectorVanished", "yes", "sources[0].connectorVanished: must be true or false"),
    ("tables.0.sourceId", 2, "tables[0].sourceId: is not one of the sources"),
    ("tables.0.name", "Orders", "tables[0].name: Dataset name has to start with a lowercase"),
    ("tables.0.fields", [], "tables[0].fields: $fields is empty"),
    ("tables.0.fields.0.type", "INT", "tables[0].fields: Invalid field type."),
    ("tables.0.fields.0.visble", True, "tables[0].fields[0]: unknown key 'visble'"),
    ("tables.0.fields.0.visible", "no", "tables[0].fields[0].visible: must be true or false"),
    ("tables.0.failures", ["all"], "tables[0].failures[0]: must be one of deletion, synchronis"),
    ("tables", [TABLE, {**TABLE, "id": 2}], "tables[1].name: is the name of another table"),
    ("users", [], "users: must not be empty"),
    ("users", [{"id": 1, "permissions": ["all"]}], "users[0].permissions[0]: must be one of anal"),
    ("applications", [{"clientId": "a"}], "applications[0].clientSecret: is required"),
    ("applications", [{**APPLICATION, "status": "X"}], "applications[0].status: must be one of D"),
    ("applications", [{**APPLICATION, "oauthRefusal": "no"}], "applications[0].oauthRefusal: must"),
    ("tokens", [{"accessToken": "a", "user": 2}], "tokens[0].user: is not one of the users"),
    ("tokens", [{"accessToken": "a", "refusal": "no"}], "tokens[0].refusal: must be one of ACCESS"),
    ("webhooks", [{"user": 1}], "webhooks[0].code: is required"),
    ("limits", {"burst": "many"}, "limits.burst: must be a number"),
    ("limits", {"perSecond": -1}, "limits.perSecond: must not be negative"),
    ("limits", {"operatingWindow": 0}, "limits.operatingWindow: must be greater than zero"),
    ("takenNames", [5], "takenNames[0]: must be a text that is not empty"),
    ("refusal", "NO", "refusal: must be one of ACCESS_DENIED, "),
    ("memberId", "", "memberId: must be a text that is not empty"),
]


@pytest.mark.parametrize(("path", "value", "complaint"), WRONG)
def test_what_is_wrong_is_named_with_its_place(
    tmp_path: Path, path: str, value: Any, complaint: str
) -> None:
    file = tmp_path / "seed.json"
    file.write_text(json.dumps(changed(path, value)), "utf-8")
    ended = CliRunner().invoke(emulate, ["--seed", str(file)])
    assert ended.exit_code == 1
    assert ended.output.startswith(f"Error: the seed {file}: {complaint}")
    assert ended.output.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"{", "is not JSON in UTF-8: "),
        (b'{"memberId": "\xff"}', "is not JSON in UTF-8: "),
        (b"[]", "must be an object"),
    ],
)
def test_a_file_that_is_no_seed_is_one_clear_line(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    file = tmp_path / "seed.json"
    file.write_bytes(content)
    ended = CliRunner().invoke(emulate, ["--seed", str(file)])
    assert (ended.exit_code, ended.output.count("\n")) == (1, 1)
    assert ended.output.startswith(f"Error: the seed {file}: {complaint}")


def test_a_file_that_is_not_there_is_one_clear_line() -> None:
    ended = CliRunner().invoke(emulate, ["--seed", "missing.json"])
    assert ended.exit_code == 1
    assert ended.output == "Error: the seed missing.json: No such file or directory\n"


def test_a_seed_replaces_the_shipped_objects_and_keeps_its_users(start: Start) -> None:
    table = {**TABLE, "fields": [{**TABLE["fields"][0], "visible": False}], "externalId": 7}
    seed = {**SEED, "tables": [table]}
    seed["connectors"] = [
        {**CONNECTOR, "id": 40},
        {**CONNECTOR, "dateCreate": "2025-01-02 03:04:05"},
    ]
    portal = start(seed=seed)
    assert portal.webhook == f"{portal.address}/rest/1/l0calp0rtal/"
    connector = portal.result("biconnector.connector.get", {"id": 1})["item"]
    assert connector["urlCheck"] == f"{portal.address}/c"
    assert connector["dateCreate"] == "2025-01-02 03:04:05"
    item = portal.result("biconnector.source.get", {"id": 1})["item"]
    assert [(setting["code"], setting["value"]) for setting in item["settings"]] == [("login", "a")]
    shown = portal.result("biconnector.table.get", {"id": 1})["item"]
    assert (shown["fields"][0]["visible"], shown["externalId"]) == (False, 7)
    assert portal.error("biconnector.connector.get", {"id": 123})[1] == "CONNECTOR_NOT_FOUND"
    new = {key: value for key, value in CONNECTOR.items() if key != "id"}
    assert portal.result("biconnector.connector.add", {"fields": new}) == {"id": 41}


def test_the_example_of_the_description_is_a_seed(start: Start) -> None:
    description = resources.files("pulumi_bxbi.emulator.seed") / "README.md"
    example = description.read_text("utf-8").partition("```json")[2].partition("```")[0]
    portal = start(seed=json.loads(example))
    assert {kind: len(found) for kind, found in portal.objects().items()} == {
        "connectors": 1,
        "sources": 1,
        "tables": 0,
    }


def test_a_portal_can_refuse_everything(start: Start) -> None:
    portal = start(seed={"refusal": "PORTAL_DELETED"})
    expected = (500, "PORTAL_DELETED", "Portal was deleted")
    assert portal.error("app.info") == expected
    assert portal.error("biconnector.connector.list", token="bogus") == expected
    assert portal.by_webhook("biconnector.source.fields").status_code == 500


def test_an_empty_seed_is_a_portal_without_objects(start: Start) -> None:
    portal = start(seed={})
    assert portal.objects() == {"connectors": [], "sources": [], "tables": []}
    assert portal.result("app.info")["CODE"] == portal.client_id


def test_an_application_of_a_seed_has_its_own_address(start: Start) -> None:
    application = {**APPLICATION, "redirectUri": "https://app.example/back?x=1"}
    portal = start(seed={"applications": [application], "webhooks": [{"code": "c"}]})
    assert portal.client_secret == "s"
    response = portal.http("GET", "/oauth/authorize/?client_id=local.a")
    assert response.headers["Location"].startswith("https://app.example/back?x=1&code=")


def test_one_seed_serves_both_editions(start: Start) -> None:
    connector = {**CONNECTOR, "supportMapping": True, "sourceCode": "mysql"}
    table = {**TABLE, "fields": [{**TABLE["fields"][0], "type": "money"}]}
    seed = {"connectors": [connector], "sources": [SOURCE], "tables": [table]}
    portal = start("--api", "legacy", seed=seed)
    item = portal.result("biconnector.dataset.get", {"id": 1})["item"]
    assert item["fields"][0]["type"] == "money"

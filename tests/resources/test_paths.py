"""Property paths, as options have them."""

from __future__ import annotations

import pytest

from pulumi_bxbi.resources.connector import ConnectorLifecycle
from pulumi_bxbi.resources.paths import right_path
from pulumi_bxbi.resources.source import SourceLifecycle
from pulumi_bxbi.resources.table import TableLifecycle

NAMES = (
    *ConnectorLifecycle.property_names(),
    *SourceLifecycle.property_names(),
    *TableLifecycle.property_names(),
)
PART_NAMES = {**ConnectorLifecycle.part_names(), **TableLifecycle.part_names()}


@pytest.mark.parametrize(
    "path",
    [
        "connectorId",
        '["connectorId"]',
        "title",
        "settings",
        "settings.any_key",
        'settings["a key"].below[0]',
        "columns",
        "columns[0]",
        "columns[*]",
        "columns[0].externalCode",
        'columns[12]["externalCode"]',
        "columns[*].visible",
        "parameters[0].code",
        "dateCreate",
        "*",
        "__provider",
    ],
)
def test_a_right_path_stays(path: str) -> None:
    assert right_path(path, NAMES, PART_NAMES) == path


@pytest.mark.parametrize(
    ("path", "right"),
    [
        ("connector_id", "connectorId"),
        ('["connector_id"]', "connectorId"),
        ("ConnectorId", "connectorId"),
        ("url_table_list", "urlTableList"),
        ("date_create", "dateCreate"),
        ("columns[0].external_code", "columns[0].externalCode"),
        ('columns[*]["external_code"]', "columns[*].externalCode"),
        ("columns.external_code", "columns[*].externalCode"),
        ("Settings.user_name", "settings.user_name"),
        ("parameters.code", "parameters[*].code"),
    ],
)
def test_another_spelling_is_put_right(path: str, right: str) -> None:
    assert right_path(path, NAMES, PART_NAMES) == right


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tags",
        "title.text",
        "title[0]",
        "fields",
        "columns[0].code_of_it",
        "columns[0].name.more",
        "columns.tags",
        "columns[",
        "a..b",
        "connector id",
    ],
)
def test_what_leads_nowhere_has_no_right_spelling(path: str) -> None:
    assert not right_path(path, NAMES, PART_NAMES)

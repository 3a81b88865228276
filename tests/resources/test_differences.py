"""How the values of a property differ, by their paths."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_bxbi.resources.differences import path_of
from pulumi_bxbi.resources.table import TableLifecycle
from pulumi_bxbi.resources.values import UNKNOWN
from tests.resources.states import remembered

TABLE = TableLifecycle()
A, B, C = ({"name": name, "externalCode": name.lower(), "type": "int"} for name in ("A", "B", "C"))


def paths(old: Any, new: Any) -> dict[str, str]:
    state = remembered("1", {"columns": old}, None)
    return dict(TABLE.diff(state, {"columns": new}, None).paths)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([A, B], [B, A], {}),
        ([A, B], [A, {**B, "type": "string"}], {"columns[1].type": "update"}),
        ([A, B], [{**B, "type": "string"}, A], {"columns[0].type": "update"}),
        ([A], [A, B], {"columns[1]": "add"}),
        ([A], [B, A], {"columns[0]": "add"}),
        ([A, B], [B], {"columns[0]": "delete"}),
        ([A, B], [A, C], {"columns[1]": "update"}),
        ([A, B, C], [A, {**C, "type": "date"}], {"columns[1]": "update"}),
        ([A], [{**A, "visible": False}], {"columns[0].visible": "update"}),
        ([A], [{**A, "visible": True}], {}),
        ([A], [A, UNKNOWN], {"columns": "update"}),
        ([A], [A, {**B, "name": UNKNOWN}], {"columns": "update"}),
        ([A], [A, {**B, "type": UNKNOWN}], {"columns[1]": "add"}),
        (None, [A], {"columns": "add"}),
        ([A], None, {"columns": "delete"}),
        ([], [A], {"columns[0]": "add"}),
    ],
)
def test_columns_are_compared_by_name(old: Any, new: Any, expected: dict[str, str]) -> None:
    assert paths(old, new) == expected


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("login", "settings.login"),
        ("время жизни", 'settings["время жизни"]'),
        ('a "b"', 'settings["a \\"b\\""]'),
        ("a\\b", 'settings["a\\b"]'),
        ("a\\", "settings"),
        ('a\\"b', "settings"),
        ("", 'settings[""]'),
    ],
)
def test_a_key_is_written_as_the_engine_reads_it(key: str, path: str) -> None:
    assert path_of("settings", key) == path


COLUMNS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["A", "B", "C", "D"]),
            "externalCode": st.just("x"),
            "type": st.sampled_from(["int", "date"]),
        }
    ),
    unique_by=lambda column: column["name"],
)


@given(COLUMNS, COLUMNS)
def test_there_is_a_path_for_every_column_that_differs(old: Any, new: Any) -> None:
    was, is_ = ({each["name"]: each for each in columns} for columns in (old, new))
    differing = {name for name in was.keys() | is_.keys() if was.get(name) != is_.get(name)}

    told = set()
    for path, change in paths(old, new).items():
        place = int(path.partition("[")[2].partition("]")[0])
        told |= {each[place]["name"] for each in (old,) if change != "add" and place < len(each)}
        told |= {each[place]["name"] for each in (new,) if change != "delete" and place < len(each)}

    assert differing <= told

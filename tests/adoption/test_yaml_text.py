"""Resources that are added to the text of a program in YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pulumi_bxbi.adoption.program_text import WrittenSource, WrittenTable
from pulumi_bxbi.adoption.yaml_text import read, with_declarations

if TYPE_CHECKING:
    from pathlib import Path

ENTRY = "orders:\n  type: bxbi:BiTable\n"
LETTERS = st.text(alphabet="ab:#-'\"\n |>щ", max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | LETTERS,
    lambda each: st.lists(each, max_size=3) | st.dictionaries(LETTERS, each, max_size=3),
    max_leaves=8,
)
RESOURCES = st.dictionaries(st.sampled_from("abcde"), VALUES, min_size=1)


@given(
    resources=RESOURCES,
    others=st.dictionaries(st.sampled_from(["config", "outputs", "variables"]), VALUES),
    place=st.integers(0, 3),
    indent=st.integers(2, 6),
    style=st.sampled_from([None, "|", ">", '"']),
)
def test_each_program_of_blocks_keeps_what_it_has(  # a program
    resources: dict[str, Any], others: dict[str, Any], place: int, indent: int, style: str | None
) -> None:
    parts = [*others.items()]
    parts.insert(place, ("resources", resources))
    dumped = yaml.safe_dump(
        dict(parts), sort_keys=False, indent=indent, default_style=style, allow_unicode=True
    )
    before = f"# first\n{dumped}# last\n"

    after = with_declarations(before.encode(), [ENTRY]).decode()

    read_anew = yaml.safe_load(after)
    assert read_anew.pop("resources") == {**resources, "orders": {"type": "bxbi:BiTable"}}
    assert read_anew == others
    kept = iter(after.splitlines())
    assert all(line in kept for line in before.splitlines()), "the lines are there in their order"


def test_what_a_program_declares_is_read(tmp_path: Path) -> None:
    main = tmp_path / "Main.yaml"
    main.write_text(
        """\
configuration:
  key: {type: string}
variables:
  value: 1
resources:
  shop:
    type: bxbi:index:BiSource
    name: crm
  orders:
    type: bxbi:BiTable
    properties: {sourceId: "${shop.id}", name: orders, externalCode: "a$$b"}
  goods:
    type: bxbi:BiTable
    name: all-goods
    properties: {sourceId: 7, externalCode: 8}
  other: {type: random:RandomId}
  list: {type: [bxbi:BiSource]}
  mapping: {type: {bxbi: BiSource}}
  odd: 1
""",
        "utf-8",
    )

    found = read(main)

    assert found.sources == {"crm": WrittenSource(main, "shop")}
    assert found.tables == (
        WrittenTable("orders", WrittenSource(main, "shop"), "orders", "a$b"),
        WrittenTable("all-goods", 7, "", "8"),
    )
    assert found.names == {
        "key",
        "value",
        "shop",
        "orders",
        "goods",
        "other",
        "list",
        "mapping",
        "odd",
    }


@pytest.mark.parametrize("behind", ["", "\n", "outputs: {}\n", "  # beside\n", "# outside\n"])
def test_comments_of_the_last_resource_stay_with_it(behind: str) -> None:
    before = "resources:\n  crm:\n    type: a\n    # x: 1\n\n      # y: 2\n"

    after = with_declarations(f"{before}{behind}".encode(), [ENTRY]).decode()

    assert after == f"{before}  orders:\n    type: bxbi:BiTable\n{behind}"


def test_a_comment_that_ends_the_file_stays_with_the_last_resource() -> None:
    before = "resources:\n  crm:\n    type: a\n    # x: 1"

    after = with_declarations(before.encode(), [ENTRY]).decode()

    assert after == f"{before}\n  orders:\n    type: bxbi:BiTable\n"


@pytest.mark.parametrize(
    ("before", "end"),
    [("name: a\r\nresources:\n  a: 1\n", "\n"), ("name: a\nresources:\n  a: 1\r\n", "\r\n")],
)
def test_their_lines_end_as_the_last_one_does(before: str, end: str) -> None:
    after = with_declarations(before.encode(), [ENTRY]).decode()

    assert after == f"{before}  orders:{end}    type: bxbi:BiTable{end}"

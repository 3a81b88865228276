"""Declarations that are added to the text of a program in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_bxbi.adoption.program_text import WrittenSource, WrittenTable
from pulumi_bxbi.adoption.python_text import read, with_declarations

if TYPE_CHECKING:
    from pathlib import Path

STATEMENT = 'bxbi.BiTable("заказы")\n'
IMPORT = "import pulumi_bxbi as bxbi\n"


@pytest.mark.parametrize(
    ("before", "added"),
    [
        (IMPORT, f"\n{STATEMENT}"),
        (IMPORT.rstrip(), f"\n\n{STATEMENT}"),
        ("import pulumi_bxbi\n", f"\n{IMPORT}\n{STATEMENT}"),
        (f"def f():\n    {IMPORT}", f"\n{IMPORT}\n{STATEMENT}"),
        (f"{IMPORT}if a:\n    b()  # c", f"\n\n{STATEMENT}"),
        ("", f"\n{IMPORT}\n{STATEMENT}"),
        (f"{IMPORT}'''\n'''\n# -*- coding: utf-8 -*-\n", f"\n{STATEMENT}"),
    ],
)
def test_they_stand_behind_all_that_is_there(before: str, added: str) -> None:
    assert with_declarations(before.encode(), [STATEMENT]).decode() == before + added


@pytest.mark.parametrize(
    ("before", "end"),
    [
        ("a = 1\r\nb = 2\n", "\n"),
        ("a = 1\nb = 2\r\n", "\r\n"),
        ("a = 1\r\nb = 2\nc", "\n"),
        ("a = 1\nb = 2\r\nc", "\r\n"),
    ],
)
def test_their_lines_end_as_the_last_one_does(before: str, end: str) -> None:
    added = with_declarations(before.encode(), [STATEMENT]).decode().removeprefix(before)

    assert added.count(end) == added.count("\n") > 1
    assert added.count("\r") == (added.count("\n") if end == "\r\n" else 0)


def test_a_comment_is_not_added_in_another_encoding() -> None:
    before = f"# coding: cp1251\n{IMPORT}".encode("cp1251")

    with pytest.raises(ValueError, match="is written in cp1251, and what would be added in UTF-8"):
        with_declarations(before, ["# щука\nbxbi.BiTable('a')\n"])
    assert with_declarations(before, ["bxbi.BiTable('a')\n"]).startswith(before)


@pytest.mark.parametrize(
    "content",
    [
        f"# coding: latin-1\n{IMPORT}".encode(),
        f"{IMPORT}a = 1 + \\".encode(),
        f"{IMPORT}a = (".encode(),
    ],
    ids=["another encoding", "a statement that goes on", "no Python"],
)
def test_a_text_that_they_would_not_fit_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"is (written|not Python)"):
        with_declarations(content, [STATEMENT])


def test_what_a_program_declares_is_read(tmp_path: Path) -> None:
    main, module = tmp_path / "__main__.py", tmp_path / "sources.py"
    main.write_text(
        """\
import os, sources
from sources import crm
from .more import thing
crm = bxbi.BiSource("crm", *arguments)
def tables():
    bxbi.BiTable("orders", crm.id, "orders", "Orders", "or" "ders", columns=[])
    BiTable(resource_name=f"{x}", source_id=42, external_code=code, **more)
    other("orders")
    (lambda: 1)("x")
""",
        "utf-8",
    )
    module.write_text("erp: object = bxbi.BiSource('erp')\nother: int\nimport __main__\n", "utf-8")

    found = read(main)

    assert found.sources == {
        "crm": WrittenSource(main, "crm"),
        "erp": WrittenSource(module, "erp"),
    }
    assert found.tables == (
        WrittenTable("orders", WrittenSource(main, "crm"), "orders", "orders"),
        WrittenTable("", 42, "", ""),
    )
    assert read(tmp_path / "missing.py").sources == {}


@pytest.mark.parametrize(
    ("module", "expression", "place"),
    [
        ("", "crm.id", ("tables.py", "crm")),
        ("import sources\n", "sources.crm.id", ("sources.py", "crm")),
        ("import sources as s\n", "s.crm.id", ("sources.py", "crm")),
        ("from . import sources\n", "sources.crm.id", ("sources.py", "crm")),
        ("from sources import crm\n", "crm.id", ("sources.py", "crm")),
        ("from sources import crm as shop\n", "shop.id", ("sources.py", "crm")),
        ("from sources import crm\ncrm = 1\n", "crm.id", ("tables.py", "crm")),
        ("def f(crm): pass\n", "crm.id", None),
        ("import sources\n", "sources.id", None),
        ("import a.b\n", "a.b.crm.id", None),
        ("", "self.crm.id", None),
        ("", "by['a/b'].crm.id", None),
        ("", "number", None),
    ],
)
def test_the_source_of_a_table_is_where_the_text_shows_it(
    tmp_path: Path, module: str, expression: str, place: tuple[str, str] | None
) -> None:
    main = tmp_path / "tables.py"
    main.write_text(f"{module}BiTable('orders', {expression})\n", "utf-8")

    (table,) = read(main).tables

    assert table.source == (WrittenSource(tmp_path / place[0], place[1]) if place else None)

"""Declarations that are added to the files of a program."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from pulumi_bxbi.adoption.adding import add
from pulumi_bxbi.adoption.declaring import Declaration, Declared
from pulumi_bxbi.adoption.errors import NotAddedError
from pulumi_bxbi.adoption.language import Language
from tests.unreplaceable import read_only_folder

PROGRAM = "import pulumi_bxbi as bxbi\n"
TABLE = 'bxbi.BiTable("orders")\n'


def declared(*files: Path) -> Declared:
    """Declare one table for each file."""
    declarations = [Declaration("orders", "crm", file, TABLE, refers=True) for file in files]
    return Declared(Language.PYTHON, True, declarations, (), "test")  # noqa: FBT003  # a field


def test_a_hidden_file_of_the_user_is_kept(tmp_path: Path) -> None:
    main, other = tmp_path / "main.py", tmp_path / ".main.py.part"
    main.write_text(PROGRAM, "utf-8")
    other.write_text("mine", "utf-8")

    add(declared(main))

    assert main.read_text("utf-8") == f"{PROGRAM}\n{TABLE}"
    assert other.read_text("utf-8") == "mine"
    assert sorted(tmp_path.iterdir()) == [other, main]


def test_a_name_of_any_length_is_fine(tmp_path: Path) -> None:
    main = tmp_path / f"{'m' * 252}.py"
    main.write_text(PROGRAM, "utf-8")

    add(declared(main))

    assert main.read_text("utf-8").endswith(TABLE)


def test_a_program_that_is_read_only_is_not_changed() -> None:
    with read_only_folder(main=PROGRAM) as folder:
        main = folder / "main.json"
        folder.chmod(0o700)
        main.chmod(0o400)

        with pytest.raises(NotAddedError, match="Nothing was added") as raised:
            add(declared(main))

        assert str(raised.value).startswith(f"{main} cannot be written: Permission denied.")
        assert main.read_text("utf-8") == PROGRAM


def test_a_folder_that_is_read_only_keeps_the_program() -> None:
    with read_only_folder(main=PROGRAM) as folder:
        main = folder / "main.json"

        with pytest.raises(NotAddedError, match="Nothing was added") as raised:
            add(declared(main))

        assert str(raised.value).startswith(f"{main} cannot be written: Permission denied.")
        assert main.read_text("utf-8") == PROGRAM
        assert list(folder.iterdir()) == [main]


def test_links_that_lead_nowhere_are_told(tmp_path: Path) -> None:
    main = tmp_path / "main.py"
    main.symlink_to(main)

    with pytest.raises(NotAddedError, match=r"main\.py cannot be read: Too many levels"):
        add(declared(main))


def test_what_is_changed_before_a_failure_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first.py", tmp_path / "second.py"
    for each in (first, second):
        each.write_text(PROGRAM, "utf-8")
    replace = Path.replace

    def fail_for_the_second(path: Path, target: Path) -> Path:
        if target == second:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(path), None, str(target))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", fail_for_the_second)

    with pytest.raises(NotAddedError) as raised:
        add(declared(first, second))

    assert str(raised.value).startswith(
        f"{second} cannot be written: {os.strerror(errno.EBUSY)}. Nothing was added but to {first}."
    )
    assert first.read_text("utf-8").endswith(TABLE)
    assert second.read_text("utf-8") == PROGRAM
    assert sorted(tmp_path.iterdir()) == [first, second]

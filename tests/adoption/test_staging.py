"""Files get into their places together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_bxbi.adoption.staging import staged, taken

if TYPE_CHECKING:
    from pathlib import Path


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_nothing_is_in_its_place_before_the_end(tmp_path: Path) -> None:
    files = {tmp_path / "a" / "b" / "x.py": b"x", tmp_path / "y.json": b"y"}

    with staged(files, private=[tmp_path / "y.json"]) as place:
        assert not any(path.exists() for path in files)
        place()

    assert names(tmp_path) == {"a", "a/b", "a/b/x.py", "y.json"}
    assert {path: path.read_bytes() for path in files} == files
    assert (tmp_path / "y.json").stat().st_mode & 0o777 == 0o600


def test_what_is_not_placed_leaves_nothing(tmp_path: Path) -> None:
    files = {tmp_path / "a" / "b" / "x.py": b"x", tmp_path / "y.py": b"y"}

    with pytest.raises(KeyboardInterrupt), staged(files):
        raise KeyboardInterrupt

    assert names(tmp_path) == set()


def test_one_that_cannot_be_placed_takes_the_others_back(tmp_path: Path) -> None:
    files = {tmp_path / "x.py": b"x", tmp_path / "y.py": b"y"}

    def place_over_a_folder() -> None:
        with staged(files) as place:
            (tmp_path / "y.py").mkdir()
            place()

    with pytest.raises(OSError, match="directory"):
        place_over_a_folder()

    assert names(tmp_path) == {"y.py"}


def test_a_file_that_was_left_by_a_killed_run_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / ".x.py.part").write_bytes(b"old")

    with staged({tmp_path / "x.py": b"new"}) as place:
        place()

    assert (tmp_path / "x.py").read_bytes() == b"new"
    assert names(tmp_path) == {"x.py"}


def test_only_what_is_different_is_in_the_way(tmp_path: Path) -> None:
    same, other, folder = tmp_path / "same", tmp_path / "other", tmp_path / "folder"
    same.write_bytes(b"x")
    other.write_bytes(b"y")
    folder.mkdir()

    assert taken(dict.fromkeys((same, other, folder, tmp_path / "new"), b"x")) == [other, folder]
    inode = same.stat().st_ino
    with staged({same: b"x"}) as place:
        place()
    assert same.stat().st_ino == inode

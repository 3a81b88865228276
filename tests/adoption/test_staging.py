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

    with pytest.raises(FileExistsError):
        place_over_a_folder()

    assert names(tmp_path) == {"y.py"}


@pytest.mark.parametrize("is_placed", [True, False])
def test_hidden_files_that_stand_there_already_are_left_alone(
    tmp_path: Path, *, is_placed: bool
) -> None:
    """They are the user's, or were left by a run that was killed."""
    others = {".x.py.part": b"mine", ".bxbi-x.py.part": b"old"}
    for name, content in others.items():
        (tmp_path / name).write_bytes(content)

    with staged({tmp_path / "x.py": b"new"}) as place:
        if is_placed:
            place()

    assert names(tmp_path) == {*others, *(["x.py"] if is_placed else [])}
    assert {name: (tmp_path / name).read_bytes() for name in others} == others


def test_a_file_that_has_come_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    files = {tmp_path / "x.py": b"x", tmp_path / "y.py": b"y"}

    def place_late() -> None:
        with staged(files) as place:
            (tmp_path / "y.py").write_bytes(b"mine")
            place()

    with pytest.raises(FileExistsError) as caught:
        place_late()

    assert caught.value.filename == str(tmp_path / "y.py")
    assert names(tmp_path) == {"y.py"}
    assert (tmp_path / "y.py").read_bytes() == b"mine"


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

"""A file that is replaced, or written in place where that is refused."""

from __future__ import annotations

import os
import resource
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import filelock
import pytest

from pulumi_bxbi.portal.oauth.private_file import PrivateFile
from tests.unreplaceable import read_only_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """Let no file grow beyond a number of bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


class TestWriting:
    @pytest.mark.parametrize("content", [b"", b"new", b"longer than before"])
    def test_where_nothing_can_be_made_beside_it_the_file_itself_is_written(
        self, content: bytes
    ) -> None:
        with read_only_folder(tokens="before") as folder:
            path = folder / "tokens.json"
            inode = path.stat().st_ino
            path.chmod(0o644)

            PrivateFile(path).write(content)

            assert path.read_bytes() == content
            assert (path.stat().st_ino, path.stat().st_mode & 0o777) == (inode, 0o600)
            assert list(folder.iterdir()) == [path]

    def test_what_cannot_be_written_to_its_end_leaves_what_was_there(self) -> None:
        with read_only_folder(tokens="before") as folder:
            path = folder / "tokens.json"

            with full_disk(10), pytest.raises(OSError, match="too large"):
                PrivateFile(path).write(b"new, and much longer")

            assert path.read_bytes() == b"before"

    def test_a_full_disk_leaves_nothing_beside_it(self, tmp_path: Path) -> None:
        with full_disk(10), pytest.raises(OSError, match="too large"):
            PrivateFile(tmp_path / "tokens.json").write(b"new, and much longer")

        assert list(tmp_path.iterdir()) == []


class TestTrying:
    def test_it_changes_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / "tokens.json"
        path.write_bytes(b"before")
        before = path.stat()

        PrivateFile(path).try_writing()
        with read_only_folder(tokens="before") as folder:
            PrivateFile(folder / "tokens.json").try_writing()

        assert (path.read_bytes(), path.stat()) == (b"before", before)
        assert list(tmp_path.iterdir()) == [path]

    def test_a_file_that_is_not_there_needs_a_folder_to_be_made_in(self, tmp_path: Path) -> None:
        PrivateFile(tmp_path / "tokens.json").try_writing()

        with read_only_folder() as folder, pytest.raises(OSError, match="denied"):
            PrivateFile(folder / "tokens.json").try_writing()
        with full_disk(10), pytest.raises(OSError, match="too large"):
            PrivateFile(tmp_path / "tokens.json").try_writing()
        assert list(tmp_path.iterdir()) == []

    def test_a_file_that_is_read_only_can_only_be_replaced(self) -> None:
        with read_only_folder(tokens="before") as folder:
            path = folder / "tokens.json"
            path.chmod(0o400)

            with pytest.raises(OSError, match="denied"):
                PrivateFile(path).try_writing()
            folder.chmod(0o700)
            PrivateFile(path).try_writing()

            assert path.read_bytes() == b"before"
            assert list(folder.iterdir()) == [path]


class TestLock:
    def test_a_folder_without_room_for_a_lock_needs_none(self) -> None:
        with read_only_folder(tokens="") as folder:
            path = folder / "tokens.json"
            with (
                PrivateFile(path).locked(0),
                pytest.raises(filelock.Timeout) as caught,
                PrivateFile(path).locked(0),
            ):
                pass

            assert caught.value.lock_file == str(path)
            with PrivateFile(path).locked(0):
                assert list(folder.iterdir()) == [path]

    def test_containers_that_share_the_file_alone_take_turns(self, tmp_path: Path) -> None:
        """Each has a folder of its own around it, with a lock that the other does not see."""
        for each in ("one", "other"):
            (tmp_path / each).mkdir()
        file, same = tmp_path / "one" / "tokens.json", tmp_path / "other" / "tokens.json"
        file.touch()
        same.hardlink_to(file)

        with (
            PrivateFile(file).locked(0),
            pytest.raises(filelock.Timeout),
            PrivateFile(same).locked(0),
        ):
            pass

    def test_who_has_waited_locks_the_file_that_is_there_then(self) -> None:
        """And not the one that it has waited for, which was replaced."""
        with read_only_folder(tokens="before") as folder:
            path = folder / "tokens.json"
            waiting, goes_on = threading.Event(), threading.Event()

            def wait() -> None:
                waiting.set()
                with PrivateFile(path).locked(60):
                    entered.set()
                    goes_on.wait()

            entered = threading.Event()
            other = threading.Thread(target=wait)
            with PrivateFile(path).locked(0):
                other.start()
                waiting.wait()
                folder.chmod(0o700)
                PrivateFile(path).write(b"after")
                folder.chmod(0o500)
            entered.wait()

            with pytest.raises(filelock.Timeout), PrivateFile(path).locked(0):
                pass
            goes_on.set()
            other.join()

    def test_nothing_to_lock_is_told(self) -> None:
        with (
            read_only_folder() as folder,
            pytest.raises(OSError, match="denied"),
            PrivateFile(folder / "tokens.json").locked(0),
        ):
            pass
        assert not os.path.lexists(folder)

"""Files and commands that keep tokens."""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING

import pytest

from pulumi_bxbi.portal import PortalError
from pulumi_bxbi.portal.oauth.token_stores import CommandStore, FileStore, read_tokens, token_store
from tests.portal.test_tokens import read

if TYPE_CHECKING:
    from pathlib import Path

PORTAL = "https://acme.bitrix24.com"


@pytest.fixture
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data"


class TestFile:
    def test_nothing_is_there_before_something_is_stored(self, tmp_path: Path) -> None:
        assert FileStore(tmp_path / "new" / "tokens.json").get() is None

    def test_only_its_owner_can_read_it(self, tmp_path: Path) -> None:
        path = tmp_path / "new" / "tokens.json"
        store = FileStore(path)

        with store.lock():
            store.set("Ж")

        assert store.get() == "Ж"
        modes = {each.name: each.stat().st_mode & 0o777 for each in (path, *path.parent.iterdir())}
        assert modes == {"tokens.json": 0o600, "tokens.json.lock": 0o600}
        assert path.parent.stat().st_mode & 0o777 == 0o700

    def test_a_file_that_was_open_to_all_is_so_no_longer(self, tmp_path: Path) -> None:
        path = tmp_path / "tokens.json"
        path.write_text("old", "utf-8")
        path.chmod(0o644)

        FileStore(path).set("new")

        assert path.stat().st_mode & 0o777 == 0o600

    def test_it_is_replaced_and_never_half_written(self, tmp_path: Path) -> None:
        path = tmp_path / "tokens.json"
        FileStore(path).set("old")
        with path.open(encoding="utf-8") as reader:
            FileStore(path).set("new")

            assert reader.read() == "old"
        assert path.read_text("utf-8") == "new"

    def test_a_link_stays_a_link(self, tmp_path: Path) -> None:
        link = tmp_path / "tokens.json"
        link.symlink_to(tmp_path / "real.json")

        FileStore(link).set("new")

        assert link.is_symlink()
        assert (tmp_path / "real.json").read_text("utf-8") == "new"

    def test_a_folder_is_no_store(self, tmp_path: Path) -> None:
        store = FileStore(tmp_path)

        with pytest.raises(PortalError, match=r"(?s)reading .* Is a directory.*BXBI_TOKEN_STORE"):
            store.get()
        with pytest.raises(PortalError, match=r"(?s)writing .* directory.*BXBI_TOKEN_STORE"):
            store.set("x")
        assert list(tmp_path.parent.glob("*.tmp")) == []

    def test_a_folder_that_cannot_be_made_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        store = FileStore(tmp_path / "file" / "tokens.json")

        with pytest.raises(PortalError, match="locking the token store"), store.lock():
            pass

    def test_another_process_is_not_waited_for_for_ever(self, tmp_path: Path) -> None:
        path = tmp_path / "tokens.json"

        with (
            FileStore(path).lock(),
            pytest.raises(PortalError, match="Another process has held"),
            FileStore(path, lock_timeout=0.0).lock(),
        ):
            pass

    def test_what_is_no_text_is_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "tokens.json"
        path.write_bytes(b"\xff\xfe")

        with pytest.raises(PortalError, match="It is not a text"):
            FileStore(path).get()


def command(*lines: str) -> str:
    return shlex.join([sys.executable, "-c", "\n".join(lines)])


class TestCommand:
    @pytest.fixture
    def lock(self, tmp_path: Path) -> FileStore:
        return FileStore(tmp_path / "lock")

    def test_it_gets_and_sets(self, tmp_path: Path, lock: FileStore) -> None:
        kept = tmp_path / "it's kept"
        script = command(
            "import pathlib, sys",
            f"kept = pathlib.Path({str(kept)!r})",
            "if sys.argv[1] == 'set': kept.write_bytes(sys.stdin.buffer.read())",
            "elif kept.exists(): print(kept.read_text('utf-8'))",
        )
        store = CommandStore(script, lock)

        assert store.get() is None
        store.set("Ж")
        assert store.get() == "Ж"
        assert kept.read_bytes() == "Ж".encode()

    def test_no_shell_reads_it(self, lock: FileStore) -> None:
        store = CommandStore("echo '$HOME;' `id` >x", lock)

        assert store.get() == "$HOME; `id` >x get"

    def test_a_failure_is_told_in_its_own_words(self, lock: FileStore) -> None:
        script = command("import sys", "sys.exit('vault is sealed, ' + sys.argv[-1])")

        with pytest.raises(PortalError) as caught:
            CommandStore(f"{script} --password=hunter2", lock).set("s3cret")

        text = str(caught.value)
        assert f"writing the token store the command {sys.executable} failed." in text
        assert "ended with status 1 and said: vault is sealed, set" in text
        assert "hunter2" not in text
        assert "s3cret" not in text

    def test_a_failure_that_repeats_the_tokens_shows_none(self, lock: FileStore) -> None:
        script = command("import sys", "sys.exit('refused: ' + sys.stdin.read())")

        with pytest.raises(PortalError, match="refused") as caught:
            CommandStore(script, lock).set('{"accessToken": "at-1", "refreshToken": "rt-1"}')

        assert "at-1" not in str(caught.value)
        assert "rt-1" not in str(caught.value)

    def test_one_that_hangs_is_ended_with_its_children(
        self, tmp_path: Path, lock: FileStore
    ) -> None:
        os.mkfifo(tmp_path / "never")
        script = shlex.join(["sh", "-c", f"cat {tmp_path / 'never'}; echo late"])

        with pytest.raises(PortalError, match=r"`sh … get` did not end within 0.2 seconds"):
            CommandStore(script, lock, timeout=0.2).get()

    def test_one_that_does_not_exist_is_told(self, lock: FileStore) -> None:
        with pytest.raises(PortalError, match="No such file or directory"):
            CommandStore("/nonexistent/vault", lock).get()

    def test_it_works_without_a_place_for_a_lock(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        store = CommandStore("true", FileStore(tmp_path / "file" / "lock"))

        with store.lock():
            assert store.get() is None

    def test_it_locks_on_this_machine(self, tmp_path: Path) -> None:
        lock = FileStore(tmp_path / "lock", lock_timeout=0.0)

        with (
            CommandStore("true", lock).lock(),
            pytest.raises(PortalError, match="Another process"),
            CommandStore("true", lock).lock(),
        ):
            pass


class TestSetting:
    def test_the_default_is_a_file_for_each_portal_and_application(self, data_home: Path) -> None:
        folder = data_home / "pulumi-bxbi"

        assert [
            token_store("", portal, client_id).location
            for portal, client_id in (
                (PORTAL, "local.1"),
                (PORTAL, "local.2"),
                ("https://Other.bitrix24.com:8443", "../x"),
            )
        ] == [
            str(folder / "acme.bitrix24.com_local.1.json"),
            str(folder / "acme.bitrix24.com_local.2.json"),
            str(folder / "other.bitrix24.com-8443_..-x.json"),
        ]

    def test_a_portal_that_has_moved_keeps_its_file(self, data_home: Path) -> None:
        folder = data_home / "pulumi-bxbi"
        store = token_store("", PORTAL, "local.1")
        store.set(read(movedTo=["https://new.bitrix24.com"]).to_json())
        (folder / "broken.json").write_text("{", "utf-8")

        assert token_store("", "https://new.bitrix24.com", "local.1").location == store.location
        assert token_store("", "https://new.bitrix24.com", "local.2").location != store.location

    @pytest.mark.parametrize("setting", ["exec:", "exec: ", "exec:vault 'x", "~nobody-here/x"])
    def test_a_setting_that_names_nothing_is_refused(self, setting: str) -> None:
        with pytest.raises(ValueError, match=r"no command|No closing quotation|home folder"):
            token_store(setting, PORTAL, "local.1")


class TestTokens:
    @pytest.mark.parametrize(
        ("content", "text"),
        [
            ("", "It is empty"),
            ("\n", "It is empty"),
            ("{", "not a JSON object"),
            ('{"password": "hunter2"}', "does not hold tokens: portal: Field required"),
            (read(clientId="local.2").to_json(), "application local.2 on https://acme"),
            (read(portal="https://b.example").to_json(), "local.1 on https://b.example, not those"),
        ],
    )
    def test_what_is_not_ours_is_told(self, tmp_path: Path, content: str, text: str) -> None:
        path = tmp_path / "tokens.json"
        path.write_text(content, "utf-8")

        with pytest.raises(PortalError, match=text) as caught:
            read_tokens(FileStore(path), PORTAL, "local.1")

        assert "BXBI_TOKEN_STORE" in str(caught.value)
        assert "overwritten" in str(caught.value)
        assert "hunter2" not in str(caught.value)
        assert "s3cret" not in str(caught.value)

    def test_what_is_ours_is_read(self, tmp_path: Path) -> None:
        store = FileStore(tmp_path / "tokens.json")
        assert read_tokens(store, PORTAL, "local.1") is None
        store.set(read().to_json())

        assert read_tokens(store, PORTAL, "local.1") == read()

    def test_what_was_written_in_place_and_not_cut_off_any_more_is_read(
        self, tmp_path: Path
    ) -> None:
        store = FileStore(tmp_path / "tokens.json")
        store.set(read().to_json() + " " * 40)

        assert read_tokens(store, PORTAL, "local.1") == read()

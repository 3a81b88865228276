"""Processes that work on one portal at the same time, and the file that they share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import filelock
import pytest

from pulumi_bxbi.emulator.state.limits import Bucket as PortalBucket
from pulumi_bxbi.portal.rest.bucket import Bucket, SharedStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PORTAL = "https://acme.bitrix24.com"
BURST, PER_SECOND = 10, 2
#: What may stand in the file in place of calls.
IN_FLIGHT = '{"level": 1, "since": 1, "in_flight": [7]}'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for what processes of a user share."""
    made = tmp_path / "runtime"
    made.mkdir(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(made))
    return made


@pytest.fixture
def file(folder: Path) -> Path:
    """The file that holds the fill of the portal's bucket."""
    Bucket(BURST, PER_SECOND, SharedStore(PORTAL)).take(0)
    (found,) = folder.glob("pulumi-bxbi/*.json")
    return found


def bucket(portal: str = PORTAL) -> Bucket:
    """What another process has of the bucket."""
    return Bucket(BURST, PER_SECOND, SharedStore(portal))


def sent_at(shared: Bucket, moment: float) -> float:
    """Send a call as soon as there is room from a moment on; it is answered at once."""
    while wait := shared.take(moment):
        moment += wait + 1e-9
    shared.answered(moment, moment, counts=True)
    return moment


@pytest.mark.usefixtures("folder")
def test_processes_fill_one_bucket_together() -> None:
    processes = [bucket() for _ in range(3)]
    moments = [sent_at(processes[number % 3], 1.0) for number in range(30)]

    portal = PortalBucket(BURST + 1e-6, PER_SECOND)
    assert all(portal.take("", moment) for moment in sorted(moments))
    assert max(moments) == pytest.approx(1 + (30 - BURST) / PER_SECOND)


@pytest.mark.usefixtures("folder")
def test_each_portal_has_its_own() -> None:
    for _ in range(BURST):
        sent_at(bucket(), 1.0)

    assert bucket().wait(1.0) > 0
    assert bucket("https://tokyo.bitrix24.com").wait(1.0) == 0


@pytest.mark.usefixtures("folder")
def test_a_refused_call_makes_all_processes_wait() -> None:
    bucket().pause_until(5.0)

    assert bucket().wait(1.0) == 4.0


@pytest.mark.usefixtures("folder")
def test_a_call_counts_for_one_that_has_read_the_clock_before_it() -> None:
    for _ in range(BURST):
        assert bucket().take(1.0) == 0

    assert bucket().take(0.9) > 0


@pytest.mark.usefixtures("folder")
def test_calls_count_until_they_must_have_been_answered() -> None:
    for _ in range(BURST):
        assert bucket().take(1.0) == 0

    assert bucket().wait(100.0) > 0
    assert bucket().wait(130.0) == 0


def test_calls_of_a_process_that_has_ended_drain(file: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    in_flight = [[101.0, ended.pid]] * BURST + [[101.0, os.getpid()]]
    file.write_text(json.dumps({"level": 0, "since": 0, "in_flight": in_flight}), "ascii")

    assert bucket().wait(1.0) == pytest.approx(2 / PER_SECOND)
    assert bucket().wait(2.0) == 0


@pytest.mark.usefixtures("file")
def test_what_was_before_a_restart_of_the_machine_is_forgotten() -> None:
    for _ in range(BURST):
        sent_at(bucket(), 100_000.0)

    assert bucket().wait(7.0) == 0


def test_without_room_on_the_disk_a_process_goes_on_with_what_it_knows(file: Path) -> None:
    mine = bucket()
    for _ in range(BURST - 1):
        assert mine.take(1.0) == 0
    file.unlink()
    file.mkdir()  # in its place nothing can be written

    assert mine.wait(1.0) > 0
    mine.pause_until(9.0)
    assert mine.wait(1.0) >= 8.0


@pytest.mark.usefixtures("folder")
def test_nobody_shortens_the_pause_of_another() -> None:
    bucket().pause_until(30.0)
    bucket().pause_until(5.0)

    assert bucket().wait(1.0) == 29.0


def test_while_another_process_holds_the_file_for_too_long_what_is_known_counts(
    file: Path,
) -> None:
    mine = bucket()
    for _ in range(BURST - 1):
        assert mine.take(1.0) == 0

    with filelock.FileLock(f"{file}.lock", 0):
        assert mine.wait(1.0) > 0
    bucket().pause_until(9.0)
    assert mine.wait(1.0) >= 8.0


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"level": "full"}', "\x00", '{"level": null}', IN_FLIGHT]
)
def test_a_damaged_file_is_an_empty_bucket(content: str, file: Path) -> None:
    file.write_text(content, "utf-8")

    assert bucket().take(1.0) == 0


def test_a_file_holds_nothing_but_numbers_and_the_portal(file: Path) -> None:
    assert file.name == "https%3A%2F%2Facme.bitrix24.com.json"
    kept = f'{{"level": 0.0, "since": -Infinity, "in_flight": [[120.0, {os.getpid()}]]}}'
    assert file.read_text("ascii") == kept


def _a_file(inside: Path) -> None:
    inside.touch()


def _open_to_others(inside: Path) -> None:
    inside.mkdir()
    inside.chmod(0o777)


def _a_link(inside: Path) -> None:
    elsewhere = inside.parent.with_name("elsewhere")
    elsewhere.mkdir()
    inside.symlink_to(elsewhere)


@pytest.mark.parametrize("make", [_a_file, _open_to_others, _a_link])
def test_without_a_private_folder_a_process_goes_on_alone(
    make: Callable[[Path], None], folder: Path
) -> None:
    make(folder / "pulumi-bxbi")

    mine, other = bucket(), bucket()
    for _ in range(BURST):
        assert mine.take(1.0) == 0

    assert mine.wait(1.0) > 0
    assert other.wait(1.0) == 0
    assert not list(folder.parent.rglob("*.json"))


def test_a_user_without_such_a_folder_gets_one_without_a_word(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "XDG_RUNTIME_DIR"}
    program = """
from pulumi_bxbi.portal.rest.bucket import Bucket, SharedStore
for _ in range(2):
    print(Bucket(1, 1, SharedStore("http://127.0.0.1:9")).take(1.0))
"""
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env={**environment, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert ended.stdout == "0.0\n1.0\n"
    assert ended.stderr == ""


def test_real_processes_wait_for_each_other(folder: Path) -> None:
    """Each takes half of the calls, at the same time, in a fast bucket."""
    program = f"""
import time
from pulumi_bxbi.portal.rest.bucket import Bucket, SharedStore
shared = Bucket({BURST}, 100, SharedStore({PORTAL!r}))
for _ in range(40):
    while wait := shared.take(now := time.monotonic()):
        time.sleep(wait)
    shared.answered(now, time.monotonic(), counts=True)
    print(now)
"""
    command = [sys.executable, "-c", program]
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(folder)}
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(2)
    ]
    moments = [float(line) for each in both for line in each.communicate()[0].splitlines()]

    assert len(moments) == 80
    portal = PortalBucket(BURST + 1e-3, 100)
    assert all(portal.take("", moment) for moment in sorted(moments))

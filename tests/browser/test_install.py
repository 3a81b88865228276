"""What `make test` does about the browser, with stand-ins for what a machine may have."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

INSTALL = Path(__file__).with_name("install.py")
UPDATE = "apt-get update"
LINE = "apt-get install -y --no-install-recommends chromium chromium-driver fonts-inter"

# An apt-get that writes down how it was called, and "installs" what the test says.
APT_GET = """\
#!/bin/sh
here=${0%/*}
echo "apt-get $*" >> "$here/called"
if [ "$1" = install ]; then
    if [ -z "$INSTALLS" ]; then echo No room left; exit 100; fi
    for program in $INSTALLS; do
        : > "$here/$program"
        /bin/chmod +x "$here/$program"
    done
fi
"""


class Machine:
    """A computer with nothing on PATH but what a test puts there."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        programs.mkdir()

    def add(self, name: str, script: str = "") -> None:
        """Put a program on PATH."""
        program = self.programs / name
        program.write_text(script)
        program.chmod(0o755)

    def install(self, installs: str = "") -> tuple[int, str, str]:
        """Run install.py; return its exit status, standard output and standard error."""
        done = subprocess.run(
            [sys.executable, str(INSTALL)],
            env={"PATH": str(self.programs), "INSTALLS": installs},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def called(self) -> list[str]:
        """Return how apt-get was called."""
        record = self.programs / "called"
        return record.read_text().splitlines() if record.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "bin")


@pytest.mark.parametrize("browser", ["chromium", "chromium-browser", "google-chrome"])
def test_a_browser_and_its_driver_are_used_as_they_are(machine: Machine, browser: str) -> None:
    machine.add(browser)
    machine.add("chromedriver")
    machine.add("apt-get", APT_GET)

    assert machine.install() == (0, "", "")
    assert machine.called() == []


@pytest.mark.parametrize(
    ("present", "missing"),
    [
        ([], "Chromium and chromedriver"),
        (["chromium"], "chromedriver"),
        (["chromedriver"], "Chromium"),
    ],
)
def test_without_apt_get_the_line_to_run_is_told(
    machine: Machine, present: list[str], missing: str
) -> None:
    for name in present:
        machine.add(name)

    status, output, errors = machine.install()

    assert (status, output) == (1, "")
    assert f"need {missing} on PATH" in errors
    assert f"sudo {UPDATE} && sudo {LINE}" in errors


def test_root_installs_and_others_are_told_how(machine: Machine) -> None:
    machine.add("apt-get", APT_GET)

    status, output, errors = machine.install(installs="chromium chromedriver")

    assert output == ""
    if os.geteuid() == 0:
        assert status == 0
        assert errors == "Installing Chromium, once on a machine ...\n"
        assert machine.called() == [UPDATE, LINE]
        assert machine.install() == (0, "", "")
    else:
        assert status == 1
        assert f"sudo {UPDATE} && sudo {LINE}" in errors
        assert machine.called() == []


@pytest.mark.parametrize(
    ("installs", "complaint"),
    [
        ("", "No room left\n\nThis command failed: " + LINE),
        ("chromium", "apt-get has installed Chromium, and yet chromedriver is not on PATH."),
    ],
)
def test_an_installation_that_failed_is_told(
    machine: Machine, installs: str, complaint: str
) -> None:
    machine.add("apt-get", APT_GET)

    status, output, errors = machine.install(installs)

    assert (status, output) == (1, "")
    assert (complaint if os.geteuid() == 0 else LINE) in errors

"""Make `.venv`: the pinned development dependencies and the package itself, editable.

Everything comes from tests/requirements.txt, nothing is resolved. What is already there is left
alone: the environment is made anew when the pins or the interpreter change, and only the package
is installed again when pyproject.toml changes.

The standard library is enough for it, and any Python 3 can read it: an old one has to be able to
say that it is too old.
"""

import fcntl
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "pyproject.toml"
PINS = ROOT / "tests" / "requirements.txt"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def main() -> None:
    """Bring `.venv` up to date, saying on standard error what is done."""
    refuse_old_python()
    # Two at once take turns. The lock is on the folder, so no file is left, and ends with us.
    fcntl.flock(os.open(str(ROOT), os.O_RDONLY), fcntl.LOCK_EX)

    pins = Stamp("pins", PINS.read_text(encoding="utf-8"), sys.version, sys.base_prefix)
    if not pins.holds():
        say("Making .venv from " + sys.executable + " and tests/requirements.txt ...")
        run(sys.executable, "-m", "venv", "--clear", str(VENV))
        pip("install", "--no-deps", "--requirement", str(PINS))
        pins.set()

    package = Stamp("package", PROJECT.read_text(encoding="utf-8"))
    if not package.holds():
        say("Installing the package into .venv ...")
        pip("install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
        pip("check")
        package.set()


class Stamp:
    """Remembers inside `.venv` what a finished step was made from, and vanishes with it."""

    def __init__(self, name: str, *sources: str) -> None:
        """Describe the step `name`, to be repeated when one of its sources changes."""
        self._file = VENV / (name + ".sha256")
        self._digest = hashlib.sha256("\0".join(sources).encode()).hexdigest()

    def holds(self) -> bool:
        """Tell whether the step was finished with these very sources."""
        return self._file.exists() and self._file.read_text(encoding="ascii") == self._digest

    def set(self) -> None:
        """Record that the step is finished."""
        self._file.write_text(self._digest, encoding="ascii")


def refuse_old_python() -> None:
    """End with an explanation if pyproject.toml wants a later Python than this one."""
    text = PROJECT.read_text(encoding="utf-8")
    wanted = re.findall(r'^requires-python = ">=(\d+)\.(\d+)"$', text, re.MULTILINE)[0]
    if sys.version_info[:2] < (int(wanted[0]), int(wanted[1])):
        found = ".".join(str(number) for number in sys.version_info[:3])
        sys.exit(
            "This project needs Python {0} or later, and {1} is Python {2}.\n"
            "Install a later one and name it: make PYTHON=python{0} setup".format(
                ".".join(wanted), sys.executable, found
            )
        )


def pip(*arguments: str) -> None:
    """Run the environment's pip with as few words as it can."""
    quiet = ("--quiet", "--no-input", "--disable-pip-version-check")
    run(str(PYTHON), "-m", "pip", *quiet, *arguments)


def run(*command: str) -> None:
    """Run command with its output on standard error; end if it fails."""
    done = subprocess.run(command, stdout=sys.stderr, check=False)
    if done.returncode != 0:
        sys.exit("This command failed, its own words stand above: " + " ".join(command))


def say(line: str) -> None:
    """Write one line of progress."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()

"""Find a Chromium and its driver for the tests of the local portal's page, or install Debian's.

Nothing is done and nothing said where both are on PATH already.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DRIVER = "chromedriver"
UPDATE = ("apt-get", "update")
INSTALL = (
    *("apt-get", "install", "-y", "--no-install-recommends"),
    *("chromium", "chromium-driver"),
    "fonts-inter",  # the font of the page's picture
)


def main() -> None:
    """See to it that there is a browser; end with the line to run where that may not be done."""
    if not missing():
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.exit(
            f"The tests of the page need {missing()} on PATH. On Debian this installs them:\n"
            f"  sudo {' '.join(UPDATE)} && sudo {' '.join(INSTALL)}"
        )
    sys.stderr.write("Installing Chromium, once on a machine ...\n")
    for command in (UPDATE, INSTALL):
        run(command)
    if missing():
        sys.exit(f"apt-get has installed Chromium, and yet {missing()} is not on PATH.")


def browser() -> str | None:
    """Return the browser on PATH."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def driver() -> str | None:
    """Return the program on PATH through which the browser is driven."""
    return shutil.which(DRIVER)


def missing() -> str:
    """Name what is not on PATH."""
    needed = {"Chromium": browser(), DRIVER: driver()}
    return " and ".join(name for name, found in needed.items() if not found)


def run(command: tuple[str, ...]) -> None:
    """Run command, and show its output only if it fails."""
    done = subprocess.run(
        command,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"{done.stdout}\nThis command failed: {' '.join(command)}")


if __name__ == "__main__":
    main()

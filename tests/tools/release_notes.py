"""Print the notes of a release: what CHANGELOG.md says of it.

The standard library is enough for it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Print the notes for the tag on the command line, such as ``v0.1.0``."""
    (tag,) = sys.argv[1:]
    version = re.findall(
        r'^__version__ = "(.+)"$',
        (ROOT / "pulumi_bxbi" / "version.py").read_text("utf-8"),
        re.MULTILINE,
    )[0]
    if tag != f"v{version}":
        sys.exit(f"The tag is {tag}, and pulumi_bxbi/version.py says {version}: tag v{version}.")
    sys.stdout.write(notes((ROOT / "CHANGELOG.md").read_text("utf-8"), version))


def notes(changelog: str, version: str) -> str:
    """Return what a changelog says of a version; end where it says nothing.

    Args:
        changelog: The text of CHANGELOG.md.
        version: The version.
    """
    parts = re.split(r"^## \[(.+?)\].*\n", changelog, flags=re.MULTILINE)
    said = dict(zip(parts[1::2], parts[2::2], strict=True))
    if not said.get(version, "").strip():
        sys.exit(f"CHANGELOG.md says nothing of {version}: give [Unreleased] its heading.")
    return f"{said[version].strip()}\n"


if __name__ == "__main__":
    main()

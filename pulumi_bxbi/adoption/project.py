"""Which program Pulumi runs in a project.

Vendor's page: "Pulumi project file reference" (``runtime``, ``main``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import yaml

if TYPE_CHECKING:
    from pathlib import Path

MAIN: Final = "__main__.py"
_PROJECT_FILES: Final = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")


class Project(NamedTuple):
    """A project.

    Attributes:
        runtime: The language of its program, for example ``python``.
        main: The file that Pulumi runs if the language is Python; it need not exist.
    """

    runtime: str
    main: Path


def project_in(folder: Path) -> Project:
    """Read the project of a folder, from it or from one above it.

    Args:
        folder: Where the user is.

    Raises:
        ValueError: The project file is not YAML, or does not say what it must.
    """
    for root in (folder, *folder.resolve().parents):
        for name in _PROJECT_FILES:
            if (root / name).is_file():
                return _project(root, (root / name).read_text("utf-8"))
    return Project("python", folder / MAIN)


def _project(root: Path, text: str) -> Project:
    try:
        document = dict(yaml.safe_load(text))
    except (yaml.YAMLError, TypeError, ValueError):
        raise ValueError("is not YAML as of a project") from None
    runtime = document.get("runtime", "python")
    name = runtime.get("name", "") if isinstance(runtime, dict) else runtime
    main = root / str(document.get("main") or "")
    return Project(str(name), main if main.suffix == ".py" else main / MAIN)

"""A project file: the project's name, and the program that Pulumi runs.

Vendor's page: "Pulumi project file reference" (``name``, ``runtime``, ``main``, ``plugins``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import yaml

if TYPE_CHECKING:
    from pathlib import Path

#: The file that Pulumi runs for a Python program in a folder.
MAIN: Final = "__main__.py"
#: The toolchains that make an environment of their own for a program.
_WITH_ENVIRONMENTS: Final = frozenset({"poetry", "uv"})
#: The files that Pulumi reads a program in YAML from, before the project file itself.
YAML_MAINS: Final = ("Main.json", "Main.yaml")
#: The parts of a project file that make it a program in YAML.
_OF_PROGRAMS: Final = ("resources", "variables", "outputs", "components")
_PROJECT_FILES: Final = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")


class Project(NamedTuple):
    """A project.

    Attributes:
        name: Its name; empty where the project file does not contain it.
        runtime: The language of its program, for example ``python``.
        root: The folder of its project file.
        main: The file that Pulumi runs if the language is Python; it need not exist.
        has_own_environment: Whether Pulumi runs the program in a virtual environment that the
            project names.
        plugins: The packages whose plugins the project names.
        declares_resources: Whether the project file is itself a program in YAML.
    """

    name: str
    runtime: str
    root: Path
    main: Path
    has_own_environment: bool = False
    plugins: tuple[str, ...] = ()
    declares_resources: bool = False


def project_in(folder: Path) -> Project | None:
    """Read the project of a folder or of its nearest parent; ``None`` where there is none.

    Args:
        folder: The current folder of the user.

    Raises:
        ValueError: The project file cannot be read, is not YAML, or is not a project. The message
            is a clause to write after the file's name.
    """
    for root in (folder, *folder.resolve().parents):
        for name in _PROJECT_FILES:
            if (root / name).is_file():
                return _project(root, _text(root / name))
    return None


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise ValueError("is not a text in UTF-8") from None
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None


def _project(root: Path, text: str) -> Project:
    try:
        document = dict(yaml.safe_load(text))
    except (yaml.YAMLError, TypeError, ValueError):
        raise ValueError("is not YAML as of a project") from None
    runtime = document.get("runtime", "python")
    language = runtime.get("name", "") if isinstance(runtime, dict) else runtime
    options = _mapping(_mapping(runtime).get("options"))
    providers = _mapping(document.get("plugins")).get("providers")
    plugins = providers if isinstance(providers, list) else []
    main = root / str(document.get("main") or "")
    return Project(
        str(document.get("name") or ""),
        str(language),
        root,
        main if main.suffix == ".py" else main / MAIN,
        bool(options.get("virtualenv")) or options.get("toolchain") in _WITH_ENVIRONMENTS,
        tuple(str(_mapping(each).get("name")) for each in plugins),
        any(document.get(part) for part in _OF_PROGRAMS),
    )


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}

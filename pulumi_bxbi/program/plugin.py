"""The plugin that serves explicit providers, as Pulumi will find it for a Python program.

Where Pulumi finds none, it ends the program as Ctrl-C does and shows the traceback of that. So the
program looks first.
Vendor's page: "Pulumi project file reference" (``plugins``, ``virtualenv``, ``toolchain``).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pulumi

from pulumi_bxbi.stack.project import project_in
from pulumi_bxbi.version import __version__

if TYPE_CHECKING:
    from pulumi_bxbi.stack.project import Project

#: The plugin's program.
_PROGRAM: Final = "pulumi-resource-bxbi"
#: Seconds that the plugin may take to say its version.
_TIMEOUT_SECONDS: Final = 30


@cache
def require_plugin() -> None:
    """Make sure that Pulumi will find the plugin, and the one of this package's version.

    Raises:
        pulumi.RunError: It will not.
    """
    try:
        project = project_in(Path.cwd())
    except ValueError:
        project = None
    if (project and "bxbi" in project.plugins) or _is_installed():
        return
    scripts = Path(sysconfig.get_path("scripts"))
    found = shutil.which(_PROGRAM, path=_path_of_engine(project))
    if not found:
        raise pulumi.RunError(
            f"a Provider needs the plugin {_PROGRAM}, and Pulumi does not find it: it is not on "
            f"the PATH with which pulumi was started. {_cure(project, scripts)}"
        )
    if Path(found).parent.resolve() == scripts.resolve():
        return
    version = _version(found)
    if version != __version__:
        raise pulumi.RunError(
            f"a Provider needs the plugin {_PROGRAM} {__version__}, and Pulumi finds {version} as "
            f"{found}. {_cure(project, scripts)}"
        )


def _is_installed() -> bool:
    """Return whether ``pulumi plugin install`` has installed the plugin."""
    try:
        home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    except RuntimeError:  # this user has no home folder
        return False
    return any(home.glob("plugins/resource-bxbi-v*"))


def _path_of_engine(project: Project | None) -> str:
    """Return the ``PATH`` with which Pulumi was started.

    For a program with an environment of its own, Pulumi puts that environment first.
    """
    path = os.environ.get("PATH", "")
    if project and project.has_own_environment:
        return path.partition(os.pathsep)[2]
    return path


def _cure(project: Project | None, scripts: Path) -> str:
    folder = scripts
    if project and scripts.is_relative_to(project.root.resolve()):
        folder = scripts.relative_to(project.root.resolve())
    return (
        "Activate the virtual environment before you run pulumi, or write into Pulumi.yaml:\n\n"
        f"plugins:\n  providers:\n    - name: bxbi\n      path: {folder.as_posix()}\n"
    )


def _version(program: str) -> str:
    try:
        said = subprocess.run(  # noqa: S603  # what the PATH gives
            [program, "--version"],
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return "one that does not say its version"
    return said.stdout.strip()

"""Make the archive of the plugin for this machine, which needs no Python where it is installed.

``pulumi plugin install resource bxbi VERSION --file ARCHIVE`` installs it. The last line on
standard output is the file.

Vendor's pages: "pulumi plugin install" (--file), "Publishing packages" (the names of archives).
"""

from __future__ import annotations

import platform
import subprocess
import sys
import tarfile
import tempfile
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pulumi_bxbi.version import __version__

ROOT = Path(__file__).resolve().parents[2]
NAME = "pulumi-resource-bxbi"
DISTRIBUTION = "pulumi-bxbi"
#: What the names of files of modules end with.
CODE = (".py", ".so", ".pyd")
PROGRAM = "from pulumi_bxbi.plugin.command import main\n\nmain()\n"
#: What Pulumi calls the processors that Python calls otherwise.
PROCESSORS = {"x86_64": "amd64", "aarch64": "arm64"}


def main() -> None:
    """Make the archive in the folder ``dist`` of the project."""
    machine = platform.machine().lower()
    system = f"{platform.system().lower()}-{PROCESSORS.get(machine, machine)}"
    archive = ROOT / "dist" / f"{NAME}-v{__version__}-{system}.tar.gz"
    archive.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "plugin.py"
        program.write_text(PROGRAM, "utf-8")
        sys.stderr.write("Collecting the program and all that it imports: about a minute ...\n")
        built = subprocess.run(
            [
                *(sys.executable, "-m", "PyInstaller", str(program), "--name", NAME),
                *("--onedir", "--log-level", "ERROR", "--noconfirm"),
                *(f"--exclude-module={each}" for each in modules_of_developers()),
                *("--distpath", folder, "--workpath", f"{folder}/work", "--specpath", folder),
            ],
            stdout=sys.stderr,
            check=False,
        )
        if built.returncode != 0:
            sys.exit("The program could not be made: its own words stand above.")
        with tarfile.open(archive, "w:gz", compresslevel=6) as packed:
            for each in sorted((Path(folder) / NAME).iterdir()):
                packed.add(each, each.name)
    sys.stdout.write(f"{archive}\n")


def modules_of_developers() -> list[str]:
    """Return the modules that are installed here and not where a user installs this package.

    Dependencies would import some of them, where they are there.
    """
    required = required_by(DISTRIBUTION)
    modules: dict[bool, set[str]] = {True: set(), False: set()}
    for each in metadata.distributions():
        modules[canonicalize_name(each.name) in required] |= modules_of(each)
    return sorted(modules[False] - modules[True])


def modules_of(distribution: metadata.Distribution) -> set[str]:
    """Return the names of the modules at the top of a distribution."""
    files = [each for each in distribution.files or () if each.suffix in CODE]
    return {each.parts[0].partition(".")[0] for each in files} - {""}


def required_by(name: str) -> set[str]:
    """Return the name of a distribution and of all that it requires, directly or not."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        each = canonicalize_name(waiting.pop())
        if each not in found:
            found.add(each)
            required = map(Requirement, metadata.requires(each) or ())
            waiting += [one.name for one in required if is_for_everybody(one)]
    return found


def is_for_everybody(requirement: Requirement) -> bool:
    """Return whether a requirement holds for this machine, and without any extra."""
    return not requirement.marker or requirement.marker.evaluate({"extra": ""})


if __name__ == "__main__":
    main()

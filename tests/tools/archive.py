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
from pathlib import Path

from pulumi_bxbi.version import __version__

ROOT = Path(__file__).resolve().parents[2]
NAME = "pulumi-resource-bxbi"
PROGRAM = "from pulumi_bxbi.plugin.command import main\n\nmain()\n"
#: What Pulumi calls the processors that Python calls otherwise.
PROCESSORS = {"x86_64": "amd64", "aarch64": "arm64"}
#: What a dependency would import if it were there, and the plugin has no use for.
LEFT_OUT = (
    *("cryptography", "hypothesis", "mypy", "numpy", "pandas", "pip", "pytest", "pytz"),
    *("pydantic.mypy", "setuptools"),
)


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
                *(f"--exclude-module={each}" for each in LEFT_OUT),
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


if __name__ == "__main__":
    main()

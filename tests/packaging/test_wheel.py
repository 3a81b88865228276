"""What users get: the package, built as for a release, in an environment with nothing else."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from tests.made_once import made_once
from tests.tools.archive import DISTRIBUTION, required_by

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution as release tools do."""

    def build(folder: Path) -> None:
        hatchling = [sys.executable, "-m", "hatchling", "build", "--directory", str(folder)]
        subprocess.run([*hatchling, "--target", "sdist"], cwd=ROOT, check=True)
        (sources,) = folder.iterdir()
        pip = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
        subprocess.run([*pip, "--wheel-dir", str(folder / "wheel"), str(sources)], check=True)

    (built,) = (made_once(tmp_path_factory, "dist", build) / "wheel").iterdir()
    return built


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment with the wheel, without extras.

    What it requires is copied: it was installed from the same pins, which takes pip ten seconds.
    """

    def install(folder: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
        packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
        for name in required_by(DISTRIBUTION) - {DISTRIBUTION}:
            for each in metadata.distribution(name).files or ():
                if ".." not in each.parts and each.suffix != ".pyc":
                    place = packages / each
                    place.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(each.locate(), place)
        pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python")]
        options = ["--no-compile", "--no-deps", "--no-index"]
        subprocess.run([*pip, "install", *options, str(wheel)], check=True)
        subprocess.run([*pip, "check"], check=True)

    return made_once(tmp_path_factory, "clean", install) / "bin"


def run(*command: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run command in a folder where nothing of the repository can be imported by accident."""
    return subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert len(names) == len(set(names))
    folders = {name.partition("/")[0] for name in names}
    (information,) = folders - {"pulumi_bxbi"}
    assert re.fullmatch(r"pulumi_bxbi-[\d.]+\.dist-info", information)
    assert f"{information}/licenses/LICENSE" in names


def test_pulumi_is_told_that_there_is_no_plugin_to_look_for(wheel: Path) -> None:
    """Without it the engine looks for a plugin named bxbi, and may try to download one."""
    with zipfile.ZipFile(wheel) as files:
        told = json.loads(files.read("pulumi_bxbi/pulumi-plugin.json"))

    assert told == {"resource": False}


def test_the_command_tells_its_version(programs: Path, wheel: Path, tmp_path: Path) -> None:
    done = run(programs / "bxbi", "--version", folder=tmp_path)

    assert done.returncode == 0, done.stderr
    assert wheel.name.split("-")[1] in done.stdout


def test_the_package_is_typed_and_ships_its_schema(programs: Path, tmp_path: Path) -> None:
    program = (
        "import importlib.resources, sys, pulumi_bxbi;"
        "package = importlib.resources.files(pulumi_bxbi);"
        "assert (package / 'py.typed').is_file();"
        "sys.stdout.write((package / 'schema.json').read_text(encoding='utf-8'))"
    )

    done = run(programs / "python", "-c", program, folder=tmp_path)

    assert done.returncode == 0, done.stderr
    assert done.stdout == (ROOT / "schema.json").read_text(encoding="utf-8")


def test_the_emulator_without_its_extra_says_how_to_get_it(programs: Path, tmp_path: Path) -> None:
    done = run(programs / "bxbi", "emulate", folder=tmp_path)

    assert done.returncode != 0
    assert "pip install 'pulumi-bxbi[emulator]'" in done.stderr
    assert "Traceback" not in done.stderr

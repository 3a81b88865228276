"""`make setup` for real, with stand-ins for what a machine may or may not have: Pulumi and Go."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.tools.engine import PATCHES

ROOT = Path(__file__).resolve().parents[2]
INSTALL = ROOT / "tests" / "tools" / "engine.py"
PINS = ROOT / "tests" / "requirements.txt"
PROGRAMS = [
    "pulumi",
    "pulumi-language-python",
    "pulumi-language-python-exec",
    "pulumi-language-yaml",
    "pulumi-resource-pulumi-python",
]
COMPANIONS = ("pulumi-language-python", "pulumi-resource-pulumi-python")

# A Go that "builds" a script, which tells the version that the linker was given. It writes down
# what it was asked to build, keeps the module of `pulumi`, and fails where it is told to.
GO = """\
#!/bin/sh
case $1 in
version) echo go version go1.99.1 linux/amd64 ;;
list) echo "${0%/*}/sdk" ;;
mod) echo "{\\"Dir\\": \\"${0%/*}/dependencies/$4\\"}" ;;
build)
    echo "${PWD##*/}" >> "${0%/*}/built"
    if [ "${PWD##*/}" = "$FAIL_IN" ]; then echo No room left >&2; exit 1; fi
    case $PWD in
    */cli) program=pulumi; /bin/cp -R . "${0%/*}/module" ;;
    */python) program=pulumi-language-python ;;
    */yaml) program=pulumi-language-yaml ;;
    esac
    printf '#!/bin/sh\\necho %s\\n' "${3##*=}" > "$5$program"
    /bin/chmod +x "$5$program"
    ;;
esac
"""


def before(patch: Path) -> dict[str, str]:
    """What a patch expects of each file."""
    return _side(patch, "-")


def after(patch: Path) -> dict[str, str]:
    """What a patch makes of it."""
    return _side(patch, "+")


def _side(patch: Path, side: str) -> dict[str, str]:
    _, *files = re.split(r"^--- a/(?:.+)\n\+\+\+ b/(.+)\n", patch.read_text(), flags=re.MULTILINE)
    return {
        name: "".join(
            line[1:] for line in hunks.splitlines(keepends=True) if line.startswith((" ", side))
        )
        for name, hunks in zip(files[::2], files[1::2], strict=True)
    }


class Machine:
    """A computer with nothing on PATH but what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.programs = folder / "bin"
        self.cache = folder / "cache"
        self.variables = {
            "PATH": str(self.programs),
            "HOME": str(self.cache),
            "XDG_CACHE_HOME": str(self.cache),
        }
        self.programs.mkdir()

    def add(self, name: str, script: str = "") -> None:
        """Put a program on PATH."""
        program = self.programs / name
        program.write_text(script)
        program.chmod(0o755)

    def add_pulumi(self, version: str) -> None:
        """Put a pulumi on PATH that tells this version."""
        self.add("pulumi", f"#!/bin/sh\necho {version}\n")

    def add_go(self, script: str = GO) -> None:
        """Put a Go on PATH, and the module where the engine's scripts are."""
        self.add("go", script)
        (self.programs / "git").symlink_to(shutil.which("git") or "git")
        for name in ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python"):
            file = self.programs / "sdk" / "python" / name
            file.parent.mkdir(parents=True)
            file.write_text("")
        for dependency, patch in PATCHES.items():
            for name, content in before(patch).items():
                file = self.dependency(dependency) / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(content)
                file.chmod(0o444)

    def dependency(self, name: str) -> Path:
        """Return where the Go on PATH has a dependency of the engine."""
        return self.programs / "dependencies" / name

    def start(self, **variables: str) -> subprocess.Popen[str]:
        """Start engine.py."""
        return subprocess.Popen(
            [sys.executable, str(INSTALL)],
            env=self.variables | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def install(self, **variables: str) -> tuple[int, str, str]:
        """Run engine.py; return its exit status, standard output and standard error."""
        process = self.start(**variables)
        output, errors = process.communicate()
        return process.returncode, output, errors

    def built(self) -> list[str]:
        """Return the modules that Go was asked to build."""
        return (self.programs / "built").read_text().split()

    def cached(self) -> list[str]:
        """Return the names of the files in the cache."""
        return sorted(file.name for file in self.cache.rglob("*") if file.is_file())


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_without_pulumi_and_go_both_ways_out_are_named(machine: Machine) -> None:
    status, output, errors = machine.install()

    assert status == 1
    assert output == ""
    assert "Pulumi is not on PATH, and Go is not on PATH" in errors
    assert "Pulumi 3.254 or later: https://www.pulumi.com/docs/install/" in errors
    assert re.search(r"Go 1\.26\S* or later, .*: https://go\.dev/doc/install", errors)


def test_an_old_pulumi_will_not_do(machine: Machine) -> None:
    machine.add_pulumi("v3.253.9")
    for companion in COMPANIONS:
        machine.add(companion)

    status, output, errors = machine.install()

    assert status == 1
    assert output == ""
    assert f"{machine.programs}/pulumi is not 3.254 or later but 'v3.253.9'" in errors


def test_a_pulumi_without_python_will_not_do(machine: Machine) -> None:
    machine.add_pulumi("v3.254.0")
    machine.add("pulumi-resource-pulumi-python")

    status, _, errors = machine.install()

    assert status == 1
    assert f"{machine.programs}/pulumi has no pulumi-language-python beside it" in errors


def test_a_pulumi_that_fails_will_not_do(machine: Machine) -> None:
    machine.add("pulumi", "#!/bin/sh\nexit 1\n")

    status, _, errors = machine.install()

    assert status == 1
    assert f"{machine.programs}/pulumi is not 3.254 or later but ''" in errors


def test_an_old_go_will_not_do(machine: Machine) -> None:
    machine.add("go", "#!/bin/sh\necho go version go1.25.11 linux/amd64\n")

    status, _, errors = machine.install()

    assert status == 1
    assert re.search(r"/go is not 1\.26\S* or later but 'go version go1\.25\.11 linux", errors)


@pytest.mark.parametrize("version", ["v3.254.0", "v3.300.1-alpha.1+0123456", "v4.0.0"])
def test_a_complete_pulumi_is_used_as_it_is(machine: Machine, version: str) -> None:
    machine.add_pulumi(version)
    for companion in COMPANIONS:
        machine.add(companion)

    assert machine.install() == (0, "\n", "")
    assert not machine.cache.exists()


def test_the_companions_of_a_linked_pulumi_are_found(machine: Machine, tmp_path: Path) -> None:
    """Package managers link the program alone, and the engine follows the link."""
    machine.add_pulumi("v3.274.1")
    for companion in COMPANIONS:
        machine.add(companion)
    links = tmp_path / "links"
    links.mkdir()
    (links / "pulumi").symlink_to(machine.programs / "pulumi")

    assert machine.install(PATH=str(links)) == (0, "\n", "")


def test_the_pinned_engine_is_built_once(machine: Machine) -> None:
    machine.add_go()

    status, output, errors = machine.install()

    assert status == 0
    assert "Pulumi is not on PATH: building the pinned one" in errors
    engine = Path(output.removesuffix("\n"))
    assert engine.is_relative_to(machine.cache)
    assert sorted(file.name for file in engine.iterdir()) == PROGRAMS
    assert all(os.access(file, os.X_OK) for file in engine.iterdir())
    assert machine.built() == ["cli", "python", "yaml"]

    assert machine.install() == (0, output, "")
    assert machine.built() == ["cli", "python", "yaml"]


def test_a_built_engine_needs_no_go(machine: Machine) -> None:
    machine.add_go()
    _, output, _ = machine.install()
    (machine.programs / "go").unlink()

    assert machine.install() == (0, output, "")


def test_a_build_that_fails_leaves_no_engine(machine: Machine) -> None:
    machine.add_go()

    status, output, errors = machine.install(FAIL_IN="yaml")

    assert status == 1
    assert output == ""
    assert "No room left" in errors
    assert machine.cached() == []

    assert machine.install()[0] == 0
    assert machine.cached() == PROGRAMS


def test_a_build_that_is_interrupted_leaves_no_engine(machine: Machine, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    machine.add_go(GO.replace("*/cli) ", f"*/cli) read forever < {pipe}; "))

    process = machine.start()
    with pipe.open("w"):  # returns when the build has come to read from it
        process.send_signal(signal.SIGINT)
        process.communicate()

    assert process.returncode != 0
    assert machine.cached() == []


def test_an_engine_of_another_version_is_refused(machine: Machine) -> None:
    machine.add_go(GO.replace("${3##*=}", "v3.0.0"))

    status, output, errors = machine.install()

    assert status == 1
    assert output == ""
    assert "calls itself 'v3.0.0' instead of" in errors
    assert machine.cached() == []


def test_the_changes_come_to_the_dependencies(machine: Machine) -> None:
    machine.add_go()

    assert machine.install()[0] == 0

    module = machine.programs / "module"
    pins = (module / "go.mod").read_text()
    copies = {name: module / path for name, path in re.findall(r"replace (\S+) => (\S+)\n", pins)}
    assert copies.keys() == PATCHES.keys()
    for dependency, patch in PATCHES.items():
        for name, content in after(patch).items():
            assert (copies[dependency] / name).read_text() == content, (dependency, name)


@pytest.mark.parametrize("dependency", PATCHES)
def test_a_dependency_that_a_change_does_not_fit_is_refused(
    machine: Machine, dependency: str
) -> None:
    machine.add_go()
    name = next(iter(before(PATCHES[dependency])))
    file = machine.dependency(dependency) / name
    file.chmod(0o644)
    file.write_text("package other\n")

    status, output, errors = machine.install()

    assert status == 1
    assert output == ""
    assert f"{name}: patch does not apply" in errors
    assert f"{PATCHES[dependency]} does not fit the version in" in errors
    assert machine.cached() == []


def test_no_git_is_told(machine: Machine) -> None:
    machine.add_go()
    (machine.programs / "git").unlink()

    status, output, errors = machine.install()

    assert status == 1
    assert output == ""
    assert "No Pulumi engine: Git is not on PATH. Install it, and run this again." in errors
    assert machine.cached() == []


def test_a_repository_around_it_changes_nothing(machine: Machine, tmp_path: Path) -> None:
    machine.add_go()
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)

    assert machine.install(TMPDIR=str(tmp_path))[0] == 0

    copy = machine.programs / "module" / "dependency1"
    patch = next(iter(PATCHES.values()))
    assert {name: (copy / name).read_text() for name in after(patch)} == after(patch)


def test_two_at_once_build_once(machine: Machine) -> None:
    machine.add_go()

    processes = [machine.start(), machine.start()]
    outputs = [process.communicate()[0] for process in processes]

    assert [process.returncode for process in processes] == [0, 0]
    assert outputs[0] == outputs[1]
    assert machine.built() == ["cli", "python", "yaml"]


class Project:
    """A small project with the Makefile and the scripts of this one, and a usable Pulumi."""

    def __init__(self, folder: Path, machine: Machine) -> None:
        self.folder = folder
        self.pins = folder / "tests" / "requirements.txt"
        self.description = folder / "pyproject.toml"
        for file in ("Makefile", "tests/tools/environment.py", "tests/tools/engine.py"):
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, folder / file)
        (folder / "small.py").write_text("")
        self.pins.write_text(pins_of_hatchling())
        self.describe(version="1.0")

        machine.add_pulumi("v3.274.1")
        for companion in COMPANIONS:
            machine.add(companion)
        # A make that runs this test is none of its business.
        self.variables = {
            name: value
            for name, value in os.environ.items()
            if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHON"}
        } | {"PATH": f"{machine.programs}{os.pathsep}{os.environ['PATH']}"}

    def describe(self, version: str, python: str = "3.10") -> None:
        """Write pyproject.toml."""
        self.description.write_text(
            f"""\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "small"
version = "{version}"
requires-python = ">={python}"
"""
        )

    def setup(self) -> tuple[int, str, str]:
        """Run `make setup`; return its exit status, standard output and standard error."""
        done = subprocess.run(
            ["make", f"PYTHON={sys.executable}", "setup"],
            cwd=self.folder,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def interpreter(self, *variables: str) -> str:
        """Return what `make` would make the virtual environment from."""
        return subprocess.run(
            ["make", "--dry-run", *variables, "environment"],
            cwd=self.folder,
            env=self.variables,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout.removesuffix(" tests/tools/environment.py\n")

    def installed_version(self) -> str:
        """Return the version of the project in its virtual environment."""
        return subprocess.run(
            [
                str(self.folder / ".venv" / "bin" / "python"),
                "-c",
                "import importlib.metadata, small; print(importlib.metadata.version('small'))",
            ],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout.strip()


def pins_of_hatchling() -> str:
    """Return those of our pins that a project needs to be installed at all."""
    name = "editables|hatchling|packaging|pathspec|pluggy|tomli|tomlkit|trove-classifiers"
    return "\n".join(re.findall(rf"^(?:{name})==.*", PINS.read_text(), re.MULTILINE))


@pytest.fixture
def project(machine: Machine, tmp_path: Path) -> Project:
    return Project(tmp_path / "project", machine)


def test_the_environment_is_made_once_and_follows_the_project(project: Project) -> None:
    """And is made again where that failed."""
    pins = project.pins.read_text()
    project.pins.write_text("./missing.whl\n")
    status, output, errors = project.setup()
    assert status != 0
    assert output == ""
    assert "This command failed" in errors

    project.pins.write_text(pins)
    status, output, errors = project.setup()
    assert (status, output) == (0, "\n")
    assert errors.splitlines() == [
        f"Making .venv from {sys.executable} and tests/requirements.txt ...",
        "Installing the package into .venv ...",
    ]
    assert project.installed_version() == "1.0"

    assert project.setup() == (0, "\n", "")

    project.describe(version="2.0")
    assert project.setup() == (0, "\n", "Installing the package into .venv ...\n")
    assert project.installed_version() == "2.0"


def test_the_python_of_the_distribution_comes_first(project: Project) -> None:
    distributed = "/usr/bin/python3"
    asked = "import ensurepip, platform; print(platform.python_version())"
    version = ""
    if Path(distributed).exists():
        version = subprocess.run(
            [distributed, "-c", asked],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
        ).stdout.strip()
    wanted = importlib.metadata.metadata("pulumi-bxbi")["Requires-Python"]
    makes_environments = version and version in SpecifierSet(wanted)

    assert project.interpreter() == (distributed if makes_environments else "python3")
    assert project.interpreter("PYTHON=python3.99") == "python3.99"
    project.variables["PYTHON"] = "python3.98"
    assert project.interpreter() == "python3.98"


def test_an_old_python_is_told_so(project: Project) -> None:
    project.describe(version="1.0", python="3.99")

    status, output, errors = project.setup()

    assert status != 0
    assert output == ""
    assert f"needs Python 3.99 or later, and {sys.executable} is Python 3." in errors
    assert "make PYTHON=python3.99 setup" in errors
    assert not (project.folder / ".venv").exists()


def test_the_packages_of_the_benchmarks_leave_the_pinned_ones_alone() -> None:
    """``make bench`` installs them into the same environment."""
    ours, theirs = (
        dict(re.findall(r"^([\w.-]+)==(\S+)", file.read_text(), re.MULTILINE))
        for file in (PINS, ROOT / "tests" / "bench" / "requirements.txt")
    )

    shared = ours.keys() & theirs.keys()
    assert shared
    assert {name: theirs[name] for name in shared} == {name: ours[name] for name in shared}


def test_every_dependency_is_pinned_as_the_package_wants_it() -> None:
    pins = {
        canonicalize_name(pin.name): pin.specifier
        for pin in map(Requirement, re.findall(r"^[^\s#].*", PINS.read_text(), re.MULTILINE))
    }
    declared = map(Requirement, importlib.metadata.requires("pulumi-bxbi") or [])
    wanted = [requirement for requirement in declared if requirement.name != "pulumi-bxbi"]

    assert wanted
    for requirement in wanted:
        pinned = [pin.version for pin in pins[canonicalize_name(requirement.name)]]
        assert list(requirement.specifier.filter(pinned)) == pinned, requirement.name

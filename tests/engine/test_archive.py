"""The archive of the plugin, installed by Pulumi on a machine without Python."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pulumi_bxbi.version import __version__
from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

ROOT = Path(__file__).parents[2]


@on_the_current_api
def test_the_example_in_yaml_runs_without_python(portal: LocalPortal, stack: Stack) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "tests.tools.archive"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    archive = made.stdout.strip()
    pulumi = shutil.which("pulumi")
    assert pulumi
    stack.environment["PATH"] = str(Path(pulumi).resolve().parent)
    stack.environment["PULUMI_HOME"] = str(stack.folder / "home")
    shutil.copy(ROOT / "examples" / "yaml" / "Pulumi.yaml", stack.folder)
    project = stack.folder / "Pulumi.yaml"
    text = project.read_text("utf-8").replace("name: crm-yaml", "name: test")
    project.write_text(text, "utf-8")
    stack.configure("crmPassword", "correct horse", secret=True)

    stack.succeeds("plugin", "install", "resource", "bxbi", __version__, "--file", archive)
    plugin = stack.folder / "home" / "plugins" / f"resource-bxbi-v{__version__}"
    assert [*plugin.rglob("pydantic-*.dist-info")]
    only_of_developers = [*plugin.rglob("numpy*"), *plugin.rglob("pluggy-*.dist-info")]
    assert not only_of_developers
    stack.up()

    assert portal.source()["title"] == "CRM Source"
    assert stack.preview() == {}
    stack.destroy()
    assert portal.sources() == {}
    assert not shutil.which("python3", path=stack.environment["PATH"])

"""Whether Pulumi will find the plugin, and what a program says where it will not."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pulumi
import pytest

from pulumi_bxbi.program.plugin import require_plugin
from pulumi_bxbi.version import __version__

SCRIPTS = Path(sysconfig.get_path("scripts"))
OWN_ENVIRONMENT = "runtime: {name: python, options: {virtualenv: venv}}\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, in which the program runs; no plugin is installed."""
    require_plugin.cache_clear()
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("runtime: python\n", "utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(tmp_path / "other"))
    return folder


def plugin(folder: Path, says: str) -> None:
    """Put a plugin into a folder, of another version."""
    folder.mkdir()
    program = folder / "pulumi-resource-bxbi"
    program.write_text(f"#!/bin/sh\n{says}\n", "utf-8")
    program.chmod(0o755)


def refused() -> str:
    with pytest.raises(pulumi.RunError) as refusal:
        require_plugin()
    return str(refusal.value)


def test_it_is_beside_python_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(SCRIPTS))
    require_plugin()


def test_it_is_nowhere() -> None:
    assert refused() == (
        "a Provider needs the plugin pulumi-resource-bxbi, and Pulumi does not find it: it is not "
        "on the PATH with which pulumi was started. Activate the virtual environment before you "
        "run pulumi, or write into Pulumi.yaml:\n\nplugins:\n  providers:\n    - name: bxbi\n"
        f"      path: {SCRIPTS}\n"
    )


def test_pulumi_does_not_look_into_the_environment_of_the_program(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "Pulumi.yaml").write_text(OWN_ENVIRONMENT, "utf-8")
    monkeypatch.setenv("PATH", f"{SCRIPTS}:/nowhere")
    assert "Pulumi does not find it" in refused()

    monkeypatch.setenv("PATH", f"{SCRIPTS}:{SCRIPTS}:/nowhere")
    require_plugin()


def test_the_project_names_it(project: Path) -> None:
    named = "plugins: {providers: [{name: bxbi, path: bin}]}\n"
    (project / "Pulumi.yaml").write_text(named, "utf-8")
    require_plugin()


def test_it_is_installed(tmp_path: Path) -> None:
    (tmp_path / "home/plugins/resource-bxbi-v0.1.0").mkdir(parents=True)
    require_plugin()


@pytest.mark.parametrize(
    ("says", "version"),
    [("echo 0.0.1", "0.0.1"), ("exit 1", "one that does not say its version")],
)
def test_another_version_is_on_the_path(tmp_path: Path, says: str, version: str) -> None:
    plugin(tmp_path / "other", says)
    assert (
        f"needs the plugin pulumi-resource-bxbi {__version__}, and Pulumi finds {version} as "
        f"{tmp_path}/other/pulumi-resource-bxbi. Activate"
    ) in refused()


def test_the_same_version_of_another_environment_serves(tmp_path: Path) -> None:
    plugin(tmp_path / "other", f"echo {__version__}")
    require_plugin()

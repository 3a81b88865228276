"""The README and the guides: their texts and their commands."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = "README.md"
ADOPTION = "pulumi_bxbi/adoption/README.md"
FLEET = "examples/fleet/README.md"
YAML = "examples/yaml/README.md"
TYPESCRIPT = "examples/typescript/README.md"
EMULATOR = "pulumi_bxbi/emulator/README.md"
PIPELINES = "examples/pipelines/README.md"
CONFIGURATION = "pulumi_bxbi/settings/README.md"
CREDENTIALS = "pulumi_bxbi/portal/oauth/README.md"
PREFLIGHT = "pulumi_bxbi/preflight/README.md"
RESOURCES = "pulumi_bxbi/resources/README.md"
RECOVERY = "pulumi_bxbi/recovery/README.md"
VERIFICATION = "pulumi_bxbi/verification/README.md"
PLUGIN = "pulumi_bxbi/plugin/README.md"
CONNECTOR = "examples/connector/README.md"

#: The README and the guides, by their places.
GUIDES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for path in (
        ROOT / "README.md",
        ROOT / "SECURITY.md",
        *sorted((ROOT / "pulumi_bxbi").rglob("README.md")),
        *sorted((ROOT / "examples").rglob("README.md")),
    )
}
#: What the tests run of each guide: the beginnings of its commands.
RUN = {
    README: (
        "make ",
        *(f"{each} " for each in ("mkdir", "cd", "python3", ".", "cp", "pip", "echo", "pulumi")),
        "bxbi doctor",
    ),
    ADOPTION: ("bxbi import", "bxbi tables"),
    FLEET: ("bxbi doctor", "bxbi preflight"),
    YAML: ("mkdir ", "export ", "pulumi ", "bxbi emulate "),
    # By test_typescript.py, where Node.js is.
    TYPESCRIPT: ("mkdir ", "export ", "pulumi ", "bxbi emulate "),
    EMULATOR: ("pip install ", "bxbi emulate ", "curl "),
    PIPELINES: (
        "GITHUB_REPOSITORY=",
        "pip wheel ",
        "echo ",
        "git add ",
        "mkdir ",
        "cp ",
        "pulumi ",
    ),
    CONFIGURATION: ("pulumi ",),
    CREDENTIALS: ("bxbi login ", "bxbi doctor"),
    PREFLIGHT: ("bxbi preflight", "pulumi "),
    RECOVERY: ("bxbi recover", "pulumi "),
    VERIFICATION: ("bxbi verify",),
    PLUGIN: ("bxbi migrate ",),
    # By test_connector_guide.py.
    CONNECTOR: (
        *(f"{each} " for each in ("mkdir", "cd", "cp", "pip install", "export", "uvicorn", "echo")),
        "bxbi emulate ",
        "pulumi ",
    ),
}


#: What an absolute link to a file begins with; empty where pyproject.toml names no repository.
IN_REPOSITORY = "".join(
    f"{address}/blob/main/"
    for address in re.findall(
        r'^Repository = "(.+?)/?"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE
    )
)
#: What is installed is there already; a clean environment is the packaging tests' matter.
PIP = {"PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "false", "PIP_FORCE_REINSTALL": "1"}


def blocks(guide: str) -> list[str]:
    """The blocks of commands of a guide, each as a script."""
    found = re.findall(r"^ *```sh\n(.*?)^ *```", GUIDES[guide], re.MULTILINE | re.DOTALL)
    return [re.sub(r"^ +", "", each, flags=re.MULTILINE).replace("\\\n", "") for each in found]


def commands(start: str, guide: str) -> list[str]:
    lines = [line for block in blocks(guide) for line in block.splitlines()]
    return [line for line in lines if line.startswith(start)]


def run_blocks(guide: str, folder: Path, environment: dict[str, str]) -> str:
    """Run all blocks of commands of a guide in one shell, and return what they print.

    They name a stack and a portal themselves.

    Args:
        guide: The guide.
        folder: Where they run.
        environment: The environment of a stack.
    """
    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", *blocks(guide)],
        cwd=folder,
        env={
            key: each
            for key, each in environment.items()
            if key != "PULUMI_STACK" and not key.startswith("BXBI_")
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout

"""The guide "Write a connector", from nothing to a table in a local portal."""

from __future__ import annotations

import random
import socket
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.connector.service import FOLDER, running
from tests.engine.guides import CONNECTOR, PIP, blocks

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.as_users_have_it

#: The ports of the guide: of the service, and of the local portal.
PORTS = ("8901", "8899")
#: What a reader sees in a browser: the page, and what it loads when parts of it are opened.
LOOK = """
for part in / "/__emulator__/page/rows?table=1" "/__emulator__/page/tables?source=1"
do curl --silent --show-error --fail "http://127.0.0.1:8899$part"
done
"""


#: Systems give none of these to who asks for any free port, as other tests do meanwhile.
NEVER_GIVEN = range(10_000, 30_000)


@pytest.fixture
def ports() -> dict[str, str]:
    """Free ports in the place of those of the guide."""
    free: list[str] = []
    for port in random.sample(NEVER_GIVEN, len(NEVER_GIVEN)):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            free.append(str(port))
        if len(free) == len(PORTS):
            break
    return dict(zip(PORTS, free, strict=True))


def elsewhere(text: str, ports: dict[str, str]) -> str:
    """Return a text with other ports."""
    for port, free in ports.items():
        text = text.replace(port, free)
    return text


def started(script: str) -> str:
    """Return a script whose service ends when the script is ended."""
    return script.replace("uvicorn ", "exec uvicorn ")


def run(script: str, folder: Path, environment: dict[str, str], given: str = "") -> str:
    """Run a script that succeeds, and return what it prints."""
    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_the_service_passes_its_trial(
    tmp_path: Path, engine_environment: dict[str, str], ports: dict[str, str]
) -> None:
    _, serve, verify, *_ = (elsewhere(each, ports) for each in blocks(CONNECTOR))

    with running(started(serve), FOLDER, **engine_environment):
        printed = run(verify, tmp_path, engine_environment)

    assert "no documented rule is broken" in printed


def test_the_commands_lead_to_a_table(
    beside_a_clone: Path,
    tmp_path: Path,
    engine_environment: dict[str, str],
    ports: dict[str, str],
) -> None:
    make, serve, _, emulate, deploy = (elsewhere(each, ports) for each in blocks(CONNECTOR))
    environment = engine_environment | {"PIP_TARGET": str(tmp_path / "installed")}

    run(make, beside_a_clone, environment | PIP)
    folder = beside_a_clone / "connector"
    program = folder / "__main__.py"
    program.write_text(elsewhere(program.read_text("utf-8"), ports), "utf-8")
    with running(started(serve), folder, **engine_environment):
        typed = f"set -e\n{deploy}{elsewhere(LOOK, ports)}"
        printed = run(emulate, folder, engine_environment, typed)

    assert "+ 4 created" in printed
    assert "2 connectors, 1 source, 1 table" in printed
    assert "Ромашка" in printed
    assert "1 table offered, 1 made" in printed
    assert (tmp_path / "installed" / "pulumi_bxbi").is_dir()

"""`bxbi import --apply` and a deployment where the names are missing that Windows does not have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.local_portal import on_the_current_api
from tests.windows import POORER

if TYPE_CHECKING:
    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

pytestmark = [on_the_current_api, pytest.mark.own_processes]


@pytest.fixture
def seen(stack: Stack, tmp_path: Path) -> Path:
    """The files that `pulumi import` was given, with their modes."""
    seen = tmp_path / "seen"
    shim = tmp_path / "bin" / "pulumi"
    shim.parent.mkdir()
    shim.write_text(
        "#!/bin/sh\n"
        f'if [ "$1" = import ]; then stat -c "%a %n" "$3" >> {seen}; fi\n'
        f"PYTHONPATH= PATH='{stack.environment['PATH']}' exec pulumi \"$@\"\n",
        "utf-8",
    )
    shim.chmod(0o755)
    stack.environment |= {
        **POORER,
        "PATH": f"{shim.parent}:{stack.environment['PATH']}",
        "TMPDIR": str(tmp_path / "temporary"),
    }
    stack.hosted = True
    (tmp_path / "temporary").mkdir()
    return seen


def test_an_import_leaves_no_file(
    portal: LocalPortal, stack: Stack, seen: Path, tmp_path: Path
) -> None:
    portal.add("source", title="By hand", connectorId=123, settings={"login": "hunter3"})

    told = stack.bxbi("import", "--apply")

    assert "Added 2 objects to the state" in told
    mode, file = seen.read_text("utf-8").split()
    assert mode == "600"
    assert Path(file).parent == tmp_path / "temporary"
    assert not Path(file).exists()
    stack.up()
    assert stack.preview() == {}


def test_an_import_that_fails_leaves_no_file(portal: LocalPortal, stack: Stack, seen: Path) -> None:
    portal.add("source", title="By hand", connectorId=123, settings={"login": "hunter3"})
    lock = stack.folder / "backend" / ".pulumi" / "locks" / "organization" / "test" / "test"
    lock.mkdir(parents=True, exist_ok=True)
    (lock / "other.json").write_text("{}", "utf-8")

    assert "the stack is locked" in stack.bxbi("import", "--apply", status=1)

    _, file = seen.read_text("utf-8").split()
    assert not Path(file).exists()

"""The options of `bxbi import`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from pulumi_bxbi.adoption.adopting import Request
from pulumi_bxbi.adoption.placement import Program
from pulumi_bxbi.cli import main
from pulumi_bxbi.stack.project import Project

if TYPE_CHECKING:
    from pathlib import Path


def test_options_of_a_whole_import_are_none_of_one_object() -> None:
    result = CliRunner().invoke(main, ["import", "--apply", "source", "42", "--name", "crm"])

    assert result.exit_code == 2
    assert "give these options after `source`, or to an import without it" in result.stderr


@pytest.mark.parametrize(
    ("request_", "stack", "command"),
    [
        (Request((), (), (), "", "", apply=False), "", "bxbi import --apply"),
        (
            Request((), (1,), (2, 3), "my crm.py", "", apply=False),
            "live",
            "bxbi import --source 1 --table 2 --table 3 --out 'my crm.py' --apply --stack live",
        ),
    ],
)
def test_the_next_command_asks_for_the_same(request_: Request, stack: str, command: str) -> None:
    assert request_.applied(stack) == command


def test_the_program_goes_where_pulumi_runs_it(tmp_path: Path) -> None:
    main = tmp_path / "infra" / "__main__.py"

    assert (placed(main).place, placed(main).hint) == (main, "")

    main.parent.mkdir()
    main.write_text("mine\n", "utf-8")
    beside = placed(main)
    assert beside.place == main.parent / "imported.py"
    assert beside.hint == f"add `import imported` to {main}"

    for out in ("folder", "other.py", "infra/class.py", "../elsewhere.py"):
        elsewhere = placed(main, str(tmp_path / out)).hint
        assert elsewhere.startswith(f"write `main: {out}` into Pulumi.yaml. Pulumi then runs ")


def placed(main: Path, out: str = "") -> Program:
    root = main.parent.parent if main.parent.name == "infra" else main.parent
    return Program.of([], "https://acme.bitrix24.com", out, Project("", "python", root, main))

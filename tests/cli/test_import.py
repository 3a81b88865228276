"""The options of `bxbi import`."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from pulumi_bxbi.cli import main
from pulumi_bxbi.cli.adopt import Request


def test_options_of_a_whole_import_are_none_of_one_object() -> None:
    result = CliRunner().invoke(main, ["import", "--apply", "source", "42", "--name", "crm"])

    assert result.exit_code == 2
    assert "these options belong behind `source`, or to an import without it" in result.stderr


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

"""The options of `bxbi import`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from pulumi_bxbi.adoption.adopting import Request
from pulumi_bxbi.adoption.errors import NotImportedError
from pulumi_bxbi.adoption.language import Language
from pulumi_bxbi.adoption.placement import program_in
from pulumi_bxbi.cli import main
from pulumi_bxbi.stack.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_bxbi.adoption.placement import Program

PORTAL = "https://acme.bitrix24.com"


def test_options_of_a_whole_import_are_none_of_one_object() -> None:
    result = CliRunner().invoke(main, ["import", "--apply", "source", "42", "--name", "crm"])

    assert result.exit_code == 2
    assert "give these options after `source`, or to an import without it" in result.stderr


@pytest.mark.parametrize(
    ("request_", "stack", "command"),
    [
        (Request((), (), (), "", "", apply=False, language=None), "", "bxbi import --apply"),
        (
            Request((), (1,), (2, 3), "my crm.py", "", apply=False, language=None),
            "live",
            "bxbi import --source 1 --table 2 --table 3 --out 'my crm.py' --apply --stack live",
        ),
        (
            Request((7,), (), (), "", "", apply=False, language="yaml"),
            "",
            "bxbi import --connector 7 --language yaml --apply",
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
    return program_in(Language.PYTHON, [], PORTAL, out, Project("", "python", root, main))


def test_a_program_in_yaml_goes_where_pulumi_reads_it(tmp_path: Path) -> None:
    folder = tmp_path / "infra"
    folder.mkdir()
    new = yaml_project(folder)

    program = program_in(Language.YAML, [], PORTAL, "", new)
    assert (program.place, program.hint) == (folder / "Main.yaml", "")

    declares = new._replace(declares_resources=True)
    (folder / "Pulumi.yaml").write_text("resources: {}\n", "utf-8")
    beside = program_in(Language.YAML, [], PORTAL, "", declares)
    assert beside.place == folder / "imported.yaml"
    pulumi_yaml = folder / "Pulumi.yaml"
    added = f"add the entries of config and resources in {beside.place} to those in {pulumi_yaml}"
    assert beside.hint == added

    (folder / "Main.json").write_text("{}", "utf-8")
    assert program_in(Language.YAML, [], PORTAL, "", new).hint.endswith(
        f"to those in {folder / 'Main.json'}"
    )

    out = str(tmp_path / "other")
    elsewhere = program_in(Language.YAML, [], PORTAL, out, new)
    assert list(elsewhere.files) == [tmp_path / "other" / "Pulumi.yaml"]
    assert elsewhere.hint.startswith("write `main: ../other` into Pulumi.yaml. Pulumi then runs ")


def test_a_program_in_yaml_for_another_language_is_a_project_to_convert(tmp_path: Path) -> None:
    project = yaml_project(tmp_path)._replace(runtime="nodejs")

    program = program_in(Language.YAML, [], PORTAL, "", project)

    assert program.place == tmp_path / "imported"
    assert program.hint == (
        f"run `pulumi convert --from yaml --language typescript --cwd {program.place} "
        f"--out converted`, and add the resources in {program.place / 'converted'} to your "
        "program, with the names that they have there"
    )


def test_a_place_of_another_language_is_refused(tmp_path: Path) -> None:
    project = yaml_project(tmp_path)
    for language, out, of in (
        (Language.PYTHON, "crm.yaml", project._replace(runtime="python")),
        (Language.YAML, "crm.py", project),
        (Language.YAML, "crm.yaml", project._replace(runtime="go")),
    ):
        with pytest.raises(NotImportedError, match=f"--out {out} is no"):
            program_in(language, [], PORTAL, out, of)


def yaml_project(folder: Path) -> Project:
    return Project("crm", "yaml", folder, folder / "__main__.py")

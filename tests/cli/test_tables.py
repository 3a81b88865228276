"""The command `bxbi tables`."""

from __future__ import annotations

import ast
import json
import signal
import subprocess
import sys
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from pulumi_bxbi.external.client import TIMEOUT_SECONDS
from pulumi_bxbi.stack.urns import PROVIDER
from tests.engine.prepared import command_of_bxbi
from tests.external.outside import TEXT, Answer, OutsideSystem, add_connector, column
from tests.local_portal import portal, running
from tests.preflight.test_command import project, run
from tests.serving import serving
from tests.variables import inherited

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.local_portal import LocalPortal

__all__ = ["portal"]

PROGRAM = """\
import pulumi
import pulumi_bxbi as bxbi

# The source of the shop.
crm = bxbi.BiSource("crm", "CRM", 124, {"host": "erp.example"})
"""
DECLARED = """\
bxbi.BiTable(
    "goods",
    source_id=crm.id,
    name="goods",
    external_name="Goods",
    external_code="goods",
    columns=[
        bxbi.Column("ID", "id", "int"),
    ],
)

bxbi.BiTable(
    "orders",
    source_id=crm.id,
    name="orders",
    external_name="Orders",
    external_code="orders",
    columns=[
        bxbi.Column("ID", "id", "int"),
        bxbi.Column("PRIMECHANIE", "note", "string"),
    ],
)
"""
IN_YAML = """\
name: test
runtime: yaml
resources:
    # The source of the shop.
    crm:
        type: bxbi:BiSource
        properties:
            title: CRM  # as in the shop
# The end.
outputs:
    crm: ${crm.id}
"""


@pytest.fixture(scope="module")
def running_portal() -> Iterator[LocalPortal]:
    with running("current", "--no-endpoint-checks") as portal:
        yield portal


@pytest.fixture
def outside() -> Iterator[OutsideSystem]:
    with serving(OutsideSystem()) as server:
        server.tables = {
            "orders": [column("id", "Id", "INT"), column("note", "Примечание")],
            "goods": [column("id", "Id", "int")],
        }
        yield server


class Project:
    """A project whose stack has the resources that a test adds.

    Attributes:
        folder: Its folder.
    """

    def __init__(self, folder: Path, portal: LocalPortal, outside: OutsideSystem) -> None:
        self.folder = folder
        self._portal = portal
        self._address = outside.address
        self._resources: list[dict[str, Any]] = []
        project(folder, "test")
        self.write(PROGRAM)

    def write(self, text: str, file: str = "__main__.py") -> None:
        (self.folder / file).write_bytes(text.encode())

    def text(self, file: str = "__main__.py") -> str:
        return (self.folder / file).read_bytes().decode()

    def source(self, name: str = "crm", provider: str = "", parent: str = "") -> int:
        """Add a source to the portal and to the state."""
        connector = add_connector(self._portal, self._address, host=TEXT, password=TEXT)
        settings = {"host": "erp.example", "password": "hunter2"}
        number = self._portal.add("source", title=name, connectorId=connector, settings=settings)
        self._add("BiSource", name, number, {}, provider, parent)
        return number

    def table(self, source_id: int, code: str) -> None:
        """Add a table to the portal and to the state."""
        number = self._portal.add_table(source_id, code)
        self._add("BiTable", code, number, {"sourceId": source_id, "externalCode": code})

    def change_id(self, name: str, id_: str) -> None:
        """Give the resources of a name another id in the state."""
        for each in self._resources:
            if each["urn"].endswith(f"::{name}"):
                each["id"] = id_

    def _add(  # noqa: PLR0913, PLR0917  # the parts of a resource
        self,
        kind: str,
        name: str,
        number: int,
        inputs: dict[str, Any],
        provider: str = "",
        parent: str = "",
    ) -> None:
        types = f"{parent}$bxbi:index:{kind}" if parent else f"bxbi:index:{kind}"
        resource = {
            "urn": f"urn:pulumi:test::test::{types}::{name}",
            "id": str(number),
            "inputs": inputs,
            "outputs": inputs,
        }
        self._resources.append(resource | ({"provider": provider} if provider else {}))

    def keep_state(self) -> None:
        """Write the state that the stack has now."""
        state = {"deployment": {"resources": self._resources}}
        (self.folder / "state.json").write_text(json.dumps(state), "utf-8")

    def tables(self, *options: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Run the command; it shows no secret and no traceback."""
        self.keep_state()
        ended = run(
            command_of_bxbi(), "tables", *options, folder=self.folder, **self._portal.access
        )
        assert ended.returncode == status, ended.stderr
        assert "hunter2" not in ended.stdout + ended.stderr
        assert "Traceback" not in ended.stderr
        return ended

    def says(self, *options: str, status: int = 0) -> str:
        return " ".join(self.tables(*options, status=status).stderr.split())


@pytest.fixture
def made(portal: LocalPortal, outside: OutsideSystem, tmp_path: Path) -> Project:
    return Project(tmp_path, portal, outside)


def test_tables_that_the_program_lacks_are_printed(made: Project, outside: OutsideSystem) -> None:
    made.source()

    ended = made.tables()

    assert ended.stdout == DECLARED
    assert "Asking the outside systems of 1 source ...\n" in ended.stderr
    assert "For __main__.py: goods, orders.\n" in ended.stderr
    assert made.text() == PROGRAM
    assert sorted(outside.requests) == ["/columns goods", "/columns orders", "/tables"]


def test_tables_of_the_state_are_not_declared_again(made: Project, outside: OutsideSystem) -> None:
    source = made.source()
    made.table(source, "orders")

    ended = made.tables()

    assert "goods" in ended.stdout
    assert "orders" not in ended.stdout
    assert outside.requests == ["/tables", "/columns goods"]


def test_they_are_added_behind_what_is_there_and_only_once(made: Project) -> None:
    made.source()
    (made.folder / "__main__.py").chmod(0o640)

    told = made.says("--write")

    assert made.text() == f"{PROGRAM}\n{DECLARED}"
    assert "Added to __main__.py: goods, orders." in told
    assert told.endswith("pulumi preview")
    assert (made.folder / "__main__.py").stat().st_mode & 0o777 == 0o640
    assert not list(made.folder.glob(".*.part"))
    again = made.tables("--write")
    assert again.stdout == ""
    assert "The program lacks no table that could be declared." in again.stderr
    assert made.text() == f"{PROGRAM}\n{DECLARED}"


def test_what_is_added_later_stands_behind_what_was_added_before(
    made: Project, outside: OutsideSystem
) -> None:
    made.source()
    made.tables("--write")
    before = made.text()
    outside.tables["a_first"] = [column("id")]

    made.tables("--write")

    assert made.text().startswith(f'{before}\nbxbi.BiTable(\n    "a-first",\n')


@pytest.mark.parametrize(
    ("program", "reference"),
    [
        ('crm = pulumi_bxbi.BiSource("crm", "CRM", 1, {})\n', "crm.id"),
        ('shop: BiSource = BiSource(resource_name="crm", title="CRM")\n', "shop.id"),
        ('for each in (1, 2):\n    crm = bxbi.BiSource("crm", "CRM", each, {})\n', "1"),
        ('bxbi.BiSource("crm", "CRM", 1, {})\n', "1"),
        ('crm = bxbi.BiSource("crm")\ncrm = None\n', "1"),
        ('a = bxbi.BiSource("crm")\nb = bxbi.BiSource("crm")\n', "1"),
        ("a, b = 1, 2\n", "1"),
        ("name = 'crm'\ncrm = bxbi.BiSource(name)\n", "1"),
        ("", "1"),
    ],
)
def test_a_source_is_named_by_its_variable_where_there_is_one(
    made: Project, program: str, reference: str
) -> None:
    assert made.source() == 1
    made.write(program)

    told = made.says("--write")

    call = ast.parse(made.text()).body[-1]
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    given = {each.arg: ast.unparse(each.value) for each in call.value.keywords}
    assert given["source_id"] == reference
    assert ("have the number of their source" in told) == (reference == "1")
    assert made.text().startswith(f"{program}\nimport pulumi_bxbi as bxbi\n\nbxbi.BiTable(")
    assert "lacks no table" in made.says("--write")


def test_a_source_in_a_module_gets_its_tables_there(made: Project) -> None:
    made.source()
    made.write("import sources\nfrom . import nothing\nimport missing.part\n")
    made.write(PROGRAM, "sources.py")
    made.write('crm = bxbi.BiSource("crm")\n', "not_imported.py")

    told = made.says("--write")

    assert "Added to sources.py: goods, orders." in told
    assert made.text("sources.py") == f"{PROGRAM}\n{DECLARED}"
    assert "lacks no table" in made.says()


def test_tables_of_modules_count_too(made: Project) -> None:
    made.source()
    made.write("import sources, tables\n")
    made.write(PROGRAM, "sources.py")
    table = 'bxbi.BiTable("o", sources.crm.id, "orders_2", "Orders", "orders", [])\n'
    made.write(f"import sources\n{table}", "tables.py")

    printed = made.tables().stdout

    assert "goods" in printed
    assert "orders" not in printed


def test_variables_of_one_name_in_two_modules_are_two_sources(made: Project) -> None:
    made.source("shop")
    made.source("erp")
    made.write("import shop, erp\n")
    table = 'bxbi.BiTable("o", source.id, "orders_2", "Orders", "orders", [])\n'
    made.write(f'source = bxbi.BiSource("shop")\n{table}', "shop.py")
    made.write('source = bxbi.BiSource("erp")\n', "erp.py")

    ended = made.tables("--write")

    assert "Added to erp.py: goods, orders." in ended.stderr
    assert "Added to shop.py: shop-goods." in ended.stderr


def test_a_table_whose_source_the_text_does_not_show_is_not_declared_again(made: Project) -> None:
    made.source()
    loop = 'for each in [crm]:\n    bxbi.BiTable("o", each.id, "o", "Orders", "orders", [])\n'
    made.write(f"{PROGRAM}{loop}")

    ended = made.tables()

    assert "goods" in ended.stdout
    assert "orders" not in ended.stdout
    assert (
        'table "orders" of crm is left out: the program declares a table with this code, and its '
        "text does not show of which source."
    ) in ended.stderr


def test_names_are_taken_from_the_portal_and_the_program(
    portal: LocalPortal, made: Project, outside: OutsideSystem
) -> None:
    """The names of tables are unique on the portal, those of resources in the stack."""
    source = made.source("kazan")
    other = portal.add("source", title="Other", connectorId=123, settings={"login": "a"})
    portal.add_table(other, "goods")
    made.write('bxbi.BiTable("kazan-goods", source_id=7, name="orders", external_code="x")\n')
    outside.tables |= {code: [column("id")] for code in ("7 заказов", "♥")}
    outside.answers["/tables"] = Answer(
        [
            {"code": code, "title": title, "id": id_}
            for code, title, id_ in (
                ("goods", "Goods", ""),
                ("orders", "Orders", ""),
                ("7 заказов", "Заказы", ""),
                ("♥", "Накладные", ""),
            )
        ]
    )

    found = names_in(made.tables("--language", "python").stdout)

    assert source != other
    assert found == {
        "7 заказов": ("table-7-zakazov", "table_7_zakazov"),
        "goods": ("kazan-goods-2", "kazan_goods"),
        "orders": ("kazan-orders", "kazan_orders"),
        "♥": ("nakladnye", "nakladnye"),
    }


def names_in(program: str) -> dict[str, tuple[str, str]]:
    """Return the resource's name and the table's name by the code, of a program in Python."""
    found = {}
    for statement in ast.parse(program).body:
        assert isinstance(statement, ast.Expr)
        assert isinstance(statement.value, ast.Call)
        given = {each.arg: each.value for each in statement.value.keywords}
        name = ast.literal_eval(statement.value.args[0])
        found[ast.literal_eval(given["external_code"])] = name, ast.literal_eval(given["name"])
    return found


def test_what_has_no_match_is_a_comment(made: Project, outside: OutsideSystem) -> None:
    made.source()
    outside.tables = {"orders": [column("id", type_="blob\n"), column("id", type_="int")]}

    printed = made.tables().stdout

    comments = [line for line in printed.splitlines() if line.startswith("#")]
    assert comments == [
        '# column "id" has the type "blob\\n", which BI Builder does not have: it is string there',
        '# column "id" is described 2 times: one of them is taken',
    ]
    ast.parse(printed)


def test_a_table_that_the_portal_has_is_to_be_imported(portal: LocalPortal, made: Project) -> None:
    source = made.source()
    number = portal.add_table(source, "orders")

    ended = made.tables()

    assert "orders" not in ended.stdout
    assert (
        f'table "orders" of crm is left out: the portal has it as table {number} "orders", which '
        f"is not in the state. `bxbi import table {number} --name NAME` takes it into the stack."
    ) in ended.stderr


def test_a_table_that_cannot_be_declared_is_left_out_with_the_reason(
    made: Project, outside: OutsideSystem
) -> None:
    made.source()
    outside.tables |= {"empty": [], "x" * 600: [column("id")]}

    ended = made.tables()

    assert ended.stdout == DECLARED
    assert 'table "empty" of crm is left out: urlTableDescription of connector ' in ended.stderr
    assert "The answer describes no column." in ended.stderr
    assert "is left out: externalName" in ended.stderr or "external_name" in ended.stderr


@pytest.mark.parametrize(
    ("path", "answer", "said"),
    [
        ("/tables", Answer("hunter2", 500), "HTTP status 500"),
        ("/tables", Answer(b"<html>hunter2"), "HTML"),
        ("/columns", Answer(b"[]", headers={"Content-Length": "9"}), "connection broke"),
    ],
)
def test_an_outside_system_that_does_not_answer_changes_nothing(
    made: Project, outside: OutsideSystem, path: str, answer: Answer, said: str
) -> None:
    made.source()
    outside.answers[path] = answer

    ended = made.tables("--write", status=1)

    assert said in ended.stderr
    assert "Error: source crm: url" in ended.stderr
    assert "What to do: " in ended.stderr
    assert ended.stderr.endswith(". Or choose others with --source.\n")
    assert (ended.stdout, made.text()) == ("", PROGRAM)


def test_an_interrupt_does_not_wait_for_an_answer(
    portal: LocalPortal, made: Project, outside: OutsideSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.source()
    made.keep_state()
    asked, ended = Event(), Event()

    def hang(path: str, _: dict[str, str]) -> Answer:
        asked.set()
        ended.wait()
        return Answer(path)

    monkeypatch.setattr(outside, "answer", hang)
    with subprocess.Popen(
        [sys.executable, "-m", "pulumi_bxbi.cli", "tables", "--write"],
        cwd=made.folder,
        env={**inherited(), "PATH": str(made.folder), **portal.access},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        asked.wait()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=TIMEOUT_SECONDS / 2)
    ended.set()

    assert process.returncode == 1
    assert "Traceback" not in said
    assert made.text() == PROGRAM


class TestSources:
    def test_chosen_ones_alone_are_asked(self, made: Project) -> None:
        made.source("crm")
        made.source("sales")
        made.source("erp")

        told = made.says("--source", "sales", "--source", "crm")

        assert "of 2 sources ..." in told
        assert "The tables of sales have the number of their source" in told
        assert "erp" not in told.replace("erp.example", "")

    def test_one_of_another_name_is_an_error(self, made: Project) -> None:
        made.source("crm")

        told = made.says("--source", "crn", status=1)

        assert 'the state has no source crn; did you mean "crm"? It has: crm.' in told

    def test_one_of_a_provider_of_its_own_is_not_asked(self, made: Project) -> None:
        made.source("tokyo", provider=f"urn:pulumi:test::test::{PROVIDER}::tokyo::7")

        assert "source tokyo has a provider of its own" in made.says("--source", "tokyo", status=1)
        assert "the state has no source of the stack's own portal" in made.says(status=1)

    @pytest.mark.parametrize("id_", ["abc", "0"])
    def test_one_without_an_id_of_the_portal_is_told(self, made: Project, id_: str) -> None:
        made.source("crm")
        made.change_id("crm", id_)

        told = made.says(status=1)

        assert f"source crm has the id {id_} in the state" in told
        assert "pulumi state delete" in told

    def test_two_of_one_name_have_no_variable(self, made: Project) -> None:
        made.source("crm")
        made.source("crm", parent="acme:bi:Group")

        assert "The tables of crm have the number of their source" in made.says()


class TestFiles:
    def test_line_ends_and_the_last_line_are_kept(self, made: Project) -> None:
        made.source()
        before = PROGRAM.replace("\n", "\r\n").rstrip()
        made.write(before)

        made.tables("--write")

        assert made.text() == f"{before}\r\n\r\n{DECLARED}".replace("\r\n", "\n").replace(
            "\n", "\r\n"
        )

    def test_a_link_stays_one(self, made: Project) -> None:
        made.source()
        main = made.folder / "__main__.py"
        main.rename(made.folder / "program.txt")
        main.symlink_to("program.txt")

        made.tables("--write")

        assert main.is_symlink()
        assert made.text("program.txt") == f"{PROGRAM}\n{DECLARED}"

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"crm = (\n", "__main__.py is not Python (line 1)"),
            (b"crm = '\xff'\n", "__main__.py is not Python"),
            (b"\x00", "__main__.py is not Python"),
            (b"a = " + b"-" * 100_000 + b"1", "__main__.py is not Python"),
        ],
    )
    def test_what_is_no_program_is_not_touched(
        self, made: Project, content: bytes, said: str
    ) -> None:
        made.source()
        (made.folder / "__main__.py").write_bytes(content)

        assert said in made.says("--write", status=1)
        assert (made.folder / "__main__.py").read_bytes() == content

    def test_another_encoding_is_not_mixed(self, made: Project, outside: OutsideSystem) -> None:
        made.source()
        content = f"# -*- coding: cp1251 -*-\n{PROGRAM}# Щука\n".encode("cp1251")
        (made.folder / "__main__.py").write_bytes(content)
        outside.answers["/tables"] = Answer([{"code": "orders", "title": "Заказы"}])

        told = made.says("--write", status=1)

        assert "__main__.py is written in cp1251, and what would be added in UTF-8." in told
        assert "Run the command without --write" in told
        assert (made.folder / "__main__.py").read_bytes() == content

    def test_a_program_that_is_missing_is_told(self, made: Project) -> None:
        made.source()
        (made.folder / "__main__.py").unlink()

        assert "__main__.py cannot be read: No such file" in made.says("--write", status=1)
        assert "source_id=1," in made.tables().stdout

    @pytest.mark.parametrize("file", ["__main__.py", "Main.yaml"])
    def test_a_program_that_cannot_be_read_is_told(self, made: Project, file: str) -> None:
        made.source()
        (made.folder / "__main__.py").unlink()
        (made.folder / file).mkdir()
        runtime = "yaml" if file == "Main.yaml" else "python"
        made.write(f"name: test\nruntime: {runtime}\n", "Pulumi.yaml")

        assert f"{file} cannot be read: Is a directory." in made.says(status=1)


class TestYaml:
    @pytest.fixture
    def made(self, made: Project) -> Project:
        (made.folder / "__main__.py").unlink()
        made.write(IN_YAML, "Pulumi.yaml")
        return made

    def test_they_are_added_behind_the_other_resources(self, made: Project) -> None:
        made.source()
        printed = made.tables().stdout

        made.tables("--write")

        text = made.text("Pulumi.yaml")
        before, after = IN_YAML.split("# The end.\n")
        assert text.startswith(f"{before}    goods:\n      type: bxbi:BiTable\n")
        assert text.endswith(f"# The end.\n{after}")
        resources = yaml.safe_load(text)["resources"]
        assert list(resources) == ["crm", "goods", "orders"]
        assert {k: v for k, v in resources.items() if k != "crm"} == yaml.safe_load(printed)[
            "resources"
        ]
        assert resources["orders"]["properties"]["sourceId"] == "${crm.id}"
        assert "lacks no table" in made.says("--write")
        assert made.text("Pulumi.yaml") == text

    @pytest.mark.parametrize(
        ("resources", "reference"),
        [
            ("resources:\n  a: {type: bxbi:index:BiSource, name: crm}\n", "${a.id}"),
            ("resources:\n  crm: {type: bxbi:BiConnector}", 1),
            ("resources:\n  crm:\n    type: bxbi:BiSource\n    x: |\n      a\n\n", "${crm.id}"),
            ("resources:\n  crm:\n    type: bxbi:BiSource\n    x: |+\n      a\n", "${crm.id}"),
            ("resources:\r\n  crm:\r\n    type: bxbi:BiSource\r\nx: 1\r\n", "${crm.id}"),
            (
                "resources:\n  crm:\n    type: bxbi:BiSource\n    y:\n    - 1\n    - z:\n",
                "${crm.id}",
            ),
            ("variables:\n  orders: 1\n", 1),
            ("# nothing\n", 1),
        ],
    )
    def test_each_form_of_a_program_takes_them(
        self, made: Project, resources: str, reference: object
    ) -> None:
        assert made.source() == 1
        head = "name: test\nruntime: yaml\n"
        made.write(head, "Pulumi.yaml")
        made.write(resources, "Main.yaml")

        made.tables("--write")

        text = made.text("Main.yaml")
        assert set(resources.splitlines()) <= set(text.splitlines())
        before, after = yaml.safe_load(resources) or {}, yaml.safe_load(text)
        added = {
            name: each
            for name, each in after["resources"].items()
            if name not in before.get("resources", {})
        }
        assert [each["properties"]["sourceId"] for each in added.values()] == [reference] * 2
        assert "lacks no table" in made.says()

    @pytest.mark.parametrize(
        ("program", "said"),
        [
            ("resources: {crm: {type: bxbi:BiSource}}\n", "no entry can be added to its resources"),
            ("resources:\nx: 1\n", "no entry can be added to its resources"),
            ("x: 1\nresources: ]\n", "Main.yaml is not valid YAML (line 2)."),
            ("x: 1\n\0\n", "Main.yaml is not valid YAML."),
            ("x: 2026-99-99\n", "Main.yaml is not valid YAML."),
            ("- a\n", "Main.yaml is no program in YAML: it has no keys such as resources."),
            ("- [a, b]\n", "Main.yaml is no program in YAML: it has no keys such as resources."),
            ("x: " + "[" * 9999, "Main.yaml is nested too deeply."),
        ],
    )
    def test_a_form_that_takes_none_is_not_touched(
        self, made: Project, program: str, said: str
    ) -> None:
        made.source()
        made.write("name: test\nruntime: yaml\n", "Pulumi.yaml")
        made.write(program, "Main.yaml")

        assert said in made.says("--write", status=1)
        assert made.text("Main.yaml") == program

    def test_another_encoding_is_told(self, made: Project) -> None:
        made.source()
        (made.folder / "Main.yaml").write_bytes("# Щука\n".encode("cp1251"))

        assert "Main.yaml is not in UTF-8." in made.says(status=1)

    def test_another_language_gets_what_can_be_converted(self, made: Project) -> None:
        made.source()
        made.write("name: test\nruntime: nodejs\n", "Pulumi.yaml")

        told = made.says(status=1)
        assert "`bxbi tables` writes a program in Python or YAML" in told
        assert "Give --language yaml, and turn what is printed" in told
        printed = made.tables("--language", "yaml").stdout
        assert printed.startswith("name: test\nruntime: yaml\n\nresources:\n  goods:\n")
        assert yaml.safe_load(printed)["resources"]["goods"]["properties"]["sourceId"] == 1
        told = made.says("--language", "yaml", "--write", status=1)
        assert "this one is in another language. Nothing was added." in told

"""`bxbi import` without an object takes what exists into a stack."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.stack.pulumi_command import Stack as CommandLineStack
from tests.engine.stack import pulumi_with
from tests.local_portal import on_the_current_api
from tests.waiting import wait_for

if TYPE_CHECKING:
    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

ADDRESSES = {
    name: f"https://example.com/{name}?a='b'&c=\"d\""
    for name in ("urlCheck", "urlTableList", "urlTableDescription", "urlData")
}
AWKWARD = [
    *("CRM", "CRM", "Источник «Щука»", "class", "config", "2026", "🎉", "{x} %s", 'it\'s "x"\\'),
    *("two\nlines\n", '"""', "\u202eright to left", "слово " * 80, "x" * 500),
]
TYPES = {
    "legacy": ("int", "string", "double", "date", "datetime"),
    "current": ("int", "string", "double", "date", "datetime", "money", "timezone"),
}

#: The command that is installed: what comes to a whole group comes to it, and `nohup` is heeded.
INSTALLED = str(Path(sys.executable).with_name("bxbi"))
#: What makes `pulumi import` fail: it takes either a file or another tool's state.
REFUSED = 'import*) set -- "$@" --from terraform;;'
#: Succeeds in the shell while files wait beside their places.
STAGED = "ls .bxbi-*.part >/dev/null 2>&1"


def connector(title: str, **fields: Any) -> dict[str, Any]:
    logo = "data:image/svg+xml,%3Csvg/%3E"
    parameter = {"code": "пароль {1}", "name": 'Name "1"', "type": "STRING"}
    return {"title": title, "logo": logo, "settings": [parameter], **ADDRESSES, **fields}


def endpoints(portal: LocalPortal) -> dict[str, str]:
    """Addresses that accept every source."""
    return dict.fromkeys(ADDRESSES, f"{portal.address}/__emulator__/endpoints/check")


def table(portal: LocalPortal, source_id: int, number: int, text: str) -> dict[str, Any]:
    """A table with a column of every type."""
    fields = [
        {"name": each.upper(), "externalCode": f"{text}{each}", "type": each}
        for each in TYPES[portal.api]
    ]
    names = {"name": f"table_{number}", "externalName": text, "externalCode": f"{number} {text}"}
    return {"sourceId": source_id, "description": text, "fields": fields, **names}


def fill(portal: LocalPortal, connectors: int, sources: int, tables: int) -> list[str]:
    """Put awkward objects onto the portal, and give the secrets among them."""
    texts = [AWKWARD[number % len(AWKWARD)] for number in range(max(connectors, sources, tables))]
    secrets = [f"hunter{number} {text}" for number, text in enumerate(texts[:sources])]
    made = [
        portal.add("connector", **connector(text, **endpoints(portal)))
        for text in texts[:connectors]
    ]
    there = [
        portal.add(
            "source",
            title=text,
            connectorId=made[number % connectors],
            settings={"пароль {1}": secrets[number]},
        )
        for number, text in enumerate(texts[:sources])
    ]
    for number, text in enumerate(texts[:tables]):
        portal.add(portal.family, **table(portal, there[number % sources], number, text))
    return secrets


def contents(folder: Path) -> dict[str, bytes]:
    """The project's own files; the backend beside them keeps a history of each operation."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def holdings(stack: Stack) -> list[Any]:
    """What the state has, besides the time of its last change."""
    resources: list[Any] = stack.deployment().get("resources") or []
    return resources


@on_the_current_api
def test_awkward_objects_on_several_pages_are_taken_and_nothing_changes(
    portal: LocalPortal, stack: Stack, tmp_path: Path
) -> None:
    arguments = tmp_path / "arguments"
    pulumi_with(stack, tmp_path, f"printf '%s\\n' \"$@\" >> '{arguments}'")
    stack.environment["BXBI_BURST"] = "1000"
    secrets = fill(portal, 9, 60, 60)

    shown = stack.bxbi("import")
    assert "130 to import, 0 left out" in shown
    assert "bxbi import --apply" in shown
    program = (stack.folder / "__main__.py").read_bytes()
    with portal.recording() as calls:
        assert "Added 130 objects to the state" in stack.bxbi("import", "--apply")

    assert not [each for each in calls if each.endswith((".add", ".update", ".delete"))]
    assert (stack.folder / "__main__.py").read_bytes() == program
    subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--no-cache", "--check", "."],
        cwd=stack.folder,
        check=True,
    )
    assert "131 unchanged" in stack.up()
    resources = stack.resources()
    assert len(resources["table-0"]["dependencies"]) == 1
    said = stack.output + stack.state() + arguments.read_text("utf-8")
    assert not [each for each in secrets if each in said]
    stack.destroy()
    assert (portal.sources(), portal.connectors(), portal.tables()) == ({}, {}, set())


def test_what_was_made_by_other_means_is_taken_as_it_is(portal: LocalPortal, stack: Stack) -> None:
    """Settings that are not declared any more, an inactive source, a hidden column."""
    parameters = [{"code": code, "name": code, "type": "STRING"} for code in ("login", "old")]
    connector_id = portal.add(
        "connector", **connector("CRM", **endpoints(portal), sort=7, settings=parameters)
    )
    source_id = portal.add(
        "source",
        title="CRM",
        connectorId=connector_id,
        settings={"login": "admin", "old": "x"},
        active=False,
    )
    portal.call("connector.update", id=connector_id, fields={"settings": parameters[:1]})
    table_id = portal.add(portal.family, **table(portal, source_id, 1, "x"))
    hidden = portal.call(f"{portal.family}.get", id=table_id)["item"]["fields"][3]["id"]
    changes = [{"id": hidden, "visible": False}]
    portal.call(f"{portal.family}.fields.update", id=table_id, update=changes)

    shown = stack.bxbi("import", "--connector", str(connector_id), "--apply")

    assert 'without "old"' in shown
    assert ("active=False" in (stack.folder / "__main__.py").read_text("utf-8")) == (
        portal.api == "legacy"
    )
    assert stack.preview() == {}
    stack.refresh()
    stack.succeeds("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert "nothing to import" in stack.bxbi("import", "--source", str(source_id))


@on_the_current_api
def test_an_address_with_a_secret_in_it_is_a_secret_of_the_stack(
    portal: LocalPortal, stack: Stack, tmp_path: Path
) -> None:
    arguments = tmp_path / "arguments"
    pulumi_with(stack, tmp_path, f"printf '%s\\n' \"$@\" >> '{arguments}'")
    addresses = {
        "logo": "/upload/logo.png?token=t0ken",
        "urlCheck": "https://svc:passw0rd@example.com/check",
        "urlTableList": "https://us3r@example.com/tables",
        "urlTableDescription": "https://example.com/columns",
        "urlData": "https://svc:passw0rd@example.com/data?token=t0ken",
    }
    connector_id = portal.add("connector", **connector("CRM", **addresses))

    stack.bxbi("import", "--apply")

    program = (stack.folder / "__main__.py").read_text("utf-8")
    assert 'url_data=config.require_secret("crm-urlData")' in program
    assert 'url_table_description="https://example.com/columns"' in program
    assert stack.preview() == {}
    portal.call("connector.update", id=connector_id, fields={"title": "Other"})
    stack.refresh()
    assert "~ 1 updated" in stack.up()
    stack.succeeds("preview", "--diff", "--json", BXBI_LOG="debug")
    shown = stack.output + stack.state() + arguments.read_text("utf-8")
    assert not re.search("t0ken|passw0rd|us3r", shown)
    configured = json.loads(stack.run("config", "--json", "--show-secrets").stdout)
    assert configured["test:crm-urlData"] == {"value": addresses["urlData"], "secret": True}


@on_the_current_api
class TestNothingIsHalfDone:
    @pytest.fixture
    def before(self, portal: LocalPortal, stack: Stack) -> tuple[dict[str, bytes], list[Any]]:
        fill(portal, 1, 2, 2)
        return contents(stack.folder), holdings(stack)

    def test_after_a_refused_import(
        self, stack: Stack, before: tuple[dict[str, bytes], list[Any]], tmp_path: Path
    ) -> None:
        pulumi_with(stack, tmp_path, f'case "$1" in {REFUSED} esac')

        shown = stack.bxbi("import", "--apply", status=1)

        assert "`pulumi import` failed" in shown
        assert (contents(stack.folder), holdings(stack)) == before

    def test_where_something_else_works_on_the_stack(
        self, stack: Stack, before: tuple[dict[str, bytes], list[Any]]
    ) -> None:
        lock = stack.folder / "backend" / ".pulumi" / "locks" / "organization" / "test" / "test"
        lock.mkdir(parents=True, exist_ok=True)
        (lock / "other.json").write_text("{}", "utf-8")

        assert "the stack is locked" in stack.bxbi("import", "--apply", status=1)

        (lock / "other.json").unlink()
        assert (contents(stack.folder), holdings(stack)) == before

    @pytest.mark.usefixtures("before")
    def test_a_deployment_that_ends_meanwhile_keeps_what_it_has_made(
        self, portal: LocalPortal, stack: Stack, tmp_path: Path
    ) -> None:
        """It holds the lock when `pulumi import` is refused, and ends before that is undone."""
        stack.program("""
            import pathlib, time
            pathlib.Path("runs").touch()
            while not pathlib.Path("refused").exists():
                time.sleep(0.02)
            bxbi.BiSource("new", "New", 123, {"login": "admin", "password": "hunter2"})
        """)
        ends = "while find backend/.pulumi/locks -name '*.json' | grep -q .; do sleep 0.02; done"
        pulumi_with(stack, tmp_path, f'case "$*" in *rm-all*) touch refused; {ends};; esac')
        with subprocess.Popen(
            ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive"],
            cwd=stack.folder,
            env=stack.environment,
            stdout=subprocess.DEVNULL,
        ) as up:
            runs = stack.folder / "runs"
            assert wait_for(runs.exists, lambda: up.poll() is None)
            try:
                shown = stack.bxbi("import", "--apply", status=1)
            finally:
                (stack.folder / "refused").touch()

        assert "the stack is locked" in shown
        assert up.returncode == 0
        assert stack.resources().keys() == {"new"}
        assert "New" in {each["title"] for each in portal.sources().values()}
        assert stack.run("config", "--json").stdout.count('"secret": true') == 1

    def test_what_another_import_takes_before_this_is_undone_stays(
        self, portal: LocalPortal, stack: Stack, tmp_path: Path
    ) -> None:
        fill(portal, 1, 2, 0)
        first, second = map(str, portal.sources())
        other = f"PATH='{stack.environment['PATH']}' bxbi import source {second} --name theirs"
        moments = f'"import --file") kill -TERM $PPID;; "config rm-all") {other};;'
        pulumi_with(stack, tmp_path, f'case "$1 $2" in {moments} esac')

        shown = stack.bxbi("import", "--source", first, "--apply", status=1)

        assert "interrupted, so nothing was imported" in shown
        assert stack.resources().keys() == {"theirs"}

    def test_what_cannot_be_undone_is_told(
        self, stack: Stack, before: tuple[dict[str, bytes], list[Any]], tmp_path: Path
    ) -> None:
        pulumi_with(stack, tmp_path, f'case "$*" in *rm-all*) exit 1;; {REFUSED} esac')

        shown = stack.bxbi("import", "--apply", status=1)

        assert "could not be undone: `pulumi config` failed" in shown
        assert holdings(stack) == before[1]

    def test_after_ctrl_c(self, stack: Stack, before: tuple[dict[str, bytes], list[Any]]) -> None:
        locks = stack.folder / "backend" / ".pulumi" / "locks"
        with subprocess.Popen(
            [INSTALLED, "import", "--apply"],
            cwd=stack.folder,
            env=stack.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            assert wait_for(lambda: list(locks.rglob("*.json")), lambda: process.poll() is None)
            # As a terminal does: to the command, and to all in its group.
            os.killpg(process.pid, signal.SIGINT)
            shown, _ = process.communicate()

        assert "interrupted, so nothing was imported" in shown
        assert process.returncode == 1
        assert (contents(stack.folder), holdings(stack)) == before

    @pytest.mark.parametrize("name", ["TERM", "HUP"])
    def test_after_a_request_to_end_before_anything_is_applied(
        self, stack: Stack, before: tuple[dict[str, bytes], list[Any]], tmp_path: Path, name: str
    ) -> None:
        pulumi_with(stack, tmp_path, f"if {STAGED}; then kill -{name} $PPID; fi")
        files = ("--out", "infra/crm.py", "--import-file", "secrets.json")

        shown = stack.bxbi("import", "--apply", *files, status=1)

        assert "interrupted, so nothing was imported" in shown
        assert (contents(stack.folder), holdings(stack)) == before
        assert not (stack.folder / "infra").exists()

    def test_nohup_lets_it_go_on(self, stack: Stack, tmp_path: Path) -> None:
        pulumi_with(stack, tmp_path, f"if {STAGED}; then kill -HUP $PPID; fi")
        options = ("--apply", "--out", "infra/crm.py", "--import-file", "secrets.json")

        ended = subprocess.run(
            ["nohup", INSTALLED, "import", *options],
            cwd=stack.folder,
            env=stack.environment,
            capture_output=True,
            text=True,
            check=False,
        )

        assert ended.returncode == 0, ended.stderr
        assert (stack.folder / "infra" / "crm.py").exists()

    def test_where_a_file_is_in_the_way(
        self, stack: Stack, before: tuple[dict[str, bytes], list[Any]]
    ) -> None:
        (stack.folder / "crm.py").write_text("mine", "utf-8")

        shown = stack.bxbi("import", "--apply", "--out", "crm.py", status=1)

        assert "crm.py would be overwritten, so nothing was written" in shown
        (stack.folder / "crm.py").unlink()
        assert (contents(stack.folder), holdings(stack)) == before

    def test_where_an_object_is_not_there(
        self, stack: Stack, before: tuple[dict[str, bytes], list[Any]]
    ) -> None:
        shown = stack.bxbi("import", "--apply", "--table", "4711", status=1)

        assert "has no table 4711 for this application, so nothing was written" in shown
        assert (contents(stack.folder), holdings(stack)) == before


@on_the_current_api
def test_a_program_that_exists_keeps_its_place(portal: LocalPortal, stack: Stack) -> None:
    fill(portal, 1, 2, 1)
    stack.hosted = True
    stack.program("")

    shown = stack.bxbi("import", "--apply")

    assert "add `import imported` to __main__.py" in shown
    assert "is protected" in stack.fails("up", "--yes", "--skip-preview")
    stack.program("import imported")
    assert "6 unchanged" in stack.succeeds("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert not [each for each in stack.resources().values() if each.get("protect")]


@on_the_current_api
def test_a_folder_has_a_module_for_each_kind(portal: LocalPortal, stack: Stack) -> None:
    fill(portal, 2, 2, 1)
    stack.hosted = True

    shown = stack.bxbi("import", "--apply", "--out", "infrastructure")

    assert "write `main: infrastructure` into Pulumi.yaml" in shown
    with (stack.folder / "Pulumi.yaml").open("a", encoding="utf-8") as project:
        project.write("main: infrastructure\n")
    assert "7 unchanged" in stack.succeeds("preview", "--expect-no-changes")
    assert {path.name for path in (stack.folder / "infrastructure").glob("*.*")} == {
        *("__main__.py", "connectors.py", "sources.py", "tables.py"),
        *("crm.svg", "crm-2.svg", "local-database.svg"),
    }


@on_the_current_api
def test_what_is_told_works_below_the_project_too(portal: LocalPortal, stack: Stack) -> None:
    fill(portal, 1, 1, 1)
    stack.hosted = True
    below = stack.folder / "sub" / "folder"
    below.mkdir(parents=True)
    command = ["bxbi", "import", "--apply", "--out", "../crm.py"]

    shown = subprocess.run(
        command, cwd=below, env=stack.environment, capture_output=True, text=True, check=True
    ).stdout

    main = re.search(r"write `(main: .*)` into Pulumi.yaml", shown)
    assert main
    with (stack.folder / "Pulumi.yaml").open("a", encoding="utf-8") as project:
        project.write(f"{main[1]}\n")
    assert "5 unchanged" in stack.succeeds("preview", "--expect-no-changes")


@on_the_current_api
def test_the_import_file_can_be_had(portal: LocalPortal, stack: Stack) -> None:
    fill(portal, 1, 1, 1)

    shown = stack.bxbi("import", "--import-file", "import.json")

    assert "import.json holds the secrets in plain text" in shown
    assert (stack.folder / "import.json").stat().st_mode & 0o777 == 0o600
    stack.succeeds(
        *("import", "--file", "import.json", "--yes", "--skip-preview"),
        *("--generate-code=false", "--protect=false"),
        BXBI_OFFLINE="true",
    )
    stack.configure("crm-parol-1", "hunter0 CRM", secret=True)
    assert stack.preview() == {}


@on_the_current_api
def test_a_program_that_was_changed_before_it_was_applied_stays(
    portal: LocalPortal, stack: Stack
) -> None:
    fill(portal, 1, 1, 1)
    stack.bxbi("import")
    program = stack.folder / "__main__.py"
    program.write_text(program.read_text("utf-8") + "# mine\n", "utf-8")

    shown = stack.bxbi("import", "--apply", status=1)

    assert "__main__.py would be overwritten" in shown
    assert program.read_text("utf-8").endswith("# mine\n")


@on_the_current_api
def test_secrets_of_every_size_arrive_as_they_are(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = {f"key-{number}": f"{number} 'é🎉\" {{}}\n" * 700 for number in range(20)}
    secrets |= {"large": "x" * 130_000 + "\n", "empty": " ", "lines": "\n\n"}
    monkeypatch.chdir(stack.folder)

    CommandLineStack("", stack.environment).configure_secrets(secrets)

    shown = json.loads(stack.run("config", "--json", "--show-secrets").stdout)
    assert {key: shown[f"test:{key}"]["value"] for key in secrets} == secrets
    assert all(shown[f"test:{key}"]["secret"] for key in secrets)

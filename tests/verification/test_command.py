"""The command `bxbi verify` with addresses, away from any stack."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET  # what is read was written here

import pytest

from tests.cli.test_output import PLAIN
from tests.engine.prepared import command_of_bxbi
from tests.external.outside import Answer, OutsideSystem, column
from tests.serving import serving
from tests.variables import inherited
from tests.verification.service import TOKEN, YEAR, Service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMATS = ["terminal", "json", "markdown", "junit"]
#: The line with the value of its secret parameter.
SECRET = f"{TOKEN}\n".encode()
#: The command in a process of its own.
CLI = (sys.executable, "-m", "pulumi_bxbi.cli", "verify")
#: Nothing listens there.
NOWHERE = "http://127.0.0.1:9"


class Echo(OutsideSystem):
    """Repeats in each answer the values that it gets."""

    def answer(self, path: str, form: dict[str, str]) -> Answer:
        values = [value for name, value in form.items() if name.startswith("connection[")]
        told = " ".join(values) or "none"
        if path == "/tables":
            return Answer([{"code": "orders", "title": told}, {"code": told, "title": told}])
        if path == "/columns":
            return Answer([column("id", told, told), column(told, told)])
        return Answer([["id", told], [told, told], [1, told]])


@pytest.fixture
def outside() -> Iterator[OutsideSystem]:
    """A service whose rows are none, so that rules are broken."""
    with serving(OutsideSystem()) as server:
        yield server


def urls(address: str) -> str:
    return f"{address}/{{check,tables,columns,data}}"


def keeping(service: Service) -> tuple[str, ...]:
    """Return the arguments for a service that keeps every rule, without the secret value."""
    address = service.urls["/check"].removesuffix("/check")
    return ("--urls", urls(address), "--parameter", "token=-", "--parameter", f"year:INT={YEAR}")


def verify(
    *arguments: str, folder: Path, given: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the command where no `pulumi` is on PATH."""
    return subprocess.run(
        [command_of_bxbi(), "verify", *arguments],
        cwd=folder,
        env={**inherited(), "PATH": str(folder), **environment},
        input=given,
        capture_output=True,
        check=False,
    )


def told(ended: subprocess.CompletedProcess[bytes]) -> str:
    """Return all that was printed, on one line."""
    return " ".join((ended.stdout + ended.stderr).decode().split())


def values_of(outside: OutsideSystem) -> dict[str, str]:
    """Return the values that `urlCheck` was asked with first."""
    _, _, form = next(each for each in outside.posted if each[0] == "/check")
    return {name: value for name, value in form if name.startswith("connection[")}


class TestStatus:
    @pytest.mark.parametrize("form", FORMATS)
    def test_endpoints_that_keep_every_rule(self, tmp_path: Path, form: str) -> None:
        with serving(Service()) as service:
            ended = verify(*keeping(service), "--format", form, folder=tmp_path, given=SECRET)

        assert ended.returncode == 0, told(ended)
        if form == "json":
            assert [each["findings"] for each in json.loads(ended.stdout)["subjects"]] == [[]]
        elif form == "junit":
            assert b'tests="4" failures="0" errors="0"' in ended.stdout
        else:
            assert b"Fine: no documented rule is broken. Tried 3 tables" in ended.stdout

    @pytest.mark.parametrize("form", FORMATS)
    def test_a_broken_rule(self, outside: OutsideSystem, tmp_path: Path, form: str) -> None:
        ended = verify("--urls", urls(outside.address), "--format", form, folder=tmp_path)

        assert ended.returncode == 3
        assert b"rows-shape" in ended.stdout
        assert b"rows-shape" not in ended.stderr
        assert ended.stderr

    @pytest.mark.parametrize("form", FORMATS)
    def test_endpoints_that_nothing_answers_at(self, tmp_path: Path, form: str) -> None:
        ended = verify("--urls", urls(NOWHERE), "--format", form, folder=tmp_path)

        assert ended.returncode == 4
        assert b"unreachable" in ended.stdout

    def test_json_and_xml_stand_alone_on_standard_output(
        self, outside: OutsideSystem, tmp_path: Path
    ) -> None:
        first = ("--urls", urls(outside.address), "--format")
        as_json, as_xml = (verify(*first, form, folder=tmp_path) for form in ("json", "junit"))

        document = json.loads(as_json.stdout)
        suites = ET.fromstring(as_xml.stdout)  # noqa: S314  # it was written here
        host = outside.address.removeprefix("http://")
        assert document["verdict"] == "broken"
        assert [each["name"] for each in document["subjects"]] == [f"endpoints at {host}"]
        assert [each.get("name") for each in suites] == [f"endpoints at {host}"]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_report_for_a_platform_is_utf_8_and_one_for_a_terminal_as_it_can_show(
    outside: OutsideSystem, tmp_path: Path, encoding: str, form: str
) -> None:
    outside.tables = {"щука": [column("id")]}

    ended = subprocess.run(
        [*CLI, "--urls", urls(outside.address), "--format", form],
        cwd=tmp_path,
        env={**inherited(), "PATH": str(tmp_path), "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )

    assert ended.returncode == 3, ended.stderr
    if form == "terminal":
        shown = "щука".encode(encoding, "backslashreplace").decode(encoding)
        assert shown in ended.stdout.decode(encoding)
    else:
        assert "щука" in ended.stdout.decode("utf-8")


class TestValues:
    def test_they_come_from_arguments_and_from_lines_in_their_order(
        self, outside: OutsideSystem, tmp_path: Path
    ) -> None:
        verify(
            *("--urls", urls(outside.address), "--parameter", "token=-"),
            *("--parameter", "year:INT=2026", "--parameter", "a:b:STRING=-"),
            *("--parameter", "note=x=y", "--parameter", "last=-"),
            folder=tmp_path,
            given="hunter2\n Щука «é» \r\n-\n".encode(),
        )

        assert values_of(outside) == {
            "connection[token]": "hunter2",
            "connection[year]": "2026",
            "connection[a:b]": " Щука «é» ",
            "connection[note]": "x=y",
            "connection[last]": "-",
        }

    def test_the_last_line_needs_no_end(self, outside: OutsideSystem, tmp_path: Path) -> None:
        verify(
            *("--urls", urls(outside.address), "--parameter", "token=-"),
            folder=tmp_path,
            given=b"hunter2",
        )

        assert values_of(outside) == {"connection[token]": "hunter2"}

    def test_a_locale_without_letters_does_not_change_them(
        self, outside: OutsideSystem, tmp_path: Path
    ) -> None:
        ended = subprocess.run(
            [
                *CLI,
                *("--urls", urls(outside.address).encode()),
                *("--parameter", "имя=Щ".encode(), "--parameter", "token=-"),
            ],
            cwd=tmp_path,
            env={**inherited(), "PATH": str(tmp_path), **PLAIN},
            input="é\n".encode(),
            capture_output=True,
            check=False,
        )

        assert ended.returncode == 3, ended.stderr
        assert values_of(outside) == {"connection[имя]": "Щ", "connection[token]": "é"}

    @pytest.mark.parametrize("form", FORMATS)
    @pytest.mark.parametrize("options", [(), ("--no-data",)])
    def test_no_report_has_one(self, tmp_path: Path, form: str, options: tuple[str, ...]) -> None:
        with serving(Echo()) as echo:
            ended = verify(
                *("--urls", urls(echo.address), "--parameter", "token=-"),
                *("--parameter", "user=hunter3", "--format", form, *options),
                folder=tmp_path,
                given=b"hunter2\n",
            )

        assert ended.returncode == 3, told(ended)
        assert "hunter" not in told(ended)

    def test_nobody_sees_what_is_typed_in_a_terminal(
        self, outside: OutsideSystem, tmp_path: Path
    ) -> None:
        screen, terminal = pty.openpty()
        with subprocess.Popen(
            [
                *CLI,
                *("--urls", urls(outside.address), "--parameter", "token=-"),
            ],
            cwd=tmp_path,
            env={**inherited(), "PATH": str(tmp_path)},
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
        ) as process:
            os.close(terminal)
            shown = b""
            while b"Value of token: " not in shown:
                shown += os.read(screen, 4096)
            os.write(screen, b"hunter2\n")
            shown += rest_of(screen)
        os.close(screen)

        assert process.returncode == 3
        assert values_of(outside) == {"connection[token]": "hunter2"}
        assert b"hunter2" not in shown


def rest_of(screen: int) -> bytes:
    """Read what a process writes to its terminal until it ends."""
    shown = b""
    try:
        while part := os.read(screen, 4096):
            shown += part
    except OSError:  # how Linux says that the terminal is closed
        pass
    return shown


class TestChoice:
    def test_the_four_addresses_may_be_given_one_by_one(
        self, outside: OutsideSystem, tmp_path: Path
    ) -> None:
        verify(
            *("--url-data", f"{outside.address}/data", "--url-check", f"{outside.address}/check"),
            *("--url-table-description", f"{outside.address}/columns"),
            *("--url-table-list", f"{outside.address}/tables"),
            folder=tmp_path,
        )

        asked = set(outside.requests)
        assert {"/check", "/tables", "/columns orders", "/data orders"} <= asked

    def test_only_chosen_tables_are_tried(self, outside: OutsideSystem, tmp_path: Path) -> None:
        outside.tables["clients"] = outside.tables["goods"] = [column("id", type_="int")]

        verify(
            *("--urls", urls(outside.address), "--table", "clients", "--table", "goods"),
            folder=tmp_path,
        )

        assert "/data clients" in outside.requests
        assert "/data goods" in outside.requests
        assert "/data orders" not in outside.requests

    def test_nothing_is_declared_of_a_chosen_table(self, tmp_path: Path) -> None:
        with serving(Service()) as service:
            ended = verify(*keeping(service), "--table", "goods_v2", folder=tmp_path, given=SECRET)

        assert ended.returncode == 0, told(ended)
        assert "Fine: no documented rule is broken. Tried 1 table with" in told(ended)

    def test_a_chosen_table_has_to_be_there(self, outside: OutsideSystem, tmp_path: Path) -> None:
        ended = verify("--urls", urls(outside.address), "--table", "order", folder=tmp_path)

        assert ended.returncode == 3
        assert "table-gone" in told(ended)


SAFE = "https://erp.example/{check,tables,columns,data}"
BAD: dict[str, tuple[tuple[str, ...], str]] = {
    "no braces": (("--urls", "https://erp.example"), "four parts, and has none"),
    "three parts": (("--urls", "https://erp.example/{a,b,c}"), "four parts, and has 3"),
    "two pairs of braces": (("--urls", "https://{a,b}/{c,d,e,f}"), "four parts, and has none"),
    "no quotes": (
        ("--urls", *(f"https://erp.example/{each}" for each in "abcd")),
        "Put the addresses in quotes",
    ),
    "plain http": (
        ("--urls", "http://erp.example/{a,b,c,d}"),
        "the address for --url-check (erp.example) cannot be used",
    ),
    "no scheme": (("--urls", "erp.example/{a,b,c,d}"), "begins with https://"),
    "another scheme": (("--urls", "ftp://erp.example/{a,b,c,d}"), "begins with https://"),
    "one address": (("--url-data", "https://erp.example/d"), "give all four addresses"),
    "both": (("--urls", SAFE, "--url-data", "https://erp.example/d"), "give either --urls or"),
    "no value": (("--urls", SAFE, "--parameter", "hunter2"), "lacks its code or its value"),
    "no code": (("--urls", SAFE, "--parameter", "=hunter2"), "lacks its code or its value"),
    "unknown type": (
        ("--urls", SAFE, "--parameter", "year:int=hunter2"),
        (
            '--parameter year has the type "int", which does not exist: write year:STRING= or '
            "year:INT="
        ),
    ),
    "empty type": (("--urls", SAFE, "--parameter", "year:=hunter2"), 'has the type ""'),
    "no number": (
        ("--urls", SAFE, "--parameter", "year:INT=hunter2"),
        "the value of --parameter year:INT is not a whole number",
    ),
    "no number in a line": (
        ("--urls", SAFE, "--parameter", "year:INT=-"),
        "the value of --parameter year:INT is not a whole number",
    ),
    "twice": (
        ("--urls", SAFE, "--parameter", "a=hunter2", "--parameter", "a:INT=2"),
        "--parameter a is given 2 times",
    ),
    "no second line": (
        ("--urls", SAFE, "--parameter", "a=-", "--parameter", "b=-"),
        "standard input has no line for the value of b",
    ),
    "only": (("--urls", SAFE, "--only", "crm"), "--only, --drift and --stack go with a stack"),
    "drift": (("--urls", SAFE, "--drift"), "--only, --drift and --stack go with a stack"),
    "stack": (("--urls", SAFE, "--stack", "test"), "--only, --drift and --stack go with a stack"),
    "parameter without addresses": (("--parameter", "a=hunter2"), "go with addresses"),
    "table without addresses": (("--table", "orders"), "choose with --only"),
    "nothing": ((), "Without a stack, give the addresses of endpoints: --urls 'https://"),
    "another stack": (("--stack", "test"), "the command `pulumi` is not on PATH"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_wrong_argument_is_told_with_what_to_write(tmp_path: Path, case: str) -> None:
    arguments, message = BAD[case]

    ended = verify(*arguments, folder=tmp_path, given=b"hunter2\n")

    assert (ended.returncode, ended.stdout) == (1, b"")
    assert message in told(ended)
    assert told(ended).startswith("Error: ")
    assert "hunter2" not in told(ended)


@pytest.mark.parametrize("line", [b"\xff\xfe\n", b""])
def test_a_line_that_is_none_is_told(tmp_path: Path, line: bytes) -> None:
    ended = verify("--urls", SAFE, "--parameter", "token=-", folder=tmp_path, given=line)

    assert ended.returncode == 1
    assert "value of token" in told(ended)


def test_an_argument_that_is_no_text_is_told(tmp_path: Path) -> None:
    arguments: list[Any] = [command_of_bxbi(), "verify", "--urls", SAFE, "--parameter", b"a=\xff"]

    ended = subprocess.run(
        arguments, cwd=tmp_path, env=inherited(), capture_output=True, check=False
    )

    assert ended.returncode == 2
    assert "it is not in UTF-8" in told(ended)


def test_a_closed_standard_input_has_no_line(tmp_path: Path) -> None:
    command = [*CLI, "--urls", SAFE, "--parameter", "token=-"]

    ended = subprocess.run(
        ["/bin/sh", "-c", '"$@" <&-', "sh", *command],
        cwd=tmp_path,
        env=inherited(),
        capture_output=True,
        check=False,
    )

    assert ended.returncode == 1
    assert "standard input has no line for the value of token" in told(ended)

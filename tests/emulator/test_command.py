"""What `bxbi emulate` does as a command."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
import requests
import trustme
from click.testing import CliRunner

from pulumi_bxbi.cli.emulate import emulate
from tests.engine.prepared import command_of_bxbi

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.emulator.raw_portal import Start

COMMAND = (sys.executable, "-m", "pulumi_bxbi.cli", "emulate")
CRM = {"title": "CRM", "connectorId": 123, "settings": {"login": "a", "password": "b"}}

# Prints the environment that matters, and asks the portal with it.
ASK = """
import json, os, urllib.request
body = json.dumps({"auth": os.environ["BXBI_ACCESS_TOKEN"], "id": 123}).encode()
request = urllib.request.Request(
    os.environ["BXBI_PORTAL"] + "/rest/biconnector.connector.get",
    body,
    {"Content-Type": "application/json"},
)
with urllib.request.urlopen(request) as response:
    title = json.load(response)["result"]["item"]["title"]
print(json.dumps([title, {k: v for k, v in os.environ.items() if k.startswith("BXBI_")}]))
raise SystemExit(7)
"""

# Says that it runs, and what signal ends it.
WAIT = """
import signal, sys
def ended(number, frame):
    print(signal.Signals(number).name, flush=True)
    sys.exit(5)
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, ended)
print("running", flush=True)
while True:
    signal.pause()
"""


# Says which signals come, until it is asked to terminate. It has left the foreground of the
# terminal, so what is typed there cannot come to it directly, as it would to other commands.
APART = """
import os, signal, sys
def came(number, frame):
    print(signal.Signals(number).name, flush=True)
    if number == signal.SIGTERM:
        sys.exit(5)
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, came)
os.setpgid(0, 0)
print("running", flush=True)
while True:
    signal.pause()
"""

# Makes standard input the terminal of this session, and goes on as a command in its foreground.
AT_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


def run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [command_of_bxbi(), "emulate", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **options,
    )


@pytest.fixture
def process() -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that are ended with the test, and the commands that they have started."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for each in started:
        with suppress(ProcessLookupError):
            os.killpg(each.pid, signal.SIGKILL)
        each.communicate()


def begin(
    process: list[subprocess.Popen[str]], *arguments: str
) -> tuple[subprocess.Popen[str], str]:
    """Start the command, and return it with its first line."""
    started = subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # away from the terminal in which the tests may run
    )
    process.append(started)
    assert started.stdout is not None
    return started, started.stdout.readline()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_prints_one_line_and_ends_cleanly_at_a_signal(
    process: list[subprocess.Popen[str]], number: signal.Signals
) -> None:
    started, line = begin(process)
    ready = json.loads(line)
    assert list(ready) == [
        "portal",
        "oauthServer",
        "clientId",
        "clientSecret",
        "accessToken",
        "refreshToken",
        "webhook",
        "memberId",
    ]
    assert re.fullmatch(r"http://127\.0\.0\.1:[0-9]+", ready["portal"])
    assert ready["oauthServer"] == ready["portal"]
    assert re.fullmatch(re.escape(ready["portal"]) + r"/rest/1/\w+/", ready["webhook"])
    started.send_signal(number)
    assert started.communicate(timeout=30) == ("", "")
    assert started.returncode == 0


def test_a_hang_up_that_is_ignored_stays_ignored(process: list[subprocess.Popen[str]]) -> None:
    started = subprocess.Popen(
        ["nohup", *COMMAND], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    process.append(started)
    assert started.stdout is not None
    portal = json.loads(started.stdout.readline())["portal"]
    started.send_signal(signal.SIGHUP)
    assert requests.get(f"{portal}/__emulator__/calls", timeout=30).json() == []
    started.send_signal(signal.SIGTERM)
    assert started.wait(30) == 0


def test_it_ends_cleanly_while_a_call_is_held_back(start: Start) -> None:
    portal = start()
    portal.faults({"method": "*", "action": "delay", "seconds": 600})
    host, port = portal.address.removeprefix("http://").split(":")
    token = portal.access_token
    call = f"GET /rest/biconnector.connector.delete?id=123&auth={token} HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(call.encode())
        while portal.objects()["connectors"]:
            pass
        portal.process.send_signal(signal.SIGTERM)
        assert portal.process.wait(30) == 0


def test_it_listens_where_it_is_asked_to(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    portal = start("--port", str(port))
    assert portal.address == f"http://127.0.0.1:{port}"
    assert portal.result("app.info")["STATUS"] == "L"


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = run("--port", str(port))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"Error: cannot listen on 127.0.0.1:{port}: Address already in use\n"


def test_a_command_runs_with_the_portal_and_gives_its_status() -> None:
    inherited = {
        **os.environ,
        "BXBI_WEBHOOK": "https://acme.bitrix24.com/rest/1/x/",
        "BXBI_REFRESH_TOKEN": "r",
        "BXBI_TIMEOUT": "5",
    }
    ended = run("--", sys.executable, "-c", ASK, env=inherited)
    assert (ended.returncode, ended.stderr) == (7, "")
    title, environment = json.loads(ended.stdout)
    assert title == "Local database"
    assert environment.keys() == {
        "BXBI_PORTAL",
        "BXBI_OAUTH_SERVER",
        "BXBI_ACCESS_TOKEN",
        "BXBI_TIMEOUT",
    }
    assert environment["BXBI_OAUTH_SERVER"] == environment["BXBI_PORTAL"]


@pytest.mark.parametrize("proxy", ["HTTP_PROXY", "http_proxy"])
def test_a_command_reaches_the_portal_past_a_proxy(proxy: str) -> None:
    inherited = {name: each for name, each in os.environ.items() if "PROXY" not in name.upper()}
    ended = run("--", sys.executable, "-c", ASK, env={**inherited, proxy: "http://127.0.0.1:9"})
    assert (ended.returncode, ended.stderr) == (7, "")


@pytest.mark.parametrize(
    ("inherited", "upper", "lower"),
    [
        ({}, "127.0.0.1,localhost", "127.0.0.1,localhost"),
        (
            {"NO_PROXY": "acme.example"},
            "acme.example,127.0.0.1,localhost",
            "acme.example,127.0.0.1,localhost",
        ),
        (
            {"NO_PROXY": "acme.example", "no_proxy": "10.0.0.0/8"},
            "acme.example,127.0.0.1,localhost",
            "10.0.0.0/8,127.0.0.1,localhost",
        ),
        ({"no_proxy": "*"}, "*", "*"),
    ],
)
def test_what_needs_no_proxy_is_kept(inherited: dict[str, str], upper: str, lower: str) -> None:
    """Programs read either spelling, and the lower one first."""
    kept = {name: each for name, each in os.environ.items() if "PROXY" not in name.upper()}
    show = "import os; print(os.environ['NO_PROXY'], os.environ['no_proxy'])"
    ended = run("--", sys.executable, "-c", show, env={**kept, **inherited})
    assert ended.stdout == f"{upper} {lower}\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_goes_to_the_command(
    process: list[subprocess.Popen[str]], number: signal.Signals
) -> None:
    started, line = begin(process, "--", sys.executable, "-c", WAIT)
    assert line == "running\n"
    started.send_signal(number)
    assert started.communicate(timeout=30) == (f"{number.name}\n", "")
    assert started.returncode == 5


def test_a_signal_that_comes_while_the_command_starts_goes_to_it_too() -> None:
    """The command itself sends it, before anything else."""
    script = "trap 'echo ended; exit 5' TERM; kill -TERM $PPID; while :; do sleep 0.01; done"
    ended = run("--", "sh", "-c", script)
    assert (ended.stdout, ended.stderr, ended.returncode) == ("ended\n", "", 5)


def test_a_key_typed_at_the_terminal_is_not_sent_on() -> None:
    keyboard, terminal = pty.openpty()
    begin = [sys.executable, "-c", AT_TERMINAL, *COMMAND, "--", sys.executable, "-c", APART]
    with subprocess.Popen(
        begin, stdin=terminal, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as started:
        os.close(terminal)
        assert started.stdout is not None
        assert started.stdout.readline() == "running\n"
        os.write(keyboard, b"\x03")
        assert os.read(keyboard, 2) == b"^C"
        started.send_signal(signal.SIGTERM)
        assert started.stdout.read() == "SIGTERM\n"
        assert started.wait(30) == 5
    os.close(keyboard)


def test_a_command_that_a_signal_ended_gives_the_shells_status() -> None:
    ended = run("--", sys.executable, "-c", "import os; os.kill(os.getpid(), 9)")
    assert (ended.returncode, ended.stdout, ended.stderr) == (137, "", "")


def test_a_command_that_is_not_there() -> None:
    ended = run("--", "no-such-command")
    assert (ended.returncode, ended.stdout) == (127, "")
    assert ended.stderr == "Error: command not found: no-such-command\n"


def test_a_command_that_cannot_be_executed(tmp_path: Path) -> None:
    ended = run("--", str(tmp_path))
    assert (ended.returncode, ended.stdout) == (126, "")
    assert ended.stderr == f"Error: cannot run {tmp_path}: Permission denied\n"


def test_help_tells_what_there_is() -> None:
    text = run("--help").stdout
    for words in (
        "connector 123",
        "Standard output is the command's",
        "BXBI_ACCESS_TOKEN",
        "--tls-key",
    ):
        assert words in " ".join(text.split())


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--api", "next"), "'next' is not one of 'current', 'legacy'"),
        (("--port", "70000"), "70000 is not in the range 0<=x<=65535"),
        (("--tls-key", "missing.pem"), "File 'missing.pem' does not exist"),
        (("--tls-cert", __file__), "--tls-cert and --tls-key go together"),
        (("--limits", "some"), "'some' is not one of 'on', 'off'"),
        (("--bogus",), "No such option"),
    ],
)
def test_a_wrong_option_is_a_usage_error(arguments: tuple[str, ...], complaint: str) -> None:
    ended = CliRunner().invoke(emulate, arguments)
    assert ended.exit_code == 2
    assert complaint in ended.output


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("pulumi_bxbi.emulator")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "starlette", None)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    ended = CliRunner().invoke(emulate, [])
    assert ended.exit_code == 1
    assert "pip install 'pulumi-bxbi[emulator]'" in ended.output


class Authority:
    """A certificate authority, and files of a certificate for the portal."""

    def __init__(self, folder: Path, *names: str) -> None:
        authority = trustme.CA()
        issued = authority.issue_cert(*names)
        self.root, self.certificate, self.key = (
            folder / name for name in ("root.pem", "certificate.pem", "key.pem")
        )
        authority.cert_pem.write_to_path(str(self.root))
        for blob in issued.cert_chain_pems:
            blob.write_to_path(str(self.certificate), append=True)
        issued.private_key_pem.write_to_path(str(self.key))


def test_with_a_certificate_it_serves_https_and_reaches_its_own_endpoints(
    start: Start, tmp_path: Path
) -> None:
    files = Authority(tmp_path, "127.0.0.1")
    portal = start("--tls-cert", str(files.certificate), "--tls-key", str(files.key))
    portal.session.verify = str(files.root)
    assert portal.address.startswith("https://127.0.0.1:")
    assert portal.result("biconnector.source.add", {"fields": CRM}) == {"id": 1}


def test_it_trusts_its_certificate_under_whatever_name(start: Start, tmp_path: Path) -> None:
    files = Authority(tmp_path, "portal.example")
    portal = start("--tls-cert", str(files.certificate), "--tls-key", str(files.key))
    port = portal.address.rpartition(":")[2]
    ask = subprocess.run(
        [
            "curl", "-sS", "--cacert", str(files.root),
            "--resolve", f"portal.example:{port}:127.0.0.1",
            "-H", "Content-Type: application/json",
            "-d", json.dumps({"fields": CRM, "auth": portal.access_token}),
            f"https://portal.example:{port}/rest/biconnector.source.add",
        ],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert json.loads(ask.stdout)["result"] == {"id": 1}


def test_a_certificate_that_cannot_be_used_is_one_clear_line(tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("nonsense")
    ended = run("--tls-cert", str(nonsense), "--tls-key", str(nonsense))
    assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (1, "", 1)
    assert ended.stderr.startswith(f"Error: the certificate {nonsense} with the key {nonsense}: ")


def test_the_vendors_own_curl_works_on_the_port_it_names(start: Start) -> None:
    portal = start("--api", "legacy")
    fields = {
        "title": "CRM Source",
        "description": "Источник данных CRM",
        "connectorId": 123,
        "active": True,
        "settings": {"login": "admin", "password": "secret"},
    }
    for number, (url, extra) in enumerate(
        [
            (f"{portal.webhook}biconnector.source.add", {}),
            (
                f"{portal.address}/rest/biconnector.source.add",
                {"auth": portal.access_token},
            ),
        ],
        start=1,
    ):
        command = ["curl", "-sS", "-X", "POST", "-H", "Content-Type: application/json"]
        command += ["-H", "Accept: application/json", "-d", json.dumps({"fields": fields, **extra})]
        said = subprocess.run([*command, url], capture_output=True, timeout=60, check=True).stdout
        body = json.loads(said)
        assert body["result"] == {"id": number}
        assert {"start", "finish", "duration"} <= body["time"].keys()


def test_a_typical_latency_is_within_its_bounds(start: Start) -> None:
    time = start("--latency", "typical").post("app.info").json()["time"]
    assert time["duration"] >= 0.05

"""What pulumi_bxbi does from beginning to end, on a local portal.

Run it with ``make demo``. Everything it makes lives in a temporary folder; nothing is left running.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES: Final = Path(__file__).parent
EMULATE: Final = [sys.executable, "-m", "pulumi_bxbi.cli", "emulate"]
WAREHOUSE: Final = [sys.executable, "-m", "examples.warehouse.service"]


@dataclass(frozen=True, slots=True)
class Demo:
    """An example's project, and the portal that it works on."""

    folder: Path
    environment: dict[str, str]
    portal: dict[str, str]

    def pulumi(self, *arguments: str, given: str | None = None, refused: bool = False) -> None:
        """Run the engine, and stop the demo where it does not end as expected.

        What is ``given`` on standard input is seen by nobody else.
        """
        command = ["pulumi", *arguments, "--non-interactive"]
        print(f"$ {shlex.join(command)}", flush=True)
        ended = subprocess.run(
            command, cwd=self.folder, env=self.environment, input=given, text=True, check=False
        )
        if bool(ended.returncode) is not refused:
            sys.exit(f"The demo stops: this command ended with status {ended.returncode}.")

    def portal_does(self, method: str, **params: Any) -> Any:
        """Change something at the portal, past Pulumi."""
        request = urllib.request.Request(  # noqa: S310  # the local portal, on loopback
            f"{self.portal['portal']}/rest/biconnector.{method}",
            json.dumps({**params, "auth": self.portal["accessToken"]}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310  # as above
            result = json.load(answer)["result"]
        if isinstance(result, dict) and "error" in result:
            sys.exit(f"The demo stops: {method} was refused: {result['error']}")
        return result

    def only_source(self) -> int:
        """Give the id of the source that the example has made."""
        (source,) = self.portal_does("source.list")
        return int(source["id"])


def say(text: str) -> None:
    """Tell what comes next."""
    print(f"\n=== {text}", flush=True)


def play_crm(demo: Demo) -> None:
    """Go through the life of one source."""
    say("First example: one source. The stack keeps the password as a secret of its configuration.")
    demo.pulumi("stack", "init", "demo")
    demo.pulumi("config", "set", "--secret", "crmPassword", given="correct horse battery staple")

    say("A preview asks the portal what it has to know, and changes nothing.")
    demo.pulumi("preview", "--diff")

    say("Up creates the source: one call of biconnector.source.add.")
    demo.pulumi("up", "--yes", "--skip-preview")

    say("A second preview finds nothing to do.")
    demo.pulumi("preview", "--expect-no-changes")

    say("Somebody renames the source on the portal, past Pulumi; refresh finds it.")
    source_id = demo.only_source()
    demo.portal_does("source.update", id=source_id, fields={"title": "Renamed by hand"})
    demo.pulumi("refresh", "--yes", "--skip-preview", "--diff")

    say("The next up puts it right.")
    demo.pulumi("up", "--yes", "--skip-preview", "--diff")

    say("Somebody makes a table on the source. Now the portal refuses to delete the source,")
    print("    and the error names the table that is in the way. (Pulumi counts two errors:")
    print("    the refusal, and the deployment that it has stopped.)", flush=True)
    columns = [{"name": "ID", "externalCode": "id", "type": "int"}]
    names = {"name": "orders", "externalName": "Orders", "externalCode": "orders"}
    table = demo.portal_does(
        "table.add", fields={"sourceId": source_id, **names, "fields": columns}
    )
    demo.pulumi("destroy", "--yes", "--skip-preview", refused=True)

    say("The table is removed, and destroy succeeds.")
    demo.portal_does("table.delete", id=table["id"])
    demo.pulumi("destroy", "--yes", "--skip-preview")


def play_warehouse(demo: Demo, service: dict[str, str]) -> None:
    """Go through the life of a connector with its sources and tables."""
    say("Second example: a connector to a warehouse of flights, two sources and their tables.")
    demo.pulumi("stack", "init", "demo")
    demo.pulumi("config", "set", "endpoints", service["endpoints"])
    demo.pulumi("config", "set", "--secret", "token", given=service["token"])

    say("One up creates them all, in the order in which they need each other.")
    demo.pulumi("up", "--yes", "--skip-preview")
    demo.pulumi("preview", "--expect-no-changes")

    say("Nothing has changed on the portal, and destroy removes them in the opposite order.")
    demo.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    demo.pulumi("destroy", "--yes", "--skip-preview")


@contextmanager
def started(*command: str) -> Iterator[dict[str, str]]:
    """Run a server, and give the line with which it says that it is ready."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            if not process.stdout or not (ready := process.stdout.readline()):
                sys.exit(f"The demo stops: this did not start: {shlex.join(command)}")
            yield json.loads(ready)
        finally:
            process.terminate()
            process.wait()


def project(example: str, scratch: Path, portal: dict[str, str]) -> Demo:
    """Copy an example, with a state of its own beside it."""
    folder = scratch / example
    shutil.copytree(EXAMPLES / example, folder, ignore=shutil.ignore_patterns("__pycache__"))
    state = scratch / f"{example}-state"
    state.mkdir()
    inherited = {name: value for name, value in os.environ.items() if name[:5] != "BXBI_"}
    environment = {
        **inherited,
        "BXBI_PORTAL": portal["portal"],
        "BXBI_ACCESS_TOKEN": portal["accessToken"],
        "PULUMI_BACKEND_URL": f"file://{state}",
        "PULUMI_CONFIG_PASSPHRASE": "demo",
        "PULUMI_HOME": f"{scratch}/home",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }
    return Demo(folder, environment, portal)


def main() -> None:
    """Start a local portal, play the examples on it, and stop the portal."""
    with tempfile.TemporaryDirectory(prefix="bxbi-demo-") as folder:
        scratch = Path(folder)
        say("A local portal starts; connector 123 is there already.")
        with started(*EMULATE) as portal:
            print(f"    It listens on {portal['portal']}.", flush=True)
            play_crm(project("crm", scratch, portal))
            with started(*WAREHOUSE) as service:
                play_warehouse(project("warehouse", scratch, portal), service)
    say("Done: everything was deleted, and nothing is left running.")


if __name__ == "__main__":
    main()

"""The main job of pulumi_bxbi from beginning to end, on a local portal.

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
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

EXAMPLE: Final = Path(__file__).parent / "crm"


@dataclass(frozen=True, slots=True)
class Demo:
    """The example's project, and the portal that it works on."""

    folder: Path
    environment: dict[str, str]
    portal: dict[str, str]

    def pulumi(self, *arguments: str, refused: bool = False) -> None:
        """Run the engine, and stop the demo where it does not end as expected."""
        command = ["pulumi", *arguments, "--non-interactive"]
        print(f"$ {shlex.join(command)}", flush=True)
        ended = subprocess.run(command, cwd=self.folder, env=self.environment, check=False)
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


def play(demo: Demo) -> None:
    """Go through the life of the example's source."""
    say("The stack keeps the password as a secret of its configuration.")
    demo.pulumi("stack", "init", "demo")
    demo.pulumi("config", "set", "--secret", "crmPassword", "correct horse battery staple")

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
    print("    and the error names the table that is in the way:", flush=True)
    columns = [{"name": "ID", "externalCode": "id", "type": "int"}]
    names = {"name": "orders", "externalName": "Orders", "externalCode": "orders"}
    table = demo.portal_does(
        "table.add", fields={"sourceId": source_id, **names, "fields": columns}
    )
    demo.pulumi("destroy", "--yes", "--skip-preview", refused=True)

    say("The table is removed, and destroy succeeds.")
    demo.portal_does("table.delete", id=table["id"])
    demo.pulumi("destroy", "--yes", "--skip-preview")


def main() -> None:
    """Start a local portal, play the demo on it, and stop the portal."""
    emulate = [sys.executable, "-m", "pulumi_bxbi.cli", "emulate"]
    with (
        tempfile.TemporaryDirectory(prefix="bxbi-demo-") as scratch,
        subprocess.Popen(emulate, stdout=subprocess.PIPE, text=True) as process,
    ):
        try:
            say("A local portal starts; connector 123 is there already.")
            if not process.stdout or not (ready := process.stdout.readline()):
                sys.exit("The demo stops: the local portal did not start.")
            portal = json.loads(ready)
            print(f"    It listens on {portal['portal']}.", flush=True)
            folder = Path(scratch) / "crm"
            shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
            state = Path(scratch) / "state"
            state.mkdir()
            environment = {
                **{name: value for name, value in os.environ.items() if name[:5] != "BXBI_"},
                "BXBI_PORTAL": portal["portal"],
                "BXBI_ACCESS_TOKEN": portal["accessToken"],
                "PULUMI_BACKEND_URL": f"file://{state}",
                "PULUMI_CONFIG_PASSPHRASE": "demo",
                "PULUMI_HOME": f"{scratch}/home",
                "PULUMI_SKIP_UPDATE_CHECK": "true",
                "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            }
            play(Demo(folder, environment, portal))
        finally:
            process.terminate()
            process.wait()
    say("Done: everything was deleted, and the local portal has stopped.")


if __name__ == "__main__":
    main()

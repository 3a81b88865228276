"""A Python for Pulumi, and this package's commands, that have everything imported already.

Importing takes most of a second, and Pulumi starts the provider anew for each command. This script
needs a fiftieth of that: it asks the tests' process for a provider or a command, lends it its own
standard streams, hands over what interrupts it, and ends as it ends. Whatever else it is asked for
is done by the usual Python.
"""

import array
import json
import os
import signal
import socket
import sys

COMMANDS = ("bxbi", "pulumi-resource-bxbi")
PROVIDER = ["-u", "-m", "pulumi.dynamic"]


def main() -> None:
    """Be a command of this package, ``python -u -m pulumi.dynamic ENGINE``, or the usual Python."""
    name, arguments = os.path.basename(sys.argv[0]), sys.argv[1:]  # noqa: PTH119  # see below
    is_own = name in COMMANDS
    if not is_own and arguments[:3] != PROVIDER:
        os.execvp("python3", ["python3", *arguments])  # noqa: S606  # becomes it
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.environ["PREPARED_PROCESSES"])
        streams = array.array("i", [0, 1, 2])
        connection.sendmsg([b" "], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
        with connection.makefile("rw", encoding="utf-8") as lines:
            given = {
                "name": name if is_own else "provider",
                "folder": os.getcwd(),  # noqa: PTH109  # pathlib takes too long to import
                "environment": dict(os.environ),
                "arguments": arguments if is_own else arguments[3:],
            }
            lines.write(json.dumps(given) + "\n")
            lines.flush()
            process = int(lines.readline())
            for each in (signal.SIGINT, signal.SIGTERM):
                signal.signal(each, lambda number, _: os.kill(process, number))
            sys.exit(int(lines.readline()))


if __name__ == "__main__":
    main()

"""A Python for Pulumi that has the provider imported already: ``PULUMI_PYTHON_CMD``.

Importing takes most of a second, and Pulumi starts the provider anew for each command. This script
needs a fiftieth of that: it asks the tests' process for a provider, lends it its own standard
output and error, hands over what interrupts it, and ends as it ends. Whatever else it is asked for
is done by the usual Python.
"""

import array
import json
import os
import signal
import socket
import sys


def main() -> None:
    """Be ``python -u -m pulumi.dynamic ENGINE``, or the usual Python."""
    arguments = sys.argv[1:]
    if arguments[:3] != ["-u", "-m", "pulumi.dynamic"]:
        os.execvp("python3", ["python3", *arguments])  # noqa: S606  # becomes it
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.environ["PREPARED_PROVIDERS"])
        streams = array.array("i", [1, 2])
        connection.sendmsg([b" "], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
        with connection.makefile("rw", encoding="utf-8") as lines:
            given = {
                "folder": os.getcwd(),  # noqa: PTH109  # pathlib takes too long to import
                "environment": dict(os.environ),
                "engine": arguments[3],
            }
            lines.write(json.dumps(given) + "\n")
            lines.flush()
            provider = int(lines.readline())
            signal.signal(signal.SIGINT, lambda *_: os.kill(provider, signal.SIGINT))
            sys.exit(int(lines.readline()))


if __name__ == "__main__":
    main()

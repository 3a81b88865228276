"""A Python for Pulumi, and this package's commands, that have everything imported already.

Importing takes most of a second, and Pulumi starts program and provider anew for each command.
This script needs a fiftieth of that: it asks the tests' process for one of them, lends it its own
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
#: What Pulumi starts a Python for, by how its arguments begin.
PREPARED = {
    "provider": ["-u", "-m", "pulumi.dynamic"],
    "packages": ["-m", "pip", "list"],
}
PROGRAM = "pulumi-language-python-exec"
#: The name under which the usual Python does all but what Pulumi asks `pip` for.
UNPREPARED = "unprepared-python"
#: What interrupts a process and is handed over to the prepared one.
HANDED_OVER = (signal.SIGINT, signal.SIGTERM)


def asked_for() -> tuple[str, list[str]]:
    """Return what is asked for, and its arguments; an empty text for the usual Python."""
    name, arguments = os.path.basename(sys.argv[0]), sys.argv[1:]  # noqa: PTH119  # see below
    if name in COMMANDS:
        return name, arguments
    if name == UNPREPARED and arguments[:3] != PREPARED["packages"]:
        return "", arguments
    if arguments and os.path.basename(arguments[0]) == PROGRAM:  # noqa: PTH119
        return "program", arguments
    for prepared, beginning in PREPARED.items():
        if arguments[: len(beginning)] == beginning:
            return prepared, arguments[len(beginning) :]
    return "", arguments


def main() -> None:
    """Be a command of this package, one of Pulumi's processes, or the usual Python."""
    name, arguments = asked_for()
    if not name:
        os.execvp("python3", ["python3", *arguments])  # noqa: S606  # becomes it
    signal.pthread_sigmask(signal.SIG_BLOCK, HANDED_OVER)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(f"{os.path.dirname(sys.argv[0])}/../processes")  # noqa: PTH120
        streams = array.array("i", [0, 1, 2])
        connection.sendmsg([b" "], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
        with connection.makefile("rw", encoding="utf-8") as lines:
            given = {
                "name": name,
                "folder": os.getcwd(),  # noqa: PTH109  # pathlib takes too long to import
                "environment": dict(os.environ),
                "arguments": arguments,
            }
            lines.write(json.dumps(given) + "\n")
            lines.flush()
            process = int(lines.readline())
            for each in HANDED_OVER:
                signal.signal(each, lambda number, _: os.kill(process, number))
            signal.pthread_sigmask(signal.SIG_UNBLOCK, HANDED_OVER)
            sys.exit(int(lines.readline()))


if __name__ == "__main__":
    main()

"""A Python for Pulumi, and this package's commands, that have everything imported already.

Importing takes most of a second, and Pulumi starts program and provider anew for each command.
This script needs a fiftieth of that: it asks the tests' process for one of them, lends it its own
standard streams, hands over what interrupts it, and ends as it ends. Whatever else it is asked for
is done by the usual Python.
"""

# What `os`, `signal` and `socket` are made of: they would take longer than all the rest.
import _signal  # type: ignore[import-not-found]  # no stub describes it
import _socket
import posix
import sys

COMMANDS = ("bxbi", "pulumi-resource-bxbi")
#: What Pulumi starts a Python for: how the arguments begin, and the name of the first one.
PROVIDER = ["-u", "-m", "pulumi.dynamic"]
PROGRAM = "pulumi-language-python-exec"
#: What interrupts a process and is handed over to the prepared one.
HANDED_OVER = (_signal.SIGINT, _signal.SIGTERM)
#: The standard streams.
STREAMS = (0, 1, 2)


def asked_for() -> tuple[str, list[str]]:
    """Return what is asked for, and its arguments; an empty text for the usual Python."""
    name, arguments = sys.argv[0].rpartition("/")[2], sys.argv[1:]
    if name in COMMANDS:
        return name, arguments
    if arguments and arguments[0].rpartition("/")[2] == PROGRAM:
        return "program", arguments
    if arguments[: len(PROVIDER)] == PROVIDER:
        return "provider", arguments[len(PROVIDER) :]
    return "", arguments


def main() -> None:
    """Be a command of this package, one of Pulumi's processes, or the usual Python."""
    name, arguments = asked_for()
    if not name:
        posix.execv(sys.executable, [sys.executable, *arguments])  # becomes it
    _signal.pthread_sigmask(_signal.SIG_BLOCK, HANDED_OVER)
    connection = _socket.socket(_socket.AF_UNIX)
    connection.connect(sys.argv[0].rpartition("/")[0] + "/../processes")
    lent = b"".join(each.to_bytes(4, sys.byteorder) for each in STREAMS)
    connection.sendmsg([b" "], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, lent)])
    coding = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()
    # None of these can hold a zero byte.
    given = b"\0".join(
        [
            name.encode(),
            posix.getcwdb(),
            b"%d" % len(arguments),
            *[each.encode(*coding) for each in arguments],
            *[key + b"=" + value for key, value in posix.environ.items()],
        ]
    )
    connection.sendall(b"%d\n" % len(given) + given)
    # A line with the id of the process, and later one with its status.
    process = int(line_from(connection))
    for each in HANDED_OVER:
        _signal.signal(each, lambda number, _: posix.kill(process, number))
    _signal.pthread_sigmask(_signal.SIG_UNBLOCK, HANDED_OVER)
    sys.exit(int(line_from(connection)))


def line_from(connection: _socket.socket) -> bytes:
    """Read a line, whose sender waits after it."""
    line = b""
    while not line.endswith(b"\n"):
        part = connection.recv(1)
        if not part:
            sys.exit("the tests are gone")
        line += part
    return line


if __name__ == "__main__":
    main()

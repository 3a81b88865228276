"""The stores that keep the tokens of an application between runs: a file, or a secret manager."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

import filelock
import platformdirs

from pulumi_bxbi.portal.errors import PortalError
from pulumi_bxbi.portal.oauth.private_file import PrivateFile
from pulumi_bxbi.portal.oauth.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

#: The prefix of a setting that names a command.
COMMAND: Final = "exec:"
#: How long to wait for the lock while another process renews the tokens.
_LOCK_TIMEOUT_SECONDS: Final = 300.0
#: How long a command may take.
_COMMAND_TIMEOUT_SECONDS: Final = 30.0
#: How much of a failing command's standard error is shown.
_MOST_SHOWN_CHARACTERS: Final = 2000
#: How much is read of a file; the tokens need less than one thousandth.
_LARGEST_FILE_BYTES: Final = 2**20


class TokenStore(Protocol):
    """Stores one text, the tokens of one application on one portal.

    Attributes:
        location: Where the text is stored, for people.
    """

    @property
    def location(self) -> str:
        """Where the text is stored, for people."""

    def get(self) -> str | None:
        """Read the stored text; ``None`` where nothing was stored yet.

        Raises:
            PortalError: It cannot be read.
        """

    def set(self, text: str) -> None:
        """Replace the stored text, completely or not at all.

        Args:
            text: The new text.

        Raises:
            PortalError: It cannot be stored.
        """

    def require_writable(self) -> None:
        """Refuse to go on if :meth:`set` would fail, as far as this can be tried.

        Raises:
            PortalError: It would fail.
        """

    def lock(self) -> AbstractContextManager[None]:
        """Hold a lock against other processes of this machine that take the same lock.

        Raises:
            PortalError: Another process holds the lock for too long.
        """


class FileStore:
    """A token store in a file that only its owner may read.

    A file that cannot be replaced, as one that is mounted into a container without its folder, is
    written in place.

    Args:
        path: The file; its folder is created when tokens are stored.
        lock_timeout: Seconds to wait for another process.
    """

    def __init__(self, path: Path, *, lock_timeout: float = _LOCK_TIMEOUT_SECONDS) -> None:
        self._path = path.expanduser().resolve()
        self._file = PrivateFile(self._path)
        self._lock_timeout = lock_timeout

    @property
    def location(self) -> str:
        """The file's name."""
        return str(self._path)

    def get(self) -> str | None:
        """Read the file."""
        try:
            return self._file.read(_LARGEST_FILE_BYTES).decode()
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            raise _failure("reading", self.location, "It is not a text.", _NOT_OURS) from None
        except OSError as error:
            raise self._unusable("reading", error) from None

    def set(self, text: str) -> None:
        """Write the file."""
        try:
            self._make_folder()
            self._file.write(text.encode())
        except OSError as error:
            raise self._unusable("writing", error) from None

    def require_writable(self) -> None:
        """Refuse to go on if the file cannot be written; its content is unchanged."""
        try:
            self._make_folder()
            self._file.try_writing()
        except OSError as error:
            raise self._unusable("writing", error) from None

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold a lock that the system releases when the process ends; the lock's file stays."""
        with contextlib.ExitStack() as held:
            try:
                self._make_folder()
                held.enter_context(self._file.locked(self._lock_timeout))
            except filelock.Timeout as error:
                raise _failure(
                    "locking",
                    self.location,
                    f"Another process has held {error.lock_file} for {self._lock_timeout:g} "
                    "seconds.",
                    "see what the other process waits for (fuser shows which it is), end it, and "
                    "run the command again.",
                ) from None
            except (OSError, NotImplementedError) as error:
                raise self._unusable("locking", error) from None
            yield

    def is_exposed(self) -> bool:
        """Return whether other users than the owner may read the file.

        On Windows a file's mode does not show this; other users cannot read the user's folders.
        """
        if sys.platform == "win32":
            return False
        try:
            return bool(self._path.stat().st_mode & 0o077)
        except OSError:
            return False

    def is_lockable(self) -> bool:
        """Return whether a lock file can be created beside the file."""
        with contextlib.suppress(OSError):
            self._make_folder()
        return self._path.parent.is_dir() and os.access(self._path.parent, os.W_OK)

    def _make_folder(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _unusable(self, doing: str, error: Exception) -> PortalError:
        said = (error.strerror if isinstance(error, OSError) else "") or "not possible here"
        return _failure(
            doing,
            self.location,
            f"The system said: {said}.",
            "give this user the right to read and write the file (one that is mounted must not be "
            "read-only), or name another place with BXBI_TOKEN_STORE (or bxbi:tokenStore). Nothing "
            "was overwritten.",
        )


class CommandStore:
    """A token store behind a command, for example of a secret manager.

    ``COMMAND get`` prints the tokens, or nothing where none were stored yet; ``COMMAND set`` reads
    them from standard input. An exit status other than 0 is a failure, reported in the command's
    own words.

    Args:
        command: The command and its arguments.
        lock: The file whose lock excludes other processes of this machine; ``None`` for no lock.
        timeout: Seconds that the command may take.

    Raises:
        ValueError: There is no command.
    """

    def __init__(
        self, command: str, lock: FileStore | None, *, timeout: float = _COMMAND_TIMEOUT_SECONDS
    ) -> None:
        self._arguments = arguments_of(command, windows=sys.platform == "win32")
        if not self._arguments:
            raise ValueError("has no command")
        self._lock = lock
        self._timeout = timeout

    @property
    def location(self) -> str:
        """The command without its arguments, which may hold a password."""
        return f"the command {self._arguments[0]}"

    def get(self) -> str | None:
        """Run the command, and return its output."""
        return self._run("get", "") or None

    def set(self, text: str) -> None:
        """Run the command with the text on its standard input."""
        self._run("set", text)

    def require_writable(self) -> None:
        """Do nothing: only ``set`` would show whether the command can store tokens."""

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold a lock beside the default files; where that is impossible, hold none.

        A secret manager serves several machines, so two of them may renew at once in any case.
        """
        with contextlib.ExitStack() as held:
            if self._lock and self._lock.is_lockable():
                held.enter_context(self._lock.lock())
            yield

    def _run(self, what: str, text: str) -> str:
        doing = "reading" if what == "get" else "writing"
        try:
            with subprocess.Popen(  # noqa: S603  # the command is the user's own setting
                [*self._arguments, what],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            ) as process:
                try:
                    printed, said = process.communicate(text.encode(), self._timeout)
                except subprocess.TimeoutExpired:
                    _end(process)
                    raise
        except subprocess.TimeoutExpired:
            raise _failure(
                doing,
                self.location,
                f"`{self._arguments[0]} … {what}` did not end within {self._timeout:g} seconds.",
                "run the command by hand: it must not ask for anything (a password, a log-in).",
            ) from None
        except OSError as error:
            raise _failure(
                doing,
                self.location,
                f"It cannot be run: {error.strerror}.",
                "check the command in BXBI_TOKEN_STORE (or bxbi:tokenStore): it is split into "
                "arguments and run without a shell.",
            ) from None
        if process.returncode:
            known = f"{text}\n{printed.decode(errors='replace')}"
            words = _without_secrets(said.decode(errors="replace"), known).strip()
            words = words[:_MOST_SHOWN_CHARACTERS] or "nothing on standard error"
            raise _failure(
                doing,
                self.location,
                f"`{self._arguments[0]} … {what}` ended with status {process.returncode} and said: "
                f"{words}",
                "run the command by hand until it works. Where nothing was kept yet, `get` must "
                "print nothing and end with status 0.",
            )
        return printed.decode(errors="replace").strip()


def arguments_of(command: str, *, windows: bool) -> list[str]:
    """Split a command into its arguments, as a shell of the system would.

    Args:
        command: The command and its arguments.
        windows: Whether it is written for Windows, where paths have backslashes, names may have
            apostrophes, and only quotation marks keep an argument with blanks together.

    Raises:
        ValueError: Its quotes do not match.
    """
    words = shlex.shlex(command, posix=True, punctuation_chars=False)
    words.whitespace_split = True
    words.commenters = ""
    if windows:
        words.escape, words.quotes = "", '"'
    return list(words)


_NOT_OURS: Final = (
    "name another place with BXBI_TOKEN_STORE (or bxbi:tokenStore), or move away what is there: it "
    "is never overwritten."
)


def token_store(setting: str, portal: str, client_id: str) -> TokenStore:
    """Return the token store of an application on a portal.

    Args:
        setting: A file, or ``exec:`` and a command; empty for a file in the user's data folder.
        portal: The portal's address.
        client_id: The application's ``client_id``.

    Raises:
        ValueError: The command is missing or its quotes do not match, or the home folder of the
            file's name or of the default file does not exist.
    """
    if setting.startswith(COMMAND):
        lock = None
        with contextlib.suppress(OSError, ValueError):
            lock = FileStore(_default_file(portal, client_id))
        return CommandStore(setting.removeprefix(COMMAND), lock)
    try:
        return FileStore(Path(setting) if setting else _default_file_in_use(portal, client_id))
    except RuntimeError:
        raise ValueError("names a home folder that does not exist") from None
    except OSError as error:
        raise ValueError(f"cannot be found ({error.strerror})") from None


def read_tokens(store: TokenStore, portal: str, client_id: str) -> Tokens | None:
    """Read the tokens of an application; ``None`` where none were stored yet.

    Args:
        store: The token store.
        portal: A present or former address of the portal.
        client_id: The application's ``client_id``.

    Raises:
        PortalError: They cannot be read, or belong to another portal or application.
    """
    text = store.get()
    if text is None:
        return None
    try:
        tokens = Tokens.parse(text)
    except ValueError as error:
        observed = "It is empty." if not text.strip() else f"It does not hold tokens: {error}."
        raise _failure("reading", store.location, observed, _NOT_OURS) from None
    if not tokens.is_of(portal, client_id):
        raise _failure(
            "reading",
            store.location,
            f"It holds the tokens of application {tokens.client_id} on {tokens.address}, not those "
            f"of application {client_id} on {portal}.",
            "set the portal and the client id that belong to these tokens, or name another place "
            "with BXBI_TOKEN_STORE (or bxbi:tokenStore): each portal and application needs its "
            "own. Nothing was overwritten.",
        )
    return tokens


def _without_secrets(words: str, known: str) -> str:
    """Return the standard error of a command, with tokens removed.

    Args:
        words: The text that the command wrote to standard error.
        known: The texts that may hold tokens, as JSON: its standard input and output.
    """
    for secret in re.findall(r'"(?:access|refresh)Token"\s*:\s*"([^"]+)"', known):
        words = words.replace(secret, "…")
    return words


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a command that hangs, with all processes that it has started."""
    if sys.platform == "win32":
        command = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        with contextlib.suppress(OSError):
            subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # the system's
        process.kill()
        return
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)


def _default_file(portal: str, client_id: str) -> Path:
    parts = urlsplit(portal)
    named = f"{parts.netloc.lower()}_{client_id}"
    return _folder() / f"{re.sub(r'[^A-Za-z0-9._-]', '-', named)}.json"


def _default_file_in_use(portal: str, client_id: str) -> Path:
    """Return the default file of a portal, or the file under a former address of the portal."""
    default = _default_file(portal, client_id)
    if os.path.lexists(default):
        return default
    for path in sorted(_folder().glob("*.json")):
        with contextlib.suppress(OSError, ValueError):
            if Tokens.parse(path.read_text("utf-8")).is_of(portal, client_id):
                return path
    return default


def _folder() -> Path:
    """Return the folder of the default files.

    Raises:
        ValueError: The user has no home folder, as in a container without an entry for the user.
    """
    try:
        folder = platformdirs.user_data_path("pulumi-bxbi", appauthor=False)
    except RuntimeError:
        folder = Path()
    if not folder.is_absolute():  # a "~" that was not expanded
        raise ValueError("is not set, and the user has no home folder (HOME) for the default file")
    return folder


def _failure(doing: str, location: str, observed: str, cure: str) -> PortalError:
    return PortalError(method=f"{doing} the token store {location}", observed=observed, cure=cure)

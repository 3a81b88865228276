"""The listening process: address, certificate, signals, and the command beside it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import ssl
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from pulumi_bxbi.emulator import routes, seed
from pulumi_bxbi.emulator.seed import identity
from pulumi_bxbi.emulator.state.portal import Portal
from pulumi_bxbi.emulator.state.store import StateError, Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import FrameType

    from pulumi_bxbi.emulator.api.records import Identity
    from pulumi_bxbi.emulator.state.portal import Behaviour

#: The address that the portal listens on.
LOOPBACK: Final = "127.0.0.1"
#: The exit statuses of a shell for a command that cannot be started.
CANNOT_EXECUTE: Final = 126
NOT_FOUND: Final = 127

#: Variables that a command beside the portal does not inherit: credentials of other portals.
CREDENTIALS: Final = (
    "BXBI_WEBHOOK",
    "BXBI_CLIENT_ID",
    "BXBI_CLIENT_SECRET",
    "BXBI_REFRESH_TOKEN",
    "BXBI_TOKEN_STORE",
)


class StartError(Exception):
    """The portal or the command beside it cannot start; the message is one line for the user.

    Attributes:
        status: The exit status.
    """

    def __init__(self, text: str, status: int = 1) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class Place:
    """The port and the files of the portal.

    Attributes:
        port: The port to listen on; 0 for any free one.
        state: The file that keeps the objects; `None` for none.
        seed: The seed; `None` for the shipped one.
        certificate: A certificate chain and its key; `None` for plain http.
    """

    port: int = 0
    state: Path | None = None
    seed: Path | None = None
    certificate: tuple[Path, Path] | None = None


def run(place: Place, behaviour: Behaviour, command: Sequence[str] = ()) -> int:
    """Serve until stopped, or as long as the command runs; return the exit status.

    The seed is read before the state file is opened or created, and again for the identity of the
    portal in that file.
    """
    with contextlib.ExitStack() as stack:
        contents = _seed(place, identity.drawn())
        own_certificate = _own_certificate(place)
        listener = stack.enter_context(_listener(place.port))
        store = stack.enter_context(contextlib.closing(_store(place)))
        if store.identity is not None:
            contents = _seed(place, store.identity)
        scheme = "https" if place.certificate else "http"
        origin = f"{scheme}://{LOOPBACK}:{listener.getsockname()[1]}"
        portal = Portal(origin, behaviour, contents, store, own_certificate)
        host = _Host(portal, place, listener)
        return asyncio.run(host.run_beside(command) if command else host.run_alone())


class _Server(uvicorn.Server):
    """A server that sets an event when it listens, and leaves signals to its owner."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Connection(HttpToolsProtocol):
    """A connection that the routes can abort with `request.state.abort`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "abort": transport.abort}


class _Host:
    """The portal's server, alone or with a command beside it."""

    def __init__(self, portal: Portal, place: Place, listener: socket.socket) -> None:
        certificate, key = place.certificate or (None, None)
        self._portal = portal
        self._listener = listener
        self._config = uvicorn.Config(
            routes.application(portal),
            http=_Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
            ssl_certfile=certificate,
            ssl_keyfile=key,
        )

    async def run_alone(self) -> int:
        """Print the address and the credentials for a client, and serve until a signal arrives."""
        server = _Server(self._config)

        def stop(_signal: int, _frame: FrameType | None) -> None:
            server.should_exit = True

        with _signals(stop):
            serving = asyncio.create_task(server.serve([self._listener]))
            await server.listening.wait()
            print(json.dumps(self._announcement()), flush=True)  # noqa: T201 - the one line
            await serving
        return 0

    async def run_beside(self, command: Sequence[str]) -> int:
        """Run the command with the portal; forward signals to it, and stop when it ends."""
        server = _Server(self._config)
        serving = asyncio.create_task(server.serve([self._listener]))
        await server.listening.wait()
        try:
            return await self._executed(command)
        finally:
            server.should_exit = True
            await serving

    async def _executed(self, command: Sequence[str]) -> int:
        process: asyncio.subprocess.Process | None = None
        early: list[int] = []

        def forward(number: int, _frame: FrameType | None) -> None:
            if process is None:
                early.append(number)
            # Ctrl-C at the terminal comes to the command by itself, as soon as it is there.
            elif number != signal.SIGINT or not _typed_at_terminal():
                _send(process, number)

        with _signals(forward):
            process = await self._started(command)
            for number in early:
                _send(process, number)
            status = await process.wait()
        return status if status >= 0 else 128 - status

    async def _started(self, command: Sequence[str]) -> asyncio.subprocess.Process:
        try:
            return await asyncio.create_subprocess_exec(*command, env=self._environment())
        except FileNotFoundError:
            raise StartError(f"command not found: {command[0]}", NOT_FOUND) from None
        except OSError as error:
            text = f"cannot run {command[0]}: {error.strerror}"
            raise StartError(text, CANNOT_EXECUTE) from None

    def _announcement(self) -> dict[str, str | None]:
        conditions = self._portal.conditions
        webhook = conditions.first_webhook
        return {
            "portal": self._portal.origin,
            "oauthServer": self._portal.origin,
            "clientId": conditions.first_application.client_id,
            "clientSecret": conditions.first_application.client_secret,
            "accessToken": self._portal.first_grant.access_token,
            "refreshToken": self._portal.first_grant.refresh_token,
            "webhook": f"{self._portal.origin}/rest/{webhook.user_id}/{webhook.code}/",
            "memberId": conditions.member_id,
        }

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in CREDENTIALS}
        return {
            **inherited,
            "BXBI_PORTAL": self._portal.origin,
            "BXBI_OAUTH_SERVER": self._portal.origin,
            "BXBI_ACCESS_TOKEN": self._portal.first_grant.access_token,
            "NO_PROXY": _with_loopback(inherited, "NO_PROXY", "no_proxy"),
            "no_proxy": _with_loopback(inherited, "no_proxy", "NO_PROXY"),
        }


def _send(process: asyncio.subprocess.Process, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(number)


def _with_loopback(environment: Mapping[str, str], name: str, other: str) -> str:
    """Return the value of `NO_PROXY`, with the portal's host added.

    Some programs read only one spelling of the variable, others prefer the lower-case one.
    """
    kept = environment.get(name) or environment.get(other, "")
    if kept.strip() == "*":
        return kept
    return ",".join(filter(None, (kept, LOOPBACK, "localhost")))


@contextlib.contextmanager
def _signals(handler: signal._HANDLER) -> Iterator[None]:
    """Handle the signals that ask a process to stop.

    A hang-up that is already ignored stays ignored: the user has run `nohup`.
    """
    numbers = [signal.SIGINT, signal.SIGTERM]
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


def _typed_at_terminal() -> bool:
    """Return whether this process is in the foreground of its terminal, where Ctrl-C is typed."""
    if sys.platform == "win32":
        return True  # nothing else sends it
    try:
        with open("/dev/tty", "rb", buffering=0) as terminal:  # noqa: PTH123 - not a file to read
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False


def _seed(place: Place, otherwise: Identity) -> seed.Seed:
    try:
        return seed.load(place.seed, otherwise)
    except seed.SeedError as error:
        raise StartError(f"the seed {place.seed}: {error}") from None


def _own_certificate(place: Place) -> ssl.SSLContext | None:
    """Check the certificate, and return the TLS context for the portal's requests to itself.

    The name in the certificate does not matter: only the portal has its key.
    """
    if place.certificate is None:
        return None
    certificate, key = place.certificate
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, lambda: "")
        own = ssl.create_default_context(cafile=str(certificate))
    except (OSError, ValueError) as error:
        raise StartError(f"the certificate {certificate} with the key {key}: {error}") from None
    own.check_hostname = False
    own.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return own


def _listener(port: int) -> socket.socket:
    # The protocol is named because asyncio sends small answers at once only on such a socket.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # On Windows this option would let two processes listen on one port.
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
    except OSError as error:
        listener.close()
        raise StartError(f"cannot listen on {LOOPBACK}:{port}: {error.strerror}") from None
    return listener


def _store(place: Place) -> Store:
    try:
        return Store(":memory:" if place.state is None else str(place.state))
    except StateError as error:
        raise StartError(str(error)) from None

"""Starting and stopping the service."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import uvicorn

from . import loading, routes

if TYPE_CHECKING:
    from types import FrameType

LOOPBACK: Final = "127.0.0.1"


@click.command(context_settings={"max_content_width": 100})
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default="a free one",
    help="Port on 127.0.0.1 to listen on.",
)
@click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    default=loading.cache_folder,
    show_default="pulumi-bxbi in your folder for caches",
    help="Folder to keep the loaded data set in, 35 MB.",
)
def serve(port: int, cache: Path) -> None:
    """Serve the warehouse of flights to the connector of the example.

    When it is ready, one line of JSON on standard output says where it is and which token lets a
    source in: endpoints, token. Ctrl-C stops it.

    The token is what WAREHOUSE_TOKEN in the environment says, or else a new one each time.
    """
    _on_signals(_leave)
    token = os.environ.get("WAREHOUSE_TOKEN") or secrets.token_hex(24)
    with _listener(port) as listener:
        application = routes.application(_database(cache), token)
        server = uvicorn.Server(
            uvicorn.Config(
                application,
                lifespan="off",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=5,
            )
        )

        def stop(_number: int, _frame: FrameType | None) -> None:
            server.should_exit = True

        _on_signals(stop)
        address = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        click.echo(json.dumps({"endpoints": address, "token": token}))
        server.run([listener])


def _on_signals(handler: signal._HANDLER) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit()


def _database(cache: Path) -> Path:
    try:
        return loading.database(cache)
    except PackageNotFoundError:
        raise click.ClickException(
            f"the data set is not installed: pip install {loading.PACKAGE}"
        ) from None
    except OSError as error:
        raise click.ClickException(
            f"cannot keep the data set in {cache}: {error.strerror}"
        ) from None


def _listener(port: int) -> socket.socket:
    # The protocol is named because asyncio sends small answers at once only on such a socket.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise click.ClickException(
            f"cannot listen on {LOOPBACK}:{port}: {error.strerror}"
        ) from None
    return listener


if __name__ == "__main__":
    serve()

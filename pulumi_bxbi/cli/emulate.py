"""The command `bxbi emulate`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

FILE = click.Path(dir_okay=False, path_type=Path)
READABLE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.command(context_settings={"max_content_width": 100})
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default="a free one",
    help="Port on 127.0.0.1 to listen on.",
)
@click.option(
    "--api",
    type=click.Choice(["current", "legacy"]),
    default="current",
    show_default=True,
    help="The API of the newest documentation, or that of 2025: errors at the root of an answer, "
    "dataset.* in place of table.*, webhooks accepted.",
)
@click.option(
    "--state",
    type=FILE,
    help="Keep objects, tokens and the portal's identity in this file: started again with it, on "
    "any port, it is the same portal.",
)
@click.option(
    "--seed",
    type=FILE,
    help="Start with the objects of this JSON file. Without it, with connector 123, whose "
    "parameters are login and password and whose endpoints the portal serves itself. A state file "
    "that holds a portal already keeps its objects.",
)
@click.option(
    "--no-endpoint-checks",
    is_flag=True,
    help="Do not ask a connector's urlCheck when a source is added or updated, and do not ask its "
    "endpoints for the tables that the page shows.",
)
@click.option(
    "--latency",
    type=click.Choice(["none", "typical"]),
    default="none",
    show_default=True,
    help="Make a call take as long as in the cloud, 50 to 300 milliseconds.",
)
@click.option(
    "--limits",
    type=click.Choice(["on", "off"]),
    default="off",
    show_default=True,
    help="Refuse calls beyond the portal's limits: 50 at once and 2 a second, and 480 seconds of "
    "a method in ten minutes.",
)
@click.option("--tls-cert", type=READABLE, help="Serve HTTPS with this certificate chain (PEM).")
@click.option("--tls-key", type=READABLE, help="The key of the certificate (PEM).")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
def emulate(  # noqa: PLR0913 - one parameter for each option
    *,
    port: int,
    api: str,
    state: Path | None,
    seed: Path | None,
    no_endpoint_checks: bool,
    latency: str,
    limits: str,
    tls_cert: Path | None,
    tls_key: Path | None,
    command: tuple[str, ...],
) -> None:
    """Serve a local Bitrix24 portal, to run, test and demonstrate against.

    When it is ready, it prints its address and credentials as one line of JSON:
    portal, oauthServer, clientId, clientSecret, accessToken, refreshToken, webhook, memberId.
    Ctrl-C stops it. The webhook is refused by the newest API, as the documentation says; with
    --api legacy it works. Each start makes a new portal, with a random member id and application,
    unless --state or --seed has them. So give it a stack of its own: a stack that belongs to
    another portal is refused.

    A COMMAND after `--` runs with BXBI_PORTAL, BXBI_ACCESS_TOKEN and BXBI_OAUTH_SERVER set, and
    calls the portal without a proxy; the portal stops when it ends, and exits with its status.
    Standard output is the command's alone: the line of JSON is left out.

    Opened in a browser, the portal shows its objects, rows of its tables, the tables that its
    connectors offer, and the latest calls.
    Under /__emulator__/ it can be reset, watched and made to fail; POST [] to
    /__emulator__/faults removes the faults that have not happened yet.

    \b
    Examples:
      bxbi emulate --port 8899
      bxbi emulate --api legacy --state portal.db
      bxbi emulate -- pulumi preview
    """  # noqa: D301 - click's mark of a paragraph that keeps its lines
    if (tls_cert is None) != (tls_key is None):
        raise click.UsageError("--tls-cert and --tls-key go together.")
    try:
        from pulumi_bxbi.emulator.api.editions import EDITIONS  # noqa: PLC0415 - an extra, maybe absent
        from pulumi_bxbi.emulator.server import Place, StartError, run  # noqa: PLC0415
        from pulumi_bxbi.emulator.state.portal import Behaviour  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"The local portal needs {error.name}: pip install 'pulumi-bxbi[emulator]'"
        ) from None
    certificate = (tls_cert, tls_key) if tls_cert and tls_key else None
    behaviour = Behaviour(
        api=EDITIONS[api],
        endpoint_checks=not no_endpoint_checks,
        latency=latency == "typical",
        limits=limits == "on",
    )
    try:
        status = run(Place(port, state, seed, certificate), behaviour, command)
    except StartError as error:
        click.echo(f"Error: {error}", err=True)
        status = error.status
    sys.exit(status)

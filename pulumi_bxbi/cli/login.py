"""The command `bxbi login`."""

from __future__ import annotations

import os
import secrets
import sys
import webbrowser
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlsplit

import click

from pulumi_bxbi.cli.stack import errors_as_messages, stack_option
from pulumi_bxbi.settings.loading import ApplicationSettings
from pulumi_bxbi.stack.pulumi_command import settings_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_bxbi.portal import Application

#: The variables of other credentials, which a login ignores.
_OTHERS: Final = ("BXBI_ACCESS_TOKEN", "BXBI_WEBHOOK")


@click.command(context_settings={"max_content_width": 100})
@click.option("--portal", help="Address of the portal. [default: BXBI_PORTAL]")
@click.option("--client-id", help="The application's client_id. [default: BXBI_CLIENT_ID]")
@click.option(
    "--token-store",
    help="The store of the tokens: a file, or exec: and a command. [default: BXBI_TOKEN_STORE, "
    "or a file in your data folder]",
)
@click.option(
    "--oauth-server",
    help="Address of the OAuth server. [default: BXBI_OAUTH_SERVER, or https://oauth.bitrix.info]",
)
@click.option("--no-browser", is_flag=True, help="Only print the address to open.")
@stack_option
def login(  # noqa: PLR0913  # one parameter for each option
    *,
    portal: str | None,
    client_id: str | None,
    token_store: str | None,
    oauth_server: str | None,
    no_browser: bool,
    stack_name: str,
) -> None:
    """Get the tokens of an application, and store them for deployments.

    Opens the page on which you let the application act for you. The portal then sends the browser
    to the application's own address, with a code in it: give that address, or the code alone, to
    this command within 30 seconds. It may be given on standard input.

    In the folder of a Pulumi project the configuration of its stack is read too. The client secret
    is taken from there or from BXBI_CLIENT_SECRET, or asked for. The new tokens replace any older
    tokens of this application on this portal, and win over BXBI_REFRESH_TOKEN.

    \b
    Examples:
      bxbi login --portal https://acme.bitrix24.com --client-id local.5f0c
      bxbi login --no-browser < code
    """  # noqa: D301 - click's mark of a paragraph that keeps its lines
    given = {
        "BXBI_PORTAL": portal,
        "BXBI_CLIENT_ID": client_id,
        "BXBI_TOKEN_STORE": token_store,
        "BXBI_OAUTH_SERVER": oauth_server,
    }
    environment = {name: value for name, value in os.environ.items() if name not in _OTHERS}
    environment.update({name: value for name, value in given.items() if value})
    with errors_as_messages():
        settings = settings_of(stack_name, environment)
        credentials = settings.credentials
        if not isinstance(credentials, ApplicationSettings) or not credentials.client_id:
            raise click.UsageError("Give --client-id, or set BXBI_CLIENT_ID (or bxbi:clientId).")
        if not settings.portal:
            raise click.UsageError("Give --portal, or set BXBI_PORTAL (or bxbi:portal).")
        if not credentials.client_secret:
            credentials = replace(credentials, client_secret=_ask_for_secret())
        application = credentials.on(settings.portal, settings.timeout)
        _log_in(application, environment, browser=not no_browser)


def _ask_for_secret() -> str:
    if not sys.stdin.isatty():
        raise click.UsageError("Set BXBI_CLIENT_SECRET: there is no terminal to ask for it on.")
    secret: str = click.prompt("Client secret", hide_input=True)
    return secret


def _log_in(application: Application, environment: Mapping[str, str], *, browser: bool) -> None:
    # An unusable token store is an error before a person has to do anything.
    application.stored()
    application.require_storable()
    state = secrets.token_urlsafe(16)
    address = application.authorization_address(state)
    click.echo(
        "Open this address as the user that deployments shall act for, who needs both permissions, "
        f'"Access to BI Builder" and "Access to Analytics Hub":\n\n  {address}\n'
    )
    if browser and sys.stdin.isatty() and not webbrowser.open(address):
        click.echo("No browser could be opened here: open it by hand, on any machine.\n")
    click.echo(
        "The portal then sends the browser to the application's own address. Paste that address, "
        "or the code in it, within 30 seconds (it does not matter what the page shows):"
    )
    tokens = application.log_in(_code_of(sys.stdin.readline(), state))
    user = "" if tokens.user_id is None else f" as user {tokens.user_id}"
    click.echo(f"\nLogged in to {tokens.address}{user}.")
    click.echo(f"The tokens are stored in {application.location}.")
    needed = ["BXBI_PORTAL", "BXBI_CLIENT_ID", "BXBI_CLIENT_SECRET"]
    needed += [name for name in ("BXBI_TOKEN_STORE", "BXBI_OAUTH_SERVER") if environment.get(name)]
    click.echo(f"Deployments use them with {', '.join(needed)} set (or the same in the stack).")
    for name in _OTHERS:
        if os.environ.get(name):
            click.echo(f"Unset {name} for that: it holds other credentials.", err=True)


def _code_of(answer: str, state: str) -> str:
    """Return the code in the pasted text, which is an address or the code itself."""
    answer = answer.strip()
    if not answer:
        raise click.ClickException("No code was given. Nothing was stored; run the command again.")
    if "code=" not in answer and "://" not in answer:
        return answer
    try:
        query = parse_qs(urlsplit(answer).query or answer)
    except ValueError:
        query = {}
    if "code" not in query:
        raise click.ClickException(
            "There is no code in this address. Paste the one that the browser was sent to after "
            "the portal's question; it holds `code=`. Run the command again."
        )
    if query.get("state") != [state]:
        raise click.ClickException(
            "This address answers another login: its `state` is not the one of the address above. "
            "Nothing was stored. Run the command again, and open the address that it prints."
        )
    return query["code"][0]

"""The credentials of an OAuth application: a pair of tokens that is renewed when it has expired.

Only the portal decides whether an access token has expired, never a clock. A renewed pair is stored
before it is used, and a pair that another process has stored is used before any renewal.

Vendor's page: "Renewing OAuth 2.0 tokens automatically".
"""

from __future__ import annotations

import logging
import shlex
import threading
import time
from contextlib import nullcontext
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Final

import tenacity
from pydantic import SecretStr

from pulumi_bxbi.portal.addresses import OAUTH_SERVER, is_safe, is_same_host
from pulumi_bxbi.portal.errors import (
    AccessDenied,
    CredentialsExpired,
    PortalError,
    PortalUnavailable,
)
from pulumi_bxbi.portal.oauth.token_stores import COMMAND, FileStore, read_tokens, token_store
from pulumi_bxbi.portal.oauth.tokens import Tokens, hash_of
from pulumi_bxbi.portal.rest.credentials import Holder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_bxbi.portal.oauth.server import Grant, OAuthServer

logger = logging.getLogger(__name__)

#: How often the store is read again after the OAuth server has refused the refresh token.
_MOST_READS: Final = 5
#: The time between these reads, and before a renewal without an answer is tried again.
_RETRY_SECONDS: Final = 1.0


class Application:
    """An OAuth application that acts for one user of one portal.

    May be shared by threads.

    Args:
        portal: The portal's address.
        server: The OAuth server, with the application's client id and secret.
        refresh_token: The refresh token of the settings; empty where there is none. After its first
            use the tokens in the store replace it: the store remembers which refresh token they
            come from.
        store: The setting ``tokenStore``; empty for a file in the user's data folder.
        sleep: Waits for a number of seconds.

    Raises:
        ValueError: The setting ``tokenStore`` is wrong.
    """

    def __init__(
        self,
        portal: str,
        server: OAuthServer,
        *,
        refresh_token: str = "",
        store: str = "",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._portal = portal
        self._server = server
        self._first_token = refresh_token
        self._store_setting = store
        self._store = token_store(store, portal, server.client_id)
        self._sleep = sleep
        self._lock = threading.Lock()
        self._tokens: Tokens | None = None
        self._first_seen: Tokens | None = None
        self._unstored: Tokens | None = None
        self._answer_lost = False
        self._expired: set[str] = set()
        self._refused: dict[str, PortalError] = {}
        self._denied: AccessDenied | None = None

    @property
    def location(self) -> str:
        """Where the tokens are stored, for people."""
        return self._store.location

    @property
    def is_exposed(self) -> bool:
        """Whether the tokens are in a file that other users may read."""
        return isinstance(self._store, FileStore) and self._store.is_exposed()

    def stored(self) -> Tokens | None:
        """Read the stored tokens, without renewing them; ``None`` where none are stored.

        Raises:
            PortalError: They cannot be read, or belong to another portal or application.
        """
        return read_tokens(self._store, self._portal, self._server.client_id)

    def require_storable(self) -> None:
        """Refuse to go on if new tokens could not be stored, as far as this can be tried.

        Raises:
            PortalError: They could not be stored. The stored tokens are unchanged.
        """
        with self._lock, self._store.lock():
            self._store.require_writable()

    def require(self) -> None:
        """Refuse to go on without tokens, or with unreadable ones; nothing is renewed or called.

        Raises:
            PortalError: There are none, or they cannot be read.
        """
        with self._lock:
            # The store is read even if it is not needed: its content may be damaged, or belong to
            # another portal.
            self._first_seen = self.stored()
            if not (self._first_seen or self._tokens or self._first_token):
                raise self._none_yet()

    @property
    def identifying_method(self) -> str:
        """The method whose answer names the application."""
        return "app.info"

    def holder(self) -> Holder:
        """Return the application, and the portal of its tokens, as far as it is known."""
        tokens = self._tokens or self._first_seen
        if tokens is None:
            return Holder(self._server.client_id)
        return Holder(self._server.client_id, tokens.member_id, (tokens.portal, *tokens.moved_to))

    def path(self, method: str) -> str:
        """Return the path of a method's address."""
        return f"/rest/{method}"

    def body(self, params: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters with the access token as ``auth``."""
        with self._lock:
            return {**params, "auth": self._in_use().access_token.get_secret_value()}

    def renew(self, body: Mapping[str, Any]) -> bool:
        """Get a newer pair from the store or the OAuth server, once for all waiting threads."""
        with self._lock:
            self._expired.add(body["auth"])
            tokens = self._in_use()
            if tokens.access_token.get_secret_value() in self._expired:
                self._take(self._newer_than(tokens))
        return True

    def address(self, configured: str) -> str:
        """Return the portal's latest address in the store."""
        with self._lock:
            moved_to = self._in_use().moved_to
        return moved_to[-1] if moved_to else configured

    def moved(self, address: str) -> None:
        """Store the portal's new address, for the next run."""
        with self._lock:
            self._tokens = self._in_use().moved(address)
            try:
                with self._store.lock():
                    stored = self.stored()
                    if stored:
                        self._store.set(stored.moved(address).to_json())
            except PortalError as error:
                logger.warning("the portal's new address is not stored for the next run. %s", error)

    def authorization_address(self, state: str) -> str:
        """Return the address at which a person authorizes the application.

        Args:
            state: A random text that the portal sends back with the code, which shows that the code
                answers this request.
        """
        return self._server.authorization_address(self._portal, state)

    def log_in(self, code: str) -> Tokens:
        """Exchange an authorization code, and store its pair instead of any other.

        The next refresh token that a run finds in the settings is treated as older than the login.

        Args:
            code: The authorization code, not older than 30 seconds.

        Raises:
            PortalError: The code was refused, belongs to another portal, or its pair cannot be
                stored. The pair that was stored before is unchanged.
        """
        with self._lock, self._store.lock():
            before = self.stored()
            self._store.require_writable()
            grant = self._exchanged(code)
            tokens = self._made(grant, before, "")
            if not tokens.is_of(self._portal, self._server.client_id):
                raise self._foreign(
                    grant, "repeat the login with the address of that portal. Nothing was stored."
                )
            # The person has just agreed at this address, so it wins over earlier redirects.
            agreed_at = grant.portal if is_safe(grant.portal) else self._portal
            if not is_same_host(agreed_at, tokens.address):
                tokens = tokens.moved(agreed_at)
            try:
                self._store.set(tokens.to_json())
            except PortalError as error:
                error.cure = (
                    f"{error.cure} The code is used up and its tokens are not stored: log in again "
                    f"afterwards: {self._login_command()}"
                )
                raise
            self._take(tokens)
        return tokens

    def _exchanged(self, code: str) -> Grant:
        try:
            return self._server.exchange(code)
        except CredentialsExpired as error:
            error.cure = (
                "run `bxbi login` again, and paste within 30 seconds: a code is valid no longer, "
                "and only once. Nothing was stored."
            )
            raise

    def _in_use(self) -> Tokens:
        return self._tokens or self._take(self._at_first())

    def _take(self, tokens: Tokens) -> Tokens:
        known = self._tokens.address if self._tokens else self._portal
        if tokens.moved_to and tokens.address.lower() != known.lower():
            logger.warning(
                "the portal %s has moved to %s: change BXBI_PORTAL or bxbi:portal",
                known,
                tokens.address,
            )
        self._tokens = tokens
        return tokens

    def _at_first(self) -> Tokens:
        """Return the pair that a process begins with."""
        stored = self.stored()
        if stored and self._is_settled(stored) and stored.access_token:
            return stored
        with self._store.lock():
            stored = self.stored()
            if self._unstored:
                return self._put(self._unstored)
            if not stored:
                return self._renewed([self._first_token], None)
            if stored.first_token_hash and not self._is_settled(stored):
                return self._begun_anew(stored)
            if self._first_token and not stored.first_token_hash:
                # The store has tokens of a login, which are newer than any of the settings.
                hashed = hash_of(self._first_token)
                stored = stored.model_copy(update={"first_token_hash": hashed})
                self._store.set(stored.to_json())
            if stored.access_token:
                return stored
            return self._renewed([stored.refresh_token.get_secret_value()], stored)

    def _begun_anew(self, stored: Tokens) -> Tokens:
        """Renew with a refresh token of the settings that is not the origin of the stored pair."""
        try:
            return self._renewed([self._first_token], stored)
        except CredentialsExpired:
            logger.warning(
                "the OAuth server refuses the refresh token of the settings (BXBI_REFRESH_TOKEN or "
                "bxbi:refreshToken): remove it. The tokens of %s are used instead",
                self.location,
            )
        # The refusal is stored with the next renewal, not now: the store may be eventually
        # consistent, and writing now could overwrite newer tokens.
        return stored.refused(self._first_token)

    def _is_settled(self, stored: Tokens) -> bool:
        return (
            not self._first_token
            or stored.grew_from(self._first_token)
            or stored.has_refused(self._first_token)
        )

    def _newer_than(self, expired: Tokens) -> Tokens:
        """Return a pair that replaces an expired one."""
        with self._store.lock():
            stored = self._newer_in_store(expired)
            if stored:
                return stored
            if self._unstored:
                return self._put(self._unstored)
            # A store may return an older pair for a while after a newer one was written.
            pairs = sorted(filter(None, (self.stored(), expired)), key=_age)
            tokens = [pair.refresh_token.get_secret_value() for pair in pairs]
            return self._renewed([*tokens, self._first_token], pairs[0])

    def _renewed(self, refresh_tokens: list[str], known: Tokens | None) -> Tokens:
        """Renew with the first of some refresh tokens that is good, and store the pair.

        Args:
            refresh_tokens: The refresh tokens to try; empty texts are ignored.
            known: The pair that is known to have expired; ``None`` where the store was empty.
        """
        if self._denied:
            raise self._denied
        refusal: PortalError | None = None
        for refresh_token in dict.fromkeys(filter(None, refresh_tokens)):
            # The vendor blocks applications that repeat refused requests.
            if refresh_token in self._refused:
                refusal = self._refused[refresh_token]
                continue
            try:
                return self._renewed_with(refresh_token, known)
            except CredentialsExpired as error:
                refusal = self._refused[refresh_token] = error
            except AccessDenied as error:
                self._denied = error
                raise
            newer = self._stored_meanwhile(known)
            if newer:
                return newer
        if refusal is None:
            raise self._none_yet()
        raise CredentialsExpired(
            method=refusal.method,
            object=refusal.object,
            portal=refusal.portal,
            observed=f"{refusal.observed}.{self._why(known)}",
            cure=self._how_to_log_in(known),
            code=refusal.code,
            status=refusal.status,
        )

    def _renewed_with(self, refresh_token: str, known: Tokens | None) -> Tokens:
        try:
            self._store.require_writable()
        except PortalError as error:
            error.cure = (
                f"{error.cure} The tokens were not renewed, so the refresh token is still good."
            )
            raise
        try:
            grant = self._server.renew(refresh_token)
        except PortalUnavailable:
            self._answer_lost = True
            newer = self._newer_in_store(known)
            if newer:
                return newer
            self._sleep(_RETRY_SECONDS)
            grant = self._server.renew(refresh_token)
        self._answer_lost = False
        grown_from = known.first_token_hash if known else ""
        if refresh_token == self._first_token:
            grown_from = hash_of(refresh_token)
        refused = {
            each for pair in (known, self._tokens) if pair for each in pair.refused_token_hashes
        }
        renewed = self._made(grant, known, grown_from).model_copy(
            update={"refused_token_hashes": tuple(sorted(refused))}
        )
        if not renewed.is_of(self._portal, self._server.client_id):
            self._keep_for_its_portal(renewed)
            raise self._foreign(
                grant,
                "set BXBI_PORTAL (or bxbi:portal) to that address, or log in to this portal: "
                f"{self._login_command()}",
            )
        return self._put(renewed)

    def _made(self, grant: Grant, known: Tokens | None, first_token_hash: str) -> Tokens:
        """Return the tokens to store: those of the grant, with the addresses of its portal."""
        portal = known.portal if known else self._portal
        moved_to = known.moved_to if known else ()
        made = Tokens(
            portal=portal,
            moved_to=moved_to,
            client_id=self._server.client_id,
            first_token_hash=first_token_hash,
            access_token=SecretStr(grant.access_token),
            refresh_token=SecretStr(grant.refresh_token),
            member_id=grant.member_id,
            user_id=grant.user_id,
            saved=datetime.now(timezone.utc).replace(microsecond=0),
        )
        if not grant.portal or made.is_of(grant.portal, made.client_id):
            return made
        renamed = known and known.member_id and known.member_id == grant.member_id
        if renamed and is_safe(grant.portal):
            return made.moved(grant.portal)
        return made.model_copy(update={"portal": grant.portal, "moved_to": ()})

    def _put(self, tokens: Tokens) -> Tokens:
        self._unstored = tokens
        try:
            self._store.set(tokens.to_json())
        except PortalError as error:
            error.cure = (
                f"{error.cure} The tokens have just been renewed and are not stored: the stored "
                f"ones are used up, so log in again afterwards: {self._login_command()}"
            )
            raise
        self._unstored = None
        return tokens

    def _newer_in_store(self, known: Tokens | None) -> Tokens | None:
        stored = self.stored()
        if not stored or not stored.access_token:
            return None
        is_known = known is not None and stored.access_token == known.access_token
        is_expired = stored.access_token.get_secret_value() in self._expired
        return None if is_known or is_expired else stored

    def _stored_meanwhile(self, known: Tokens | None) -> Tokens | None:
        """Wait for a pair that another machine, which shares no lock, may be about to store."""
        looking = tenacity.Retrying(
            retry=tenacity.retry_if_result(lambda newer: newer is None),
            wait=tenacity.wait_fixed(_RETRY_SECONDS),
            stop=tenacity.stop_after_attempt(_MOST_READS),
            retry_error_callback=lambda _: None,
            sleep=self._sleep,
        )
        newer: Tokens | None = looking(self._newer_in_store, known)
        return newer

    def _keep_for_its_portal(self, tokens: Tokens) -> None:
        """Store a pair of another portal where a run with the settings of that portal finds it.

        A pair that is already stored there is kept: it is as good, and may act for another user.
        """
        try:
            store = token_store(self._store_setting, tokens.portal, tokens.client_id)
            is_locked = store.location == self._store.location
            with nullcontext() if is_locked else store.lock():
                if read_tokens(store, tokens.portal, tokens.client_id) is None:
                    store.set(tokens.to_json())
                    return
        except PortalError:
            pass
        logger.warning("the tokens for %s are not stored: log in there again", tokens.portal)

    def _foreign(self, grant: Grant, cure: str) -> PortalError:
        return AccessDenied(
            method="oauth/token",
            object=f"application {self._server.client_id}",
            portal=self._server.address,
            observed=f"The tokens belong to the portal {grant.portal}, not to {self._portal}.",
            cure=cure,
        )

    def _none_yet(self) -> PortalError:
        return AccessDenied(
            method="reading the tokens",
            object=f"application {self._server.client_id} of {self._portal}",
            observed=f"There are none yet in {self.location}.",
            cure=f"log in: {self._login_command()} Or set BXBI_REFRESH_TOKEN (or "
            "bxbi:refreshToken) to a refresh token of the application.",
        )

    def _why(self, known: Tokens | None) -> str:
        """Return why the refresh token may be invalid, as a sentence; empty where unknown."""
        if self._answer_lost:
            return (
                " An earlier renewal got no answer: if the OAuth server carried it out, the new "
                "refresh token is lost."
            )
        if known is None:
            return (
                f" {self.location} was empty: where it is not kept between runs, each run begins "
                "with a refresh token that an earlier run has used up."
            )
        return ""

    def _how_to_log_in(self, known: Tokens | None) -> str:
        keep = " Set BXBI_TOKEN_STORE to a place that is kept between runs." if not known else ""
        return f"log in again: {self._login_command()}{keep}"

    def _login_command(self) -> str:
        """Return the command that gets new tokens; it asks for the client secret itself."""
        words = ["bxbi", "login", "--portal", self._portal, "--client-id", self._server.client_id]
        if self._server.address != OAUTH_SERVER:
            words += ["--oauth-server", self._server.address]
        hint = ""
        if self._store_setting.startswith(COMMAND):
            # Its arguments may hold a password.
            hint = " (with BXBI_TOKEN_STORE set as here)"
        elif self._store_setting:
            words += ["--token-store", self.location]
        return f"`{shlex.join(words)}`{hint}."


def _age(tokens: Tokens) -> float:
    """Return the sort key of tokens, from the newest to the oldest.

    It depends on the clocks of the machines that stored them. Where they disagree, an older pair is
    tried first, which only costs a refusal.
    """
    return -tokens.saved.timestamp()

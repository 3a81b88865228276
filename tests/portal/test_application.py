"""The tokens of an application: when they are renewed, where they are kept, and who wins."""

from __future__ import annotations

import json
import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from pulumi_bxbi.portal import (
    AccessDenied,
    Application,
    CredentialsExpired,
    Portal,
    PortalError,
    PortalUnavailable,
)
from pulumi_bxbi.portal.oauth import OAuthServer
from pulumi_bxbi.portal.tokens import Tokens, hash_of
from tests.conftest import Request, Response, Server, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CLIENT = "local.1"
GET, ADD = "biconnector.source.get", "biconnector.source.add"
EXPIRED = Response(b'{"error": "expired_token", "error_description": "too old"}', 401)
REFUSED = Response(b'{"error": "invalid_grant"}', 400)
LOST = Response(b"", 0)


class RotatingServer(Server):
    """A portal and its OAuth server; a refresh token is good once, its access token until expiry.

    Attributes:
        access: The access token that the portal accepts.
        refresh: The refresh token that the OAuth server accepts.
        renewals: How many pairs were given out.
        answers_lost: How many renewals are carried out without an answer.
        meanwhile: What happens elsewhere while an answer is lost.
        redirect_to: Where the portal has moved to; empty where it has not.
        more: What else a token answer says.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()
        self.access, self.refresh, self.renewals = "none-yet", "rt-0", 0
        self.answers_lost = 0
        self.meanwhile: Callable[[], object] = lambda: None
        self.redirect_to = ""
        self.more: dict[str, Any] = {}

    def respond(self, request: Request) -> Response:
        with self.lock:
            if request.path.startswith("/oauth/token/"):
                return self._grant(request.body)
            if self.redirect_to and request.headers["Host"] not in self.redirect_to:
                return Response(b"", 302, {"Location": self.redirect_to + request.path})
            assert "client_secret" not in request.body
            if request.body["auth"] != self.access:
                return EXPIRED
            return Response(b'{"result": {"id": 5}}')

    def _grant(self, query: dict[str, str]) -> Response:
        if query.get("refresh_token") != self.refresh and query.get("code") != "c0de":
            return REFUSED
        self.renewals += 1
        self.access, self.refresh = f"at-{self.renewals}", f"rt-{self.renewals}"
        if self.answers_lost:
            self.answers_lost -= 1
            self.meanwhile()
            return LOST
        pair = {"access_token": self.access, "refresh_token": self.refresh}
        return Response(json.dumps({**pair, **self.more}).encode())

    def expire(self) -> None:
        self.access = "expired"


@pytest.fixture
def server() -> Iterator[RotatingServer]:
    with RotatingServer() as made, serving(made):
        yield made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tokens.json"


def application(
    server: RotatingServer, path: Path, first: str = "rt-0", naps: list[float] | None = None
) -> Application:
    return Application(
        server.address,
        OAuthServer(CLIENT, "s3cret-client", server.address),
        refresh_token=first,
        store=str(path),
        sleep=(naps if naps is not None else []).append,
    )


def call(server: RotatingServer, credentials: Application) -> Any:
    with closing(Portal(server.address, credentials, sleep=lambda _: None)) as portal:
        return portal.call(ADD)


def kept(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def keep(server: RotatingServer, path: Path, **changes: Any) -> Tokens:
    """Store a pair, and have the server accept it."""
    tokens = Tokens.parse(
        json.dumps(
            {
                "portal": server.address,
                "clientId": CLIENT,
                "firstTokenHash": hash_of("rt-0"),
                "accessToken": "kept-access",
                "refreshToken": "kept-refresh",
                "saved": "2020-01-01T00:00:00Z",
                **changes,
            }
        )
    )
    path.write_text(tokens.to_json(), "utf-8")
    server.access = tokens.access_token.get_secret_value()
    server.refresh = tokens.refresh_token.get_secret_value()
    return tokens


class TestBeginning:
    def test_the_first_refresh_token_is_renewed_before_the_first_call(
        self, server: RotatingServer, path: Path
    ) -> None:
        server.more = {"user_id": 7, "member_id": "0123"}

        assert call(server, application(server, path)) == {"id": 5}

        assert [request.body.get("auth") for request in server.requests] == [None, "at-1"]
        found = kept(path)
        assert found.pop("saved").endswith("Z")
        assert found == {
            "version": 1,
            "portal": server.address,
            "movedTo": [],
            "clientId": CLIENT,
            "firstTokenHash": hash_of("rt-0"),
            "accessToken": "at-1",
            "refreshToken": "rt-1",
            "memberId": "0123",
            "userId": 7,
        }
        assert path.stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize("first", ["rt-0", ""])
    def test_a_stored_access_token_is_used_without_renewing_however_old(
        self, server: RotatingServer, path: Path, first: str
    ) -> None:
        keep(server, path)

        call(server, application(server, path, first))

        assert server.renewals == 0

    def test_a_stored_refresh_token_alone_is_renewed(
        self, server: RotatingServer, path: Path
    ) -> None:
        keep(server, path, accessToken="")

        call(server, application(server, path))

        assert [request.body.get("auth") for request in server.requests] == [None, "at-1"]

    def test_making_it_reads_and_renews_nothing(self, server: RotatingServer, path: Path) -> None:
        path.write_text("broken", "utf-8")

        assert application(server, path).location == str(path)
        assert server.requests == []

    def test_the_first_token_may_stay_the_same_through_any_number_of_rotations(
        self, server: RotatingServer, path: Path
    ) -> None:
        for _ in range(3):
            server.expire()
            call(server, application(server, path))

        assert server.renewals == 3
        assert kept(path)["refreshToken"] == "rt-3"

    def test_another_first_token_begins_anew(self, server: RotatingServer, path: Path) -> None:
        keep(server, path)
        server.refresh = "rt-new"

        call(server, application(server, path, "rt-new"))

        assert kept(path)["firstTokenHash"] == hash_of("rt-new")
        assert kept(path)["accessToken"] == "at-1"

    def test_the_refresh_token_of_the_store_is_no_new_beginning(
        self, server: RotatingServer, path: Path
    ) -> None:
        keep(server, path)

        call(server, application(server, path, "kept-refresh"))

        assert server.renewals == 0

    def test_another_first_token_that_is_refused_changes_nothing(
        self, server: RotatingServer, path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        keep(server, path)
        before = path.read_bytes()

        assert call(server, application(server, path, "rt-wrong")) == {"id": 5}

        assert path.read_bytes() == before
        assert "refuses the refresh token of the settings (BXBI_REFRESH_TOKEN" in caplog.text

    def test_without_any_token_the_login_is_named(self, server: RotatingServer, path: Path) -> None:
        with pytest.raises(AccessDenied) as caught:
            call(server, application(server, path, ""))

        assert f"There are none yet in {path}." in str(caught.value)
        assert (
            f"`bxbi login --portal {server.address} --client-id {CLIENT} "
            f"--oauth-server {server.address} --token-store {path}`" in str(caught.value)
        )
        assert server.requests == []

    @pytest.mark.parametrize("content", ["", "{}", "broken"])
    def test_what_is_no_store_stops_everything_and_stays(
        self, server: RotatingServer, path: Path, content: str
    ) -> None:
        path.write_text(content, "utf-8")

        with pytest.raises(PortalError, match="never overwritten"):
            call(server, application(server, path))

        assert path.read_text("utf-8") == content
        assert server.requests == []


class TestRenewal:
    def test_a_call_with_an_expired_token_is_repeated(
        self, server: RotatingServer, path: Path
    ) -> None:
        keep(server, path)
        server.expire()

        assert call(server, application(server, path)) == {"id": 5}

        used = [request.body.get("auth", "renewal") for request in server.requests]
        assert used == ["kept-access", "renewal", "at-1"]
        assert kept(path)["firstTokenHash"] == hash_of("rt-0")

    def test_many_threads_renew_once(self, server: RotatingServer, path: Path) -> None:
        keep(server, path)
        credentials = application(server, path)
        call(server, credentials)
        server.expire()

        with closing(Portal(server.address, credentials)) as portal, ThreadPoolExecutor(8) as pool:
            results = list(pool.map(lambda _: portal.call(ADD), range(16)))

        assert results == [{"id": 5}] * 16
        assert server.renewals == 1

    def test_what_another_process_has_stored_is_used_without_renewing(
        self, server: RotatingServer, path: Path
    ) -> None:
        keep(server, path)
        credentials = application(server, path)
        call(server, credentials)
        keep(server, path, accessToken="newer", refreshToken="newer")

        call(server, credentials)

        assert server.renewals == 0
        assert server.requests[-1].body["auth"] == "newer"

    def test_a_store_that_has_vanished_is_written_anew(
        self, server: RotatingServer, path: Path
    ) -> None:
        keep(server, path)
        credentials = application(server, path)
        call(server, credentials)
        path.unlink()
        server.expire()

        call(server, credentials)

        assert kept(path)["refreshToken"] == "rt-1"

    def test_a_refused_renewal_looks_for_a_pair_of_another_machine(
        self, server: RotatingServer, path: Path
    ) -> None:
        keep(server, path)
        credentials = application(server, path)
        call(server, credentials)
        server.expire()
        server.refresh = "used-elsewhere"
        looks: list[float] = []

        def another_machine_stores(seconds: float) -> None:
            looks.append(seconds)
            if len(looks) == 2:
                keep(server, path, accessToken="newer", refreshToken="newer")

        credentials = Application(
            server.address,
            OAuthServer(CLIENT, "s3cret-client", server.address),
            refresh_token="rt-0",
            store=str(path),
            sleep=another_machine_stores,
        )
        call(server, credentials)

        assert server.renewals == 0
        assert looks == [1.0, 1.0]

    def test_a_refused_renewal_tells_how_to_log_in(
        self, server: RotatingServer, path: Path
    ) -> None:
        keep(server, path)
        server.expire()
        server.refresh = "used-elsewhere"
        naps: list[float] = []

        with pytest.raises(CredentialsExpired) as caught:
            call(server, application(server, path, "", naps))

        text = str(caught.value)
        assert "The OAuth server said: invalid_grant (HTTP 400)." in text
        assert f"log in again: `bxbi login --portal {server.address}" in text
        assert "kept-refresh" not in text
        assert "s3cret" not in text
        assert sum(naps) == 4.0
        assert kept(path)["refreshToken"] == "kept-refresh"

    def test_after_a_login_the_token_of_the_settings_is_the_last_resort(
        self, server: RotatingServer, path: Path
    ) -> None:
        keep(server, path, firstTokenHash="")
        server.expire()
        server.refresh = "rt-0"

        call(server, application(server, path, "rt-0"))

        assert kept(path)["firstTokenHash"] == hash_of("rt-0")
        assert kept(path)["accessToken"] == "at-1"

    def test_an_empty_store_explains_a_refused_first_token(
        self, server: RotatingServer, path: Path
    ) -> None:
        with pytest.raises(CredentialsExpired) as caught:
            call(server, application(server, path, "rt-used-up"))

        assert f"{path} was empty" in str(caught.value)
        assert "Set BXBI_TOKEN_STORE to a place that is kept between runs." in str(caught.value)
        assert not path.exists()
        assert len(server.requests) == 1

    def test_a_renewal_without_an_answer_is_tried_once_more(
        self, server: RotatingServer, path: Path
    ) -> None:
        keep(server, path)
        server.expire()
        server.answers_lost = 1

        with pytest.raises(CredentialsExpired) as caught:
            call(server, application(server, path))

        assert "A renewal before had got no answer" in str(caught.value)
        assert "bxbi login" in str(caught.value)

    def test_after_a_lost_answer_the_store_is_read_before_anything_is_tried_again(
        self, server: RotatingServer, path: Path
    ) -> None:
        keep(server, path)
        server.expire()
        server.answers_lost = 1
        server.meanwhile = lambda: keep(server, path, accessToken="newer", refreshToken="newer")

        assert call(server, application(server, path)) == {"id": 5}

        assert server.renewals == 1

    def test_a_renewal_that_did_not_arrive_succeeds_the_second_time(self, path: Path) -> None:
        with RotatingServer() as portal, serving(portal), Server() as oauth, serving(oauth):
            keep(portal, path)
            portal.access = "at-9"
            oauth.answers(LOST, {"access_token": "at-9", "refresh_token": "rt-9"})
            credentials = Application(
                portal.address,
                OAuthServer(CLIENT, "s3cret-client", oauth.address),
                store=str(path),
                sleep=lambda _: None,
            )

            assert call(portal, credentials) == {"id": 5}

            assert len(oauth.requests) == 2

    def test_a_pair_of_another_process_may_have_expired_too(
        self, server: RotatingServer, path: Path
    ) -> None:
        keep(server, path)
        credentials = application(server, path)
        call(server, credentials)
        older = {**kept(path), "accessToken": "at-of-another", "refreshToken": server.refresh}
        path.write_text(json.dumps(older), "utf-8")
        server.expire()

        assert call(server, credentials) == {"id": 5}

        assert server.renewals == 1

    def test_a_store_that_lags_behind_loses_nothing(
        self, server: RotatingServer, path: Path
    ) -> None:
        keep(server, path)
        credentials = application(server, path)
        server.expire()
        before = path.read_text("utf-8")
        call(server, credentials)
        server.expire()
        path.write_text(before, "utf-8")

        assert call(server, credentials) == {"id": 5}

        assert kept(path)["refreshToken"] == "rt-2"

    def test_a_refused_refresh_token_is_not_tried_again(
        self, server: RotatingServer, path: Path
    ) -> None:
        keep(server, path)
        server.expire()
        server.refresh = "used-up"
        naps: list[float] = []
        credentials = application(server, path, naps=naps)

        for _ in range(5):
            with pytest.raises(CredentialsExpired, match="bxbi login"):
                call(server, credentials)

        asked = [each for each in server.requests if each.path.startswith("/oauth")]
        assert len(asked) == 2  # the one that is kept, and the one of the settings
        assert len(naps) == 8

    def test_an_error_of_a_renewal_is_told_alone(self, server: RotatingServer, path: Path) -> None:
        keep(server, path)
        server.expire()
        server.refresh = "used-up"

        with pytest.raises(CredentialsExpired) as caught:
            call(server, application(server, path))

        assert caught.value.__context__ is None or caught.value.__suppress_context__

    def test_without_the_oauth_server_nothing_is_lost(
        self, server: RotatingServer, path: Path
    ) -> None:
        keep(server, path)
        server.expire()
        credentials = Application(
            server.address,
            OAuthServer(CLIENT, "s3cret-client", "http://127.0.0.1:1"),
            store=str(path),
            sleep=lambda _: None,
        )

        with pytest.raises(
            PortalUnavailable, match=r"oauth/token failed .*\nNo connection: Connection refused"
        ):
            call(server, credentials)

        assert kept(path)["refreshToken"] == "kept-refresh"

    def test_a_pair_that_could_not_be_stored_is_stored_later(
        self, server: RotatingServer, path: Path
    ) -> None:
        """It is not used before, and its refresh token is not asked for twice."""
        switch, place = path.with_name("broken"), path
        script = (
            f"sh -c 'test $1 = get && {{ cat {place}; exit; }}; "
            f"test -e {switch} && {{ echo sealed >&2; exit 1; }}; cat >{place}' store"
        )
        keep(server, path)
        server.expire()
        switch.touch()
        credentials = Application(
            server.address,
            OAuthServer(CLIENT, "s3cret-client", server.address),
            store=f"exec:{script}",
            sleep=lambda _: None,
        )

        with pytest.raises(PortalError, match=r"(?s)said: sealed.*are not kept.*bxbi login"):
            call(server, credentials)
        assert "at-1" not in [request.body.get("auth") for request in server.requests]
        switch.unlink()

        assert call(server, credentials) == {"id": 5}
        assert server.renewals == 1
        assert kept(path)["accessToken"] == "at-1"


def _call_in_its_own_process(address: str, path: str, ready: Any, results: Any) -> None:
    credentials = Application(
        address, OAuthServer(CLIENT, "s3cret-client", address), refresh_token="rt-0", store=path
    )
    ready.wait()
    with closing(Portal(address, credentials)) as portal:
        results.put(portal.call(ADD))


@pytest.mark.parametrize("begun", [True, False])
def test_processes_that_renew_at_the_same_moment_renew_once(
    server: RotatingServer, path: Path, *, begun: bool
) -> None:
    if begun:
        keep(server, path)
        server.expire()
    context = multiprocessing.get_context("spawn")
    ready, results = context.Barrier(3), context.Queue()
    arguments = (server.address, str(path), ready, results)
    processes = [context.Process(target=_call_in_its_own_process, args=arguments) for _ in range(3)]
    for process in processes:
        process.start()

    assert [results.get(timeout=60) for _ in processes] == [{"id": 5}] * 3

    for process in processes:
        process.join()
    asked = [request for request in server.requests if request.path.startswith("/oauth/token/")]
    assert len(asked) == 1


class TestMovedPortal:
    def new(self, server: RotatingServer) -> str:
        return f"http://localhost:{server.server_port}"

    def test_the_next_process_calls_the_new_address(
        self, server: RotatingServer, path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        keep(server, path)
        server.redirect_to = self.new(server)
        call(server, application(server, path))
        assert kept(path)["movedTo"] == [self.new(server)]
        caplog.clear()
        before = len(server.requests)

        call(server, application(server, path))

        (request,) = server.requests[before:]
        assert request.headers["Host"].startswith("localhost:")
        assert f"has moved to {self.new(server)}: change BXBI_PORTAL" in caplog.text

    def test_a_renewal_keeps_the_new_address(self, server: RotatingServer, path: Path) -> None:
        keep(server, path, movedTo=[self.new(server)])
        server.expire()

        call(server, application(server, path))

        assert kept(path)["movedTo"] == [self.new(server)]

    def test_an_address_that_cannot_be_kept_is_no_failure_of_the_call(
        self, server: RotatingServer, path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        keep(server, path)
        credentials = application(server, path)
        call(server, credentials)
        path.write_text("broken", "utf-8")
        server.redirect_to = self.new(server)

        assert call(server, credentials) == {"id": 5}

        assert "new address is not kept" in caplog.text
        assert path.read_text("utf-8") == "broken"

    def test_a_token_answer_can_tell_the_new_address(
        self, server: RotatingServer, path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The permanent id of the portal says that it is the same."""
        keep(server, path, memberId="0123")
        server.expire()
        server.more = {"client_endpoint": "https://new.invalid/rest/", "member_id": "0123"}

        with pytest.raises(PortalUnavailable, match=r"https://new\.invalid"):
            call(server, application(server, path))

        assert kept(path)["movedTo"] == ["https://new.invalid"]
        assert "has moved to https://new.invalid" in caplog.text

    @pytest.mark.parametrize("endpoint", ["https://other.example/rest/", "ftp://other.example/"])
    def test_tokens_of_another_portal_are_never_sent_to_this_one(
        self, server: RotatingServer, path: Path, endpoint: str
    ) -> None:
        keep(server, path, memberId="0123")
        server.refresh, before = "rt-other", path.read_bytes()
        server.more = {"client_endpoint": endpoint, "member_id": "9999"}

        with pytest.raises(AccessDenied, match=r"belong to the portal .*other\.example, not to"):
            call(server, application(server, path, "rt-other"))

        assert path.read_bytes() == before
        assert len(server.requests) == 1

    def test_tokens_of_another_portal_are_kept_for_that(
        self, server: RotatingServer, path: Path
    ) -> None:
        server.more = {"client_endpoint": "https://other.example/rest/"}

        with pytest.raises(AccessDenied, match="set BXBI_PORTAL"):
            call(server, application(server, path))

        assert kept(path)["portal"] == "https://other.example"


class TestLogin:
    def test_its_pair_replaces_any_other(self, server: RotatingServer, path: Path) -> None:
        keep(server, path, movedTo=[f"http://localhost:{server.server_port}"])

        tokens = application(server, path, "").log_in("c0de")

        assert tokens.access_token == SecretStr("at-1")
        assert kept(path)["accessToken"] == "at-1"
        assert kept(path)["firstTokenHash"] == ""
        assert kept(path)["movedTo"] == [f"http://localhost:{server.server_port}"]

    def test_the_token_of_the_settings_is_older_than_the_login_and_a_later_one_newer(
        self, server: RotatingServer, path: Path
    ) -> None:
        application(server, path, "").log_in("c0de")
        call(server, application(server, path, "rt-old"))
        assert server.renewals == 1
        assert kept(path)["firstTokenHash"] == hash_of("rt-old")
        server.refresh = "rt-later"

        call(server, application(server, path, "rt-later"))

        assert server.renewals == 2

    def test_nothing_changes_where_it_fails(self, server: RotatingServer, path: Path) -> None:
        keep(server, path)
        before = path.read_bytes()

        with pytest.raises(CredentialsExpired):
            application(server, path).log_in("too-old")
        server.more = {"client_endpoint": "https://other.example/rest/"}
        with pytest.raises(AccessDenied, match="Nothing was stored"):
            application(server, path).log_in("c0de")

        assert path.read_bytes() == before

    def test_a_pair_that_cannot_be_kept_needs_another_code(
        self, server: RotatingServer, tmp_path: Path
    ) -> None:
        store = tmp_path / "store"
        store.write_text('#!/bin/sh\n[ "$1" = get ] || { echo "vault is sealed" >&2; exit 1; }\n')
        store.chmod(0o700)
        login = Application(
            server.address,
            OAuthServer(CLIENT, "s3cret-client", server.address),
            store=f"exec:{store}",
        )

        with pytest.raises(PortalError, match="vault is sealed") as caught:
            login.log_in("c0de")

        assert server.renewals == 1
        assert "The code is used up" in caught.value.cure
        assert f"`bxbi login --portal {server.address}" in caught.value.cure

    def test_what_is_no_store_costs_no_code(self, server: RotatingServer, path: Path) -> None:
        path.write_text("broken", "utf-8")

        with pytest.raises(PortalError, match="never overwritten"):
            application(server, path).log_in("c0de")

        assert server.requests == []


def test_no_secret_is_shown(
    server: RotatingServer, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    credentials = application(server, path)
    call(server, credentials)
    server.expire()
    call(server, credentials)

    shown = caplog.text + repr(credentials) + repr(credentials.stored())
    for secret in ("s3cret-client", "rt-0", "rt-1", "rt-2", "at-1", "at-2"):
        assert secret not in shown

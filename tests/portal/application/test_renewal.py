"""When the tokens of an application are renewed, and where they are kept."""

from __future__ import annotations

import json
import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.portal import (
    AccessDenied,
    Application,
    CredentialsExpired,
    Portal,
    PortalError,
    PortalUnavailable,
)
from pulumi_bxbi.portal.oauth.server import OAuthServer
from pulumi_bxbi.portal.oauth.tokens import hash_of
from tests.http_server import Response, Server
from tests.portal.application.rotating import (
    ADD,
    CLIENT,
    LOST,
    RotatingServer,
    application,
    call,
    keep,
    kept,
)
from tests.serving import serving

if TYPE_CHECKING:
    from pathlib import Path


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

        assert "An earlier renewal got no answer" in str(caught.value)
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
        with serving(RotatingServer()) as portal, serving(Server()) as oauth:
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

    def test_an_application_that_is_refused_is_not_tried_again(self, path: Path) -> None:
        with serving(Server()) as oauth:
            oauth.answers(Response(b'{"error": "invalid_client"}', 401))
            credentials = Application(
                "https://acme.bitrix24.com",
                OAuthServer(CLIENT, "wr0ng", oauth.address),
                refresh_token="rt-0",
                store=str(path),
            )
            for _ in range(3):
                with pytest.raises(AccessDenied, match="invalid_client"):
                    credentials.body({})

            assert len(oauth.requests) == 1

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

        with pytest.raises(PortalError, match=r"(?s)said: sealed.*are not stored.*bxbi login"):
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

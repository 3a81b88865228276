"""Which tokens a process begins with, and who wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_bxbi.portal import (
    AccessDenied,
    PortalError,
)
from pulumi_bxbi.portal.oauth.tokens import hash_of
from tests.portal.application.rotating import (
    CLIENT,
    RotatingServer,
    application,
    call,
    keep,
    kept,
)

if TYPE_CHECKING:
    from pathlib import Path


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
            "refusedTokenHashes": [],
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
        """What a store shows can be older than what it holds, so it is not written back."""
        keep(server, path)
        before = path.read_bytes()

        assert call(server, application(server, path, "rt-wrong")) == {"id": 5}

        assert path.read_bytes() == before
        assert "refuses the refresh token of the settings (BXBI_REFRESH_TOKEN" in caplog.text

    def test_another_first_token_that_is_refused_is_not_tried_after_the_next_renewal(
        self, server: RotatingServer, path: Path
    ) -> None:
        keep(server, path)
        server.expire()
        call(server, application(server, path, "rt-wrong"))
        assert kept(path)["refusedTokenHashes"] == [hash_of("rt-wrong")]
        before = len(server.requests)

        call(server, application(server, path, "rt-wrong"))

        assert len(server.requests) == before + 1

    def test_a_first_token_that_was_refused_is_not_tried_after_a_renewal(
        self, server: RotatingServer, path: Path
    ) -> None:
        keep(server, path, refusedTokenHashes=[hash_of("rt-wrong")])
        server.expire()

        for _ in range(2):
            call(server, application(server, path, "rt-wrong"))

        assert server.renewals == 1
        assert sum(each.path.startswith("/oauth/token/") for each in server.requests) == 1

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

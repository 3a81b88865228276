"""Tokens of a portal that has moved, and those of another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulumi_bxbi.portal import AccessDenied, Application, PortalError, PortalUnavailable
from pulumi_bxbi.portal.oauth.server import OAuthServer
from pulumi_bxbi.portal.oauth.token_stores import token_store
from tests.http_server import Response, Server
from tests.portal.application.rotating import (
    CLIENT,
    RotatingServer,
    application,
    call,
    keep,
    kept,
)
from tests.serving import serving


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

        assert "new address is not stored" in caplog.text
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

    def test_a_page_in_the_portals_place_is_no_new_address(
        self, server: RotatingServer, path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """It redirects while it is under maintenance, and what is there answers for nobody."""
        keep(server, path)
        credentials = application(server, path)
        with serving(Server()) as page:
            server.redirect_to = page.address
            for answer in (Response(b"<html>", 503), Response(b'{"error": "sign in"}', 401)):
                page.answers(answer)
                with pytest.raises(PortalError):
                    call(server, credentials)
        server.redirect_to = ""

        assert call(server, credentials) == {"id": 5}

        assert kept(path)["movedTo"] == []
        assert "has moved" not in caplog.text

    def test_a_renewal_does_not_lead_back_to_an_earlier_address(
        self, server: RotatingServer, path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The OAuth server may hear of a new one later than the portal's own redirect."""
        keep(server, path, movedTo=[self.new(server)], accessToken="")
        server.more = {"client_endpoint": f"{server.address}/rest/"}

        assert call(server, application(server, path)) == {"id": 5}

        assert kept(path)["movedTo"] == [self.new(server)]
        assert "has moved to" in caplog.text
        assert f"has moved to {server.address}" not in caplog.text

    @pytest.mark.parametrize("endpoint", ["", "http://old.example/rest/"])
    def test_a_login_leads_back_to_the_address_of_the_login(
        self, server: RotatingServer, path: Path, endpoint: str
    ) -> None:
        """Plain http to another machine is no address for tokens."""
        keep(server, path, movedTo=["https://old.example", "https://new.invalid"])
        server.more = {"client_endpoint": endpoint}

        application(server, path).log_in("c0de")

        assert call(server, application(server, path)) == {"id": 5}
        before = ["https://old.example", "https://new.invalid"]
        assert kept(path)["movedTo"] == [*before, server.address]

    @pytest.mark.parametrize(
        "endpoint", ["https://[other.example/", "https://other.example:99999/", "https://:1/", ""]
    )
    def test_an_address_that_is_none_tells_nothing(
        self, server: RotatingServer, path: Path, endpoint: str
    ) -> None:
        keep(server, path)
        server.expire()
        server.more = {"client_endpoint": endpoint}

        assert call(server, application(server, path)) == {"id": 5}

        assert kept(path)["portal"] == server.address

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

    def test_what_is_stored_for_that_stays(
        self,
        server: RotatingServer,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """It may act for another user."""
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
        other = "https://other.example"
        there = Path(token_store("", other, CLIENT).location)
        there.parent.mkdir()
        login = keep(server, there, portal=other, firstTokenHash="")
        server.refresh, server.more = "rt-0", {"client_endpoint": f"{other}/rest/"}
        oauth = OAuthServer(CLIENT, "s3cret-client", server.address)

        with pytest.raises(AccessDenied, match="belong to the portal"):
            call(server, Application(server.address, oauth, refresh_token="rt-0"))

        assert there.read_text("utf-8") == login.to_json()
        assert f"the tokens for {other} are not stored" in caplog.text

"""Tokens of a portal that has moved, and those of another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_bxbi.portal import (
    AccessDenied,
    PortalUnavailable,
)
from tests.portal.application.rotating import (
    RotatingServer,
    application,
    call,
    keep,
    kept,
)

if TYPE_CHECKING:
    from pathlib import Path


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

"""A login, and what becomes of older tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from pulumi_bxbi.portal import (
    AccessDenied,
    Application,
    CredentialsExpired,
    PortalError,
)
from pulumi_bxbi.portal.oauth.server import OAuthServer
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

"""A store that cannot be replaced, or not be written at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.portal import PortalError
from tests.portal.application.rotating import application, call, keep, kept
from tests.unreplaceable import read_only_folder

if TYPE_CHECKING:
    from pathlib import Path

    from tests.portal.application.rotating import RotatingServer


def text_of_a_store(server: RotatingServer, path: Path) -> str:
    keep(server, path)
    text = path.read_text("utf-8")
    path.unlink()
    return text


def oauth_requests(server: RotatingServer) -> list[Any]:
    return [each for each in server.requests if each.path.startswith("/oauth/token/")]


def test_a_renewed_pair_is_written_into_a_file_that_cannot_be_replaced(
    server: RotatingServer, path: Path
) -> None:
    with read_only_folder(tokens=text_of_a_store(server, path)) as folder:
        server.expire()

        assert call(server, application(server, folder / "tokens.json")) == {"id": 5}

        assert kept(folder / "tokens.json")["refreshToken"] == "rt-1"


def test_what_cannot_be_written_at_all_costs_no_refresh_token(
    server: RotatingServer, path: Path
) -> None:
    with read_only_folder(tokens=text_of_a_store(server, path)) as folder:
        store = folder / "tokens.json"
        store.chmod(0o400)
        server.expire()

        with pytest.raises(PortalError, match=r"(?s)locking .* Permission denied"):
            call(server, application(server, store))
        folder.chmod(0o700)
        (folder / "tokens.json.lock").touch(0o600)
        folder.chmod(0o500)
        with pytest.raises(PortalError, match=r"(?s)writing .* Permission denied") as caught:
            call(server, application(server, store))

    assert "give this user the right to read and write the file (one that" in caught.value.cure
    assert "not renewed, so the refresh token is still good" in caught.value.cure
    assert oauth_requests(server) == []


def test_what_cannot_be_written_at_all_costs_no_code(server: RotatingServer) -> None:
    with read_only_folder() as folder:
        login = application(server, folder / "tokens.json", "")

        with pytest.raises(PortalError, match="denied"):
            login.require_storable()
        with pytest.raises(PortalError, match="denied"):
            login.log_in("c0de")

    assert oauth_requests(server) == []

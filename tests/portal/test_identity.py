"""Whether a state belongs to the portal and the application of a run, by each kind of evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.portal import AccessToken, NotFound, Portal, PortalUnavailable
from pulumi_bxbi.portal.errors import WrongApplication, WrongPortal
from pulumi_bxbi.portal.identity import Identity, PortalIdentity
from pulumi_bxbi.portal.rest.credentials import Holder
from tests.http_server import Response, Server
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ELSEWHERE = "https://elsewhere.example"
LOCAL, MARKET = "local.1", "app.1.2"
NAME = 'source 42 "CRM"'


class Application(AccessToken):
    """An application whose tokens tell what a test says."""

    def __init__(self, **known: Any) -> None:
        super().__init__("s3cret-token")
        object.__setattr__(self, "known", Holder(**known))

    known: Holder

    def holder(self) -> Holder:
        return self.known


def identity_of(server: Server, naps: list[float], moved_from: str = "", **known: Any) -> Identity:
    return Identity(
        Portal(
            server.address,
            Application(**known),
            sleep=naps.append,
            clock=lambda: sum(naps),
            setting="BXBI_PORTAL (environment)",
            moved_from=moved_from,
        )
    )


@pytest.fixture
def second() -> Iterator[Server]:
    with serving(Server()) as made:
        yield made


def test_the_remembered_address_costs_no_call(server: Server, naps: list[float]) -> None:
    for address in (server.address, server.address.replace("127.0.0.1", "localhost")):
        identity_of(server, naps).require_same_portal(PortalIdentity(address, "", LOCAL), NAME)

    assert server.requests == []


def test_nothing_is_said_where_nothing_is_remembered(server: Server, naps: list[float]) -> None:
    identity_of(server, naps).require_same_portal(PortalIdentity(), NAME)

    assert server.requests == []


@pytest.mark.parametrize(
    ("known", "remembered"),
    [
        ({"member_id": "m"}, PortalIdentity(ELSEWHERE, "m")),
        ({"client_id": LOCAL}, PortalIdentity(ELSEWHERE, "", LOCAL)),
        ({"addresses": ("https://third.example", ELSEWHERE)}, PortalIdentity(ELSEWHERE)),
        ({"moved_from": ELSEWHERE}, PortalIdentity(ELSEWHERE)),
    ],
    ids=["member id", "local application", "token store", "movedFrom"],
)
def test_what_shows_that_a_portal_was_renamed(
    server: Server,
    naps: list[float],
    known: Mapping[str, Any],
    remembered: PortalIdentity,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", logger="pulumi_bxbi")
    identity = identity_of(server, naps, **known)

    identity.require_same_portal(remembered, NAME)
    identity.require_same_portal(remembered, 'table 7 "orders"')

    assert server.requests == []
    (line,) = caplog.messages
    assert ELSEWHERE in line
    assert server.address in line


def test_an_access_token_is_asked_whose_it_is_once(server: Server, naps: list[float]) -> None:
    server.answers({"result": {"CODE": LOCAL}})
    identity = identity_of(server, naps)

    for _ in range(3):
        identity.require_same_portal(PortalIdentity(ELSEWHERE, "", LOCAL), NAME)

    assert [request.path for request in server.requests] == ["/rest/app.info"]


def test_what_to_do_stands_in_the_first_error_alone(server: Server, naps: list[float]) -> None:
    server.answers({"result": {"CODE": "local.9"}})
    identity = identity_of(server, naps)

    told = []
    for name in (NAME, NAME, 'table 7 "orders"'):
        with pytest.raises(WrongPortal) as caught:
            identity.require_same_portal(PortalIdentity(ELSEWHERE), name)
        told.append(str(caught.value))

    assert told[0] == told[1]
    assert "correct or unset" in told[0]
    assert told[2].startswith('table 7 "orders" does not belong to')
    assert told[2].endswith(f"What to do: see the error of {NAME}.")


def test_the_redirect_of_the_old_address_is_followed(
    server: Server, second: Server, naps: list[float]
) -> None:
    to = f"{second.address}/rest/app.info"
    server.answers(Response(b"", 302, {"Location": to}))
    second.answers({"result": {"CODE": "local.other"}})
    identity = identity_of(server, naps)

    identity.require_same_portal(PortalIdentity(second.address, "", MARKET), NAME)
    identity.require_same_portal(PortalIdentity(server.address, "", MARKET), NAME)

    assert identity.present().address == second.address


@pytest.mark.parametrize(
    ("known", "remembered"),
    [
        ({}, PortalIdentity(ELSEWHERE)),
        ({}, PortalIdentity(ELSEWHERE, "", LOCAL)),
        ({"client_id": MARKET}, PortalIdentity(ELSEWHERE, "", MARKET)),
        ({"client_id": LOCAL}, PortalIdentity(ELSEWHERE, "", "local.2")),
        ({"member_id": "m", "client_id": LOCAL}, PortalIdentity(ELSEWHERE, "n", LOCAL)),
        ({"member_id": "m", "moved_from": ELSEWHERE}, PortalIdentity(ELSEWHERE, "n")),
        ({"moved_from": "https://third.example"}, PortalIdentity(ELSEWHERE)),
    ],
    ids=[
        "nothing known",
        "another local application",
        "an application of many portals",
        "two local applications",
        "two member ids, one application",
        "two member ids, and movedFrom",
        "moved from another one",
    ],
)
def test_everything_else_is_another_portal(
    server: Server, naps: list[float], known: Mapping[str, Any], remembered: PortalIdentity
) -> None:
    server.answers({"result": {"CODE": "local.9"}})
    identity = identity_of(server, naps, **known)

    with pytest.raises(WrongPortal) as caught:
        identity.require_same_portal(remembered, NAME)

    told = str(caught.value)
    assert told.startswith(f"{NAME} does not belong to {server.address}.\n")
    assert f"on {ELSEWHERE}, and BXBI_PORTAL (environment) leads to {server.address}" in told
    has_another_id = bool(remembered.member_id)
    assert (f"BXBI_MOVED_FROM={ELSEWHERE}" in told) is not has_another_id
    with pytest.raises(WrongPortal):
        identity.require_right_portal()


def test_other_member_ids_count_at_the_same_address_too(server: Server, naps: list[float]) -> None:
    identity = identity_of(server, naps, member_id="m")

    with pytest.raises(WrongPortal, match="permanent id"):
        identity.require_same_portal(PortalIdentity(server.address, "n"), NAME)


def test_a_portal_that_does_not_answer_is_not_known_to_be_the_same(
    server: Server, naps: list[float]
) -> None:
    server.answers({"error": "expired_token", "error_description": "The access token expired"})

    with pytest.raises(WrongPortal, match=r"did not say whether .* expired_token"):
        identity_of(server, naps).require_same_portal(PortalIdentity(ELSEWHERE), NAME)


def test_the_application_is_remembered_as_it_is_known(server: Server, naps: list[float]) -> None:
    identity = identity_of(server, naps, client_id=LOCAL, member_id="m")
    assert identity.to_remember(PortalIdentity()) == PortalIdentity(server.address, "m", LOCAL)
    assert server.requests == []

    server.answers({"result": {"CODE": LOCAL}})
    identity = identity_of(server, naps)
    for _ in range(2):
        assert identity.to_remember(PortalIdentity()).application == LOCAL
    known = PortalIdentity(server.address, "m", "local.2")
    assert identity_of(server, naps).to_remember(known) == known
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"error": "ERROR_METHOD_NOT_FOUND", "error_description": "Method not found!"},
        {"result": {"ID": 1}},
        {"result": []},
    ],
)
def test_a_portal_that_tells_no_application_is_no_obstacle(
    server: Server, naps: list[float], answer: dict[str, Any]
) -> None:
    server.answers(answer)

    remembered = identity_of(server, naps).to_remember(PortalIdentity())

    assert remembered == PortalIdentity(server.address)


MISSING = NotFound(method="biconnector.source.get", cure="look", code="SOURCE_NOT_FOUND")


class TestMissing:
    """An object that was not found."""

    def test_it_is_gone_for_the_application_that_made_it(
        self, server: Server, naps: list[float]
    ) -> None:
        identity = identity_of(server, naps, client_id=LOCAL)

        assert identity.judge_missing(MISSING, PortalIdentity(server.address, "", LOCAL), NAME)
        assert server.requests == []

    def test_another_application_does_not_know(self, server: Server, naps: list[float]) -> None:
        server.answers({"result": {"CODE": "local.2"}})
        identity = identity_of(server, naps)

        with pytest.raises(WrongApplication) as caught:
            identity.judge_missing(MISSING, PortalIdentity(server.address, "", LOCAL), NAME)

        assert "Application local.2 does not see it" in str(caught.value)
        assert f"use the credentials of application {LOCAL}" in str(caught.value)

    @pytest.mark.parametrize("application", ["", LOCAL])
    def test_where_it_cannot_be_known_there_is_a_warning(
        self,
        server: Server,
        naps: list[float],
        application: str,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        server.answers({"error": "ACCESS_DENIED", "error_description": "Access denied!"})
        remembered = PortalIdentity(server.address, "", application)

        assert not identity_of(server, naps).judge_missing(MISSING, remembered, NAME)

        assert f"{NAME} was not found by this application, so it counts as" in caplog.text
        assert len(server.requests) == bool(application)

    def test_a_portal_without_an_answer_decides_nothing(
        self, server: Server, naps: list[float]
    ) -> None:
        server.answers(Response(b"busy", 500))

        with pytest.raises(PortalUnavailable):
            identity_of(server, naps).judge_missing(
                MISSING, PortalIdentity(server.address, "", LOCAL), NAME
            )

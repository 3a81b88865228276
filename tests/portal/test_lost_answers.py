"""Writes whose answer never came: nothing is made twice, and nothing is taken for done."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.portal import (
    AccessToken,
    Catalog,
    NotFound,
    OutcomeUnknown,
    Portal,
    PortalError,
    PortalUnavailable,
)
from tests.http_server import Response

if TYPE_CHECKING:
    from tests.http_server import Server

FIELDS: dict[str, Any] = {"title": "CRM", "connectorId": 17, "settings": {"login": "admin"}}
LOST = Response(b"", 0)
HTML = Response(b"<html>Bad gateway</html>", 502)
NONE: dict[str, Any] = {"result": []}
YES: dict[str, Any] = {"result": True}
GONE = {"result": {"error": {"error": "SOURCE_NOT_FOUND", "error_description": "Not found."}}}
DENIED = {"result": {"error": {"error": "ACCESS_DENIED", "error_description": "Access denied."}}}


OUT_OF_THE_STATE = (
    "take its objects out of the state: `pulumi state delete URN --target-dependents` for each of "
    "them (`pulumi stack --show-urns`)."
)
WITHOUT_A_PORTAL = f"If the portal no longer exists, {OUT_OF_THE_STATE}"


def source(number: int, title: str = "CRM", login: str = "admin", **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "title": title,
        "connectorId": 17,
        "settings": [{"code": "login", "value": login}],
        **more,
    }


def listed(*sources: dict[str, Any]) -> dict[str, Any]:
    return {"result": list(sources)}


def made(number: int) -> dict[str, Any]:
    return {"result": {"id": number}}


def methods(server: Server) -> list[str]:
    return [request.path.rpartition("biconnector.source.")[2] for request in server.requests]


@pytest.fixture
def catalog(portal: Portal) -> Catalog:
    return Catalog(portal)


class TestAdd:
    @pytest.mark.parametrize("answer", [LOST, HTML, YES], ids=["broken", "HTML", "no id"])
    def test_what_the_portal_made_all_the_same_is_adopted(
        self, server: Server, catalog: Catalog, answer: Any
    ) -> None:
        server.answers(listed(source(41, "Other")), answer, listed(source(42)))

        assert catalog.sources.create(FIELDS, "CRM")[0] == 42

        assert methods(server) == ["list", "add", "list", "list"]
        assert server.requests[2].body["filter"] == {">id": 41}

    def test_it_is_looked_for_until_the_portal_cannot_be_working_on_it_any_more(
        self, server: Server, catalog: Catalog, naps: list[float]
    ) -> None:
        server.answers(NONE, LOST, NONE, NONE, NONE, listed(source(42)))

        assert catalog.sources.create(FIELDS, "CRM")[0] == 42

        assert methods(server)[:6] == ["list", "add", "list", "list", "list", "list"]
        assert 0 < sum(naps) < 75

    def test_it_is_sent_again_once_it_is_sure_that_it_was_not_made(
        self, server: Server, catalog: Catalog, naps: list[float]
    ) -> None:
        looks = [NONE] * 12
        server.answers(NONE, LOST, *looks, made(42), listed(source(42)))

        assert catalog.sources.create(FIELDS, "CRM")[0] == 42

        sent = [place for place, method in enumerate(methods(server)) if method == "add"]
        assert sent == [1, 14]
        assert sum(naps) >= 75

    def test_it_is_not_sent_for_ever(
        self, server: Server, catalog: Catalog, naps: list[float]
    ) -> None:
        rounds: list[Response | dict[str, Any]] = [LOST, *[NONE] * 12] * 3
        server.answers(NONE, *rounds)

        with pytest.raises(PortalUnavailable, match="The source is not on the portal") as caught:
            catalog.sources.create(FIELDS, "CRM")

        assert "nothing was created" in str(caught.value)
        assert methods(server).count("add") == 3
        assert sum(naps) >= 3 * 75

    @pytest.mark.parametrize(
        "other",
        [source(43, login="root"), source(43, connectorId=18), source(43)],
        ids=["other settings", "other connector", "equal"],
    )
    def test_two_that_it_could_be_are_named_and_neither_is_taken(
        self, server: Server, catalog: Catalog, other: dict[str, Any]
    ) -> None:
        server.answers(NONE, LOST, listed(source(42), other))

        with pytest.raises(OutcomeUnknown, match='source 42 "CRM", source 43 "CRM"') as caught:
            catalog.sources.create(FIELDS, "CRM")

        assert "bxbi import source 42 --name NAME or bxbi import source 43" in str(caught.value)
        assert methods(server).count("add") == 1

    @pytest.mark.parametrize(
        "other",
        [
            source(42, login="root"),
            source(42, settings=[]),
            source(
                42,
                settings=[{"code": "login", "value": "admin"}, {"code": "port", "value": "1"}],
            ),
        ],
        ids=["other value", "no settings", "more settings"],
    )
    def test_a_partial_match_is_not_taken_for_none(
        self, server: Server, catalog: Catalog, other: dict[str, Any]
    ) -> None:
        server.answers(NONE, LOST, listed(other))

        with pytest.raises(OutcomeUnknown, match='source 42 "CRM"'):
            catalog.sources.create(FIELDS, "CRM")

        assert methods(server).count("add") == 1

    def test_objects_of_other_titles_do_not_matter(self, server: Server, catalog: Catalog) -> None:
        server.answers(NONE, LOST, listed(source(42, "ERP"), source(43)))

        assert catalog.sources.create(FIELDS, "CRM")[0] == 43

    def test_an_older_equal_object_is_never_taken(self, server: Server, catalog: Catalog) -> None:
        server.answers(listed(source(41)), LOST, listed(source(43)))

        assert catalog.sources.create(FIELDS, "CRM")[0] == 43

        assert server.requests[0].body["order"] == {"id": "DESC"}
        assert server.requests[2].body["filter"] == {">id": 41}

    def test_what_was_made_before_in_this_run_is_older(
        self, server: Server, catalog: Catalog
    ) -> None:
        server.answers(
            NONE, made(50), listed(source(50)), LOST, listed(source(51)), listed(source(51))
        )

        assert catalog.sources.create(FIELDS, "CRM")[0] == 50
        assert catalog.sources.create(FIELDS, "CRM")[0] == 51

        assert methods(server) == ["list", "add", "list", "add", "list", "list"]
        assert server.requests[4].body["filter"] == {">id": 50}

    def test_a_portal_that_cannot_be_asked_leaves_it_open(
        self, server: Server, catalog: Catalog
    ) -> None:
        server.answers(listed(source(41)), LOST, DENIED)

        with pytest.raises(OutcomeUnknown, match="could not be looked for either") as caught:
            catalog.sources.create(FIELDS, "CRM")

        assert "with an id above 41" in str(caught.value)
        assert "bxbi import source ID --name NAME" in str(caught.value)
        assert methods(server).count("add") == 1

    def test_a_portal_that_is_away_for_a_while_is_asked_again(
        self, server: Server, catalog: Catalog, naps: list[float]
    ) -> None:
        server.answers(NONE, *[LOST] * 30, listed(source(42)))

        assert catalog.sources.create(FIELDS, "CRM")[0] == 42

        assert methods(server).count("add") == 1
        assert sum(naps) < 75

    @pytest.mark.parametrize(
        "body",
        [
            b'{"error": "Bad Gateway"}',
            b'{"error": "", "error_description": "upstream timed out"}',
            b'{"error": "ERROR_CORE", "error_description": "Internal error"}',
        ],
    )
    def test_an_error_that_nobody_has_documented_leaves_it_open(
        self, server: Server, catalog: Catalog, body: bytes
    ) -> None:
        server.answers(NONE, Response(body, 502), listed(source(42)))

        assert catalog.sources.create(FIELDS, "CRM")[0] == 42

        assert methods(server).count("add") == 1

    def test_the_time_counts_from_when_it_was_sent_at_last(
        self, server: Server, naps: list[float]
    ) -> None:
        class Slow(AccessToken):
            """Credentials that another thread renews for eighty seconds."""

            def address(self, configured: str) -> str:
                naps.append(80.0)
                return configured

        slow = Portal(server.address, Slow("t"), sleep=naps.append, clock=lambda: sum(naps))
        server.answers(NONE, LOST, NONE, listed(source(42)))

        with closing(slow):
            assert Catalog(slow).sources.create(FIELDS, "CRM")[0] == 42

        assert methods(server).count("add") == 1

    def test_a_success_without_an_id_is_not_repeated(
        self, server: Server, catalog: Catalog
    ) -> None:
        server.answers(NONE, YES, NONE)

        with pytest.raises(OutcomeUnknown, match="without the id of the new object"):
            catalog.sources.create(FIELDS, "CRM")

        assert methods(server).count("add") == 1

    def test_a_refused_look_beforehand_changes_nothing(
        self, server: Server, catalog: Catalog
    ) -> None:
        server.answers(DENIED)

        with pytest.raises(PortalError, match="ACCESS_DENIED"):
            catalog.sources.create(FIELDS, "CRM")

        assert methods(server) == ["list"]


class TestUpdate:
    def test_a_change_that_the_object_shows_is_not_sent_again(
        self, server: Server, catalog: Catalog
    ) -> None:
        shown = source(42, "New", login="root", description=None)
        server.answers(LOST, {"result": {"item": shown}}, listed(shown))

        catalog.sources.update(
            42, {"title": "New", "description": "", "settings": {"login": "root"}}, "New"
        )

        assert methods(server) == ["update", "get", "list"]

    def test_a_change_that_it_does_not_show_is_sent_again(
        self, server: Server, catalog: Catalog
    ) -> None:
        server.answers(LOST, {"result": {"item": source(42)}}, YES, listed(source(42, "New")))

        catalog.sources.update(42, {"title": "New"}, "New")

        assert methods(server) == ["update", "get", "update", "list"]

    def test_a_portal_that_never_answers_leaves_it_open(
        self, server: Server, catalog: Catalog
    ) -> None:
        unchanged = {"result": {"item": source(42)}}
        server.answers(LOST, unchanged, LOST, unchanged, LOST, unchanged)

        with pytest.raises(OutcomeUnknown, match="run `pulumi refresh`"):
            catalog.sources.update(42, {"title": "New"}, "New")

        assert methods(server).count("update") == 3

    def test_an_object_that_cannot_be_looked_at_leaves_it_open(
        self, server: Server, catalog: Catalog
    ) -> None:
        server.answers(LOST, DENIED)

        with pytest.raises(OutcomeUnknown, match="could not be looked at either: Access denied"):
            catalog.sources.update(42, {"title": "New"}, "New")

    def test_an_object_that_is_gone_is_an_error(self, server: Server, catalog: Catalog) -> None:
        server.answers(LOST, GONE)

        with pytest.raises(NotFound):
            catalog.sources.update(42, {"title": "New"}, "New")

    def test_an_object_that_goes_in_between_is_an_error(
        self, server: Server, catalog: Catalog
    ) -> None:
        server.answers(LOST, {"result": {"item": source(42)}}, GONE)

        with pytest.raises(NotFound):
            catalog.sources.update(42, {"title": "New"}, "New")


class TestDelete:
    def test_a_portal_in_whose_place_something_else_answers_may_be_gone(
        self, server: Server, catalog: Catalog
    ) -> None:
        server.answers(*[Response(b"<html>Not found</html>", 404)] * 5)

        with pytest.raises(OutcomeUnknown) as caught:
            catalog.delete_source(42, "CRM")

        assert caught.value.cure.endswith(WITHOUT_A_PORTAL)
        assert methods(server) == ["delete", *["get"] * 4]

    def test_a_portal_that_is_not_reached_may_be_gone(self, naps: list[float]) -> None:
        away = Portal("http://127.0.0.1:1", AccessToken("t"), sleep=naps.append)

        with closing(away), pytest.raises(PortalUnavailable) as caught:
            Catalog(away).delete_source(42, "CRM")

        assert caught.value.cure.endswith(WITHOUT_A_PORTAL)

    def test_a_portal_that_was_deleted_is_gone(self, server: Server, catalog: Catalog) -> None:
        server.answers(Response(b'{"error": "PORTAL_DELETED"}', 403))

        with pytest.raises(PortalError) as caught:
            catalog.delete_source(42, "CRM")

        assert caught.value.cure.endswith(f"If it is the right one, {OUT_OF_THE_STATE}")

    def test_gone_is_success(self, server: Server, catalog: Catalog) -> None:
        server.answers(LOST, GONE)

        catalog.delete_source(42, "CRM")

        assert methods(server) == ["delete", "get"]

    def test_what_is_still_there_is_deleted_again(self, server: Server, catalog: Catalog) -> None:
        server.answers(HTML, {"result": {"item": source(42)}}, YES)

        catalog.delete_source(42, "CRM")

        assert methods(server) == ["delete", "get", "delete"]

    def test_gone_in_between_is_success(self, server: Server, catalog: Catalog) -> None:
        server.answers(LOST, {"result": {"item": source(42)}}, GONE)

        catalog.delete_source(42, "CRM")

        assert methods(server) == ["delete", "get", "delete", "get"]

    def test_a_first_answer_that_it_is_gone_is_told(self, server: Server, catalog: Catalog) -> None:
        server.answers(GONE)

        with pytest.raises(NotFound):
            catalog.delete_source(42, "CRM")

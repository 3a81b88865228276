"""What a run reads once, and what it reads anew because the run itself has written it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_bxbi.portal import NotFound, Source
from pulumi_bxbi.portal.objects.known_objects import KnownObjects

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass
class Sources:
    """Sources whose titles change, and what was read of them."""

    titles: dict[int, str] = field(default_factory=lambda: {1: "CRM", 2: "Shop"})
    reads: list[object] = field(default_factory=list)

    def known(self) -> KnownObjects[Source]:
        return KnownObjects(self.get, self.list, self.list)

    def get(self, number: int) -> Source:
        self.reads.append(number)
        if number not in self.titles:
            raise NotFound(method="biconnector.source.get", cure="")
        return self._source(number)

    def list(self, condition: Mapping[str, Any]) -> list[Source]:
        self.reads.append(dict(condition))
        return [
            self._source(number)
            for number, title in self.titles.items()
            # Like a portal that ignores case.
            if condition.get("=title", title).lower() == title.lower()
        ]

    def _source(self, number: int) -> Source:
        return Source.model_validate({"id": number, "title": self.titles[number], "connectorId": 7})


#: Each kind of lookup.
LOOKUPS: dict[str, Callable[[KnownObjects[Source]], Any]] = {
    "one": lambda known: known.object(1),
    "by title": lambda known: known.with_label("title", "CRM"),
    "all": lambda known: known.list({}),
    "of an owner": lambda known: known.list({"=connectorId": 7}),
    "plain": lambda known: known.plain(),
}


@pytest.mark.parametrize("lookup", LOOKUPS.values(), ids=LOOKUPS)
def test_the_same_is_read_once_until_the_run_writes_it(
    lookup: Callable[[KnownObjects[Source]], Any],
) -> None:
    sources = Sources()
    known = sources.known()

    assert lookup(known) == lookup(known)
    assert len(sources.reads) == 1
    known.forget(1, "CRM")
    lookup(known)
    assert len(sources.reads) == 2
    known.forget_all()
    lookup(known)
    assert len(sources.reads) == 3


def test_an_object_that_nobody_has_written_is_not_read_again() -> None:
    sources = Sources()
    known = sources.known()
    LOOKUPS["one"](known), LOOKUPS["by title"](known)

    known.forget(2, "Store")
    known.forget(None, "New")
    LOOKUPS["one"](known), LOOKUPS["by title"](known)

    assert sources.reads == [1, {"=title": "CRM"}]


@pytest.mark.parametrize("title", ["New", " New "])
def test_a_title_that_nothing_had_is_looked_for_again_once_something_gets_it(title: str) -> None:
    sources = Sources()
    known = sources.known()
    assert known.with_label("title", "New") == ()

    sources.titles[3] = title.strip()
    known.forget(None, title)

    assert [each.id for each in known.with_label("title", "New")] == [3]


def test_an_object_that_gets_another_title_loses_the_old_one() -> None:
    sources = Sources()
    known = sources.known()
    assert [each.id for each in known.with_label("title", "CRM")] == [1]

    sources.titles[1] = "Store"
    known.forget(1, "Store")

    assert known.with_label("title", "CRM") == ()


def test_a_title_is_compared_exactly() -> None:
    sources = Sources({1: "CRM", 2: "crm"})
    known = sources.known()

    assert [each.id for each in known.with_label("title", "crm")] == [2]
    known.list({})
    assert [each.id for each in known.with_label("title", "crm")] == [2]


def test_the_list_of_all_answers_for_each() -> None:
    sources = Sources()
    known = sources.known()
    known.list({})

    assert known.object(2).title == "Shop"
    assert [each.id for each in known.with_label("title", "CRM")] == [1]
    assert sources.reads == [{}]


def test_what_is_missing_is_read_again() -> None:
    sources = Sources()
    known = sources.known()
    with pytest.raises(NotFound):
        known.object(3)

    sources.titles[3] = "New"

    assert known.object(3).title == "New"


def test_lists_have_an_object_that_the_run_has_created() -> None:
    sources = Sources()
    known = sources.known()
    lists = [LOOKUPS["all"], LOOKUPS["of an owner"], LOOKUPS["plain"]]
    assert [len(lookup(known)) for lookup in lists] == [2, 2, 2]

    sources.titles[3] = "New"
    known.forget(None, "New")

    assert [len(lookup(known)) for lookup in lists] == [3, 3, 3]

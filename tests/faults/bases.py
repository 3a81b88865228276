"""One create, update, replacement and deletion of each resource, each on its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.faults.portal import SEEDED
from tests.faults.scenario import IdOf, Resource, Run, Scenario, Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.faults.scenario import Detour, Fault, Kill, Program

PARAMETERS: Final = [
    {"code": "login", "name": "Login", "type": "STRING"},
    {"code": "password", "name": "Password", "type": "STRING"},
]
COLUMNS: Final[list[dict[str, Any]]] = [
    {"name": "ID", "externalCode": "id", "type": "int"},
    {"name": "HIDDEN", "externalCode": "hidden", "type": "string", "visible": False},
]


def connector(name: str, /, **more: Any) -> Resource:
    """Declare a connector."""
    properties = {
        "title": "Коннектор",
        "logo": "data:image/png;base64,iVBORw0KGgo=",
        "urlCheck": "https://example.com/check",
        "urlTableList": "https://example.com/tables",
        "urlTableDescription": "https://example.com/description",
        "urlData": "https://example.com/data",
        "parameters": PARAMETERS,
    }
    return Resource("connector", name, {**properties, **more})


def source(name: str, /, **more: Any) -> Resource:
    """Declare a source of the connector in the seed."""
    settings = {"login": "l0gin-of-a-source", "password": "passw0rd-of-a-source"}
    properties = {"title": "Источник 🚀", "connectorId": SEEDED, "settings": settings}
    return Resource("source", name, {**properties, **more})


def table(name: str, /, **more: Any) -> Resource:
    """Declare a table of the source ``s``."""
    properties = {
        "sourceId": IdOf("s"),
        "name": "orders",
        "externalName": "Orders",
        "externalCode": "orders",
        "columns": COLUMNS,
    }
    return Resource("table", name, {**properties, **more})


_CHANGED_COLUMNS: Final[list[dict[str, Any]]] = [
    {"name": "ID", "externalCode": "id", "type": "string"},
    {"name": "NEW", "externalCode": "new", "type": "date", "visible": False},
]
_CHANGED_SETTINGS: Final = {"password": "another-passw0rd"}

#: What was deployed before, what is deployed then, and what ``--replace`` names.
BASES: Final[dict[str, tuple[Program, Program, tuple[str, ...]]]] = {
    "create_connector": ((), (connector("c"),), ()),
    "create_source": ((), (source("s"),), ()),
    "create_sources": ((), tuple(source(name, title=f"Source {name}") for name in "rstu"), ()),
    "create_table": ((source("s"),), (source("s"), table("t")), ()),
    "create_all": (
        (),
        (connector("c"), source("s", connectorId=IdOf("c")), table("t")),
        (),
    ),
    "update_connector": (
        (connector("c"),),
        (connector("c", title="New title", parameters=PARAMETERS[:1], sort=7),),
        (),
    ),
    "update_source": (
        (source("s"),),
        (source("s", title="New title", settings=_CHANGED_SETTINGS),),
        (),
    ),
    "update_table": (
        (source("s"), table("t")),
        (source("s"), table("t", description="New", columns=_CHANGED_COLUMNS)),
        (),
    ),
    "replace_connector": (
        (connector("c"), source("s", connectorId=IdOf("c"))),
        (connector("c"), source("s", connectorId=IdOf("c"))),
        ("c",),
    ),
    "replace_source": (
        (connector("c"), source("s"), table("t")),
        (connector("c"), source("s", connectorId=IdOf("c")), table("t")),
        (),
    ),
    "replace_table": (
        (source("s"), table("t")),
        (source("s"), table("t", externalName="Other orders")),
        (),
    ),
    "rename_table": (
        (source("s"), table("t")),
        (source("s"), table("t", name="other_orders")),
        (),
    ),
    "delete_connector": ((connector("c"),), (), ()),
    "delete_source": ((source("s"),), (), ()),
    "delete_table": ((source("s"), table("t")), (source("s"),), ()),
    "delete_all": (
        (connector("c"), source("s", connectorId=IdOf("c")), table("t")),
        (),
        (),
    ),
}


def base(
    name: str,
    faults: Iterable[Fault] = (),
    kill: Kill | None = None,
    *,
    renews: bool = False,
    detours: Iterable[Detour] = (),
) -> Scenario:
    """Give a base with faults, or a kill, in its last step, and detours before that."""
    before, after, replaced = BASES[name]
    first = (Step((Run("dev", before),)),) if before else ()
    run = Run("dev", after, replaced, kill)
    second = Step((run,), faults=tuple(faults), detours=tuple(detours))
    return Scenario(name, (*first, second), renews)

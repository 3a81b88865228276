"""`bxbi migrate` with many objects: components, parents that move as well, protection, secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

pytestmark = on_the_current_api

GROUPS: Final = 4
SOURCES: Final = 4
#: A connector in each group, and a table of each source; one source of a group has two.
OBJECTS: Final = GROUPS * (1 + 2 * SOURCES) + GROUPS
#: What the programs of both adapters declare.
DECLARED: Final = f"""
endpoints = config.require("endpoints")

def declare(changed, make):
    secret = config.require_secret("password")
    for group in range({GROUPS}):
        parent = pulumi.ComponentResource("acme:bi:Group", f"group{{group}}")
        connector = make(
            "BiConnector",
            f"connector{{group}}",
            dict(
                title=f"Connector {{group}}",
                logo="data:image/png;base64,iVBORw0KGgo=",
                urlCheck=f"{{endpoints}}/check",
                urlTableList=f"{{endpoints}}/tables",
                urlTableDescription=f"{{endpoints}}/description",
                urlData=f"{{endpoints}}/data",
                parameters=[
                    dict(code="login", name="Login", type="STRING"),
                    dict(code="password", name="Password", type="STRING"),
                ],
            ),
            pulumi.ResourceOptions(parent=parent),
        )
        for number in range({SOURCES}):
            name = f"{{group}}_{{number}}"
            source = make(
                "BiSource",
                f"source{{name}}",
                dict(
                    title=changed.get(name, f"Source {{name}}"),
                    connectorId=connector.id,
                    settings=dict(login="admin", password=secret),
                ),
                pulumi.ResourceOptions(parent=parent, protect=name == "0_0"),
            )
            for table in ("orders", "items") if number == 0 else ("orders",):
                make(
                    "BiTable",
                    f"{{table}}{{name}}",
                    dict(
                        sourceId=source.id,
                        name=f"{{table}}_{{name}}",
                        externalName=table,
                        externalCode=table,
                        columns=[dict(name="ID", externalCode="id", type="int")],
                    ),
                    pulumi.ResourceOptions(parent=source),
                )
"""
#: Makes a resource with the classes of this package.
DYNAMIC: Final = """
import re

def make(kind, name, properties, opts):
    arguments = {re.sub("([A-Z])", r"_\\1", key).lower(): each for key, each in properties.items()}
    return getattr(bxbi, kind)(name, **arguments, opts=opts)
"""
#: Makes a resource as the classes of another language do, which `pulumi package gen-sdk` writes.
PLUGIN: Final = """
from pulumi_bxbi.version import __version__

def make(kind, name, properties, opts):
    versioned = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(version=__version__))
    return pulumi.CustomResource(f"bxbi:index:{kind}", name, properties, versioned)
"""


def declare(stack: Stack, make: str, **changed: str) -> None:
    """Write the program, in which some sources have other titles."""
    titles = {name.removeprefix("source"): title for name, title in changed.items()}
    stack.program(f"{DECLARED}\n{make}\ndeclare({titles!r}, make)\n")


def test_many_objects_change_hands_and_back(portal: LocalPortal, stack: Stack) -> None:
    stack.environment |= {"BXBI_BURST": "100000", "BXBI_REQUESTS_PER_SECOND": "100000"}
    stack.configure("endpoints", f"{portal.address}/__emulator__/endpoints")
    declare(stack, DYNAMIC)
    stack.up()
    before = set(portal.connectors()), set(portal.sources()), portal.tables()

    title = "Source 0_0"
    for adapter, make in (("plugin", PLUGIN), ("dynamic", DYNAMIC)):
        with portal.recording() as calls:
            assert f"Moved {OBJECTS}: " in stack.bxbi("migrate", "--to", adapter)
        assert calls == []
        declare(stack, make, source0_0=title)
        assert stack.preview() == {}
        stack.refresh()
        assert stack.preview() == {}
        assert stack.resources()["source0_0"]["protect"] is True

        title = f"Changed by {adapter}"
        declare(stack, make, source0_0=title)
        stack.up()
        titles = [each["title"] for each in portal.sources().values()]
        assert titles.count(title) == 1

    assert stack.preview() == {}
    assert (set(portal.connectors()), set(portal.sources()), portal.tables()) == before
    assert "hunter2" not in stack.output + stack.state()

"""Explicit providers in a Python program, by the command line: several portals in one stack."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engine.killing import kill
from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

pytestmark = on_the_current_api

DYNAMIC, NATIVE = "pulumi-python:dynamic/bxbi:BiSource", "bxbi:index:BiSource"
PROGRAM = """
tokyo = bxbi.Provider(
    "tokyo", portal="{address}", access_token=config.require_secret("token"), timeout=30
)
on_tokyo = pulumi.ResourceOptions(provider=tokyo)


def source(name, opts=None):
    return bxbi.BiSource(
        name,
        title=name,
        connector_id=123,
        settings={{"login": "a", "password": config.require_secret("password")}},
        opts=opts,
    )


class Group(pulumi.ComponentResource):
    def __init__(self, name, opts):
        super().__init__("acme:index:Group", name, {{}}, opts)
        source("inside", pulumi.ResourceOptions(parent=self))


{program}
"""
BOTH = """
source("here")
theirs = source("there", on_tokyo)
bxbi.BiTable(
    "orders",
    source_id=theirs.id,
    name="orders",
    external_name="Orders",
    external_code="orders",
    columns=[bxbi.Column("ID", "id", "int")],
    opts=on_tokyo,
)
Group("group", pulumi.ResourceOptions(providers=[tokyo]))
source("named", pulumi.ResourceOptions(providers={"bxbi": tokyo}))
"""


@pytest.fixture
def tokyo(other_portal: LocalPortal) -> LocalPortal:
    """Another portal, as it is in the beginning."""
    other_portal.control("POST", "reset")
    return other_portal


def deploy(stack: Stack, other: LocalPortal, program: str) -> None:
    stack.configure("token", other.access_token, secret=True)
    stack.program(PROGRAM.format(address=other.address, program=program))


def titles(portal: LocalPortal) -> set[str]:
    return {each["title"] for each in portal.sources().values()}


def test_two_portals_in_one_program(portal: LocalPortal, tokyo: LocalPortal, stack: Stack) -> None:
    stack.hosted = True
    deploy(stack, tokyo, BOTH)
    created = dict.fromkeys(("here", "there", "orders", "inside", "named"), "create")
    assert stack.preview() == created
    told = stack.bxbi("preflight", status=4)
    assert "the plan makes or changes the provider" in " ".join(told.split())
    assert "BiTable orders" in told

    stack.up()
    assert (titles(portal), titles(tokyo)) == ({"here"}, {"there", "inside", "named"})
    types = {name: each["type"] for name, each in stack.resources().items()}
    assert types.pop("here") == DYNAMIC
    assert types.pop("orders") == "bxbi:index:BiTable"
    assert set(types.values()) == {NATIVE}

    stack.refresh()
    assert stack.preview() == {}
    assert "Clear" in stack.bxbi("preflight")
    assert "ok" in stack.bxbi("doctor")
    number = portal.add("source", title="By hand", connectorId=123, settings={})
    assert f"source {number} " in stack.bxbi("import"), "tokyo has an object with this id too"
    assert "by_hand" in stack.bxbi("import", "source", str(number), "--name", "by_hand")

    stack.destroy()
    assert (titles(portal), titles(tokyo)) == (set(), set())
    assert tokyo.access_token not in stack.output
    assert "hunter2" not in stack.output + stack.state()


def test_a_preflight_asks_each_portal(
    portal: LocalPortal, tokyo: LocalPortal, stack: Stack
) -> None:
    deploy(stack, tokyo, 'source("here")\nsource("there", on_tokyo)')
    stack.up()
    (here,), (there,) = portal.sources(), tokyo.sources()
    assert here == there, "the same id means another object on each portal"
    foreign = tokyo.add_table(there, "foreign")
    deploy(stack, tokyo, 'source("new", on_tokyo)')

    told = " ".join(stack.bxbi("preflight", status=3).split())

    assert f'source {there} "there" cannot be deleted: table {foreign} "foreign" depends' in told
    assert f'source {here} "here" cannot be deleted' not in told
    assert "Blocked: 1 blocker. Connectors, sources and tables: 1 created, 2 deleted." in told
    assert f"Asking {tokyo.address} about" in told

    stack.program("")
    assert f'table {foreign} "foreign" depends' in " ".join(
        stack.bxbi("preflight", status=3).split()
    )
    tokyo.delete_table(foreign)
    assert "Clear" in stack.bxbi("preflight")
    stack.up()
    assert (titles(portal), titles(tokyo)) == (set(), set())
    assert tokyo.access_token not in stack.output


def test_what_is_given_a_provider_itself_or_its_component_goes_on_with_its_object(
    portal: LocalPortal, stack: Stack
) -> None:
    deploy(stack, portal, 'source("crm")\nGroup("group", None)')
    stack.up()
    before = portal.sources()

    group = 'Group("group", pulumi.ResourceOptions(providers=[tokyo]))'
    deploy(stack, portal, f'source("crm", on_tokyo)\n{group}')
    assert stack.preview() == {}
    stack.up()

    assert portal.sources() == before
    assert {stack.resources()[name]["type"] for name in ("crm", "inside")} == {NATIVE}
    stack.refresh()
    assert stack.preview() == {}


def test_a_provider_that_leads_to_another_portal_changes_nothing(
    portal: LocalPortal, tokyo: LocalPortal, stack: Stack
) -> None:
    deploy(stack, portal, 'source("crm", on_tokyo)')
    stack.up()
    tokyo.add("source", title="Theirs", connectorId=123, settings={})
    before = portal.sources(), tokyo.sources()

    deploy(stack, tokyo, 'source("crm", on_tokyo)')
    told = stack.fails("up", "--yes", "--skip-preview")

    assert f'source 1 "crm" does not belong to {tokyo.address}.' in told
    assert "portal (provider tokyo)" in told
    assert (portal.sources(), tokyo.sources()) == before


def test_lookups_on_the_portal_of_a_provider(
    portal: LocalPortal, tokyo: LocalPortal, stack: Stack
) -> None:
    portal.add("source", title="Here", connectorId=123, settings={})
    settings = {"login": "a", "password": "secret1"}
    number = tokyo.add("source", title="There", connectorId=123, settings=settings)
    tokyo.add_table(number, "orders")
    lookups = """
there = pulumi.InvokeOptions(provider=tokyo)
group = Group("group", pulumi.ResourceOptions(providers=[tokyo]))
found = bxbi.get_source(title="There", opts=there)
assert found == bxbi.get_source(id=found.id, opts=pulumi.InvokeOptions(parent=group))
assert isinstance(found.id, int)
assert [each.title for each in bxbi.get_sources()] == ["Here"]
assert [each.id for each in bxbi.get_connectors(opts=there)] == [found.connector_id] == [123]
(orders,) = bxbi.get_tables(source_id=found.id, opts=there)
assert orders.columns == [bxbi.Column("ID", "id", "int")]
assert bxbi.get_table(name="orders", opts=there) == orders
pulumi.export("settings", found.settings)
"""
    stack.hosted = True  # the lookup without a provider needs the stack's environment
    deploy(stack, tokyo, lookups)
    stack.up()
    assert "secret1" not in stack.output + stack.state()
    assert stack.outputs() == {"settings": settings}

    deploy(stack, tokyo, 'bxbi.get_source(title="Here", opts=pulumi.InvokeOptions(provider=tokyo))')
    told = stack.fails("preview")
    assert f'error: get_source: {tokyo.address} has no source with the title "Here"' in told


def test_options_that_only_the_plugin_knows(tokyo: LocalPortal, stack: Stack) -> None:
    number = tokyo.add("source", title="crm", connectorId=123, settings={"login": "a"})
    program = f"""
bxbi.BiSource(
    "crm",
    title="crm",
    connector_id=123,
    settings={{"login": "a"}},
    opts=pulumi.ResourceOptions(
        provider=tokyo,
        import_="{number}",
        custom_timeouts=pulumi.CustomTimeouts(update="1m"),
    ),
)
"""
    deploy(stack, tokyo, program)

    assert stack.preview() == {"crm": "import"}
    told = stack.up()

    assert "no effect" not in told
    assert stack.preview() == {}
    assert list(tokyo.sources()) == [number]


def test_a_provider_without_arguments_reads_the_environment(
    portal: LocalPortal, stack: Stack
) -> None:
    here = 'source("here", pulumi.ResourceOptions(provider=bxbi.Provider("here")))'
    deploy(stack, portal, here)

    stack.up()

    assert titles(portal) == {"here"}
    assert stack.preview() == {}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ('portal="tokyo.bitrix24.com"', "portal is not an address: write it with its scheme"),
        ('access_token=pulumi.Output.secret("x"), max_wait=-1', 'max_wait is "-1": write a posi'),
        ('access_token="x", webhook="y"', "webhook and access_token are set together"),
    ],
)
def test_what_is_wrong_with_a_provider_is_told(stack: Stack, arguments: str, problem: str) -> None:
    stack.program(f'bxbi.Provider("tokyo", {arguments})')

    told = stack.fails("preview")

    assert f"error: the provider 'tokyo' has a problem: {problem}" in told


@pytest.mark.as_users_have_it
def test_a_plugin_that_pulumi_does_not_find_is_told(
    tokyo: LocalPortal, stack: Stack, tmp_path: Path
) -> None:
    stack.hosted = True
    deploy(stack, tokyo, 'source("crm", on_tokyo)')
    # A Python that is on the PATH without what is installed beside it.
    python = tmp_path / "bin" / "python3"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n', "utf-8")
    python.chmod(0o755)
    engine = Path(shutil.which("pulumi") or "").parent

    told = stack.fails("preview", PATH=f"{python.parent}:{engine}:/usr/bin:/bin")

    assert "error: a Provider needs the plugin pulumi-resource-bxbi" in told
    assert f"path: {Path(sys.executable).parent}" in told


KILLED = """
source("here", pulumi.ResourceOptions(provider=here))
source("there", on_tokyo)
Group("group", pulumi.ResourceOptions(providers=[tokyo]))
"""


def test_a_killed_deployment_is_recovered_on_every_portal(
    portal: LocalPortal, tokyo: LocalPortal, stack: Stack
) -> None:
    here = f'here = bxbi.Provider("here", access_token="{portal.access_token}")\n'
    deploy(stack, tokyo, here + KILLED)
    fault = {"method": "biconnector.source.add", "action": "delay", "times": 2, "seconds": 2}
    both = [portal, tokyo]
    for each in both:
        each.faults(fault)

    kill(stack, lambda: [len(each.sources()) for each in both] == [1, 2], lambda: True)
    stack.succeeds("cancel", "--yes")

    assert stack.resources() == {}
    told = stack.bxbi("recover")
    assert told.count("was created on the portal") == 3
    assert "nothing is pending any more" in told
    assert set(stack.resources()) == {"here", "there", "inside"}
    assert stack.preview() == {}
    stack.up()
    assert [titles(each) for each in both] == [{"here"}, {"there", "inside"}]

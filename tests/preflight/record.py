"""Make the plans in `plans/` anew, with the real engine and a local portal.

With the virtual environment and the engine first on PATH, as `make test` has them:

    python -m tests.preflight.record

Each plan is what Pulumi prints for a change of the program below, on a new portal whose objects
have the same ids each time.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.engine.stack import Stack
from tests.local_portal import LocalPortal, running
from tests.preflight.recorded import PLANS

if TYPE_CHECKING:
    from collections.abc import Callable

#: A connector, two sources and two tables, one of each pair inside a component.
PROGRAM = """\
group = pulumi.ComponentResource("acme:bi:Group", "group")
inside = pulumi.ResourceOptions(parent=group)
first = "http://127.0.0.1:9/"
warehouse = bxbi.BiConnector(
    "warehouse", "Warehouse", "https://acme.example/logo.svg",
    first + "check", first + "tables", first + "columns", first + "data",
    [bxbi.ConnectorParameter("token", "Token", "STRING"),
     bxbi.ConnectorParameter("year", "Year", "INT")],
)
sales = bxbi.BiSource(
    "sales", "Sales", warehouse.id, {"token": config.require_secret("password"), "year": 2026}
)
crm = bxbi.BiSource("crm", "CRM", 123, {"login": "admin"}, opts=inside)
orders = bxbi.BiTable(
    "orders", sales.id, "orders", "Orders", "orders",
    [bxbi.Column("ID", "id", "int"), bxbi.Column("CREATED", "created", "date"),
     bxbi.Column("NOTE", "note", "string")],
)
clients = bxbi.BiTable(
    "clients", crm.id, "clients", "Clients", "clients",
    [bxbi.Column("ID", "id", "int")], opts=inside,
)
"""


def changed(*changes: tuple[str, str]) -> str:
    """Give the program with some texts replaced."""
    program = PROGRAM
    for old, new in changes:
        assert old in program, old
        program = program.replace(old, new)
    return program


def leave_alone(_stack: Stack, _portal: LocalPortal) -> None:
    """Do nothing between the deployment and the plan."""


def leave_pending(stack: Stack, _portal: LocalPortal, action: str = "creating") -> None:
    """Leave in the state what a killed run leaves there; an import would drop it."""
    checkpoint = stack.folder / "backend" / ".pulumi" / "stacks" / "test" / "test.json"
    document = json.loads(checkpoint.read_text("utf-8"))
    latest = document["checkpoint"]["latest"]
    (crm,) = (each for each in latest["resources"] if each["urn"].endswith("::crm"))
    latest["pending_operations"] = [{"type": action, "resource": crm}]
    checkpoint.write_text(json.dumps(document), "utf-8")


def fail_to_delete(stack: Stack, portal: LocalPortal) -> None:
    """Move a source to another connector, and keep the portal from deleting the old one."""
    portal.add_table(2, "by_hand")
    stack.program(MOVED)
    stack.fails("up", "--yes", "--skip-preview")


def lose_references(stack: Stack, _portal: LocalPortal) -> None:
    """Let the program name the sources by numbers, so that the state forgets who needs whom."""
    stack.program(changed(("sales.id", "2"), ("crm.id", "1")))
    stack.up()


@dataclass(frozen=True, slots=True)
class Recording:
    """A plan to be recorded.

    Attributes:
        before: The program that is deployed first; empty for none.
        after: The program that is planned.
        command: What Pulumi is asked.
        between: What happens between the two.
    """

    before: str
    after: str
    command: tuple[str, ...] = ("preview", "--json")
    between: Callable[[Stack, LocalPortal], None] = leave_alone


DESTROY = ("destroy", "--preview-only", "--json")
STEPS = ("preview", "--json", "--show-replacement-steps", "--show-sames")
SETTINGS = '{"token": config.require_secret("password"), "year": 2026}'
FORCED = changed(
    ("2026}", "2026}, force_destroy=True"), ('"admin"}', '"admin"}, force_destroy=True')
)
MOVED = changed(('"Sales", warehouse.id', '"Sales", 123'), (SETTINGS, '{"login": "admin"}'))
ORDERS = PROGRAM[PROGRAM.index("orders = ") : PROGRAM.index("clients = ")]
# `orders` depends on `sales` through another source, `clients` on `crm` through a component.
BETWEEN = """\
options = pulumi.ResourceOptions
between = bxbi.BiSource(
    "between", "Between", 123, {"login": "admin"}, opts=options(depends_on=[sales])
)
below = pulumi.ComponentResource("acme:bi:Below", "below", opts=options(parent=crm))
orders ="""
INDIRECT = changed(
    ("orders =", BETWEEN),
    ('sales.id, "orders"', '2, "orders"'),
    ('"string")],\n', '"string")], opts=options(depends_on=[between]),\n'),
    ('crm.id, "clients"', '1, "clients"'),
    ("opts=inside,\n)", "opts=options(parent=below),\n)"),
)
ALIAS = 'pulumi.ResourceOptions(aliases=[pulumi.Alias(name="sales")])'
RENAMED = changed(
    (
        f'"sales", "Sales", warehouse.id, {SETTINGS}',
        f'"sold", "Sales", 123, {{"login": "admin"}}, opts={ALIAS}',
    ),
    (ORDERS, ""),
)
# Two are to be changed, and one is new.
CHANGED = (
    changed(('"Sales"', '"Sold"'), ('"CRM"', '"Customers"'))
    + 'bxbi.BiSource("erp", "ERP", 123, {})\n'
)
TARGET = ("--target", "urn:pulumi:test::test::pulumi-python:dynamic/bxbi:BiSource::sales")
LIMITED = ("preview", "--json", *TARGET)
RECORDINGS = {
    "create": Recording("", PROGRAM),
    "nothing": Recording(PROGRAM, PROGRAM),
    "delete-all": Recording(PROGRAM, ""),
    "destroy": Recording(PROGRAM, PROGRAM, DESTROY),
    "destroy-forced": Recording(FORCED, FORCED, DESTROY),
    "destroy-without-references": Recording(PROGRAM, "", DESTROY, lose_references),
    "destroy-indirect": Recording(INDIRECT, INDIRECT, DESTROY),
    "destroy-retained": Recording(
        changed((", opts=inside,\n)", ", opts=pulumi.ResourceOptions(retain_on_delete=True),\n)")),
        "",
        DESTROY,
    ),
    "destroy-protected": Recording(
        changed(("opts=inside)\norders", "opts=pulumi.ResourceOptions(protect=True))\norders")),
        "",
        DESTROY,
    ),
    "move-source": Recording(PROGRAM, MOVED),
    "move-source-steps": Recording(PROGRAM, MOVED, STEPS),
    "rename-by-alias": Recording(PROGRAM, RENAMED),
    "rename-by-alias-steps": Recording(PROGRAM, RENAMED, STEPS),
    "delete-again": Recording(PROGRAM, MOVED, between=fail_to_delete),
    "columns": Recording(
        PROGRAM,
        changed(
            ('"CREATED", "created", "date"', '"CREATED", "created", "datetime"'),
            (',\n     bxbi.Column("NOTE", "note", "string")', ""),
            ('"ID", "id", "int")], opts', '"ID", "id", "int", visible=False)], opts'),
        ),
    ),
    "rename-table": Recording(PROGRAM, changed(('"orders", "Orders"', '"sales_orders", "Orders"'))),
    "rename-resource": Recording(
        PROGRAM, changed(('bxbi.BiTable(\n    "orders"', 'bxbi.BiTable(\n    "orders2"'))
    ),
    "parameters": Recording(
        PROGRAM, changed(('"token", "Token"', '"key", "Key"'), ('"token": config', '"key": config'))
    ),
    "failed-check": Recording(PROGRAM, changed(('"login": "admin"', '"lgin": "admin"'))),
    "failed-program": Recording(PROGRAM, PROGRAM + "raise ValueError('no')\n"),
    "pending": Recording(PROGRAM, PROGRAM, between=leave_pending),
    "limited": Recording(PROGRAM, CHANGED, LIMITED),
    "limited-sames": Recording(PROGRAM, CHANGED, (*LIMITED, "--show-sames")),
}

#: Where the files of a traceback are.
_FOLDERS = re.compile(r'File "/(?:[^"/]*/)*')


def record(recording: Recording, portal: LocalPortal, folder: Path) -> str:
    """Deploy, plan, and give what Pulumi printed."""
    (folder / "Pulumi.yaml").write_text("name: test\nruntime: python\n", "utf-8")
    (folder / "backend").mkdir()
    stack = Stack(
        folder,
        {
            **os.environ,
            "PULUMI_BACKEND_URL": f"file://{folder}/backend",
            "PULUMI_HOME": f"{folder}/home",
            "PULUMI_STACK": "test",
            "PULUMI_CONFIG_PASSPHRASE": "passphrase",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            **portal.access,
        },
    )
    stack.succeeds("stack", "init", "test")
    stack.configure("password", "hunter2", secret=True)
    if recording.before:
        stack.program(recording.before)
        stack.up()
    recording.between(stack, portal)
    stack.program(recording.after)
    ended = stack.run(*recording.command)
    return json.dumps(_told(json.loads(ended.stdout)), ensure_ascii=False, indent=1)


def _told(value: Any) -> Any:
    """Leave out what depends on the machine and on the time."""
    noise = {"sourcePosition", "stackTrace", "created", "modified", "duration"}
    if isinstance(value, dict):
        return {key: _told(each) for key, each in value.items() if key not in noise}
    if isinstance(value, str):
        return _FOLDERS.sub('File "', value)
    return [_told(each) for each in value] if isinstance(value, list) else value


def main() -> None:
    """Record the plans that are named, or all."""
    for name in sys.argv[1:] or RECORDINGS:
        sys.stderr.write(f"{name}\n")
        with (
            running("current", "--no-endpoint-checks") as portal,
            tempfile.TemporaryDirectory() as folder,
        ):
            plan = record(RECORDINGS[name], portal, Path(folder))
        (PLANS / f"{name}.json").write_text(plan, "utf-8")


if __name__ == "__main__":
    main()

"""Existing objects of a portal become a program and, on request, part of a stack."""

from __future__ import annotations

import shlex
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.adoption.applying import applied, deferred_interrupts
from pulumi_bxbi.adoption.entries import entry_in
from pulumi_bxbi.adoption.errors import NotImportedError
from pulumi_bxbi.adoption.language import language_for
from pulumi_bxbi.adoption.placement import (
    current_project,
    is_same,
    program_in,
    refuse_taken,
    written,
)
from pulumi_bxbi.adoption.plan import Managed, plan
from pulumi_bxbi.adoption.reading import Choice, read
from pulumi_bxbi.portal import Catalog
from pulumi_bxbi.stack.import_file import import_file
from pulumi_bxbi.stack.state import objects_in, require_same_portal

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from pulumi_bxbi.adoption.placement import Program
    from pulumi_bxbi.adoption.plan import Plan
    from pulumi_bxbi.stack.pulumi_command import Stack

_FOR_OTHER_LANGUAGES: Final = (
    "Give --language yaml, and turn that program into one in another language with `pulumi "
    "convert`. Or take single objects with `pulumi import bxbi:index:BiSource NAME ID`, which "
    "prints what to write into the program."
)


@dataclass(frozen=True, slots=True)
class Request:
    """The request of the user.

    Attributes:
        connectors: Ids of connectors, each with its dependents; no ids of any kind mean all.
        sources: Ids of sources, likewise.
        tables: Ids of tables.
        out: The file or the folder of the program; empty for the usual place.
        import_file: The import file to write; empty for none.
        apply: Whether to take the objects into the stack.
        language: The language of the program; ``None`` for that of the project.
    """

    connectors: tuple[int, ...]
    sources: tuple[int, ...]
    tables: tuple[int, ...]
    out: str
    import_file: str
    apply: bool
    language: str | None

    @property
    def choice(self) -> Choice:
        """The requested objects."""
        return Choice(*map(frozenset, (self.connectors, self.sources, self.tables)))

    def applied(self, stack: str) -> str:
        """Return the command for the same request with ``--apply``."""
        chosen = [
            part
            for option, ids in (
                ("--connector", self.connectors),
                ("--source", self.sources),
                ("--table", self.tables),
            )
            for object_id in ids
            for part in (option, str(object_id))
        ]
        language = ["--language", self.language] if self.language else []
        out = ["--out", self.out] if self.out else []
        selected = ["--stack", stack] if stack else []
        return shlex.join(["bxbi", "import", *chosen, *language, *out, "--apply", *selected])


def adopt(
    stack: Stack, request: Request, planned: Callable[[Plan, str], None]
) -> tuple[Program, Plan] | None:
    """Write the program of the requested objects and, on request, take them into the stack.

    Everything is read and generated before anything is written.

    Args:
        stack: The stack.
        request: The request of the user.
        planned: Called with the plan and the portal's address, before anything is written.

    Returns:
        The program and the plan; ``None`` where there is nothing to import.

    Raises:
        NotImportedError: Nothing was written; the message says why.
        PortalError: The objects could not be read.
        SettingsError: A setting is wrong or missing.
        StackError: Pulumi refused or failed.
    """
    project = current_project()
    language = language_for(project, request.language, "bxbi import", _FOR_OTHER_LANGUAGES)
    deployment = stack.state()
    if request.apply and deployment.get("pending_operations"):
        # Its objects would be imported under other names than their names in the program.
        raise NotImportedError(
            "a deployment was killed, and the state still has its pending operations, so nothing "
            f"was written. Run `bxbi recover{stack.option}` first."
        )
    managed = Managed(deployment.get("resources") or (), stack.configured())
    catalog = Catalog(stack.settings().connect())
    require_same_portal(objects_in(deployment.get("resources") or ()), catalog.identity)
    there = read(catalog, request.choice)
    if there.missing:
        raise NotImportedError(
            f"{catalog.address} has no {', no '.join(there.missing)} for this application, so "
            "nothing was written. An object belongs to the application that made it: others cannot "
            "see it."
        )
    found = plan(there, catalog, managed, language)
    planned(found, catalog.address)
    if not found.adopted:
        return None
    entries = [entry_in(language, each, "", catalog) for each in found.adopted]
    program = program_in(language, found.adopted, catalog.address, request.out, project)
    files, private = dict(program.files), set[Path]()
    if request.import_file:
        secret = Path(request.import_file)
        if any(is_same(secret, place) for place in files):
            raise NotImportedError(
                f"{secret} is a file of the program too, so nothing was written. Give another "
                "--import-file."
            )
        files[secret] = import_file(entries).encode()
        private.add(secret)
    refuse_taken(files)
    with deferred_interrupts() as stop_if_interrupted, written(files, private) as place:
        applying: AbstractContextManager[None] = nullcontext()
        if request.apply:
            shielded, protect = replace(stack, shielded=True), bool(program.hint)
            applying = applied(shielded, found, entries, stop_if_interrupted, protect=protect)
        with applying:
            stop_if_interrupted()
            place()
    return program, found

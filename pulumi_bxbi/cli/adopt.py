"""The command `bxbi import` without an object: what exists becomes a program and a state."""

from __future__ import annotations

import os
import shlex
import signal
import sys
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pulumi_bxbi.adoption.import_file import Urn, entry, import_file, marked
from pulumi_bxbi.adoption.placing import staged, taken
from pulumi_bxbi.adoption.plan import Managed, plan
from pulumi_bxbi.adoption.program import folder, one_file
from pulumi_bxbi.adoption.project import MAIN, Project, project_in
from pulumi_bxbi.adoption.python_source import literal
from pulumi_bxbi.adoption.reading import Choice, read
from pulumi_bxbi.cli.stack import LockedError, StackError
from pulumi_bxbi.portal import Catalog
from pulumi_bxbi.stack.state import objects_in, require_same_portal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from pulumi_bxbi.adoption.plan import Adopted, Plan
    from pulumi_bxbi.cli.stack import Stack
    from pulumi_bxbi.resources.lifecycle import Properties

#: What asks a command to end: Ctrl-C, its supervisor, its terminal that closes.
if sys.platform == "win32":
    _SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGBREAK)
else:
    _SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_BESIDE: Final = "imported.py"


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asks for.

    Attributes:
        connectors: Ids of connectors, each with all that hangs on it; none of any kind means all.
        sources: Ids of sources, likewise.
        tables: Ids of tables.
        out: Where the program goes; empty for the place that is usual.
        import_file: Where the import file goes; empty for nowhere.
        apply: Whether the stack is to have the objects.
    """

    connectors: tuple[int, ...]
    sources: tuple[int, ...]
    tables: tuple[int, ...]
    out: str
    import_file: str
    apply: bool

    @property
    def choice(self) -> Choice:
        """The objects that are wanted."""
        return Choice(*map(frozenset, (self.connectors, self.sources, self.tables)))

    def applied(self, stack: str) -> str:
        """Give the command that asks for the same, and for its application."""
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
        out = ["--out", self.out] if self.out else []
        selected = ["--stack", stack] if stack else []
        return shlex.join(["bxbi", "import", *chosen, *out, "--apply", *selected])


def adopt(stack: Stack, request: Request) -> None:
    """Write the program of what exists and, where that is wanted, take it into the stack.

    Everything is read and made before anything is written.

    Raises:
        ClickException: Nothing was written: the text says why.
        PortalError: The portal did not say what it has.
        SettingsError: A setting is wrong or missing.
        StackError: Pulumi refused or failed.
    """
    project = _python_project()
    deployment = stack.state()
    if request.apply and deployment.get("pending_operations"):
        # What that has made would be imported under another name than the program gives it.
        raise click.ClickException(
            "a deployment was killed, and the state still holds what it had begun, so nothing was "
            f"written. Run `bxbi recover{stack.option}` first."
        )
    managed = Managed(deployment.get("resources") or (), stack.configured())
    catalog = Catalog(stack.settings().connect(), writers=1)
    require_same_portal(objects_in(deployment.get("resources") or ()), catalog.identity)
    there = read(catalog, request.choice)
    if there.missing:
        raise click.ClickException(
            f"{catalog.address} has no {', no '.join(there.missing)} for this application, so "
            "nothing was written. An object belongs to the application that made it: others cannot "
            "see it."
        )
    found = plan(there, catalog, managed)
    _tell_plan(found, catalog.address)
    if not found.adopted:
        click.echo("There is nothing to import.")
        return
    entries = [
        entry(each.kind, each.name, each.id, marked(each.inputs), "", catalog)
        for each in found.adopted
    ]
    program = Program.of(found.adopted, catalog.address, request.out, project)
    files = dict(program.files)
    if request.import_file:
        secret = Path(request.import_file)
        if any(_is_same(secret, place) for place in files):
            raise click.ClickException(
                f"{secret} is where the program goes, so nothing was written. Give another "
                "--import-file."
            )
        files[secret] = import_file(entries).encode()
    _refuse_taken(files)
    with deferred_interrupts() as stop_if_interrupted, _written(files, request) as place:
        applying: AbstractContextManager[None] = nullcontext()
        if request.apply:
            shielded, protect = replace(stack, shielded=True), bool(program.hint)
            applying = applied(shielded, found, entries, stop_if_interrupted, protect=protect)
        with applying:
            stop_if_interrupted()
            place()
    _tell_next(program, found, request, stack)


def _python_project() -> Project:
    try:
        project = project_in(Path())
    except ValueError as error:
        raise click.ClickException(f"Pulumi.yaml {error}. Nothing was written.") from None
    if project is None:
        return Project("", "python", Path(), Path(MAIN))
    if project.runtime != "python":
        raise click.ClickException(
            f"`bxbi import` writes a program in Python, and Pulumi.yaml says runtime: "
            f"{project.runtime}. Nothing was written. Run it in a project of its own."
        )
    return project


@dataclass(frozen=True, slots=True)
class Program:
    """A program and its place.

    Attributes:
        files: The contents of its files by their places.
        place: Its file, or its folder.
        hint: How Pulumi comes to run it; empty where it does already.
    """

    files: dict[Path, bytes]
    place: Path
    hint: str

    @classmethod
    def of(cls, adopted: Sequence[Adopted], portal: str, out: str, project: Project) -> Program:
        """Write the program of objects for a place; without one for that which is usual.

        Args:
            adopted: The objects.
            portal: The portal's address.
            out: The place; empty for the usual one.
            project: The project that it becomes a part of.
        """
        main = project.main
        if out and not out.endswith(".py"):
            place = Path(out)
            files = {place / name: each for name, each in folder(adopted, portal).items()}
            return cls(files, place, "" if _is_same(place / MAIN, main) else _hint(place, project))
        place = Path(out) if out else main
        files = _in_one_file(adopted, portal, place)
        if not out and taken(files) and not _was_written_by_us(place, files[place]):
            place = main.parent / _BESIDE
            files = _in_one_file(adopted, portal, place)
        return cls(files, place, "" if _is_same(place, main) else _hint(place, project))


def _hint(place: Path, project: Project) -> str:
    """Say how Pulumi comes to run a program."""
    main = project.main
    is_module = place.suffix == ".py" and place.stem.isidentifier() and not iskeyword(place.stem)
    if main.exists() and is_module and _is_same(place.parent, main.parent):
        return f"add `import {place.stem}` to {main}"
    from_root = os.path.relpath(place.resolve(), project.root.resolve())
    written = f"write `main: {from_root}` into Pulumi.yaml"
    if not main.exists():
        return written
    return (
        f"{written}. It takes the place of {main}: what that declares has to be declared in "
        f"{place} too, or `pulumi up` deletes it"
    )


def _in_one_file(adopted: Sequence[Adopted], portal: str, place: Path) -> dict[Path, bytes]:
    files = one_file(adopted, portal, place.name)
    return {place.parent / name: content for name, content in files.items()}


def _was_written_by_us(place: Path, content: bytes) -> bool:
    """Tell whether a program begins as the new one does, so that it is the old one, changed."""
    begins = content.splitlines()[:1]
    return place.is_file() and place.read_bytes().splitlines()[:1] == begins


def _is_same(place: Path, other: Path) -> bool:
    return place.resolve() == other.resolve()


def _refuse_taken(files: Mapping[Path, bytes]) -> None:
    if places := taken(files):
        raise click.ClickException(
            f"{', '.join(map(str, places))} would be overwritten, so nothing was written. Move it "
            "away, or give another --out."
        )


@contextmanager
def _written(files: Mapping[Path, bytes], request: Request) -> Iterator[Callable[[], None]]:
    """Write files beside their places."""
    private = {Path(request.import_file)} if request.import_file else set()
    try:
        with staged(files, private) as place:
            yield place
    except OSError as error:
        raise click.ClickException(
            f"{error.filename} cannot be written: {error.strerror}. Nothing was imported."
        ) from None


@contextmanager
def applied(
    stack: Stack,
    found: Plan,
    entries: Sequence[Properties],
    stop_if_interrupted: Callable[[], None],
    *,
    protect: bool,
) -> Iterator[None]:
    """Set the secrets and take the objects into the state, unless what is done then fails.

    Args:
        stack: The stack.
        found: The objects.
        entries: What an import file says of them.
        stop_if_interrupted: Raises where the user has interrupted the command meanwhile.
        protect: Whether nothing can delete the objects.

    Raises:
        ClickException: It was interrupted. Nothing has changed, or the text says what has.
        StackError: Pulumi refused or failed. Nothing has changed, or the text says what has.
    """
    before = stack.state()
    try:
        stack.configure_secrets(found.secrets())
        stop_if_interrupted()
        stack.import_objects(entries, protect=protect)
        yield
    except BaseException as error:
        _undo(stack, found, before, error)
        raise


def _undo(stack: Stack, found: Plan, before: Properties, error: BaseException) -> None:
    """Take out of configuration and state what was put in, and nothing of another run's.

    Raises:
        StackError: Pulumi could not.
    """
    try:
        if keys := found.secrets():
            stack.remove_configured(keys)
        if isinstance(error, LockedError):
            return
        if urns := _put_in(found, before, stack.state()):
            stack.forget(*urns, even_protected=True)
    except StackError as failed:
        raise StackError(
            f"{error}\nWhat was done until then could not be undone: {failed}\nLook at `pulumi "
            f"config{stack.option}` and `pulumi stack{stack.option}`: what was imported is listed "
            "above, and `pulumi state delete` takes it out again."
        ) from None


def _put_in(found: Plan, before: Properties, now: Properties) -> list[str]:
    """Name the resources of a state that an import has put there.

    What Pulumi makes for the first of all resources, the stack itself and its provider, is among
    them only where no other run has come to use it.

    Args:
        found: The objects that were to be imported.
        before: The state before the import.
        now: The present state.
    """
    wanted = {(each.kind.token, each.name, str(each.id)) for each in found.adopted}
    known = {each["urn"] for each in before.get("resources") or ()}
    added = [each for each in now.get("resources") or () if each["urn"] not in known]
    objects = [
        each["urn"]
        for each in added
        if (each["type"], Urn.parse(each["urn"]).name, each.get("id")) in wanted
    ]
    made_for_them = [each["urn"] for each in added if each["type"].startswith("pulumi:")]
    is_alone = len(objects) + len(made_for_them) == len(added)
    return objects + made_for_them if objects and is_alone else objects


@contextmanager
def deferred_interrupts() -> Iterator[Callable[[], None]]:
    """Let Ctrl-C and a request to end wait, and give what raises an error if one has come."""
    arrived: list[int] = []

    def stop_if_interrupted() -> None:
        if arrived:
            raise click.ClickException("interrupted, so nothing was imported.")

    usual = {
        each: signal.signal(each, lambda number, _: arrived.append(number))
        for each in _SIGNALS
        if signal.getsignal(each) is not signal.SIG_IGN  # as `nohup` has it
    }
    try:
        yield stop_if_interrupted
    finally:
        for each, handler in usual.items():
            signal.signal(each, handler)


def _tell_plan(found: Plan, portal: str) -> None:
    """Tell what becomes of the objects."""
    click.echo(
        f"{portal}: {len(found.adopted)} to import, {len(found.left_out)} left out, "
        f"{found.managed} in the state already."
    )
    for each in found.adopted:
        click.echo(f"  {_named(each.kind.lifecycle.kind, each.id, each.label)} as {each.name}")
        if each.undeclared:
            click.echo(
                f"    without {', '.join(map(literal, each.undeclared))}: its connector does not "
                "declare that any more, and the portal drops it when the source is saved"
            )
    for left_out in found.left_out:
        click.echo(f"  {_named(*left_out[:3])} is left out:")
        for reason in left_out.reasons:
            click.echo(f"    {reason}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _named(kind: str, object_id: int, label: str) -> str:
    return f"{kind} {object_id} {literal(label)}"


def _tell_next(program: Program, found: Plan, request: Request, stack: Stack) -> None:
    """Tell what was written, and the commands that come next."""
    secrets = _count(len(found.secrets()), "secret")
    click.echo(f"\nThe program is in {program.place}.")
    if request.import_file:
        click.echo(
            f"{request.import_file} holds the secrets in plain text: delete it when it is not "
            "needed any more."
        )
    if not request.apply:
        click.echo(
            f"The stack does not have these objects yet: `pulumi up` would create them a second "
            f"time. This sets {secrets} of its configuration and takes the objects into its "
            f"state; change the program after it, not before:\n\n  {request.applied(stack.name)}"
        )
        return
    click.echo(
        f"The state has {_count(len(found.adopted), 'object')} more, and the stack's configuration "
        f"{secrets}."
    )
    first = ""
    if program.hint:
        first = f"  {program.hint}\n"
        click.echo(
            "Pulumi does not run the program yet, so the objects are protected from deletion "
            "until the first `pulumi up` with it. In this order:\n"
        )
    else:
        click.echo("Nothing changes now; one `pulumi up` records what depends on what:\n")
    click.echo(f"{first}  pulumi preview{stack.option}\n  pulumi up{stack.option}")

"""Declarations of the tables that outside systems offer and a program lacks."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.adoption import python_program, python_text, yaml_program, yaml_text
from pulumi_bxbi.adoption.language import Language, language_for
from pulumi_bxbi.adoption.names import RESERVED_IN_YAML, Names
from pulumi_bxbi.adoption.offered_tables import lacking, left_out
from pulumi_bxbi.adoption.placement import current_project, main_in_yaml
from pulumi_bxbi.adoption.plan import Adopted, Managed, failures_of
from pulumi_bxbi.adoption.program_text import ProgramText
from pulumi_bxbi.adoption.state_sources import sources_of
from pulumi_bxbi.portal import Catalog
from pulumi_bxbi.stack.state import objects_in, require_same_portal
from pulumi_bxbi.stack.urns import SOURCE, TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pulumi_bxbi.adoption.offered_tables import OfferedTable
    from pulumi_bxbi.stack.pulumi_command import Stack

_FOR_OTHER_LANGUAGES: Final = (
    "Give --language yaml, and turn what is printed into another language with `pulumi convert`."
)


@dataclass(frozen=True, slots=True)
class Declaration:
    """The declaration of a table that a program lacks.

    Attributes:
        name: The resource's name.
        source: The resource's name of its source.
        file: The file of the program that it belongs to.
        text: Its text, with a comment for each column that BI Builder has no match for.
        refers: Whether it refers to the declaration of its source, and not to the source's id.
    """

    name: str
    source: str
    file: Path
    text: str
    refers: bool


@dataclass(frozen=True, slots=True)
class Declared:
    """What outside systems offer beyond a program.

    Attributes:
        language: The language of the declarations.
        is_of_program: Whether that is the language of the program, so that they can be added to it.
        declarations: The declarations, in the order of the sources and of the tables' codes.
        left_out: A sentence for each table that is left out.
        project: The project's name; empty where the project file does not contain it.
    """

    language: Language
    is_of_program: bool
    declarations: Sequence[Declaration]
    left_out: Sequence[str]
    project: str

    @property
    def text(self) -> str:
        """The declarations in their language, with the end of the last line.

        In YAML for a program in another language they are a program, which `pulumi convert` takes.
        """
        texts = [each.text for each in self.declarations]
        if self.language is not Language.YAML:
            return "\n".join(texts)
        resources = yaml_program.resources(texts)
        if self.is_of_program:
            return resources
        head = {"name": self.project or "tables", "runtime": Language.YAML.value}
        return f"{yaml_program.beginning(head)}\n{resources}"

    @property
    def by_file(self) -> dict[Path, list[str]]:
        """The texts of the declarations by the files that they belong to."""
        files: dict[Path, list[str]] = {}
        for each in self.declarations:
            files.setdefault(each.file, []).append(each.text)
        return files


def declare_lacking(
    stack: Stack, chosen: Sequence[str], requested: str | None, tell: Callable[[str], None]
) -> Declared:
    """Declare the tables that the outside systems of a stack's sources offer beyond its program.

    Args:
        stack: The stack.
        chosen: The names of sources in the program; empty for all sources of the state.
        requested: The language that the user asks for; ``None`` for that of the program.
        tell: Takes each line about what goes on.

    Raises:
        NotAddedError: There is no such source, the program could not be read, or an outside system
            gave no usable answer.
        NotImportedError: The program is in another language.
        PortalError: The sources or the tables could not be read.
        SettingsError: A setting is wrong or missing.
        StackError: Pulumi refused or failed.
    """
    project = current_project()
    language = language_for(project, requested, "bxbi tables", _FOR_OTHER_LANGUAGES)
    is_of_program = project.runtime == language.value
    main = project.main if language is Language.PYTHON else main_in_yaml(project)
    program = _read(main, language) if is_of_program else ProgramText()
    resources = stack.state().get("resources") or ()
    sources = sources_of(resources, chosen, program)
    with closing(stack.settings().connect()) as portal:
        catalog = Catalog(portal)
        require_same_portal(objects_in(resources), catalog.identity)
        counted = "1 source" if len(sources) == 1 else f"{len(sources)} sources"
        tell(f"Asking the outside systems of {counted} ...")
        on_portal = tuple(catalog.tables.list({}))
        offered, reasons = lacking(sources, catalog, on_portal)
    managed = Managed(resources, stack.configured() if offered else ())
    tables = Names([*(each.name for each in on_portal), *(each.name for each in program.tables)])
    names = _resource_names(managed, program, language)
    declarations = []
    for each in offered:
        name = tables.table(each.code, each.title, each.source.name)
        adopted = _adopted(each, name, names)
        failures = failures_of(TABLE, adopted.inputs, catalog, language)
        if failures:
            why = " ".join(failure.reason for failure in failures)
            reasons.append(left_out(each.source, each.code, why))
            continue
        comments = [f"# {clause}\n" for clause in each.columns.unmapped]
        declarations.append(
            Declaration(
                adopted.name,
                each.source.name,
                written.file if (written := each.source.written) else main,
                "".join(comments) + _text(adopted, language),
                refers=written is not None,
            )
        )
    return Declared(language, is_of_program, declarations, reasons, project.name)


def _read(main: Path, language: Language) -> ProgramText:
    return python_text.read(main) if language is Language.PYTHON else yaml_text.read(main)


def _resource_names(managed: Managed, program: ProgramText, language: Language) -> Names:
    """Return what names the resources of new tables."""
    written = {each.resource for each in program.tables}
    if language is Language.PYTHON:
        return Names(managed.names[TABLE.token] | written)
    others = written.union(program.names, managed.keys, *managed.names.values())
    return Names(RESERVED_IN_YAML | others, tells_kinds=True)


def _adopted(table: OfferedTable, name: str, names: Names) -> Adopted:
    """Return a table as the writers of programs take it.

    Args:
        table: The table.
        name: Its name in BI Builder.
        names: Names its resource.
    """
    columns = [
        {"name": each.name, "externalCode": each.external_code, "type": each.type}
        for each in table.columns.columns
    ]
    inputs = {
        "sourceId": table.source.id,
        "name": name,
        "externalName": table.title,
        "externalCode": table.code,
        "columns": columns,
    }
    owner = None
    if written := table.source.written:
        variable = written.variable
        owner = Adopted(SOURCE, table.source.id, "", variable, variable, {}, {}, None)
    resource = names.resource(name, TABLE.kind, 0)
    return Adopted(TABLE, 0, table.title, resource, "", inputs, {}, owner)


def _text(adopted: Adopted, language: Language) -> str:
    """Return the declaration of a table, with the end of its last line."""
    if language is Language.YAML:
        return yaml_program.declaration(adopted)
    places = {adopted.owner.variable: adopted.owner.variable} if adopted.owner else {}
    return f"{python_program.declaration(adopted, places)}\n"

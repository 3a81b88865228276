"""The text of a program in Python: what it declares, and how declarations are added to it."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from collections import Counter
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.adoption.errors import NotAddedError
from pulumi_bxbi.adoption.program_text import ProgramText, WrittenSource, WrittenTable, line_end

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

#: The positional arguments of the two resources, as far as they matter here.
_OF_SOURCES: Final = ("resource_name",)
_OF_TABLES: Final = ("resource_name", "source_id", "name", "external_name", "external_code")
_IMPORT: Final = "import pulumi_bxbi as bxbi"


def read(main: Path) -> ProgramText:
    """Read a program: its main file, and the modules beside that which it imports.

    Args:
        main: The main file; it need not exist.

    Raises:
        NotAddedError: A file is not Python.
    """
    sources: dict[str, WrittenSource] = {}
    ambiguous: set[str] = set()
    tables: list[WrittenTable] = []
    for file, module in _modules(main):
        for name, variable in _sources(module):
            if name in sources:
                ambiguous.add(name)
            sources[name] = WrittenSource(file, variable)
        tables += _tables(file, module)
    clear = {name: each for name, each in sources.items() if name not in ambiguous}
    return ProgramText(clear, tuple(tables))


def with_declarations(content: bytes, declarations: Sequence[str]) -> bytes:
    """Return the content of a file with declarations behind all that is there.

    Args:
        content: The content of the file.
        declarations: The statements that declare resources, each with the end of its last line.

    Raises:
        ValueError: They cannot be added in this way; the message is a clause to write after the
            file's name.
    """
    before = _parsed(content)
    head = [] if _imports_bxbi(before) else [f"{_IMPORT}\n"]
    added = "\n".join(["", *head, *declarations])
    encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    if not (added.isascii() or encoding.startswith("utf-8")):
        raise ValueError(f"is written in {encoding}, and what would be added in UTF-8")
    end = line_end(content.decode(encoding))
    gap = "" if not content or content.endswith(b"\n") else end
    after = content + (gap + added.replace("\n", end)).encode()
    wanted = [*before.body, *_parsed(added.encode()).body]
    if list(map(ast.dump, _parsed(after).body)) != list(map(ast.dump, wanted)):
        raise ValueError("is written in a way in which nothing can be added at its end")
    return after


def _modules(main: Path) -> Iterator[tuple[Path, ast.Module]]:
    """Yield the main file, and the modules beside it that it imports, each with its content."""
    ahead, seen = [main], set()
    while ahead:
        file = ahead.pop(0)
        if file in seen or not file.exists():
            continue
        seen.add(file)
        try:
            module = _parsed(file.read_bytes())
        except OSError as error:
            raise NotAddedError(f"{file} cannot be read: {error.strerror}.") from None
        except ValueError as error:
            raise NotAddedError(f"{file} {error}.") from None
        yield file, module
        ahead += [main.with_name(f"{name}.py") for name in _imported(module)]


def _parsed(content: bytes) -> ast.Module:
    """Return the content of a file as Python reads it.

    Raises:
        ValueError: It is not Python; the message is a clause to write after the file's name.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the program, for those who run it
            return ast.parse(content)
    except SyntaxError as error:
        where = f" (line {error.lineno})" if error.lineno else ""
        raise ValueError(f"is not Python{where}") from None
    except (MemoryError, RecursionError, ValueError):  # what is nested too deeply, and null bytes
        raise ValueError("is not Python") from None


def _imported(module: ast.Module) -> Iterator[str]:
    """Yield the names of the modules that a module imports, without those inside packages."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from [node.module] if node.module else (each.name for each in node.names)


def _imports_bxbi(module: ast.Module) -> bool:
    return any(
        isinstance(each, ast.Import)
        and any(alias.name == "pulumi_bxbi" and alias.asname == "bxbi" for alias in each.names)
        for each in module.body
    )


def _sources(module: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield each source whose variable the end of the module knows: its name, and the variable."""
    bound = _bound(module)
    for statement in module.body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
        elif isinstance(statement, ast.AnnAssign):
            target = statement.target
        else:
            continue
        given = _arguments(statement.value, "BiSource", _OF_SOURCES)
        if given and isinstance(target, ast.Name) and bound[target.id] == 1:
            name = _literal(given.get("resource_name"))
            if name:
                yield name, target.id


def _bound(module: ast.Module) -> Counter[str]:
    """Return how often a module gives something to a variable."""
    return Counter(
        each.id
        for each in ast.walk(module)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    )


def _tables(file: Path, module: ast.Module) -> Iterable[WrittenTable]:
    imported = _names_imported(module)
    parameters = {each.arg for each in ast.walk(module) if isinstance(each, ast.arg)}
    for node in ast.walk(module):
        given = _arguments(node, "BiTable", _OF_TABLES)
        if given:
            yield WrittenTable(
                _literal(given.get("resource_name")),
                _source_of(given.get("source_id"), file, imported, parameters),
                _literal(given.get("name")),
                _literal(given.get("external_code")),
            )


def _arguments(node: ast.AST | None, called: str, names: Sequence[str]) -> Mapping[str, ast.expr]:
    """Return the arguments of a call of a class by their names; empty where it is none."""
    if not isinstance(node, ast.Call):
        return {}
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else ""
    if called not in {name, function.id if isinstance(function, ast.Name) else ""}:
        return {}
    given = dict(zip(names, node.args, strict=False))
    return given | {each.arg: each.value for each in node.keywords if each.arg}


def _literal(node: ast.expr | None) -> str:
    """Return a text, or a whole number as text; empty for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int):
        return str(node.value)
    return ""


def _names_imported(module: ast.Module) -> dict[str, str]:
    """Return what a module imports by the names that it has there: ``sources`` or ``sources.crm``.

    Without names that the module gives to something else too.
    """
    names: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {each.asname or each.name: each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            prefix = f"{node.module}." if node.module else ""
            names |= {each.asname or each.name: f"{prefix}{each.name}" for each in node.names}
    return {name: names[name] for name in names.keys() - _bound(module).keys()}


def _source_of(
    node: ast.expr | None, file: Path, imported: Mapping[str, str], parameters: Container[str]
) -> WrittenSource | int | None:
    """Return the place that ``crm.id`` or ``sources.crm.id`` names, or the number of a source.

    Args:
        node: The expression; ``None`` for none.
        file: The file that it stands in.
        imported: What the file imports by its names there.
        parameters: The names of the parameters of its functions, which may hold anything.
    """
    if not isinstance(node, ast.Attribute) or node.attr != "id":
        number = _literal(node)
        return int(number) if number.isdecimal() else None
    first, *others = ast.unparse(node.value).split(".")
    if first in parameters:
        return None
    if not others and first not in imported:
        return WrittenSource(file, first)
    module, dot, variable = ".".join([imported.get(first, ""), *others]).partition(".")
    if not (dot and module.isidentifier() and variable.isidentifier()):
        return None
    return WrittenSource(file.with_name(f"{module}.py"), variable)

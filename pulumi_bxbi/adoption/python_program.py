"""The Python program that declares existing objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.adoption.python_source import Bracket, Code, Text, literal, statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pulumi_bxbi.adoption.plan import Adopted
    from pulumi_bxbi.adoption.python_source import Expression
    from pulumi_bxbi.resources.values import Properties

#: The modules of a program that is a folder, by the kind that they declare. A kind comes after the
#: one that it depends on.
_MODULES: Final = {"connector": "connectors", "source": "sources", "table": "tables"}

#: The classes of the elements of lists among the inputs.
_PARTS: Final = {"parameters": "ConnectorParameter", "columns": "Column"}


def one_file(adopted: Sequence[Adopted], portal: str, name: str) -> dict[str, bytes]:
    """Return a program in one file.

    Args:
        adopted: The objects that it declares, in their order.
        portal: The portal's address.
        name: The file's name.

    Returns:
        The contents of the program's file and of the logos' files, by their names.
    """
    title = f"Connectors, sources and tables of {portal}."
    program = _module(title, adopted, {each.variable: each.variable for each in adopted}, ())
    return {name: program.encode(), **_logos(adopted)}


def folder(adopted: Sequence[Adopted], portal: str) -> dict[str, bytes]:
    """Return a program as a folder with a module for each kind.

    Args:
        adopted: The objects that it declares.
        portal: The portal's address.

    Returns:
        The contents of its files by their names.
    """
    files: dict[str, bytes] = {}
    for kind, module in _MODULES.items():
        of_kind = [each for each in adopted if each.kind.lifecycle.kind == kind]
        if of_kind:
            title = f"{module.capitalize()} of {portal}."
            owners = [each.owner for each in of_kind if each.owner]
            places = {each.variable: f"{_module_of(each)}.{each.variable}" for each in owners}
            imports = sorted({_module_of(each) for each in owners})
            files[f"{module}.py"] = _module(title, of_kind, places, imports).encode()
    imports = [f"import {name.removesuffix('.py')}  # noqa: F401" for name in files]
    title = f'"""Connectors, sources and tables of {portal}, each kind in a module."""'
    files["__main__.py"] = "\n".join([title, "", *imports, ""]).encode()
    return {**files, **_logos(adopted)}


def _module_of(adopted: Adopted) -> str:
    return _MODULES[adopted.kind.lifecycle.kind]


def _module(
    title: str, adopted: Sequence[Adopted], places: dict[str, str], imports: Iterable[str]
) -> str:
    """Return the text of a module.

    Args:
        title: Its docstring.
        adopted: The objects that it declares, in their order.
        places: The expressions for the variables that it refers to.
        imports: The modules beside it that it imports.
    """
    has_secrets = any(each.keys for each in adopted)
    head = [f'"""{title}"""', ""]
    if has_secrets:
        head.append("import pulumi")
    head.append("import pulumi_bxbi as bxbi")
    if imports:
        head += ["", *(f"import {name}" for name in imports)]
    if has_secrets:
        head += ["", "config = pulumi.Config()"]
    return "\n".join([*head, "", "\n\n".join(declaration(each, places) for each in adopted), ""])


def declaration(adopted: Adopted, places: Mapping[str, str], parent: str = "") -> str:
    """Return the statement that declares an object.

    Args:
        adopted: The object.
        places: The expressions for the variables that it refers to.
        parent: The expression for its parent; empty for none.
    """
    lifecycle = adopted.kind.lifecycle
    elements: list[tuple[str, Expression]] = [("", Text(adopted.name))]
    for argument, field in lifecycle.inputs.model_fields.items():
        if field.alias in adopted.inputs:
            elements.append((f"{argument}=", _argument(adopted, str(field.alias), places)))
    if parent:
        elements.append(("opts=", Code(f"pulumi.ResourceOptions(parent={parent})")))
    call = Bracket(f"bxbi.{lifecycle.resource}(", elements, ")", spread=True)
    return statement(f"{adopted.variable} = " if adopted.variable else "", call)


def _argument(adopted: Adopted, name: str, places: Mapping[str, str]) -> Expression:
    value = adopted.inputs[name]
    if name == "settings":
        settings = [(f"{literal(code)}: ", _secret(key)) for code, key in adopted.keys.items()]
        return Bracket("{", settings, "}", spread=True)
    if "settings" not in adopted.inputs and name in adopted.keys:
        return _secret(adopted.keys[name])
    if name in _PARTS:
        return _parts(_PARTS[name], value)
    if name == "logo" and adopted.logo:
        return Text(adopted.logo_file)
    owner = adopted.kind.lifecycle.owner
    if adopted.owner and owner and name == owner.reference:
        return Code(f"{places[adopted.owner.variable]}.id")
    return _value(value)


def _secret(key: str) -> Expression:
    """Return the expression for a secret of the configuration."""
    return Bracket("config.require_secret(", [("", Text(key))], ")")


def _parts(part: str, values: Iterable[Properties]) -> Expression:
    """Return a list of columns or parameters; only optional arguments are written with names."""
    calls: list[tuple[str, Expression]] = []
    for value in values:
        elements = [
            ("visible=" if name == "visible" else "", _value(each)) for name, each in value.items()
        ]
        calls.append(("", Bracket(f"bxbi.{part}(", elements, ")")))
    return Bracket("[", calls, "]", spread=True)


def _value(value: Any) -> Expression:
    return Text(value) if isinstance(value, str) else Code(repr(value))


def _logos(adopted: Iterable[Adopted]) -> dict[str, bytes]:
    return {each.logo_file: each.logo.content for each in adopted if each.logo}

"""The examples in the schema of the package, each in YAML, TypeScript, Python and Go.

Vendor's page: "Pulumi package schema" (https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml
from pydantic.alias_generators import to_snake

from pulumi_bxbi.plugin.functions import ExternalFunction
from pulumi_bxbi.stack.urns import CONNECTOR, SOURCE, TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pulumi_bxbi.plugin.functions import Function
    from pulumi_bxbi.resources.values import Properties
    from pulumi_bxbi.stack.urns import ResourceType


@dataclass(frozen=True, slots=True)
class IdOf:
    """The id of another resource of the program."""

    name: str


@dataclass(frozen=True, slots=True)
class SecretOf:
    """A secret of the stack's configuration."""

    key: str


@dataclass(frozen=True, slots=True)
class _Language:
    """How a language writes the values of an example.

    Attributes:
        id_of: The id of a resource; ``{name}`` stands for its variable.
        configured: A secret of the configuration; ``{key}`` stands for its key.
        scalar: Returns a text, a number or a boolean.
        entry: Returns a property, of its name and its written value.
        key: Returns an entry of a mapping, of its key and its written value.
        mapping: What stands before and after the entries of a mapping.
        parts: What stands before each element of a list, by the property that holds the list.
        end: What stands after an element.
        list_of: What stands before and after the elements of a list, by the property.
    """

    id_of: str
    configured: str
    scalar: Callable[[Any], str]
    entry: Callable[[str, str], str]
    key: Callable[[str, str], str]
    mapping: tuple[str, str]
    parts: Mapping[str, str]
    end: str
    list_of: Mapping[str, tuple[str, str]]


_PLAIN_LIST: Final = dict.fromkeys(("columns", "parameters"), ("[", "]"))


def _in_python(value: Any) -> str:
    return repr(value) if isinstance(value, bool) else json.dumps(value, ensure_ascii=False)


def _in_go(value: Any) -> str:
    kind = {bool: "Bool", int: "Int", str: "String"}[type(value)]
    return f"pulumi.{kind}({json.dumps(value, ensure_ascii=False)})"


def _go_name(name: str) -> str:
    return f"{name[0].upper()}{name[1:]}"


_TYPESCRIPT: Final = _Language(
    id_of="{name}.id",
    configured='config.requireSecret("{key}")',
    scalar=lambda value: json.dumps(value, ensure_ascii=False),
    entry="{}: {}".format,
    key="{}: {}".format,
    mapping=("{", "}"),
    parts=dict.fromkeys(("columns", "parameters"), "{ "),
    end=" }",
    list_of=_PLAIN_LIST,
)
_PYTHON: Final = _Language(
    id_of="{name}.id",
    configured='config.require_secret("{key}")',
    scalar=_in_python,
    entry=lambda name, value: f"{to_snake(name)}={value}",
    key='"{}": {}'.format,
    mapping=("{", "}"),
    parts={"columns": "bxbi.Column(", "parameters": "bxbi.ConnectorParameter("},
    end=")",
    list_of=_PLAIN_LIST,
)
_GO: Final = _Language(
    id_of="{name}.ID()",
    configured='config.RequireSecret(ctx, "{key}")',
    scalar=_in_go,
    entry=lambda name, value: f"{_go_name(name)}: {value}",
    key='"{}": {}'.format,
    mapping=("pulumi.StringMap{", "}"),
    parts={"columns": "&bxbi.ColumnArgs{", "parameters": "&bxbi.ConnectorParameterArgs{"},
    end="}",
    list_of={
        "columns": ("bxbi.ColumnArray{", "}"),
        "parameters": ("bxbi.ConnectorParameterArray{", "}"),
    },
)

#: The id of the owner in the example of a function that finds several objects.
_OWNER: Final = 123
#: The variables in the examples of functions that look up one external table, and all of them.
_DESCRIBED: Final = "described"
_OFFERED: Final = "offered"
_ENDPOINTS: Final = "https://bi.acme.example"
#: The variable and the properties of the example of each resource.
RESOURCES: Final[Mapping[ResourceType, tuple[str, Properties]]] = {
    CONNECTOR: (
        "warehouse",
        {
            "title": "Warehouse",
            "logo": "https://acme.example/warehouse.svg",
            "urlCheck": f"{_ENDPOINTS}/check",
            "urlTableList": f"{_ENDPOINTS}/tables",
            "urlTableDescription": f"{_ENDPOINTS}/columns",
            "urlData": f"{_ENDPOINTS}/data",
            "parameters": [
                {"code": "login", "name": "Login", "type": "STRING"},
                {"code": "password", "name": "Password", "type": "STRING"},
            ],
        },
    ),
    SOURCE: (
        "crm",
        {
            "title": "CRM Source",
            "connectorId": IdOf("warehouse"),
            "settings": {"login": "admin", "password": SecretOf("crmPassword")},
        },
    ),
    TABLE: (
        "orders",
        {
            "sourceId": IdOf("crm"),
            "name": "orders",
            "externalName": "Orders",
            "externalCode": "orders",
            "columns": [
                {"name": "ID", "externalCode": "id", "type": "int"},
                {"name": "AMOUNT", "externalCode": "amount", "type": "double"},
            ],
        },
    ),
}


def of_resource(kind: ResourceType) -> str:
    """Return the example of a resource, as the description of a schema holds it.

    Args:
        kind: Its type.
    """
    variable, properties = RESOURCES[kind]
    name = kind.lifecycle.resource
    document = {
        "resources": {
            variable: {"type": f"bxbi:{name}", "properties": _in_yaml(properties)},
        }
    }
    go_args = _lines(_GO, properties, "\t")
    return _example(
        f"A {kind.lifecycle.kind}",
        yaml.safe_dump(document, sort_keys=False, allow_unicode=True).rstrip(),
        f'const {variable} = new bxbi.{name}("{variable}", {{\n'
        f"{_lines(_TYPESCRIPT, properties, '    ')}\n}});",
        f'{variable} = bxbi.{name}(\n    "{variable}",\n{_lines(_PYTHON, properties, "    ")}\n)',
        f'{variable}, err := bxbi.New{name}(ctx, "{variable}", &bxbi.{name}Args{{\n'
        f"{go_args}\n}})\nif err != nil {{\n\treturn err\n}}",
    )


def of_function(token: str, function: Function) -> str:
    """Return the example of a function, as the description of a schema holds it.

    Args:
        token: Its token.
        function: The function.
    """
    name = token.rpartition(":")[2]
    result, arguments, required = _called(function)
    call = f"bxbi.{name}({_braced(arguments)})"
    in_go = "".join(
        f"\t{_go_name(key)}: {_plain_in_go(value, is_required=key in required)},\n"
        for key, value in arguments.items()
    )
    in_python = ", ".join(f"{to_snake(key)}={_in_python(each)}" for key, each in arguments.items())
    invoke: Properties = {"function": f"bxbi:{name}"}
    if arguments:
        invoke["arguments"] = dict(arguments)
    document = {"variables": {result: {"fn::invoke": invoke}}}
    return _example(
        name,
        yaml.safe_dump(document, sort_keys=False).rstrip(),
        f"const {result} = await {call};",
        f"{result} = bxbi.{to_snake(name)}({in_python})",
        f"{result}, err := bxbi.{_go_name(name)}(ctx, &bxbi.{_go_name(name)}Args{{\n{in_go}}})\n"
        "if err != nil {\n\treturn err\n}",
    )


def _called(function: Function) -> tuple[str, Properties, Sequence[str]]:
    """Return the variable of the result, the arguments, and which of them are required."""
    if isinstance(function, ExternalFunction):
        by_source: Properties = {"sourceId": _OWNER}
        if function.results:
            return _OFFERED, by_source, ()
        return _DESCRIBED, {**by_source, "code": RESOURCES[TABLE][1]["externalCode"]}, ("code",)
    lifecycle = function.lifecycle
    if function.results:
        return function.results, dict.fromkeys(function.arguments, _OWNER), ()
    found, properties = next(
        each for kind, each in RESOURCES.items() if kind.lifecycle is lifecycle
    )
    return found, {lifecycle.label: properties[lifecycle.label]}, ()


def _braced(arguments: Properties) -> str:
    if not arguments:
        return ""
    return "{ " + ", ".join(f"{key}: {json.dumps(each)}" for key, each in arguments.items()) + " }"


def _plain_in_go(value: Any, *, is_required: bool) -> str:
    written = json.dumps(value)
    is_pointer = isinstance(value, str) and not is_required
    return f"pulumi.StringRef({written})" if is_pointer else written


def _example(title: str, in_yaml: str, in_typescript: str, in_python: str, in_go: str) -> str:
    blocks = (
        ("yaml", in_yaml),
        ("typescript", in_typescript),
        ("python", in_python),
        ("go", in_go),
    )
    written = "\n\n".join(f"```{language}\n{text}\n```" for language, text in blocks)
    return (
        "\n\n{{% examples %}}\n## Example Usage\n\n{{% example %}}\n"
        f"### {title}\n\n{written}\n\n{{{{% /example %}}}}\n{{{{% /examples %}}}}"
    )


def _in_yaml(value: Any) -> Any:
    if isinstance(value, IdOf):
        return f"${{{value.name}.id}}"
    if isinstance(value, SecretOf):
        return f"${{{value.key}}}"
    if isinstance(value, dict):
        return {key: _in_yaml(each) for key, each in value.items()}
    return [_in_yaml(each) for each in value] if isinstance(value, list) else value


def _lines(language: _Language, properties: Properties, indent: str) -> str:
    return "\n".join(
        f"{indent}{language.entry(name, _written(language, name, value, indent))},"
        for name, value in properties.items()
    )


def _written(language: _Language, name: str, value: Any, indent: str) -> str:
    if isinstance(value, IdOf):
        return language.id_of.format(name=value.name)
    if isinstance(value, SecretOf):
        return language.configured.format(key=value.key)
    if isinstance(value, dict):
        before, after = language.mapping
        inner = ", ".join(
            language.key(key, _written(language, key, each, indent)) for key, each in value.items()
        )
        return f"{before}{inner}{after}"
    if isinstance(value, list):
        before, after = language.list_of[name]
        deeper = f"{indent}{indent}"
        elements = "".join(
            f"\n{deeper}{language.parts[name]}{_inline(language, each)}{language.end},"
            for each in value
        )
        return f"{before}{elements}\n{indent}{after}"
    return language.scalar(value)


def _inline(language: _Language, properties: Properties) -> str:
    return ", ".join(
        language.entry(name, _written(language, name, value, ""))
        for name, value in properties.items()
    )

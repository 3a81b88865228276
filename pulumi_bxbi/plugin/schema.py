"""The package schema, generated from the models of the resources and the declared settings.

The output of ``python -m pulumi_bxbi.plugin.schema`` is the file ``schema.json`` of the repository.
"""

from __future__ import annotations

import json
import sys
import types
from typing import TYPE_CHECKING, Any, Final, get_args, get_origin

from pulumi_bxbi.deployment.external_tables import ExternalTable
from pulumi_bxbi.plugin import examples
from pulumi_bxbi.plugin.functions import FUNCTIONS, ExternalFunction
from pulumi_bxbi.resources.connector import ParameterInputs
from pulumi_bxbi.resources.inputs import IS_ID, SECRET_VALUES
from pulumi_bxbi.resources.table import ColumnInputs
from pulumi_bxbi.settings.declared import SETTINGS
from pulumi_bxbi.settings.names import variable
from pulumi_bxbi.stack.urns import TYPES

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

    from pulumi_bxbi.plugin.functions import Function
    from pulumi_bxbi.settings.declared import Setting
    from pulumi_bxbi.stack.urns import ResourceType

_PARTS: Final[dict[type[BaseModel], str]] = {
    ColumnInputs: "bxbi:index:Column",
    ParameterInputs: "bxbi:index:ConnectorParameter",
}
#: Generated packages have the version of the plugin.
_VERSIONED: Final = {"respectSchemaVersion": True}
#: An id: in languages the ids of resources are texts, on the portal whole numbers.
_ID: Final = {"oneOf": [{"type": "integer"}, {"type": "string"}]}
_TEXT: Final = {"type": "string"}
_SCALARS: Final = {str: "string", int: "integer", bool: "boolean"}


def package_schema() -> dict[str, Any]:
    """Return the schema of the package, as Pulumi's schema reference describes it."""
    return {
        "name": "bxbi",
        "displayName": "Bitrix24 BI Builder",
        "description": "Connectors, sources and tables of Bitrix24's BI Builder as code.",
        "keywords": ["pulumi", "bitrix24", "bi builder", "category/infrastructure", "kind/native"],
        "license": "MIT",
        "config": {"variables": {each.name: _variable(each) for each in SETTINGS.values()}},
        "provider": {
            "description": "A portal, and what authorizes the calls to it. Missing arguments are "
            "read from the environment.",
            "inputProperties": {each.name: _argument(each) for each in SETTINGS.values()},
        },
        "types": {
            **{token: _part(model) for model, token in _PARTS.items()},
            **{
                _found_token(each): _found_type(each) for each in FUNCTIONS.values() if each.results
            },
        },
        "resources": {each.schema_token: _resource(each) for each in TYPES},
        "functions": {token: _function(token, each) for token, each in FUNCTIONS.items()},
        "language": {
            # The package for programs in Python is this one; a generated one has another name.
            "python": {"packageName": "pulumi_bxbi_sdk", **_VERSIONED},
            "nodejs": {"packageName": "pulumi-bxbi", **_VERSIONED},
            "go": _VERSIONED,
            "csharp": _VERSIONED,
        },
    }


def released_schema(version: str) -> dict[str, Any]:
    """Return the schema that the plugin tells, from which packages for languages are generated.

    Args:
        version: The version of the plugin.
    """
    # With it a package for Go has a go.mod. Pulumi takes it with a version only.
    return {**package_schema(), "version": version, "meta": {"supportPack": True}}


def _variable(setting: Setting) -> dict[str, Any]:
    described = _argument(setting)
    if setting.default is not None:
        described["default"] = setting.default
    return {**described, "defaultInfo": {"environment": [variable(setting.name)]}}


def _argument(setting: Setting) -> dict[str, Any]:
    """Describe an argument of a provider.

    It names neither default nor environment: a generated package would store their values in the
    state, and the plugin reads the environment itself.
    """
    described = {"type": setting.type, "description": setting.meaning}
    return {**described, "secret": True} if setting.secret else described


def _function(token: str, function: Function) -> dict[str, Any]:
    found = _found(function)
    outputs = {"type": "object", "properties": found, "required": list(found)}
    if function.results:
        item = {"$ref": f"#/types/{_found_token(function)}"}
        what = "tables" if isinstance(function, ExternalFunction) else "objects"
        described = {"type": "array", "items": item, "description": f"The {what} that were found."}
        outputs["properties"] = {function.results: described}
        outputs["required"] = [function.results]
    return {
        "description": function.meaning + examples.of_function(token, function),
        "inputs": _arguments(function),
        "outputs": outputs,
    }


def _arguments(function: Function) -> dict[str, Any]:
    if isinstance(function, ExternalFunction):
        model = function.arguments
        required = [_name(field) for field in model.model_fields.values() if field.is_required()]
        described = {"type": "object", "properties": _properties(model)}
        return {**described, "required": required} if required else described
    return {
        "type": "object",
        "properties": {
            name: {**(_ID if name.lower().endswith("id") else _TEXT), "description": meaning}
            for name, meaning in function.arguments.items()
        },
    }


def _found(function: Function) -> dict[str, Any]:
    """Return the properties of an object or an external table that a function finds."""
    if isinstance(function, ExternalFunction):
        return _properties(ExternalTable)
    lifecycle = function.lifecycle
    given = {
        name: each
        for name, each in _properties(lifecycle.inputs).items()
        if name not in lifecycle.state_only
    }
    number = {"type": "integer", "description": "Its id on the portal."}
    outputs = {**given, **_properties(lifecycle.outputs)}
    return {"id": number, **{name: _as_output(each) for name, each in outputs.items()}}


def _found_type(function: Function) -> dict[str, Any]:
    found = _found(function)
    description = (
        ExternalTable.__doc__
        if isinstance(function, ExternalFunction)
        else f"A {function.lifecycle.kind} as it is on the portal."
    )
    return {
        "type": "object",
        "description": description,
        "properties": found,
        "required": list(found),
    }


def _found_token(function: Function) -> str:
    if isinstance(function, ExternalFunction):
        return "bxbi:index:ExternalTable"
    return f"bxbi:index:Found{function.lifecycle.kind.title()}"


def _resource(kind: ResourceType) -> dict[str, Any]:
    inputs, outputs = kind.lifecycle.inputs, kind.lifecycle.outputs
    given, computed = _properties(inputs), _properties(outputs)
    required = [_name(field) for field in inputs.model_fields.values() if field.is_required()]
    return {
        "description": f"{inputs.__doc__}{examples.of_resource(kind)}",
        "inputProperties": given,
        "requiredInputs": required,
        "properties": {
            **{name: _as_output(each) for name, each in given.items()},
            **computed,
        },
        "required": [*required, *computed],
    }


def _part(model: type[BaseModel]) -> dict[str, Any]:
    properties = _properties(model)
    required = [_name(field) for field in model.model_fields.values() if field.is_required()]
    return {
        "type": "object",
        "description": model.__doc__,
        "properties": properties,
        "required": required,
    }


def _properties(model: type[BaseModel]) -> dict[str, Any]:
    return {_name(field): _property(field) for field in model.model_fields.values()}


def _property(field: FieldInfo) -> dict[str, Any]:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    secret = {"secret": True} if SECRET_VALUES in field.metadata else {}
    of_value = _ID if IS_ID in field.metadata else _type(field.annotation)
    return {**of_value, "description": field.description, **secret, **extra}


def _as_output(described: dict[str, Any]) -> dict[str, Any]:
    """Return the description of an output: it names no replacement, and ids are numbers."""
    known = {key: value for key, value in described.items() if key != "willReplaceOnChanges"}
    return {"type": "integer", **known} if known.pop("oneOf", None) else known


def _type(annotation: Any) -> dict[str, Any]:
    """Return the schema of a Python type, whose pydantic annotations do not matter here."""
    if annotation in _SCALARS:
        return {"type": _SCALARS[annotation]}
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is types.UnionType:
        (given,) = (each for each in arguments if each is not types.NoneType)
        return _type(given)
    if origin is dict:
        return {"type": "object", "additionalProperties": _type(arguments[1])}
    if origin is list:
        return {"type": "array", "items": _type(arguments[0])}
    if annotation in _PARTS:
        return {"$ref": f"#/types/{_PARTS[annotation]}"}
    # The only other form is Annotated[type, …].
    return _type(arguments[0])


def _name(field: FieldInfo) -> str:
    return str(field.alias)


def main() -> None:
    """Print the schema."""
    json.dump(package_schema(), sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()

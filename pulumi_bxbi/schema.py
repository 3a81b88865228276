"""The package schema, made from the models of the resources and the declarations of the settings.

Its output, that of ``python -m pulumi_bxbi.schema``, is the file ``schema.json`` of the repository.
"""

from __future__ import annotations

import json
import sys
import types
from typing import TYPE_CHECKING, Any, Final, get_args, get_origin

from pulumi_bxbi.resources.connector import ParameterInputs
from pulumi_bxbi.resources.inputs import SECRET_VALUES
from pulumi_bxbi.resources.table import ColumnInputs
from pulumi_bxbi.settings.declared import SETTINGS
from pulumi_bxbi.stack.urns import TYPES

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

    from pulumi_bxbi.settings.declared import Setting

_PARTS: Final[dict[type[BaseModel], str]] = {
    ColumnInputs: "bxbi:index:Column",
    ParameterInputs: "bxbi:index:ConnectorParameter",
}
_SCALARS: Final = {str: "string", int: "integer", bool: "boolean"}


def package_schema() -> dict[str, Any]:
    """Make the schema of the package, as Pulumi's schema reference describes it."""
    return {
        "name": "bxbi",
        "displayName": "Bitrix24 BI Builder",
        "description": "Connectors, sources and tables of Bitrix24's BI Builder as code.",
        "keywords": ["pulumi", "bitrix24", "bi builder", "category/infrastructure", "kind/native"],
        "license": "MIT",
        "config": {"variables": {each.name: _variable(each) for each in SETTINGS.values()}},
        "types": {token: _part(model) for model, token in _PARTS.items()},
        "resources": {
            each.schema_token: _resource(each.lifecycle.inputs, each.lifecycle.outputs)
            for each in TYPES
        },
    }


def _variable(setting: Setting) -> dict[str, Any]:
    described: dict[str, Any] = {"type": setting.type, "description": setting.meaning}
    if setting.default is not None:
        described["default"] = setting.default
    return {**described, "secret": True} if setting.secret else described


def _resource(inputs: type[BaseModel], outputs: type[BaseModel]) -> dict[str, Any]:
    given, computed = _properties(inputs), _properties(outputs)
    required = [_name(field) for field in inputs.model_fields.values() if field.is_required()]
    return {
        "description": inputs.__doc__,
        "inputProperties": given,
        "requiredInputs": required,
        "properties": {
            **{name: _without_replacement(each) for name, each in given.items()},
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
    return {**_type(field.annotation), "description": field.description, **secret, **extra}


def _without_replacement(described: dict[str, Any]) -> dict[str, Any]:
    """Describe an output: what a change leads to is a fact about inputs."""
    return {key: value for key, value in described.items() if key != "willReplaceOnChanges"}


def _type(annotation: Any) -> dict[str, Any]:
    """Translate a Python type; its pydantic annotations do not matter here."""
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
    # What is left is Annotated[type, …].
    return _type(arguments[0])


def _name(field: FieldInfo) -> str:
    return str(field.alias)


def main() -> None:
    """Print the schema."""
    json.dump(package_schema(), sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()

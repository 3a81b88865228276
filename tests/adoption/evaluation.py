"""What a generated program declares, found out without running it."""

from __future__ import annotations

import ast
import base64
import mimetypes
from typing import TYPE_CHECKING, Any

from pydantic.alias_generators import to_camel

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The positional arguments of the parts of a list.
PARTS = {
    "bxbi.Column": ("name", "externalCode", "type"),
    "bxbi.ConnectorParameter": ("code", "name", "type"),
}


def declared(
    files: Mapping[str, bytes], secrets: Mapping[str, str], ids: Mapping[str, int]
) -> dict[tuple[str, str], dict[str, Any]]:
    """Give the inputs of each resource of a program by its type and name.

    Args:
        files: The program's files by their names.
        secrets: The stack's configuration.
        ids: The ids of the resources, by type and name: ``BiSource crm``.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    variables: dict[str, int] = {}
    modules = [name for name in files if name.endswith(".py")]
    for module in sorted(modules, key=lambda name: (name == "__main__.py", name)):
        evaluation = Evaluation(files, secrets, variables)
        for statement in ast.parse(files[module]).body:
            if isinstance(statement, ast.Import):
                continue
            assert isinstance(statement, (ast.Assign, ast.Expr))
            call = statement.value
            if not isinstance(call, ast.Call):
                continue  # the docstring
            kind = ast.unparse(call.func).removeprefix("bxbi.")
            if kind == "pulumi.Config":
                continue
            (name,) = map(ast.literal_eval, call.args)
            assert (kind, name) not in found
            found[kind, name] = {
                to_camel(str(each.arg)): evaluation.value(str(each.arg), each.value)
                for each in call.keywords
            }
            if isinstance(statement, ast.Assign):
                (target,) = statement.targets
                variable = ast.unparse(target)
                prefix = "" if len(modules) == 1 else f"{module.removesuffix('.py')}."
                assert f"{prefix}{variable}" not in variables
                variables[f"{prefix}{variable}"] = ids[f"{kind} {name}"]
    return found


class Evaluation:
    """Evaluates the arguments of one module.

    Args:
        files: The program's files, for logos.
        secrets: The stack's configuration.
        variables: The ids of what was declared before.
    """

    def __init__(
        self, files: Mapping[str, bytes], secrets: Mapping[str, str], variables: Mapping[str, int]
    ) -> None:
        self.files, self.secrets, self.variables = files, secrets, variables

    def value(self, argument: str, node: ast.expr) -> Any:
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            return {ast.literal_eval(key): self.value("", each) for key, each in pairs if key}
        if isinstance(node, ast.List):
            return [self.value("", each) for each in node.elts]
        if isinstance(node, ast.Attribute):
            assert node.attr == "id"
            return self.variables[ast.unparse(node.value)]
        if isinstance(node, ast.Call):
            return self.call(node)
        constant = ast.literal_eval(node)
        if argument == "logo" and constant in self.files:
            kind, _ = mimetypes.guess_type(constant)
            return f"data:{kind};base64,{base64.b64encode(self.files[constant]).decode()}"
        return constant

    def call(self, node: ast.Call) -> Any:
        function = ast.unparse(node.func)
        given = [ast.literal_eval(each) for each in node.args]
        if function == "config.require_secret":
            return self.secrets[given[0]]
        named = {str(each.arg): ast.literal_eval(each.value) for each in node.keywords}
        return {**dict(zip(PARTS[function], given, strict=True)), **named}

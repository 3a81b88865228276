"""Checks of Pulumi's options: some have no effect on this provider's resources, some do harm.

Pulumi accepts all of them without a message.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

import pulumi

from pulumi_bxbi.portal.display import one_line
from pulumi_bxbi.program.arguments import PART_NAMES
from pulumi_bxbi.resources.misspelling import nearest
from pulumi_bxbi.resources.paths import right_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulumi_bxbi.stack.urns import ResourceType

#: The options that take property paths.
_OF_PATHS: Final = (
    "ignore_changes",
    "replace_on_changes",
    "additional_secret_outputs",
    "hide_diffs",
)


def judge(
    name: str,
    resource_type: ResourceType,
    property_names: Sequence[str],
    options: pulumi.ResourceOptions,
    *,
    is_dynamic: bool,
) -> Sequence[str]:
    """Return the warnings about options without effect; refuse options that would do harm.

    Args:
        name: The name of the resource in the program.
        resource_type: Its type.
        property_names: The names of its properties, as the state spells them.
        options: Its options.
        is_dynamic: Whether a dynamic provider manages it, which knows fewer options than the
            plugin.

    Raises:
        pulumi.RunError: An option would do harm, or names a property in another spelling.
    """
    problem = _deleted_with(name, resource_type, options)
    if is_dynamic and not problem:
        problem = _import(name, resource_type, options)
    if problem:
        raise pulumi.RunError(one_line(f"{resource_type.name} {name}: {problem}"))
    warnings = [*_without_effect(options)] if is_dynamic else []
    for option in _OF_PATHS:
        for path in getattr(options, option, None) or ():
            right = right_path(path, property_names, PART_NAMES)
            if not right:
                warnings.append(_unknown(resource_type.name, option, path, property_names))
            elif right != path:
                raise pulumi.RunError(
                    one_line(
                        f'{resource_type.name} {name}: {option} has no effect for "{path}", '
                        f'because options name properties as the state does: write "{right}".'
                    )
                )
    return [one_line(each) for each in warnings]


def _import(name: str, resource_type: ResourceType, options: pulumi.ResourceOptions) -> str:
    if options.import_ is None:
        return ""
    command = f"bxbi import {resource_type.kind} {options.import_} --name {shlex.quote(name)}"
    below = (
        ", with --parent and the parent's URN (`pulumi stack --show-urns`)"
        if options.parent
        else ""
    )
    return (
        f"the option import_ does not work for this kind of resource. Run `{command}`{below}, "
        "which takes the object into the state and prints what to write into the program, and "
        "remove import_."
    )


def _deleted_with(name: str, resource_type: ResourceType, options: pulumi.ResourceOptions) -> str:
    owner = options.deleted_with
    owner_type = getattr(getattr(owner, "managed_by", None), "resource_type", None)
    if owner is None or owner_type is None:
        return ""
    return (
        f"the option deleted_with must not name {type(owner).__name__} "
        f"{owner.pulumi_resource_name}: Pulumi would forget the {resource_type.kind} without "
        f"deleting it. The portal does not delete it along with the {owner_type.kind}, and would "
        f"refuse to delete the {owner_type.kind} from then on. Remove deleted_with from {name}; "
        "the order of deletions follows from the ids."
    )


def _without_effect(options: pulumi.ResourceOptions) -> Iterator[str]:
    if options.replace_on_changes:
        yield (
            "the option replace_on_changes has no effect on this kind of resource. "
            "Use replacement_trigger: another value of it replaces the resource."
        )
    if options.custom_timeouts:
        yield (
            "the option custom_timeouts has no effect on this kind of resource. Use the settings "
            "bxbi:timeout (seconds for one HTTP request) and bxbi:maxWait, for all resources."
        )


def _unknown(resource: str, option: str, path: str, names: Sequence[str]) -> str:
    return (
        f'{option} has no effect for "{path}", which is no property of {resource}'
        f"{nearest(path, names) or '.'} It has: {', '.join(names)}."
    )

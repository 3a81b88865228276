"""Checks of Pulumi's options: some have no effect on this provider's resources, some do harm.

Pulumi accepts all of them without a message.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Final

import pulumi

from pulumi_bxbi.portal.display import one_line
from pulumi_bxbi.resources.inputs import nearest
from pulumi_bxbi.resources.paths import right_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulumi_bxbi.resources.lifecycle import Lifecycle

#: The options that take property paths.
_OF_PATHS: Final = (
    "ignore_changes",
    "replace_on_changes",
    "additional_secret_outputs",
    "hide_diffs",
)


def judge(
    resource: str,
    name: str,
    lifecycle: Lifecycle[Any],
    options: pulumi.ResourceOptions,
    *,
    is_dynamic: bool,
) -> Sequence[str]:
    """Return the warnings about options without effect; refuse options that would do harm.

    Args:
        resource: The class of the resource, such as ``BiSource``.
        name: Its name in the program.
        lifecycle: Its lifecycle.
        options: Its options.
        is_dynamic: Whether a dynamic provider manages it, which knows fewer options than the
            plugin.

    Raises:
        pulumi.RunError: An option would do harm, or names a property in another spelling.
    """
    problem = _deleted_with(name, lifecycle, options)
    if is_dynamic and not problem:
        problem = _import(name, lifecycle, options)
    if problem:
        raise pulumi.RunError(one_line(f"{resource} {name}: {problem}"))
    warnings = [*_without_effect(options)] if is_dynamic else []
    for option in _OF_PATHS:
        for path in getattr(options, option, None) or ():
            right = right_path(path, lifecycle.property_names())
            if not right:
                warnings.append(_unknown(resource, option, path, lifecycle))
            elif right != path:
                raise pulumi.RunError(
                    one_line(
                        f'{resource} {name}: {option} has no effect for "{path}", because options '
                        f'name properties as the state does: write "{right}".'
                    )
                )
    return [one_line(each) for each in warnings]


def _import(name: str, lifecycle: Lifecycle[Any], options: pulumi.ResourceOptions) -> str:
    if options.import_ is None:
        return ""
    command = f"bxbi import {lifecycle.kind} {options.import_} --name {shlex.quote(name)}"
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


def _deleted_with(name: str, lifecycle: Lifecycle[Any], options: pulumi.ResourceOptions) -> str:
    owner = options.deleted_with
    kind = getattr(getattr(owner, "managed_by", None), "lifecycle", None)
    if owner is None or kind is None:
        return ""
    return (
        f"the option deleted_with must not name {type(owner).__name__} "
        f"{owner.pulumi_resource_name}: Pulumi would forget the {lifecycle.kind} without deleting "
        f"it. The portal does not delete it along with the {kind.kind}, and would refuse to delete "
        f"the {kind.kind} from then on. Remove deleted_with from {name}; the order of deletions "
        "follows from the ids."
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


def _unknown(resource: str, option: str, path: str, lifecycle: Lifecycle[Any]) -> str:
    names = lifecycle.property_names()
    return (
        f'{option} has no effect for "{path}", which is no property of {resource}'
        f"{nearest(path, names) or '.'} It has: {', '.join(names)}."
    )

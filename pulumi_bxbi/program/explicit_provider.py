"""The explicit provider that a resource has by its options or by its parent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pulumi

#: The package whose plugin serves explicit providers.
PACKAGE: Final = "bxbi"


def provider_of(opts: pulumi.ResourceOptions | None) -> pulumi.ProviderResource | None:
    """Return the explicit provider in options, or that of the parent; ``None`` for none.

    Args:
        opts: The options of a resource of this package.
    """
    if opts is None:
        return None
    if opts.provider is not None and opts.provider.package == PACKAGE:
        return opts.provider
    given = opts.providers or ()
    for each in given.values() if isinstance(given, Mapping) else given:
        if each.package == PACKAGE:
            return each
    return opts.parent.get_provider(f"{PACKAGE}:index:any") if opts.parent else None

"""The file from which `pulumi import` takes objects into a state.

Vendor's page: "Importing resources" (https://www.pulumi.com/docs/iac/guides/migration/import/).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def import_file(entries: Iterable[Mapping[str, Any]]) -> str:
    """Return the content of an import file, with secrets in plain text.

    Args:
        entries: The resources; ``parent`` and ``provider`` are URNs.
    """
    resources = list(entries)
    owners = {each[key] for each in resources for key in ("parent", "provider") if key in each}
    return json.dumps({"nameTable": {urn: urn for urn in owners}, "resources": resources})

"""The seed: the objects of a portal at its start, and the conditions under which it answers.

`portal.json` is the shipped seed, which is used where the command gets none. `README.md` describes
the format.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.emulator.seed.conditions import CONDITIONS, Conditions
from pulumi_bxbi.emulator.seed.node import Node, SeedError
from pulumi_bxbi.emulator.seed.objects import OBJECTS, Objects

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_bxbi.emulator.api.records import Identity

__all__ = ["Seed", "SeedError", "load"]

#: The keys that a seed may omit: they are taken from the shipped seed.
SHIPPED: Final = ("users", "webhooks")


@dataclass(frozen=True, slots=True)
class Seed:
    """A seed.

    Attributes:
        conditions: The conditions, which are fixed while the portal runs.
        objects: The objects, which methods change.
    """

    conditions: Conditions
    objects: Objects


def load(file: Path | None, identity: Identity) -> Seed:
    """Read a seed.

    Args:
        file: The seed; `None` for the shipped one.
        identity: The member id and the application where the seed does not name them.

    Raises:
        SeedError: The file cannot be used.
    """
    shipped = json.loads((resources.files(__name__) / "portal.json").read_text("utf-8"))
    document = shipped if file is None else _document(file)
    Node(document).keys({*CONDITIONS, *OBJECTS})
    application = {"clientId": identity.client_id, "clientSecret": identity.client_secret}
    node = Node(
        {
            "memberId": identity.member_id,
            "applications": [application],
            **{key: shipped[key] for key in SHIPPED},
            **document,
        }
    )
    conditions = Conditions.read(node)
    return Seed(conditions, Objects.read(node, conditions))


def _document(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise SeedError(f"{error.strerror or error}") from None
    except ValueError as error:
        raise SeedError(f"is not JSON in UTF-8: {error}") from None

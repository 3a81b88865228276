"""What users import stays where it is."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from pulumi.dynamic.dynamic import serialize_provider

import pulumi_bxbi
import pulumi_bxbi.portal
from pulumi_bxbi.dynamic import PROVIDERS
from pulumi_bxbi.stack.urns import TYPES

if TYPE_CHECKING:
    from pulumi_bxbi.stack.urns import ResourceType

#: A provider as every state stores it: a pickle of nothing but the names of its module and class.
STORED = {
    "BiConnector": b"\x80\x04\x952\x00\x00\x00\x00\x00\x00\x00\x8c\x13pulumi_bxbi.dynamic\x94"
    b"\x8c\x13BiConnectorProvider\x94\x93\x94)\x81\x94.",
    "BiSource": b"\x80\x04\x95/\x00\x00\x00\x00\x00\x00\x00\x8c\x13pulumi_bxbi.dynamic\x94"
    b"\x8c\x10BiSourceProvider\x94\x93\x94)\x81\x94.",
    "BiTable": b"\x80\x04\x95.\x00\x00\x00\x00\x00\x00\x00\x8c\x13pulumi_bxbi.dynamic\x94"
    b"\x8c\x0fBiTableProvider\x94\x93\x94)\x81\x94.",
}


def test_the_public_names_are_sorted_and_exist() -> None:
    for module in (pulumi_bxbi, pulumi_bxbi.portal):
        assert module.__all__ == sorted(module.__all__)
        for name in module.__all__:
            assert hasattr(module, name)


def test_an_error_is_shown_by_the_name_it_is_imported_by() -> None:
    assert pulumi_bxbi.portal.InUse.__module__ == "pulumi_bxbi.portal"


@pytest.mark.parametrize("kind", TYPES, ids=lambda each: each.name)
def test_a_provider_is_stored_by_its_name_alone(kind: ResourceType) -> None:
    """Other bytes would be a change of every resource in every existing stack."""
    stored = base64.b64decode(serialize_provider(PROVIDERS[kind]()))

    assert stored == STORED[kind.name]

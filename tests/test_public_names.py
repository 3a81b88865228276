"""What users import stays where it is."""

from __future__ import annotations

import base64

from pulumi.dynamic.dynamic import serialize_provider

import pulumi_bxbi
import pulumi_bxbi.portal
from pulumi_bxbi.dynamic import BiSourceProvider


def test_the_public_names_are_sorted_and_exist() -> None:
    for module in (pulumi_bxbi, pulumi_bxbi.portal):
        assert module.__all__ == sorted(module.__all__)
        for name in module.__all__:
            assert hasattr(module, name)


def test_an_error_is_shown_by_the_name_it_is_imported_by() -> None:
    assert pulumi_bxbi.portal.InUse.__module__ == "pulumi_bxbi.portal"


def test_a_provider_is_stored_by_its_name_alone() -> None:
    """Renaming a provider class or its module would break every existing stack."""
    stored = base64.b64decode(serialize_provider(BiSourceProvider()))

    assert b"pulumi_bxbi.dynamic" in stored
    assert b"BiSourceProvider" in stored
    assert len(stored) < 60

"""How programs write the arguments that the texts for people name."""

from __future__ import annotations

import pytest

from pulumi_bxbi.resources.spelling import spelling_of


@pytest.mark.parametrize(
    ("runtime", "switch", "reference"),
    [
        ("python", "force_destroy=True", "connector_id=crm.id"),
        ("yaml", "forceDestroy: true", "connectorId: ${crm.id}"),
        ("nodejs", "forceDestroy: true", "connectorId: crm.id"),
        ("go", "ForceDestroy: pulumi.Bool(true)", "ConnectorId: crm.ID()"),
        ("dotnet", "ForceDestroy = true", "ConnectorId = crm.Id"),
        ("java", "forceDestroy(true)", "connectorId(crm.id())"),
        ("one to come", "forceDestroy: true", "connectorId: ${crm.id}"),
    ],
)
def test_every_language_has_its_own(runtime: str, switch: str, reference: str) -> None:
    spelling = spelling_of(runtime)
    assert spelling.switch("forceDestroy", on=True) == switch
    assert spelling.reference("connectorId", "crm") == reference

"""Arguments that are outputs, as a whole or in part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from tests.local_portal import LocalPortal
    from tests.protocol.stack import Stack

pytestmark = on_the_current_api

#: A picture of one pixel.
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f"
    b"\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0\xa0\x00"
    b"\x00\x00\x00IEND\xaeB`\x82"
)


def test_they_mean_the_same_as_plain_values(portal: LocalPortal, stack: Stack) -> None:
    (stack.folder / "logo.png").write_bytes(PNG)
    stack.program(
        """
        later = pulumi.Output.from_input
        urls = [f"{config.require('endpoints')}/{each}" for each in
                ("check", "tables", "description", "data")]
        connector = bxbi.BiConnector(
            "connector", "Warehouse", later("logo.png"), *urls,
            later([bxbi.ConnectorParameter("year", "Year", "INT")]),
        )
        source = bxbi.BiSource(
            "source", "Flights", connector.id, later({"year": 2026}),
        )
        bxbi.BiTable(
            "table", source.id, "flights", "Flights", "flights",
            [later({"name": "ID", "external_code": "id", "type": "int"})],
        )
        """
    )

    stack.configure("endpoints", f"{portal.address}/__emulator__/endpoints")

    stack.up()

    ids = stack.resources()
    connector = portal.call("connector.get", id=int(ids["connector"]["id"]))["item"]
    assert [each["code"] for each in connector["settings"]] == ["year"]
    assert portal.source()["settings"] == {"year": "2026"}
    (column,) = portal.table()["fields"]
    assert (column["name"], column["externalCode"], column["type"]) == ("ID", "id", "int")
    assert stack.preview() == {}

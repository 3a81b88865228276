"""Tables of http://127.0.0.1:9."""

import pulumi_bxbi as bxbi

import sources

bxbi.BiTable(
    "orders",
    source_id=sources.sklad_source.id,
    name="orders",
    external_name="Заказы",
    external_code="orders",
    columns=[
        bxbi.Column("ID", "id", "int"),
        bxbi.Column(
            "NOTE",
            (
                "note note note note note note note note note note note note note note "
                "note note "
            ),
            "string",
        ),
        bxbi.Column("SUM", "sum", "money", visible=False),
    ],
)

"""Connectors, sources and tables of http://127.0.0.1:9."""

import pulumi
import pulumi_bxbi as bxbi

config = pulumi.Config()

sklad = bxbi.BiConnector(
    "sklad",
    title="Склад",
    logo="sklad.png",
    url_check="https://warehouse.example.com/endpoints/check",
    url_table_list="https://warehouse.example.com/endpoints/tables",
    url_table_description="https://warehouse.example.com/endpoints/columns",
    url_data="https://warehouse.example.com/endpoints/data",
    parameters=[
        bxbi.ConnectorParameter("token", "Token", "STRING"),
        bxbi.ConnectorParameter("year", "Год", "INT"),
    ],
    sort=7,
    support_mapping=True,
)

sklad_source = bxbi.BiSource(
    "sklad",
    title="Склад",
    connector_id=sklad.id,
    settings={
        "token": config.require_secret("sklad-token"),
        "year": config.require_secret("sklad-year"),
    },
    description=(
        "The warehouse in the north.\n"
        "Ask Анна «Щука» before you change the token, because three reports and a "
        "nightly job depend on it."
    ),
)

bxbi.BiTable(
    "orders",
    source_id=sklad_source.id,
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

the_old_one = bxbi.BiSource(
    "the-old-one",
    title='The "old" one',
    connector_id=123,
    settings={},
    active=False,
)

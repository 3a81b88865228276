"""A connector, a source of it, and a table with the columns that the service describes."""

import pulumi

import pulumi_bxbi as bxbi

endpoints = "http://127.0.0.1:8901"

connector = bxbi.BiConnector(
    "shop",
    title="Shop",
    logo="logo.svg",
    url_check=f"{endpoints}/check",
    url_table_list=f"{endpoints}/tables",
    url_table_description=f"{endpoints}/columns",
    url_data=f"{endpoints}/data",
    parameters=[bxbi.ConnectorParameter("token", "Token", "STRING")],
)
source = bxbi.BiSource(
    "shop",
    title="Shop",
    connector_id=connector.id,
    settings={"token": pulumi.Config().require_secret("token")},
)
orders = bxbi.get_external_table(source_id=source.id, code="orders")
bxbi.BiTable(
    "orders",
    source_id=source.id,
    name="orders",
    external_name=orders.title,
    external_code=orders.code,
    columns=orders.columns,
)

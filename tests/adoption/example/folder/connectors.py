"""Connectors of http://127.0.0.1:9."""

import pulumi_bxbi as bxbi

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

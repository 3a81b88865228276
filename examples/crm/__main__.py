"""One source of BI Builder, as the vendor's documentation creates it."""

import pulumi

import pulumi_bxbi as bxbi

crm = bxbi.BiSource(
    "crm",
    title="CRM Source",
    description="Источник данных CRM",
    connector_id=123,
    settings={"login": "admin", "password": pulumi.Config().require_secret("crmPassword")},
)

pulumi.export("sourceId", crm.id)

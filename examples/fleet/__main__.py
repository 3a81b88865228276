"""The same source on many portals; each stack is one portal."""

import pulumi

import pulumi_bxbi as bxbi

config = pulumi.Config()

# Ids differ from portal to portal, titles need not.
connector = bxbi.get_connector(title=config.require("connector"))

crm = bxbi.BiSource(
    "crm",
    title=f"CRM {config.require('office')}",
    connector_id=connector.id,
    settings={"login": config.require("office"), "password": config.require_secret("password")},
)

pulumi.export("sourceId", crm.id)

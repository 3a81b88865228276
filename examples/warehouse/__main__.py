"""A warehouse of flights in BI Builder: the connector, two sources of it, and their tables.

The service beside this program answers the portal. It is started at the root of the repository,
with a token of your choice::

    export WAREHOUSE_TOKEN=...
    python -m examples.warehouse.service --port 8900

Then the stack is told where it is and which token it takes, and deployed::

    pulumi config set endpoints http://127.0.0.1:8900
    pulumi config set --secret token "$WAREHOUSE_TOKEN"
    pulumi up

That is for a local portal. One in the cloud does not call addresses of your machine: there the
service needs a public address in front of it, with TLS.
"""

import pulumi

import pulumi_bxbi as bxbi

config = pulumi.Config()
endpoints = config.require("endpoints")
token = config.require_secret("token")

connector = bxbi.BiConnector(
    "warehouse",
    title="Flight warehouse",
    description="Flights that left New York City in 2013, with carriers, planes and weather",
    logo="logo.svg",
    url_check=f"{endpoints}/check",
    url_table_list=f"{endpoints}/tables",
    url_table_description=f"{endpoints}/columns",
    url_data=f"{endpoints}/data",
    parameters=[
        bxbi.ConnectorParameter("token", "Access token", "STRING"),
        bxbi.ConnectorParameter("airport", "Airport of departure", "STRING"),
        bxbi.ConnectorParameter("until_month", "Last month", "INT"),
    ],
)

newark = bxbi.BiSource(
    "newark",
    title="Newark",
    description="Departures from Newark, the whole year",
    connector_id=connector.id,
    settings={"token": token, "airport": "EWR", "until_month": 12},
)
kennedy = bxbi.BiSource(
    "kennedy",
    title="Kennedy",
    description="Departures from John F. Kennedy, the first half of the year",
    connector_id=connector.id,
    settings={"token": token, "airport": "JFK", "until_month": 6},
)


def table(name: str, source: bxbi.BiSource, code: str, description: str, hidden: str = "") -> None:
    """Declare a table with the columns that the service describes, of which one may be hidden."""
    offered = bxbi.get_external_table(source_id=source.id, code=code)
    columns = pulumi.Output.from_input(offered.columns).apply(
        lambda described: [{**each, "visible": each["name"] != hidden} for each in described]
    )
    bxbi.BiTable(name, source.id, name, offered.title, offered.code, columns, description)


# These are the same for every airport, so one source is enough.
table("nyc_airlines", newark, "airlines", "The sixteen carriers and their two-letter codes.")
table(
    "nyc_airports",
    newark,
    "airports",
    "Airports of the United States: where they are and what time it is there.",
)
table(
    "nyc_planes",
    newark,
    "planes",
    "The aircraft by their tail numbers, as registered with the FAA.",
)

# These hold the rows of the source's airport, all of 2013. A name is taken once on a portal.
for prefix, source in {"ewr": newark, "jfk": kennedy}.items():
    table(
        f"{prefix}_flights",
        source,
        "flights",
        "Departures of 2013. Times are local and written HHMM, delays are minutes, TIME_HOUR is "
        "the scheduled hour in UTC.",
        hidden="YEAR",
    )
    table(
        f"{prefix}_weather",
        source,
        "weather",
        "What the airports measured, hour by hour. Units are imperial, TIME_HOUR is the hour in "
        "UTC.",
        hidden="YEAR",
    )

pulumi.export("connectorId", connector.id)
pulumi.export("sourceIds", {"newark": newark.id, "kennedy": kennedy.id})

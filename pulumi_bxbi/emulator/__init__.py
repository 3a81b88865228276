"""A local portal to run, test and demonstrate against.

It is a second reading of the vendor's documentation and shares no code with the provider.
A request passes these modules, in this order:

    server.py             the process: address, certificate, signals, and the command beside it
    routes.py             the handler of each address
    rest/                 the platform: bodies, tokens, scopes, limits, batch, OAuth
    biconnector/          the methods: connectors, sources, tables, and their rules
    state/                the running portal: its objects, limits, faults and requests to endpoints

These stand beside them:

    api/                  the documented API: editions, records, checks of values, errors
    seed/                 the objects of a portal at its start; README.md describes the format
    page/                 `/`: the page that shows the portal in a browser
    control.py            `/__emulator__/`: reset, calls, faults, objects, rows
    sample_endpoints.py   endpoints of a connector, served by the portal itself

Where the documentation is silent, the portal does what is most likely.
Each of these choices is written down once, in the docstring where it is made.
"""

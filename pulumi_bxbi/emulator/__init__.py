"""A local portal to run, test and demonstrate against.

It is a second reading of the vendor's documentation and shares no code with the provider.
A request passes these places, in this order:

    server.py      one listening process: address, certificate, signals, the command beside it
    routes.py      which address is answered by whom
    rest/          the platform around the methods: bodies, tokens, scopes, limits, batch, OAuth
    biconnector/   the methods themselves: connectors, sources, tables, and their rules
    store.py       what the portal holds, in memory and in a file

Beside that way lie:

    api.py         the two editions of the API, and every difference between them
    portal.py      one running portal: what it was started with, and its present state
    model.py       the records that a portal holds
    seed/          what a portal holds when it starts; README.md there describes the format
    page/          `/`: what a person sees of the portal in a browser
    control.py     `/__emulator__/`: reset, calls, faults, objects, rows
    faults.py      failures on demand
    endpoints.py   endpoints for a connector, served by the portal itself

Where the documentation is silent the portal does the likely thing.
Each of these choices is written down once, in the docstring where it is made.
"""

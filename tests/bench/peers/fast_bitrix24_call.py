"""Makes sources with one call of `fast-bitrix24`, which sends them in batches of fifty."""

from __future__ import annotations

import asyncio
import os

from fast_bitrix24 import BitrixAsync


async def token() -> str:
    return os.environ["BXBI_ACCESS_TOKEN"]


async def main() -> None:
    portal = BitrixAsync(f"{os.environ['BXBI_PORTAL']}/rest/", token, verbose=False)
    sources = [
        {
            "fields": {
                "title": f"Source {n}",
                "connectorId": 123,
                "settings": {"login": f"user{n}", "password": "x"},
            }
        }
        for n in range(int(os.environ["SOURCES"]))
    ]
    results = await portal.call("biconnector.source.add", sources)
    assert len(results) == len(sources), results


asyncio.run(main())

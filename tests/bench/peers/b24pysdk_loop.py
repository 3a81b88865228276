"""Makes sources with a plain loop over the vendor's SDK, which itself repeats refused calls."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from b24pysdk.credentials import BitrixApp, BitrixToken  # type: ignore[import-untyped]

token = BitrixToken(
    domain=urlsplit(os.environ["BXBI_PORTAL"]).netloc,
    auth_token=os.environ["BXBI_ACCESS_TOKEN"],
    bitrix_app=BitrixApp(client_id="none", client_secret="none"),
)
sources = token.get_client().biconnector.source

for n in range(int(os.environ["SOURCES"])):
    fields = {
        "title": f"Source {n}",
        "connectorId": 123,
        "settings": {"login": f"user{n}", "password": "x"},
    }
    result = sources.add(fields).result
    assert "id" in result, result

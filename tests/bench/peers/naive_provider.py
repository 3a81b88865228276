"""A dynamic provider as one writes it first: one read after each write, one for each refresh."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import pulumi
import requests
from pulumi.dynamic import (
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

# Pulumi's serializer of such a class goes one call deeper with each resource, so that a program
# with hundreds of them ends in a RecursionError.
sys.setrecursionlimit(100_000)


def call(method: str, parameters: dict[str, Any]) -> Any:
    """Call a method; wait for a second as long as the portal's limit refuses it."""
    address = f"{os.environ['BXBI_PORTAL']}/rest/biconnector.source.{method}"
    body = {**parameters, "auth": os.environ["BXBI_ACCESS_TOKEN"]}
    while True:
        response = requests.post(address, json=body, timeout=75)
        if response.status_code != 503:
            break
        time.sleep(1)
    response.raise_for_status()
    result = response.json()["result"]
    if isinstance(result, dict) and "error" in result:
        raise RuntimeError(result["error"])
    return result


def item(source_id: str) -> dict[str, Any]:
    """Return a source in the form of the resource's properties."""
    found = call("get", {"id": int(source_id)})["item"]
    values = {each["code"]: each["value"] for each in found["settings"]}
    return {
        "title": found["connection"]["title"],
        "connectorId": found["connectorId"],
        "settings": values,
        "dateCreate": found["connection"]["dateCreate"],
    }


class SourceProvider(ResourceProvider):
    """Makes each change with one call, and reads the source after it."""

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        return DiffResult(
            changes=any(_olds[name] != _news[name] for name in ("title", "settings")),
            replaces=["connectorId"] if _olds["connectorId"] != _news["connectorId"] else [],
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        fields = {name: props[name] for name in ("title", "settings")}
        fields["connectorId"] = int(props["connectorId"])
        source_id = str(call("add", {"fields": fields})["id"])
        return CreateResult(source_id, item(source_id))

    def read(self, id_: str, _props: dict[str, Any]) -> ReadResult:
        return ReadResult(id_, item(id_))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        fields = {name: _news[name] for name in ("title", "settings")}
        call("update", {"id": int(_id), "fields": fields})
        return UpdateResult(item(_id))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        call("delete", {"id": int(_id)})


class Source(Resource):
    """A source of a connector."""

    def __init__(self, name: str, title: str, settings: dict[str, Any]) -> None:
        given = {"title": title, "connectorId": 123, "settings": pulumi.Output.secret(settings)}
        super().__init__(SourceProvider(), name, {**given, "dateCreate": None})


for n in range(int(os.environ["SOURCES"])):
    Source(f"src-{n}", f"Source {n}", {"login": f"user{n}", "password": "x"})

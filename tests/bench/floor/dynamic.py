"""A dynamic provider that does nothing, in the shape of the real one."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pulumi
from pulumi.dynamic import (
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

from tests.bench.floor.shape import COMPUTED


class NothingProvider(ResourceProvider):
    """Answers each request with what it was given."""

    serialize_as_secret_always = False

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        return CheckResult(news, [])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        return DiffResult(changes=_olds["title"] != _news["title"])

    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(uuid4().hex, {**props, **COMPUTED})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        return ReadResult(id_, props)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        return UpdateResult({**_news, **COMPUTED})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        pass


class NothingSource(Resource, module="nothing", name="BiSource"):
    """A resource that is nothing but a state."""

    def __init__(self, resource_name: str, inputs: dict[str, Any]) -> None:
        super().__init__(NothingProvider(), resource_name, inputs, pulumi.ResourceOptions())

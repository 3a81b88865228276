"""Runs a program, and serves it as the engine does."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import runpy
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import grpc
import pulumi
from google.protobuf import empty_pb2
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    language_pb2,
    resource_pb2,
    resource_pb2_grpc,
)
from pulumi.runtime.settings import get_root_resource

from tests.protocol.deployment import FailedError, Goal
from tests.protocol.provider_process import DYNAMIC
from tests.protocol.state import Resource
from tests.protocol.values import from_struct, to_struct

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from google.protobuf import struct_pb2

    from tests.protocol.deployment import Deployment
    from tests.protocol.provider_process import Adapter

#: The properties that only a dynamic provider gets: its class, and the name of the resource.
_OF_DYNAMIC_PROVIDERS: Final = frozenset({"__provider", "__name"})
_STACK: Final = "pulumi:pulumi:Stack"
#: What programs of this project have use for, of what the engine can do.
_FEATURES: Final = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
)
#: Seconds in which calls may end: connections are not cut then, which gRPC would write about.
_GRACE_SECONDS: Final = 5
#: The loggers that a lookup in a program changes, and Pulumi's server.
_LOGGERS: Final = ("pulumi_bxbi", "asyncio")
_SEVERITIES: Final = {
    engine_pb2.DEBUG: "debug",
    engine_pb2.INFO: "info",
    engine_pb2.WARNING: "warning",
    engine_pb2.ERROR: "error",
}


class Monitor(
    resource_pb2_grpc.ResourceMonitorServicer,
    engine_pb2_grpc.EngineServicer,
):
    """What the engine answers to a program and to a provider.

    Args:
        project: The project's name.
        stack: The stack's name.
        adapter: What serves the resources. A program without a provider registers them for the
            dynamic one; for the plugin they are registered as a program in YAML does.
    """

    def __init__(self, project: str, stack: str, adapter: Adapter) -> None:
        self._names = (stack, project)
        self._adapter = adapter
        self._root = ""
        self.deployment: Deployment | None = None
        self.log: list[tuple[str, str]] = []
        self.exported: dict[str, Any] = {}

    def GetDeploymentInfo(self, _request: Any, _context: Any) -> Any:
        return resource_pb2.DeploymentInfo(supportedFeatures=_FEATURES)

    def RegisterResource(self, request: Any, context: grpc.ServicerContext) -> Any:
        resource = self._resource(request)
        resource.custom = request.custom
        resource.dependencies = tuple(sorted(request.dependencies))
        resource.dependencies_of = {
            key: tuple(each.urns) for key, each in request.propertyDependencies.items()
        }
        resource.inputs = self._inputs(request.object)
        resource.protected = request.protect
        resource.retained = request.retainOnDelete
        resource.deleted_with = request.deletedWith
        before = request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None
        goal = Goal(
            resource,
            before,
            tuple(request.ignoreChanges),
            tuple(request.additionalSecretOutputs),
        )
        try:
            self._deployment.register(goal)
        except FailedError:
            context.abort(grpc.StatusCode.UNAVAILABLE, "the deployment has failed")
        return resource_pb2.RegisterResourceResponse(
            urn=resource.urn,
            id=resource.id,
            object=to_struct(resource.outputs, keep_secrets=True),
        )

    def ReadResource(self, request: Any, context: grpc.ServicerContext) -> Any:
        resource = self._resource(request)
        resource.custom = True
        resource.id = request.id
        resource.dependencies = tuple(sorted(request.dependencies))
        resource.inputs = self._inputs(request.properties)
        try:
            self._deployment.read(resource)
        except FailedError:
            context.abort(grpc.StatusCode.UNAVAILABLE, "the deployment has failed")
        return resource_pb2.ReadResourceResponse(
            urn=resource.urn,
            id=resource.id,
            properties=to_struct(resource.outputs, keep_secrets=True),
        )

    def RegisterResourceOutputs(self, request: Any, _context: Any) -> Any:
        if request.urn == self._root:
            self.exported = from_struct(request.outputs)
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(self, _request: Any, _context: Any) -> Any:
        return empty_pb2.Empty()

    def Log(self, request: Any, _context: Any) -> Any:
        # What a program says when its engine has stopped, nobody shows.
        stopped = self._deployment.stopped.is_set() and not request.urn
        if not (request.ephemeral or stopped or request.severity == engine_pb2.DEBUG):
            name = request.urn.rpartition("::")[2]
            self.log.append((name, f"{_SEVERITIES[request.severity]}: {request.message}"))
        return empty_pb2.Empty()

    def SetRootResource(self, request: Any, _context: Any) -> Any:
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()

    def GetRootResource(self, _request: Any, _context: Any) -> Any:
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    @property
    def _deployment(self) -> Deployment:
        assert self.deployment
        return self.deployment

    def _resource(self, request: Any) -> Resource:
        stack, project = self._names
        own = request.type.replace(DYNAMIC.type, self._adapter.type)
        types = own
        if request.parent and f"::{_STACK}::" not in request.parent:
            types = f"{request.parent.split('::')[2]}${own}"
        urn = f"urn:pulumi:{stack}::{project}::{types}::{request.name}"
        if request.type == _STACK:
            self._root = urn
        return Resource(urn, own, request.name, custom=False, parent=request.parent)

    def _inputs(self, properties: struct_pb2.Struct) -> dict[str, Any]:
        read = from_struct(properties)
        if self._adapter is DYNAMIC:
            return read
        return {key: value for key, value in read.items() if key not in _OF_DYNAMIC_PROVIDERS}


@contextmanager
def serving(monitor: Monitor) -> Iterator[str]:
    """Serve a monitor, and give its address."""
    with ThreadPoolExecutor(64) as pool:
        server = grpc.server(pool)
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, server)
        engine_pb2_grpc.add_EngineServicer_to_server(monitor, server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            server.stop(_GRACE_SECONDS).wait()


@dataclass(frozen=True, slots=True)
class Start:
    """What the engine tells a program when it starts it.

    Attributes:
        address: Where the engine is.
        names: The project's and the stack's.
        configuration: The values of the stack's configuration, and whether each is a secret.
        preview: Whether it is a preview.
    """

    address: str
    names: tuple[str, str]
    configuration: Mapping[str, tuple[str, bool]]
    preview: bool


def run(program: Path, environment: Mapping[str, str], start: Start) -> tuple[str, str]:
    """Run a program in this process.

    Args:
        program: Its file.
        environment: The variables that the engine has.
        start: What the engine tells it.

    Returns:
        What went wrong in the program, or an empty text; and what the program printed.
    """
    project, stack = start.names
    request = language_pb2.RunRequest(
        project=project,
        stack=stack,
        args=[start.address],
        config={key: value for key, (value, _) in start.configuration.items()},
        configSecretKeys=[key for key, (_, secret) in start.configuration.items() if secret],
        dryRun=start.preview,
        parallel=1,
        monitor_address=start.address,
        organization="organization",
    )
    server = LanguageServer(lambda: _run(program))
    printed = io.StringIO()
    with (
        closed_loops(),
        _in_place(program.parent, environment),
        redirect_stdout(printed),
        redirect_stderr(printed),
    ):
        try:
            # What Pulumi keeps of a run is kept in the context.
            error = copy_context().run(server.Run, request, None).error
        except asyncio.InvalidStateError as raised:
            # Pulumi's server can fail so where the engine has stopped the deployment meanwhile.
            error = repr(raised)
    return error, printed.getvalue()


async def _run(program: Path) -> None:
    """Run a program as Pulumi's Automation API does."""
    # A program that fails before its stack is registered spoils the end of Pulumi's server.
    if stack := get_root_resource():
        await stack.urn.future()
    runpy.run_path(str(program), run_name="__main__")


@contextmanager
def _in_place(folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Work in a folder, with no variables but these, and without messages for debugging.

    Pulumi has some twenty of those for each program, which nobody would read. What a program and
    Pulumi's server change of loggers does not stay.
    """
    before, variables, debug = Path.cwd(), dict(os.environ), pulumi.log.debug
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    as_before = [(each.level, [*each.handlers], each.propagate) for each in loggers]
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    pulumi.log.debug = _unsent
    try:
        yield
    finally:
        for logger, (level, handlers, propagates) in zip(loggers, as_before, strict=True):
            logger.setLevel(level)
            logger.handlers[:] = handlers
            logger.propagate = propagates
        pulumi.log.debug = debug
        os.environ.clear()
        os.environ.update(variables)
        os.chdir(before)


@contextmanager
def closed_loops() -> Iterator[None]:
    """Close what a program has left open of event loops, once its threads have ended.

    Pulumi's server can leave its loop open, and coroutines unfinished. Left to the garbage
    collector, they would fail whichever test runs then.
    """
    loops: list[asyncio.AbstractEventLoop] = []
    new = asyncio.new_event_loop

    def remembered() -> asyncio.AbstractEventLoop:
        loops.append(new())
        return loops[-1]

    asyncio.new_event_loop = remembered
    try:
        yield
    finally:
        asyncio.new_event_loop = new
        for loop in loops:
            _close(loop)


def _close(loop: asyncio.AbstractEventLoop) -> None:
    """Close an event loop that is at rest, with the coroutines that wait in it."""
    if loop.is_closed() or loop.is_running():
        return
    for task in asyncio.all_tasks(loop):
        with suppress(Exception, asyncio.CancelledError):
            task.get_coro().close()
    loop.close()


def _unsent(*_: object, **__: object) -> None:
    """Take the place of what sends a message of Pulumi's own for debugging."""

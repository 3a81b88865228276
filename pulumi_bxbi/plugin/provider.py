"""The adapter to Pulumi's provider protocol: requests of the engine become operations.

Vendor's page: "Provider protocol"
(https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto).
"""

from __future__ import annotations

import functools
import json
import logging
import math
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from pulumi_bxbi.deployment import operations
from pulumi_bxbi.deployment.lookup import LookupFailedError
from pulumi_bxbi.plugin.messages import current_urn
from pulumi_bxbi.plugin.values import (
    read_plain,
    read_properties,
    unknown_where_missing,
    with_marks,
    with_secret_settings,
    without_marks,
    write_properties,
)
from pulumi_bxbi.portal import PortalError
from pulumi_bxbi.portal.rest.custom_timeouts import calls_within
from pulumi_bxbi.resources.memory import MemoryUnreadableError
from pulumi_bxbi.resources.misspelling import nearest
from pulumi_bxbi.resources.spelling import spelling_of
from pulumi_bxbi.resources.values import InvalidInputsError, State
from pulumi_bxbi.settings.declared import SETTINGS
from pulumi_bxbi.settings.names import SettingsError
from pulumi_bxbi.stack.hidden import without_hidden
from pulumi_bxbi.stack.project import project_in
from pulumi_bxbi.stack.properties import declaration_in, state_in
from pulumi_bxbi.stack.provider_configuration import Configuration
from pulumi_bxbi.stack.state import outputs_of
from pulumi_bxbi.stack.urns import TYPES, Urn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulumi_bxbi.deployment.session import Session
    from pulumi_bxbi.resources.lifecycle import Lifecycle
    from pulumi_bxbi.resources.values import Diff, Properties

logger = logging.getLogger(__name__)

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")

#: The errors that a user can act on; the text of any other error begins with its type.
_EXPECTED: Final = (
    InvalidInputsError,
    LookupFailedError,
    MemoryUnreadableError,
    PortalError,
    SettingsError,
)
_KINDS: Final = {
    "add": (provider_pb2.PropertyDiff.ADD, provider_pb2.PropertyDiff.ADD_REPLACE),
    "delete": (provider_pb2.PropertyDiff.DELETE, provider_pb2.PropertyDiff.DELETE_REPLACE),
    "update": (provider_pb2.PropertyDiff.UPDATE, provider_pb2.PropertyDiff.UPDATE_REPLACE),
}
#: The computed outputs that every update changes.
_CHANGED_BY_UPDATES: Final = ("dateUpdate", "updatedById")


def _answered(
    answer: Callable[[Provider, _Request], _Response],
) -> Callable[[Provider, _Request, grpc.ServicerContext], _Response]:
    """Return a method whose errors are shown as their text alone, at the resource they concern."""

    @functools.wraps(answer)
    def answered(self: Provider, request: _Request, context: grpc.ServicerContext) -> _Response:
        token = current_urn.set(getattr(request, "urn", ""))
        try:
            with self.working(), calls_within(getattr(request, "timeout", 0) or math.inf):
                return answer(self, request)
        except _EXPECTED as error:
            text = str(error)
        except Exception as error:  # noqa: BLE001  # any error is reported
            text = f"{type(error).__name__}: {error}"
        finally:
            current_urn.reset(token)
        context.abort(grpc.StatusCode.UNKNOWN, text)
        raise AssertionError("abort raises")

    return answered


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine's requests to one provider: the default one, or an explicit one.

    Args:
        session: The session of the deployment.
        version: The version of this package.
    """

    def __init__(self, session: Session, version: str) -> None:
        self._session = session
        self._version = version
        self._lock = threading.Lock()
        self._at_work = 0
        self._summary = ""
        self._spelling = spelling_of("")
        self._lifecycles = {each.schema_token: each.lifecycle for each in TYPES}

    @contextmanager
    def working(self) -> Iterator[None]:
        """Count a request as being answered, within a block."""
        with self._lock:
            self._at_work += 1
        try:
            yield
        finally:
            with self._lock:
                self._at_work -= 1

    def is_at_work(self) -> bool:
        """Return whether a request is being answered."""
        with self._lock:
            return self._at_work > 0

    def end(self) -> None:
        """Show, at the end of a deployment, its summary and what the engine has not recorded."""
        summary = self._session.summary()
        with self._lock:
            is_new, self._summary = summary != self._summary, summary
        if is_new:
            logger.info("%s", summary)
        self._session.engine.tell_what_it_missed()

    @_answered
    def Handshake(self, _request: Any) -> Any:
        """Spell arguments in messages as the language of the project's program does.

        The engine starts a plugin in the folder of the program.
        """
        try:
            project = project_in(Path.cwd())
        except ValueError:
            project = None
        self._spelling = spelling_of(project.runtime if project else "")
        self._lifecycles = {
            each.schema_token: each.lifecycle.spelt(self._spelling) for each in TYPES
        }
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    @_answered
    def Cancel(self, _request: Any) -> Any:
        """Show the end of the deployment; requests that are being answered continue.

        The engine sends this at the end of every operation, and when a person presses Ctrl-C.
        """
        self.end()
        return empty_pb2.Empty()

    @_answered
    def GetPluginInfo(self, _request: Any) -> Any:
        """Return the version."""
        return plugin_pb2.PluginInfo(version=self._version)

    @_answered
    def GetSchema(self, _request: Any) -> Any:
        """Return the schema of the package."""
        # Few are asked for it, and every plugin would import it.
        from pulumi_bxbi.plugin.schema import released_schema  # noqa: PLC0415

        schema = json.dumps(released_schema(self._version), ensure_ascii=False)
        return provider_pb2.GetSchemaResponse(schema=schema)

    @_answered
    def CheckConfig(self, request: Any) -> Any:
        """Check the arguments of a provider."""
        configuration = Configuration.of(request.urn, read_plain(request.news))
        failures = [
            provider_pb2.CheckFailure(
                property="", reason=f"{name} is not a setting{nearest(name, SETTINGS) or '.'}"
            )
            for name in configuration.unknown_arguments()
        ]
        if configuration.is_known:
            try:
                configuration.settings(self._spelling.name)
            except SettingsError as error:
                failures.append(provider_pb2.CheckFailure(property="", reason=str(error)))
        inputs = with_secret_settings(read_properties(request.news))
        return provider_pb2.CheckResponse(inputs=write_properties(inputs), failures=failures)

    @_answered
    def DiffConfig(self, request: Any) -> Any:
        """Compare the arguments of a provider: no object is ever replaced because of them.

        An object of another portal is refused when it is compared itself.
        """
        olds = read_plain(request.olds)
        news = read_plain(request.news)
        changed = sorted(key for key in olds.keys() | news.keys() if olds.get(key) != news.get(key))
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME
            if changed
            else provider_pb2.DiffResponse.DIFF_NONE,
            diffs=changed,
        )

    @_answered
    def Configure(self, request: Any) -> Any:
        """Configure the session with the arguments of the provider."""
        configuration = Configuration.of(request.urn, read_plain(request.args))
        spell = self._spelling.name
        self._session.configure(lambda: configuration.settings(spell))
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    @_answered
    def Check(self, request: Any) -> Any:
        """Normalize the inputs, and check them."""
        lifecycle, news = self._lifecycle(request.urn), read_properties(request.news)
        checked = operations.check(
            lifecycle,
            self._session,
            _of_lifecycle(news),
            declaration_in(without_marks(news), Urn.parse(request.urn).name),
            is_new=not request.olds.fields,
        )
        failures = [
            provider_pb2.CheckFailure(property="", reason=each.reason) for each in checked.failures
        ]
        inputs = news if failures else with_marks(lifecycle.inputs, checked.inputs, news)
        return provider_pb2.CheckResponse(inputs=write_properties(inputs), failures=failures)

    @_answered
    def Diff(self, request: Any) -> Any:
        """Compare the state with the inputs."""
        lifecycle = self._lifecycle(request.urn)
        news, olds = without_hidden(read_plain(request.news)), read_plain(request.olds)
        old = self._state(request.id, _given(lifecycle, olds, request.old_inputs))
        return _diff_response(operations.diff(lifecycle, self._session, old, news))

    @_answered
    def Create(self, request: Any) -> Any:
        """Create the object; in a preview, return the properties that are known."""
        lifecycle, given = self._lifecycle(request.urn), read_properties(request.properties)
        news = _of_lifecycle(given)
        if request.preview:
            outputs = unknown_where_missing(news, lifecycle.computed_names())
            marked = with_marks(lifecycle.inputs, outputs, given)
            return provider_pb2.CreateResponse(properties=write_properties(marked))
        state = operations.create(lifecycle, self._session, news)
        return provider_pb2.CreateResponse(
            id=state.id, properties=write_properties(_outputs(lifecycle, state, given))
        )

    @_answered
    def Read(self, request: Any) -> Any:
        """Read the object; an empty id says that it is gone.

        Without properties the object is to be imported, or a program only looks at it.
        """
        lifecycle, inputs = self._lifecycle(request.urn), read_properties(request.inputs)
        properties = read_properties(request.properties)
        state: State | None
        if properties or inputs:
            known = _given(lifecycle, properties, request.inputs)
            old = self._state(request.id, without_marks(known or inputs))
            state = operations.read(lifecycle, self._session, old)
        else:
            state = operations.adopt(lifecycle, self._session, request.id)
        if state is None:
            return provider_pb2.ReadResponse()
        known = without_marks(inputs) if state.inputs is None else state.inputs
        outputs = _outputs(lifecycle, state, properties)
        known = with_marks(lifecycle.inputs, known, inputs)
        # Most objects are as the engine knows them, and its own messages need not be written anew.
        return provider_pb2.ReadResponse(
            id=state.id,
            properties=request.properties if outputs == properties else write_properties(outputs),
            inputs=request.inputs if known == inputs else write_properties(known),
        )

    @_answered
    def Update(self, request: Any) -> Any:
        """Change the object in place; in a preview, return the properties that are known."""
        lifecycle, given = self._lifecycle(request.urn), read_properties(request.news)
        olds = read_plain(request.olds)
        old = self._state(request.id, _given(lifecycle, olds, request.old_inputs))
        news = _of_lifecycle(given)
        if request.preview:
            computed = lifecycle.computed_before(old)
            for name in _CHANGED_BY_UPDATES:
                computed.pop(name, None)
            outputs = unknown_where_missing({**news, **computed}, lifecycle.computed_names())
            marked = with_marks(lifecycle.inputs, outputs, given)
            return provider_pb2.UpdateResponse(properties=write_properties(marked))
        state = operations.update(lifecycle, self._session, old, news)
        outputs = _outputs(lifecycle, state, given)
        return provider_pb2.UpdateResponse(properties=write_properties(outputs))

    @_answered
    def Delete(self, request: Any) -> Any:
        """Delete the object."""
        old = self._state(request.id, read_plain(request.properties))
        operations.delete(self._lifecycle(request.urn), self._session, old)
        return empty_pb2.Empty()

    @_answered
    def Invoke(self, request: Any) -> Any:
        """Call a function of the package, a lookup on the portal."""
        # Few programs call one, and every plugin would import them.
        from pulumi_bxbi.plugin.functions import FUNCTIONS  # noqa: PLC0415

        arguments = read_plain(request.args)
        if request.tok not in FUNCTIONS:
            raise LookupFailedError(_unknown(request.tok, self._version))
        result = FUNCTIONS[request.tok].call(arguments, self._session.reader())
        return provider_pb2.InvokeResponse(**{"return": write_properties(result)})

    def _lifecycle(self, urn: str) -> Lifecycle[Any]:
        token = Urn.parse(urn).type
        if token not in self._lifecycles:
            raise LookupFailedError(_unknown(token, self._version))
        return self._lifecycles[token]

    def _state(self, object_id: str, properties: Properties) -> State:
        """Return a state from its outputs in plain text, with the memory apart.

        Raises:
            MemoryUnreadableError: A newer version of this package wrote them; nothing is changed
                in this deployment any more.
        """
        try:
            return state_in(object_id, properties)
        except MemoryUnreadableError as error:
            self._session.stop(error)
            raise


def _unknown(token: str, version: str) -> str:
    return (
        f"pulumi-resource-bxbi {version} does not know {token}. Upgrade it: pip install --upgrade "
        "pulumi-bxbi."
    )


def _given(lifecycle: Lifecycle[Any], outputs: Properties, inputs: Any) -> Properties:
    """Return the outputs in a state without the inputs that no program has given.

    An imported object has them all among its outputs.
    """
    names = {*lifecycle.input_names()} - inputs.fields.keys()
    return {key: value for key, value in outputs.items() if key not in names}


def _of_lifecycle(properties: Properties) -> Properties:
    """Return the inputs or outputs among the properties, in plain text."""
    return without_hidden(without_marks(properties))


def _outputs(lifecycle: Lifecycle[Any], state: State, given: Properties) -> Properties:
    marked = with_marks(lifecycle.inputs, state.outputs, given)
    return {**outputs_of(state), **marked}


def _diff_response(diff: Diff) -> Any:
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME
        if diff.changes
        else provider_pb2.DiffResponse.DIFF_NONE,
        replaces=diff.replaces,
        deleteBeforeReplace=diff.delete_before_replace,
        diffs=sorted({_property_of(path) for path in diff.paths}),
        detailedDiff={
            path: provider_pb2.PropertyDiff(
                kind=_KINDS[change][_property_of(path) in diff.replaces], inputDiff=True
            )
            for path, change in diff.paths.items()
        },
        hasDetailedDiff=True,
    )


def _property_of(path: str) -> str:
    return path.partition("[")[0].partition(".")[0]

"""The resources' side of Pulumi's dynamic providers.

The engine stores a provider class in the state by its name, so the names of the provider classes
below and of this module must never change.
"""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING, Any, ClassVar, Final

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)
from pulumi.output import UNKNOWN as ENGINE_UNKNOWN
from pulumi.output import Unknown

from pulumi_bxbi.engine import engine
from pulumi_bxbi.options import judge
from pulumi_bxbi.portal import PortalError
from pulumi_bxbi.resources.connector import ConnectorLifecycle
from pulumi_bxbi.resources.lifecycle import UNKNOWN, Declaration, Lifecycle, State, known_parts
from pulumi_bxbi.resources.secrets import secrets_of
from pulumi_bxbi.resources.source import SourceLifecycle
from pulumi_bxbi.resources.table import TableLifecycle
from pulumi_bxbi.runs import current_run
from pulumi_bxbi.session import (
    session,
    show_errors_as_messages,
    show_log_to_user,
    show_summary,
)
from pulumi_bxbi.settings.names import SettingsError
from pulumi_bxbi.stack.state import memory_in, outputs_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Self

    from pulumi_bxbi.portal import Catalog
    from pulumi_bxbi.resources.lifecycle import Properties

_PROVIDER: Final = "__provider"
#: Inputs that tell the provider more of a program, and that no state ever holds.
_NAME: Final = "__name"
_PARAMETERS: Final = "__parameters"
#: What the names of properties begin with that are neither inputs nor outputs.
_HIDDEN: Final = "__"
#: How a secret is written on its way to the engine.
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  # a marker, no password


class PortalProvider(ResourceProvider):
    """Translates between the engine's dynamic server and a lifecycle.

    A failure of a check names no property: the engine would show the whole value before the reason.
    """

    serialize_as_secret_always = False
    lifecycle: ClassVar[Lifecycle]

    def configure(self, req: ConfigureRequest) -> None:
        """Take over the stack's configuration, once in a deployment and class."""
        show_errors_as_messages()
        show_log_to_user()
        # The only place where all keys can be seen, so that a misspelt one can be told.
        keys = req.config._props  # noqa: SLF001
        session.configure(req.config.get, keys)

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Bring the inputs into their normal form and tell what is wrong with them."""
        given, declaration = _to_lifecycle(news), _declaration(news)
        try:
            catalog = session.catalog_unless_offline()
        except (SettingsError, PortalError) as error:
            return CheckResult(_to_engine(given), [CheckFailure("", str(error))])
        checked = self.lifecycle.check(given, catalog, declaration)
        if not checked.failures:
            session.declare(self._key(checked.inputs), declaration)
            if not _olds:
                self._tell(None, checked.inputs, catalog, declaration)
        return CheckResult(
            _to_engine(checked.inputs),
            [CheckFailure("", failure.reason) for failure in checked.failures],
        )

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare the state with the inputs, and tell what a change means.

        A refresh compares too, the other way round and without a check before it: it tells nothing.
        """
        old, news, catalog = (
            _state(_id, _olds),
            _to_lifecycle(_news),
            session.catalog_unless_offline(),
        )
        diff = self.lifecycle.diff(old, news, catalog)
        declaration = session.declaration(self._key(news))
        if declaration and diff.changes:
            self._tell(old, news, catalog, declaration)
        return DiffResult(
            changes=diff.changes,
            replaces=list(diff.replaces),
            delete_before_replace=diff.delete_before_replace,
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create the object."""
        state = self.lifecycle.create(_to_lifecycle(props), session.catalog())
        label = str(state.outputs.get(self.lifecycle.label, ""))
        engine.created(self.lifecycle.kind, state.id, label)
        session.count("created")
        return CreateResult(state.id, outputs_of(state))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the object; an empty id says that it is gone."""
        state = self.lifecycle.read(_state(id_, props), session.catalog())
        session.count("read" if state else "not there any more")
        if state is None:
            return ReadResult("", {})
        inputs = None if state.inputs is None else _with_secrets(state.inputs)
        return ReadResult(state.id, _with_secrets(outputs_of(state)), inputs)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Change the object in place."""
        state = self.lifecycle.update(_state(_id, _olds), _to_lifecycle(_news), session.catalog())
        session.count("updated")
        return UpdateResult(outputs_of(state))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Delete the object."""
        was_there = self.lifecycle.delete(_state(_id, _props), session.catalog())
        session.count("deleted" if was_there else "not there any more")

    def _key(self, inputs: Mapping[str, Any]) -> str:
        """Return what a resource is known by from its check to its comparison."""
        return f"{self.lifecycle.kind} {self.lifecycle.comparable(inputs)}"

    def _tell(
        self,
        old: State | None,
        news: Mapping[str, Any],
        catalog: Catalog | None,
        declaration: Declaration,
    ) -> None:
        for note in self.lifecycle.notes(old, news, catalog, declaration):
            name = f"{declaration.name}: " if declaration.name else ""
            session.tell(f"{name}{note.text}", is_warning=note.is_warning)


class BiConnectorProvider(PortalProvider):
    """The provider of :class:`pulumi_bxbi.BiConnector`."""

    lifecycle = ConnectorLifecycle()


class BiSourceProvider(PortalProvider):
    """The provider of :class:`pulumi_bxbi.BiSource`."""

    lifecycle = SourceLifecycle()


class BiTableProvider(PortalProvider):
    """The provider of :class:`pulumi_bxbi.BiTable`."""

    lifecycle = TableLifecycle()


class PortalResource(Resource):
    """What the three resources have in common for a program.

    Attributes:
        managed_by: The class of the provider.
    """

    managed_by: ClassVar[type[PortalProvider]]

    @classmethod
    def get(
        cls,
        resource_name: str,
        id: pulumi.Input[str | int],  # noqa: A002  # the name that Pulumi uses
        opts: pulumi.ResourceOptions | None = None,
    ) -> Self:
        """Read an object that exists, without managing it.

        Args:
            resource_name: The name in the Pulumi program.
            id: The object's id on the portal.
            opts: Pulumi's options.
        """
        existing = pulumi.ResourceOptions(id=pulumi.Output.from_input(id).apply(_id_text))
        resource = cls.__new__(cls)
        resource.register(resource_name, {}, pulumi.ResourceOptions.merge(opts, existing))
        return resource

    def register(
        self, resource_name: str, inputs: Properties, opts: pulumi.ResourceOptions | None
    ) -> None:
        """Tell the engine of the resource.

        Args:
            resource_name: The name in the Pulumi program.
            inputs: The inputs, by their names in the state.
            opts: Pulumi's options.

        Raises:
            pulumi.RunError: An option would do harm, or names a property in another spelling.
        """
        lifecycle = self.managed_by.lifecycle
        warnings: list[str] = []

        def judge_options(args: pulumi.ResourceTransformationArgs) -> None:
            # Those of children come here too, and those that transformations have given.
            if args.resource is self:
                warnings.extend(judge(type(self).__name__, resource_name, lifecycle, args.opts))

        current_run().declare(lifecycle.kind, inputs.get(lifecycle.label), resource_name)
        properties = dict.fromkeys(lifecycle.property_names())
        super().__init__(
            self.managed_by(),
            resource_name,
            {**properties, **inputs, _NAME: resource_name},
            pulumi.ResourceOptions.merge(
                opts, pulumi.ResourceOptions(transformations=[judge_options])
            ),
        )
        for each in warnings:
            pulumi.log.warn(each, self)

    def output(self, name: str) -> pulumi.Output[Any]:
        """Give an output by its name in the state."""
        output: pulumi.Output[Any] = self.__dict__[name]
        return output

    def whole_number(self, name: str) -> pulumi.Output[Any]:
        """Return an output that is a whole number: the engine has floating-point numbers only.

        Args:
            name: Its name in the state.
        """
        return self.output(name).apply(
            lambda known: int(known) if isinstance(known, float) else known
        )


def parameters_of(connector_id: pulumi.Input[Any]) -> Properties:
    """Return what tells the provider which parameters a connector of the same program declares.

    Args:
        connector_id: What a source names its connector by.
    """
    if not isinstance(connector_id, pulumi.Output):
        return {}
    return {_PARAMETERS: pulumi.Output.from_input(_parameters_of(connector_id))}


async def _parameters_of(connector_id: pulumi.Output[Any]) -> Any:
    """Return the parameters of the only connector that an id comes from, as far as it is known."""
    connectors = [
        each
        for each in await connector_id.resources()
        if isinstance(each, PortalResource) and each.managed_by is BiConnectorProvider
    ]
    if len(connectors) != 1:
        return None
    parameters = connectors[0].output("parameters")
    return await parameters.future() if await parameters.is_known() else None


def _declaration(news: Mapping[str, Any]) -> Declaration:
    """Read what a program says of a resource besides its inputs."""
    parameters = known_parts(_marked(news.get(_PARAMETERS)))
    name = news.get(_NAME)
    return Declaration(
        name if isinstance(name, str) else "",
        None if parameters is None else tuple(parameters),
    )


def _state(object_id: str, properties: Mapping[str, Any]) -> State:
    """Take the outputs of a state apart.

    Raises:
        MemoryUnreadableError: A newer version of this package wrote them.
    """
    return State(object_id, _to_lifecycle(properties), memory_in(properties))


def _to_lifecycle(properties: Mapping[str, Any]) -> Properties:
    """Leave out what is no input and no output, and mark what the engine does not know yet."""
    return {key: _marked(value) for key, value in properties.items() if not key.startswith(_HIDDEN)}


def _marked(value: Any) -> Any:
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, dict):
        return {key: _marked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_marked(each) for each in value]
    return value


def _id_text(known: object) -> str:
    """Write an id as text; outputs of the engine are floating-point numbers."""
    return str(int(known)) if isinstance(known, float) and known.is_integer() else str(known)


def _with_secrets(properties: Properties) -> Properties:
    """Mark what is secret, where no input does so for it."""
    secrets = {name: _secret(value) for name, value in secrets_of(properties).items()}
    has_settings = isinstance(properties.get("settings"), dict)
    return {**properties, **({"settings": secrets} if has_settings else secrets)}


def _secret(value: object) -> Properties:
    return {SIGNATURE: SECRET, "value": value}


def _to_engine(properties: Mapping[str, Any]) -> Properties:
    return {key: _unmarked(value) for key, value in properties.items()}


def _unmarked(value: Any) -> Any:
    if value is UNKNOWN:
        return ENGINE_UNKNOWN
    if isinstance(value, dict):
        return {key: _unmarked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_unmarked(each) for each in value]
    return value


# The engine ends a provider by a signal that lets these run.
for _handler in (show_summary, engine.tell_what_it_missed):
    atexit.register(_handler)
del _handler

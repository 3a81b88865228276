"""The resources for Python programs, as Pulumi dynamic resources.

The engine stores a provider class in the state by its name, so modules and names of the provider
classes below must never change.
"""

from __future__ import annotations

from collections.abc import Mapping
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

from pulumi_bxbi.resources import source
from pulumi_bxbi.resources.lifecycle import UNKNOWN, Lifecycle
from pulumi_bxbi.session import session, show_errors_as_messages, show_log_to_user
from pulumi_bxbi.settings import SettingsError

if TYPE_CHECKING:
    from pulumi_bxbi.resources.lifecycle import Properties

_PROVIDER: Final = "__provider"


class _Provider(ResourceProvider):
    """Translates between the engine's dynamic server and a lifecycle."""

    serialize_as_secret_always = False
    lifecycle: ClassVar[Lifecycle]
    #: The property that a failure is shown at where no single one is to blame.
    reference: ClassVar[str]

    def configure(self, req: ConfigureRequest) -> None:
        """Take over the stack's configuration, once in a deployment and class."""
        show_errors_as_messages()
        show_log_to_user()
        session.configure(req.config.get)

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Bring the inputs into their normal form and tell what is wrong with them."""
        given = _to_lifecycle(news)
        try:
            catalog = None if session.settings().offline else session.catalog()
        except SettingsError as error:
            return CheckResult(
                _to_engine(given), [CheckFailure(self.reference, f"the settings: {error}")]
            )
        checked = self.lifecycle.check(given, catalog)
        return CheckResult(
            _to_engine(checked.inputs),
            [CheckFailure(failure.property, failure.reason) for failure in checked.failures],
        )

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare the state with the inputs."""
        diff = self.lifecycle.diff(_id, _to_lifecycle(_olds), _to_lifecycle(_news))
        return DiffResult(
            changes=diff.changes,
            replaces=list(diff.replaces),
            delete_before_replace=diff.delete_before_replace,
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create the object."""
        state = self.lifecycle.create(_to_lifecycle(props), session.catalog())
        return CreateResult(state.id, state.outputs)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the object; an empty id says that it is gone."""
        state = self.lifecycle.read(id_, _to_lifecycle(props), session.catalog())
        if state is None:
            return ReadResult("", {})
        return ReadResult(state.id, state.outputs, state.inputs)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Change the object in place."""
        state = self.lifecycle.update(
            _id, _to_lifecycle(_olds), _to_lifecycle(_news), session.catalog()
        )
        return UpdateResult(state.outputs)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Delete the object."""
        self.lifecycle.delete(_id, _to_lifecycle(_props), session.catalog())


class BiSourceProvider(_Provider):
    """The provider of :class:`BiSource`."""

    lifecycle = source.SourceLifecycle()
    reference = "connectorId"


class BiSource(Resource, module="bxbi", name="BiSource"):
    """A source of a connector: where BI Builder takes its data from, with which credentials.

    Example::

        crm = bxbi.BiSource(
            "crm",
            title="CRM Source",
            connector_id=123,
            settings={"login": "admin", "password": config.require_secret("crmPassword")},
        )

    Args:
        resource_name: The name in the Pulumi program.
        title: The name that people see in BI Builder.
        connector_id: The id of the connector. Another one replaces the source.
        settings: The values of the parameters that the connector declares, by their codes: texts
            or whole numbers; ``None`` counts as not given. Values are secret, keys are not.
        description: Free text; ``""`` where it is not given.
        active: Whether the source gives data. Sent only when given; newer portals ignore it.
        force_destroy: Whether a deletion that the portal refuses deletes the source's tables
            first. It counts once an ``up`` has stored it.
        opts: Pulumi's options.
    """

    def __init__(  # noqa: PLR0913, PLR0917  # as for every Pulumi resource
        self,
        resource_name: str,
        title: pulumi.Input[str],
        connector_id: pulumi.Input[int | str],
        settings: pulumi.Input[Mapping[str, pulumi.Input[str | int | None]]],
        description: pulumi.Input[str] | None = None,
        active: pulumi.Input[bool] | None = None,
        force_destroy: pulumi.Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        self._register(
            resource_name,
            {
                "title": title,
                "connectorId": connector_id,
                "settings": _secret_values(settings),
                "description": description,
                "active": active,
                "forceDestroy": force_destroy,
            },
            opts,
        )

    @classmethod
    def get(
        cls,
        resource_name: str,
        id: pulumi.Input[str | int],  # noqa: A002  # the name that Pulumi uses
        opts: pulumi.ResourceOptions | None = None,
    ) -> BiSource:
        """Read a source that exists, without managing it.

        Args:
            resource_name: The name in the Pulumi program.
            id: The source's id on the portal.
            opts: Pulumi's options.
        """
        existing = pulumi.ResourceOptions(
            id=pulumi.Output.from_input(id).apply(str), additional_secret_outputs=["settings"]
        )
        source = cls.__new__(cls)
        source._register(  # noqa: SLF001  # of this very class
            resource_name, {}, pulumi.ResourceOptions.merge(opts, existing)
        )
        return source

    def _register(
        self,
        resource_name: str,
        inputs: Properties,
        opts: pulumi.ResourceOptions | None,
    ) -> None:
        outputs = dict.fromkeys(BiSourceProvider.lifecycle.property_names())
        super().__init__(BiSourceProvider(), resource_name, {**outputs, **inputs}, opts)

    @property
    def title(self) -> pulumi.Output[str]:
        """The name that people see in BI Builder."""
        return _output(self, "title")

    @property
    def connector_id(self) -> pulumi.Output[int]:
        """The id of the connector."""
        return _output(self, "connectorId")

    @property
    def settings(self) -> pulumi.Output[Mapping[str, str]]:
        """The values of the connector's parameters, secret."""
        return _output(self, "settings")

    @property
    def description(self) -> pulumi.Output[str | None]:
        """Free text, as far as the program sets it."""
        return _output(self, "description")

    @property
    def active(self) -> pulumi.Output[bool | None]:
        """Whether the source gives data, as far as the program sets it."""
        return _output(self, "active")

    @property
    def force_destroy(self) -> pulumi.Output[bool | None]:
        """Whether a refused deletion deletes the tables first."""
        return _output(self, "forceDestroy")

    @property
    def type(self) -> pulumi.Output[str]:
        """``rest`` for every source that is made by REST."""
        return _output(self, "type")

    @property
    def code(self) -> pulumi.Output[str]:
        """``rest_<connector id>``; not unique."""
        return _output(self, "code")

    @property
    def date_create(self) -> pulumi.Output[str]:
        """When it was created: ``Y-m-d H:i:s`` in the portal's time zone."""
        return _output(self, "dateCreate")

    @property
    def date_update(self) -> pulumi.Output[str]:
        """When it was last changed, in the same form."""
        return _output(self, "dateUpdate")

    @property
    def created_by_id(self) -> pulumi.Output[int]:
        """The id of the user who created it."""
        return _output(self, "createdById")

    @property
    def updated_by_id(self) -> pulumi.Output[int]:
        """The id of the user who last changed it."""
        return _output(self, "updatedById")


def _output(resource: Resource, name: str) -> pulumi.Output[Any]:
    output: pulumi.Output[Any] = resource.__dict__[name]
    return output


def _secret_values(settings: pulumi.Input[Any]) -> pulumi.Input[Any]:
    """Make the values of settings secret, and their keys too where they are not known yet."""
    if isinstance(settings, Mapping):
        return {code: pulumi.Output.secret(value).apply(_exact) for code, value in settings.items()}
    return pulumi.Output.secret(settings).apply(
        lambda known: (
            {code: _exact(value) for code, value in known.items()}
            if isinstance(known, Mapping)
            else known
        )
    )


def _exact(value: object) -> object:
    """Turn a whole number into text: the engine knows floating-point numbers only."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _to_lifecycle(properties: Mapping[str, Any]) -> Properties:
    """Leave out what belongs to the engine, and mark what it does not know yet."""
    return {key: _marked(value) for key, value in properties.items() if key != _PROVIDER}


def _marked(value: Any) -> Any:
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, dict):
        return {key: _marked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_marked(each) for each in value]
    return value


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

"""The base class of the three resources of a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pulumi
from pulumi.dynamic import Resource

from pulumi_bxbi.dynamic import BiConnectorProvider, PortalProvider
from pulumi_bxbi.program.api_names import api_name
from pulumi_bxbi.program.explicit_provider import provider_of
from pulumi_bxbi.program.options import judge
from pulumi_bxbi.program.runs import current_run
from pulumi_bxbi.stack.hidden import NAME, PARAMETERS
from pulumi_bxbi.stack.urns import Urn

if TYPE_CHECKING:
    from typing_extensions import Self

    from pulumi_bxbi.resources.values import Properties


class PortalResource(Resource):
    """The base class of the three resources.

    Attributes:
        managed_by: The class of the provider.
        property_names: The names of the inputs and then the computed outputs, as the state spells
            them.
    """

    managed_by: ClassVar[type[PortalProvider]]
    property_names: ClassVar[tuple[str, ...]]

    def __init_subclass__(cls, **type_: str) -> None:
        super().__init_subclass__(**type_)
        if "managed_by" in vars(cls):
            own = vars(cls).items()
            cls.property_names = tuple(
                api_name(name) for name, each in own if isinstance(each, property)
            )

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
        resource.register(resource_name, {}, _merged(opts, existing))
        return resource

    def register(
        self, resource_name: str, inputs: Properties, opts: pulumi.ResourceOptions | None
    ) -> None:
        """Register the resource with the engine.

        Args:
            resource_name: The name in the Pulumi program.
            inputs: The inputs, by their names in the state.
            opts: Pulumi's options.

        Raises:
            pulumi.RunError: An option would do harm, or names a property in another spelling.
        """
        resource_type, provider = self.managed_by.resource_type, provider_of(opts)
        warnings: list[str] = []

        def judge_options(args: pulumi.ResourceTransformationArgs) -> None:
            # Options of children arrive here too. Transformations of a parent are applied later.
            if args.resource is self:
                judged = (resource_name, resource_type, self.property_names, args.opts)
                warnings.extend(judge(*judged, is_dynamic=provider is None))

        current_run().declare(resource_type.kind, inputs.get(resource_type.label), resource_name)
        properties = {**dict.fromkeys(self.property_names), **inputs}
        own = pulumi.ResourceOptions(transformations=[judge_options])
        if provider:
            own.aliases = [_of_dynamic_resource(resource_type.token, resource_name, opts)]
            if opts and opts.provider not in {None, provider}:
                # A provider of another package would hide the one of the parent.
                own.provider = provider
            token, options = resource_type.schema_token, _merged(opts, own)
            pulumi.CustomResource.__init__(self, token, resource_name, properties, options)
        else:
            super().__init__(
                self.managed_by(),
                resource_name,
                {**properties, NAME: resource_name},
                _merged(opts, own),
            )
        for each in warnings:
            pulumi.log.warn(each, self)

    def translate_output_property(self, prop: str) -> str:
        """Return the name of an output as it is.

        Pulumi asks for the names once a resource is deployed. Waiting for an output of it would
        spoil the end of a program that fails meanwhile.

        Args:
            prop: The name in the state.
        """
        if not pulumi.runtime.is_dry_run():
            current_run().deployed(self.managed_by.resource_type.kind)
        return prop

    def output(self, name: str) -> pulumi.Output[Any]:
        """Return an output by its name in the state."""
        output: pulumi.Output[Any] = self.__dict__[name]
        return output

    def whole_number(self, name: str) -> pulumi.Output[Any]:
        """Return an output as a whole number: the engine has only floating-point numbers.

        Args:
            name: Its name in the state.
        """
        return self.output(name).apply(
            lambda known: int(known) if isinstance(known, float) else known
        )


def parameters_of(connector_id: pulumi.Input[Any]) -> Properties:
    """Return the input with the parameters that a connector of the same program declares.

    Args:
        connector_id: The argument ``connector_id`` of a source.
    """
    if not isinstance(connector_id, pulumi.Output):
        return {}
    return {PARAMETERS: pulumi.Output.from_input(_parameters_of(connector_id))}


async def _parameters_of(connector_id: pulumi.Output[Any]) -> Any:
    """Return the parameters of the only connector that an id comes from; ``None`` if not known."""
    connectors = [
        each
        for each in await connector_id.resources()
        if isinstance(each, PortalResource) and each.managed_by is BiConnectorProvider
    ]
    if len(connectors) != 1:
        return None
    parameters = connectors[0].output("parameters")
    return await parameters.future() if await parameters.is_known() else None


def _merged(
    opts: pulumi.ResourceOptions | None, own: pulumi.ResourceOptions
) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions.merge(opts, own) if opts else own


def _of_dynamic_resource(
    token: str, resource_name: str, opts: pulumi.ResourceOptions | None
) -> pulumi.Alias | str:
    """Return the alias by which a stack with the object as a dynamic resource keeps the object.

    A URN costs a large program less time than an ``Alias``; that of a parent is not known yet.
    """
    if opts and opts.parent:
        return pulumi.Alias(type_=token)
    return str(Urn(pulumi.get_stack(), pulumi.get_project(), token, resource_name))


def _id_text(known: object) -> str:
    """Return an id as text; outputs of the engine are floating-point numbers."""
    return str(int(known)) if isinstance(known, float) and known.is_integer() else str(known)

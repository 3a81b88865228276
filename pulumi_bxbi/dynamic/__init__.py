"""The adapter to Pulumi's dynamic providers.

The engine stores a provider class in the state by its name, so the names of the provider classes
below and of this module must never change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from pulumi.dynamic import ResourceProvider

from pulumi_bxbi.stack.urns import CONNECTOR, SOURCE, TABLE

if TYPE_CHECKING:
    from pulumi.dynamic import (
        CheckResult,
        ConfigureRequest,
        CreateResult,
        DiffResult,
        ReadResult,
        UpdateResult,
    )

    from pulumi_bxbi.dynamic.answers import Answers
    from pulumi_bxbi.stack.urns import ResourceType


class PortalProvider(ResourceProvider):
    """A provider, which a program names and the engine's dynamic server calls.

    Attributes:
        resource_type: The type of its resources.
    """

    serialize_as_secret_always = False
    resource_type: ClassVar[ResourceType]

    def configure(self, req: ConfigureRequest) -> None:
        """Set the stack's configuration; called once for each class in a deployment."""
        self._answers().configure(req)

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Bring the inputs into their normal form and tell what is wrong with them."""
        return self._answers().check(_olds, news)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare the state with the inputs."""
        return self._answers().diff(_id, _olds, _news)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create the object."""
        return self._answers().create(props)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the object; an empty id says that it is gone."""
        return self._answers().read(id_, props)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Change the object in place."""
        return self._answers().update(_id, _olds, _news)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Delete the object."""
        self._answers().delete(_id, _props)

    def _answers(self) -> Answers:
        # A program only names the provider, and would wait for the imports of what answers.
        from pulumi_bxbi.dynamic.answers import Answers  # noqa: PLC0415

        return Answers(self.resource_type.lifecycle)


class BiConnectorProvider(PortalProvider):
    """The provider of :class:`pulumi_bxbi.BiConnector`."""

    resource_type = CONNECTOR


class BiSourceProvider(PortalProvider):
    """The provider of :class:`pulumi_bxbi.BiSource`."""

    resource_type = SOURCE


class BiTableProvider(PortalProvider):
    """The provider of :class:`pulumi_bxbi.BiTable`."""

    resource_type = TABLE


#: The classes that the state stores with resources.
PROVIDERS: Final = {
    CONNECTOR: BiConnectorProvider,
    SOURCE: BiSourceProvider,
    TABLE: BiTableProvider,
}

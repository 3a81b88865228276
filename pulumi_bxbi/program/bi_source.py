"""``BiSource`` for Python programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_bxbi.dynamic import BiSourceProvider
from pulumi_bxbi.program.arguments import secret_values
from pulumi_bxbi.program.resource import PortalResource, parameters_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi


class BiSource(PortalResource, module="bxbi", name="BiSource"):
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
        connector_id: The id of the connector that the source belongs to. A different value replaces
            the source.
        settings: The values of the parameters that the connector declares, by their codes: texts or
            whole numbers. Values are secret, codes are not. ``None`` counts as not given.
        description: Free text for people; empty where it is not given.
        active: Whether the source gives data. Sent only when given; newer portals ignore it, which
            is said once as a warning.
        force_destroy: Whether a deletion that the portal refuses deletes the source's tables first.
            It counts once an ``up`` has stored it.
        opts: Pulumi's options.
    """

    managed_by = BiSourceProvider

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
        self.register(
            resource_name,
            {
                "title": title,
                "connectorId": connector_id,
                "settings": secret_values(settings),
                "description": description,
                "active": active,
                "forceDestroy": force_destroy,
                **parameters_of(connector_id),
            },
            opts,
        )

    @property
    def title(self) -> pulumi.Output[str]:
        """The name that people see in BI Builder."""
        return self.output("title")

    @property
    def connector_id(self) -> pulumi.Output[int]:
        """The id of the connector."""
        return self.whole_number("connectorId")

    @property
    def settings(self) -> pulumi.Output[Mapping[str, str]]:
        """The values of the connector's parameters, secret."""
        return self.output("settings")

    @property
    def description(self) -> pulumi.Output[str | None]:
        """Free text, as far as the program sets it."""
        return self.output("description")

    @property
    def active(self) -> pulumi.Output[bool | None]:
        """Whether the source gives data, as far as the program sets it."""
        return self.output("active")

    @property
    def force_destroy(self) -> pulumi.Output[bool | None]:
        """Whether a refused deletion deletes the source's tables first."""
        return self.output("forceDestroy")

    @property
    def type(self) -> pulumi.Output[str]:
        """``rest`` for every source that was created by REST."""
        return self.output("type")

    @property
    def code(self) -> pulumi.Output[str]:
        """``rest_<connector id>``; not unique."""
        return self.output("code")

    @property
    def date_create(self) -> pulumi.Output[str]:
        """When it was created: ``Y-m-d H:i:s`` in the portal's time zone."""
        return self.output("dateCreate")

    @property
    def date_update(self) -> pulumi.Output[str]:
        """When it was last changed, in the same form."""
        return self.output("dateUpdate")

    @property
    def created_by_id(self) -> pulumi.Output[int]:
        """The id of the user who created it."""
        return self.whole_number("createdById")

    @property
    def updated_by_id(self) -> pulumi.Output[int]:
        """The id of the user who last changed it."""
        return self.whole_number("updatedById")

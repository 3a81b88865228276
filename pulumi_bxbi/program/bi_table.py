"""``BiTable`` for Python programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_bxbi.dynamic import BiTableProvider
from pulumi_bxbi.program.arguments import parts
from pulumi_bxbi.program.resource import PortalResource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pulumi

    from pulumi_bxbi.program.arguments import Column


class BiTable(PortalResource, module="bxbi", name="BiTable"):
    """A table of a source: a named set of columns that people build datasets on.

    Example::

        orders = bxbi.BiTable(
            "orders",
            source_id=crm.id,
            name="orders",
            external_name="Orders",
            external_code="orders",
            columns=[
                bxbi.Column("ID", "id", "int"),
                bxbi.Column("NOTE", "note", "string", visible=False),
            ],
        )

    Args:
        resource_name: The name in the Pulumi program.
        source_id: The id of the source that the table belongs to. A different value replaces the
            table.
        name: The name in BI Builder, unique on the whole portal, also among tables that the
            application cannot see: a lower-case Latin letter, then up to 229 of a-z, 0-9 and _.
            A different value replaces the table.
        external_name: The name in the outside system, at most 512 characters. A different value
            replaces the table.
        external_code: The code in the outside system, which the endpoints get as ``table``, at most
            512 characters. A different value replaces the table.
        columns: The columns, at least one: a list of name, external_code, type and visible.
            Compared by name, never by position; they change in place.
        description: Free text for people; empty where it is not given.
        opts: Pulumi's options.
    """

    managed_by = BiTableProvider

    def __init__(  # noqa: PLR0913, PLR0917  # as for every Pulumi resource
        self,
        resource_name: str,
        source_id: pulumi.Input[int | str],
        name: pulumi.Input[str],
        external_name: pulumi.Input[str],
        external_code: pulumi.Input[str],
        columns: pulumi.Input[
            Sequence[pulumi.Input[Column | Mapping[str, pulumi.Input[str | bool]]]]
        ],
        description: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        self.register(
            resource_name,
            {
                "sourceId": source_id,
                "name": name,
                "externalName": external_name,
                "externalCode": external_code,
                "columns": parts(columns),
                "description": description,
            },
            opts,
        )

    @property
    def source_id(self) -> pulumi.Output[int]:
        """The id of the source."""
        return self.whole_number("sourceId")

    @property
    def name(self) -> pulumi.Output[str]:
        """The name in BI Builder."""
        return self.output("name")

    @property
    def external_name(self) -> pulumi.Output[str]:
        """The name in the outside system."""
        return self.output("externalName")

    @property
    def external_code(self) -> pulumi.Output[str]:
        """The code in the outside system."""
        return self.output("externalCode")

    @property
    def columns(self) -> pulumi.Output[Sequence[Mapping[str, Any]]]:
        """The columns: mappings with name, externalCode, type and visible."""
        return self.output("columns")

    @property
    def description(self) -> pulumi.Output[str | None]:
        """Free text, as far as the program sets it."""
        return self.output("description")

    @property
    def type(self) -> pulumi.Output[str]:
        """``rest`` for every table that was created by REST."""
        return self.output("type")

    @property
    def date_create(self) -> pulumi.Output[str]:
        """When it was created: ``Y-m-d H:i:s`` in the portal's time zone."""
        return self.output("dateCreate")

    @property
    def date_update(self) -> pulumi.Output[str]:
        """When it was last changed; empty before the first change."""
        return self.output("dateUpdate")

    @property
    def created_by_id(self) -> pulumi.Output[int]:
        """The id of the user who created it."""
        return self.whole_number("createdById")

    @property
    def updated_by_id(self) -> pulumi.Output[int]:
        """The id of the user who last changed it; 0 before the first change."""
        return self.whole_number("updatedById")

    @property
    def external_id(self) -> pulumi.Output[int]:
        """The BI Builder dataset that was created together with it; 0 for none."""
        return self.whole_number("externalId")

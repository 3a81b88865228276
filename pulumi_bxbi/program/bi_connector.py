"""``BiConnector`` for Python programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_bxbi.dynamic import BiConnectorProvider
from pulumi_bxbi.program.arguments import absolute_image, parts
from pulumi_bxbi.program.resource import PortalResource

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    import pulumi

    from pulumi_bxbi.program.arguments import ConnectorParameter


class BiConnector(PortalResource, module="bxbi", name="BiConnector"):
    """A connector: where the endpoints are, and which parameters they need.

    Example::

        warehouse = bxbi.BiConnector(
            "warehouse",
            title="Warehouse",
            logo="logo.svg",
            url_check="https://bi.example.com/check",
            url_table_list="https://bi.example.com/tables",
            url_table_description="https://bi.example.com/columns",
            url_data="https://bi.example.com/data",
            parameters=[bxbi.ConnectorParameter("token", "Token", "STRING")],
        )

    Args:
        resource_name: The name in the Pulumi program.
        title: The name that people see, at most 512 characters.
        logo: An image: its address, a data URI, or the path of a local image file, which becomes a
            data URI. A relative path counts from the working directory of the program.
        url_check: The endpoint that the portal asks whether a source's settings work.
        url_table_list: The endpoint that lists the tables of a source.
        url_table_description: The endpoint that describes the columns of a table.
        url_data: The endpoint that gives the rows of a table.
        parameters: What every source has to give: a list of code, name and type. Compared by code,
            never by position.
        description: Free text for people; empty where it is not given.
        sort: The place among the connectors that people choose from; 100 where it is not given.
        support_mapping: Whether requests for rows name the columns as the outside system does.
        source_code: ``mysql`` or ``pgsql`` hide the portal's own hint for that database; at most 64
            characters.
        check_endpoints: Whether each preview posts to the endpoints from this machine what a portal
            posts, with empty values, and warns when one does not answer.
        force_destroy: Whether a deletion that the portal refuses deletes the connector's sources
            and their tables first. It counts once an ``up`` has stored it.
        opts: Pulumi's options.
    """

    managed_by = BiConnectorProvider

    def __init__(  # noqa: PLR0913, PLR0917  # as for every Pulumi resource
        self,
        resource_name: str,
        title: pulumi.Input[str],
        logo: pulumi.Input[str | os.PathLike[str]],
        url_check: pulumi.Input[str],
        url_table_list: pulumi.Input[str],
        url_table_description: pulumi.Input[str],
        url_data: pulumi.Input[str],
        parameters: pulumi.Input[
            Sequence[pulumi.Input[ConnectorParameter | Mapping[str, pulumi.Input[str]]]]
        ],
        description: pulumi.Input[str] | None = None,
        sort: pulumi.Input[int] | None = None,
        support_mapping: pulumi.Input[bool] | None = None,
        source_code: pulumi.Input[str] | None = None,
        check_endpoints: pulumi.Input[bool] | None = None,
        force_destroy: pulumi.Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        self.register(
            resource_name,
            {
                "title": title,
                "logo": absolute_image(logo),
                "urlCheck": url_check,
                "urlTableList": url_table_list,
                "urlTableDescription": url_table_description,
                "urlData": url_data,
                "parameters": parts(parameters),
                "description": description,
                "sort": sort,
                "supportMapping": support_mapping,
                "sourceCode": source_code,
                "checkEndpoints": check_endpoints,
                "forceDestroy": force_destroy,
            },
            opts,
        )

    @property
    def title(self) -> pulumi.Output[str]:
        """The name that people see."""
        return self.output("title")

    @property
    def logo(self) -> pulumi.Output[str]:
        """The image: an address or a data URI."""
        return self.output("logo")

    @property
    def url_check(self) -> pulumi.Output[str]:
        """The endpoint that the portal asks whether a source's settings work."""
        return self.output("urlCheck")

    @property
    def url_table_list(self) -> pulumi.Output[str]:
        """The endpoint that lists the tables of a source."""
        return self.output("urlTableList")

    @property
    def url_table_description(self) -> pulumi.Output[str]:
        """The endpoint that describes the columns of a table."""
        return self.output("urlTableDescription")

    @property
    def url_data(self) -> pulumi.Output[str]:
        """The endpoint that gives the rows of a table."""
        return self.output("urlData")

    @property
    def parameters(self) -> pulumi.Output[Sequence[Mapping[str, str]]]:
        """What every source has to give: mappings with code, name and type."""
        return self.output("parameters")

    @property
    def description(self) -> pulumi.Output[str | None]:
        """Free text, as far as the program sets it."""
        return self.output("description")

    @property
    def sort(self) -> pulumi.Output[int | None]:
        """The place among the connectors, as far as the program sets it."""
        return self.whole_number("sort")

    @property
    def support_mapping(self) -> pulumi.Output[bool | None]:
        """Whether requests for rows use the outside column names, as far as the program sets it."""
        return self.output("supportMapping")

    @property
    def source_code(self) -> pulumi.Output[str | None]:
        """Which of the portal's own hints is hidden, as far as the program sets it."""
        return self.output("sourceCode")

    @property
    def check_endpoints(self) -> pulumi.Output[bool | None]:
        """Whether previews call the endpoints."""
        return self.output("checkEndpoints")

    @property
    def force_destroy(self) -> pulumi.Output[bool | None]:
        """Whether a refused deletion deletes the connector's sources and their tables first."""
        return self.output("forceDestroy")

    @property
    def date_create(self) -> pulumi.Output[str]:
        """When it was created: ``Y-m-d H:i:s`` in the portal's time zone."""
        return self.output("dateCreate")

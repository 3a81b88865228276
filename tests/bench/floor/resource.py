"""A resource of the plugin that does nothing."""

from __future__ import annotations

from typing import Any

import pulumi


class NothingSource(pulumi.CustomResource):
    """A resource that is nothing but a state.

    It has a class of its own, as in every SDK: Pulumi records for those alone where in the program
    they stand, which makes a state twice as large.
    """

    def __init__(
        self, resource_name: str, inputs: dict[str, Any], opts: pulumi.ResourceOptions
    ) -> None:
        super().__init__("nothing:index:BiSource", resource_name, inputs, opts)

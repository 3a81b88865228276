"""A connector: where the endpoints of an outside system are, and which parameters they need.

Vendor's pages: "Connector" and the methods ``biconnector.connector.*``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from pulumi_bxbi.portal import Connector, ObjectRef
from pulumi_bxbi.portal.display import one_line
from pulumi_bxbi.portal.objects.models import PARAMETER_TYPES
from pulumi_bxbi.resources.deletion import delete_with_dependents
from pulumi_bxbi.resources.inputs import (
    MAY_HOLD_SECRET,
    Boolean,
    FilledText,
    Inputs,
    Part,
    Parts,
    PassUnknown,
    Text,
    WebAddress,
    WholeNumber,
    at_most,
    check_inputs,
    one_of,
    portal_id,
    unique,
)
from pulumi_bxbi.resources.lifecycle import Lifecycle
from pulumi_bxbi.resources.logo import Logo
from pulumi_bxbi.resources.logo import comparable as comparable_logo
from pulumi_bxbi.resources.memory import hash_of_logo
from pulumi_bxbi.resources.values import (
    UNKNOWN,
    Checked,
    Declaration,
    Diff,
    Note,
    Properties,
    State,
    known_parts,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_bxbi.portal import Catalog
    from pulumi_bxbi.portal.objects.collection import Collection
    from pulumi_bxbi.resources.memory import Memory

_ENDPOINTS: Final = ("urlCheck", "urlTableList", "urlTableDescription", "urlData")

Label = Annotated[FilledText, at_most(512), PassUnknown]


class ParameterInputs(Inputs):
    """A parameter that every source of the connector gives a value."""

    noun = "a parameter"
    label = "code"

    code: Label = Field(description="The key in the settings of a source, at most 512 characters.")
    name: Label = Field(description="The label that people see, at most 512 characters.")
    type: Annotated[str, one_of(*PARAMETER_TYPES), PassUnknown] = Field(
        description="`STRING` or `INT`."
    )


class ConnectorInputs(Inputs):
    """A connector: where the endpoints are, and which parameters they need."""

    noun = "BiConnector"

    title: Label = Field(description="The name that people see, at most 512 characters.")
    logo: Annotated[Logo, MAY_HOLD_SECRET, PassUnknown] = Field(
        description="An image: its address, a data URI, or the path of a local image file, which "
        "becomes a data URI."
    )
    url_check: WebAddress = Field(
        description="The endpoint that the portal asks whether a source's settings work."
    )
    url_table_list: WebAddress = Field(
        description="The endpoint that lists the tables of a source."
    )
    url_table_description: WebAddress = Field(
        description="The endpoint that describes the columns of a table."
    )
    url_data: WebAddress = Field(description="The endpoint that gives the rows of a table.")
    parameters: Annotated[
        list[Annotated[ParameterInputs, Part, PassUnknown]],
        AfterValidator(unique("code")),
        Parts,
        PassUnknown,
    ] = Field(
        description="What every source has to give: a list of code, name and type. Compared by "
        "code, never by position."
    )
    description: Text = Field(
        default="", description="Free text for people; empty where it is not given."
    )
    sort: WholeNumber = Field(
        default=100,
        description="The place among the connectors that people choose from; 100 where it is not "
        "given.",
    )
    support_mapping: Boolean = Field(
        default=False,
        description="Whether requests for rows name the columns as the outside system does.",
    )
    source_code: Annotated[Text, at_most(64), PassUnknown] = Field(
        default="",
        description="`mysql` or `pgsql` hide the portal's own hint for that database; at most 64 "
        "characters.",
    )
    check_endpoints: Boolean = Field(
        default=False,
        description="Whether each preview posts to the endpoints from this machine what a portal "
        "posts, with empty values, and warns when one does not answer.",
    )
    force_destroy: Boolean = Field(
        default=False,
        description="Whether a deletion that the portal refuses deletes the connector's sources "
        "and their tables first. It counts once an `up` has stored it.",
    )


class ConnectorOutputs(BaseModel):
    """What the portal adds to a connector."""

    model_config = ConfigDict(alias_generator=to_camel)

    date_create: str = Field(
        description="When it was created: `Y-m-d H:i:s` in the portal's time zone."
    )


class ConnectorLifecycle(Lifecycle[Connector]):
    """What check, diff, create, read, update and delete mean for a connector."""

    resource = "BiConnector"
    kind = "connector"
    inputs = ConnectorInputs
    outputs = ConnectorOutputs
    state_only = frozenset({"forceDestroy", "checkEndpoints"})
    renamed = {"parameters": "settings"}  # noqa: RUF012  # a class variable of the base class

    def collection(self, catalog: Catalog) -> Collection[Connector]:
        """Return all connectors."""
        return catalog.connectors

    def to_inputs(self, found: Connector) -> Properties:
        """Describe a connector by all its inputs, apart from what an older portal does not know."""
        described = {
            "title": found.title,
            "logo": found.logo,
            "urlCheck": found.url_check,
            "urlTableList": found.url_table_list,
            "urlTableDescription": found.url_table_description,
            "urlData": found.url_data,
            "parameters": [
                {"code": each.code, "name": each.name, "type": each.type}
                for each in found.parameters
            ],
            "description": found.description,
            "sort": found.sort,
            "supportMapping": found.support_mapping,
            "sourceCode": found.source_code,
        }
        return {key: value for key, value in described.items() if value is not None}

    def project(self, found: Connector, given: Properties, memory: Memory) -> Properties:
        """Describe a connector as far as the program does; a re-hosted logo is the same."""
        observed = super().project(found, given, memory)
        if "logo" in given and hash_of_logo(found.logo) == memory.logo_hash:
            observed["logo"] = given["logo"]
        return observed

    def remembered(self, found: Connector, sent: Properties, memory: Memory) -> Memory:
        """Remember how the portal has rewritten the logo."""
        if "logo" not in sent:
            return memory
        is_rewritten = found.logo != sent["logo"]
        return memory.with_(logo_hash=hash_of_logo(found.logo) if is_rewritten else "")

    def judge(
        self,
        news: Mapping[str, Any],
        catalog: Catalog | None,
        _declaration: Declaration | None = None,
    ) -> Checked:
        """Judge the inputs by themselves, and ask the endpoints where that is wanted."""
        checked = check_inputs(ConnectorInputs, news)
        if not checked.failures and catalog and checked.inputs.get("checkEndpoints") is True:
            known = {key: checked.inputs[key] for key in _ENDPOINTS}
            codes = parameter_codes(checked.inputs["parameters"])
            # What a portal posts is not known before the codes are.
            if codes is not None:
                catalog.ask_endpoints(
                    {key: each for key, each in known.items() if each is not UNKNOWN}, codes
                )
        return checked

    def diff(self, old: State, news: Mapping[str, Any], catalog: Catalog | None) -> Diff:
        """Compare the state with the inputs, and note what the connector will declare.

        Raises:
            WrongPortal: The state remembers the connector of another portal.
        """
        diff = super().diff(old, news, catalog)
        if catalog:
            catalog.plan(portal_id(self.resource, old.id), _declared(old.id, news))
        return diff

    def notes(
        self,
        old: State | None,
        news: Mapping[str, Any],
        _catalog: Catalog | None,
        _declaration: Declaration,
    ) -> list[Note]:
        """Return what becomes of the parameters: the engine compares them by position.

        Args:
            old: The state; ``None`` for a connector that is created.
            news: The checked inputs.
        """
        if old is None:
            return []
        was, is_ = (
            known_parts(self.comparable(each)["parameters"]) for each in (old.outputs, news)
        )
        if was is None or is_ is None or was == is_:
            return []
        before, after = ({str(each.get("code")): each for each in parts} for parts in (was, is_))
        added = [code for code in after if code not in before]
        dropped = [code for code in before if code not in after]
        told = []
        if added:
            told.append(
                f"declares {', '.join(added)} as well: a source has no value for it until the "
                "program gives one"
            )
        if dropped:
            told.append(
                f"no longer declares {', '.join(dropped)}: the values of its sources for it leave "
                "the portal with their next update"
            )
        told += [
            f"{code} changes from {before[code].get('type')} to {after[code].get('type')}"
            for code in after
            if code in before and before[code].get("type") != after[code].get("type")
        ]
        told += [
            f"{code} is called {after[code].get('name')}"
            for code in after
            if code in before and before[code].get("name") != after[code].get("name")
        ]
        return [Note(f"{self.named(old.id, old.outputs)} {one_line('; '.join(told))}")]

    def comparable(self, properties: Mapping[str, Any]) -> Properties:
        """Bring a state or inputs into a form in which equal things are equal.

        The order of parameters does not matter, nor do the line ends of a logo.
        """
        comparable = super().comparable(properties)
        comparable["logo"] = comparable_logo(comparable["logo"])
        parameters = comparable["parameters"]
        if isinstance(parameters, list) and all(isinstance(each, dict) for each in parameters):
            comparable["parameters"] = sorted(parameters, key=lambda each: str(each.get("code")))
        return comparable

    def changed_fields(
        self, olds: Mapping[str, Any], inputs: Mapping[str, Any], catalog: Catalog
    ) -> Properties:
        """Return what changed, as the program gives it."""
        changed = super().changed_fields(olds, inputs, catalog)
        as_given = {"settings": inputs["parameters"], "logo": inputs["logo"]}
        return {name: as_given.get(name, value) for name, value in changed.items()}

    def remove(self, old: State, catalog: Catalog) -> None:
        """Delete the connector (``biconnector.connector.delete``).

        Raises:
            InUse: Sources depend on it, and ``forceDestroy`` is not in the state.
            NotFound: It is not there for this application.
            PortalError: The portal did not delete it.
        """
        number, title = portal_id(self.resource, old.id), str(old.outputs.get("title") or "")

        def delete_source(source: ObjectRef) -> None:
            delete_with_dependents(
                str(source),
                lambda: catalog.delete_source(source.id, source.name),
                lambda table: catalog.tables.delete(table.id, table.name),
                self.spelling,
                force=True,
            )

        delete_with_dependents(
            self.named(old.id, old.outputs),
            lambda: catalog.delete_connector(number, title),
            delete_source,
            self.spelling,
            force=bool(old.outputs.get("forceDestroy")),
        )


def _declared(object_id: str, news: Mapping[str, Any]) -> Connector | None:
    """Describe what a connector will declare; ``None`` where that is not known yet."""
    parameters = known_parts(news.get("parameters"))
    if parameters is None:
        return None
    title = news["title"] if isinstance(news.get("title"), str) else ""
    return Connector.model_validate({"id": object_id, "title": title, "settings": parameters})


def parameter_codes(parameters: Any) -> list[str] | None:
    """Return the codes of declared parameters; ``None`` where they are not all known."""
    if not isinstance(parameters, list):
        return None
    codes = [each.get("code") if isinstance(each, dict) else None for each in parameters]
    return [str(each) for each in codes] if all(isinstance(each, str) for each in codes) else None

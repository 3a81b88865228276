"""A source: a named set of values for the parameters of a connector.

Vendor's pages: "Source" and the methods ``biconnector.source.*``.
"""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from pulumi_bxbi.portal import ConnectionCheckFailed, Connector, NotFound, PortalError, Source
from pulumi_bxbi.portal.addresses import host_and_path_of
from pulumi_bxbi.portal.display import one_line
from pulumi_bxbi.resources.deletion import delete_with_dependents
from pulumi_bxbi.resources.inputs import (
    Boolean,
    FilledText,
    Inputs,
    ObjectId,
    Settings,
    Text,
    check_inputs,
    portal_id,
)
from pulumi_bxbi.resources.lifecycle import OFFLINE, Lifecycle
from pulumi_bxbi.resources.misspelling import nearest
from pulumi_bxbi.resources.values import (
    NOT_DECLARED,
    UNKNOWN,
    Checked,
    Declaration,
    Failure,
    Note,
    Owner,
    Properties,
    State,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulumi_bxbi.portal import Catalog
    from pulumi_bxbi.portal.objects.collection import Collection
    from pulumi_bxbi.resources.memory import Memory

logger = logging.getLogger(__name__)

#: The form of the value for a parameter of the type `INT`.
WHOLE_NUMBER: Final = re.compile(r"[+-]?[0-9]+")


class SourceInputs(Inputs):
    """A source of a connector: where BI Builder takes its data from, with which credentials."""

    noun = "BiSource"

    title: FilledText = Field(description="The name that people see in BI Builder.")
    connector_id: ObjectId = Field(
        description="The id of the connector that the source belongs to. A different value "
        "replaces the source.",
        json_schema_extra={"willReplaceOnChanges": True},
    )
    settings: Settings = Field(
        description="The values of the parameters that the connector declares, by their codes: "
        "texts or whole numbers. Values are secret, codes are not.",
    )
    description: Text = Field(
        default="", description="Free text for people; empty where it is not given."
    )
    active: Boolean | None = Field(
        default=None,
        description="Whether the source gives data. Sent only when given; newer portals ignore it, "
        "which is said once as a warning.",
    )
    force_destroy: Boolean = Field(
        default=False,
        description="Whether a deletion that the portal refuses deletes the source's tables first. "
        "It counts once an `up` has stored it.",
    )


class SourceOutputs(BaseModel):
    """What the portal adds to a source."""

    model_config = ConfigDict(alias_generator=to_camel)

    type: str = Field(description="`rest` for every source that is made by REST.")
    code: str = Field(description="`rest_<connector id>`; not unique.")
    date_create: str = Field(
        description="When it was created: `Y-m-d H:i:s` in the portal's time zone."
    )
    date_update: str = Field(description="When it was last changed, in the same form.")
    created_by_id: int = Field(description="The id of the user who created it.")
    updated_by_id: int = Field(description="The id of the user who last changed it.")


class SourceLifecycle(Lifecycle[Source]):
    """What check, diff, create, read, update and delete mean for a source."""

    resource = "BiSource"
    kind = "source"
    inputs = SourceInputs
    outputs = SourceOutputs
    owner = Owner("connector", "connectorId")
    replacing = ("connectorId",)

    def collection(self, catalog: Catalog) -> Collection[Source]:
        """Return all sources."""
        return catalog.sources

    def to_inputs(self, found: Source) -> Properties:
        """Describe a source by all its inputs."""
        return {
            "title": found.title,
            "connectorId": found.connector_id,
            "settings": found.values(),
            "description": found.description,
            "active": found.active,
        }

    def project(self, found: Source, given: Properties, memory: Memory) -> Properties:
        """Describe a source with the settings that the program has set, and only those."""
        observed = super().project(found, given, memory)
        if "active" in memory.ignored:
            observed["active"] = given.get("active")
        wanted = given.get("settings", {})
        observed["settings"] = {
            code: value for code, value in found.values().items() if code in wanted
        }
        return observed

    def remembered(self, found: Source, sent: Properties, memory: Memory) -> Memory:
        """Remember that the portal ignores ``active``, and say so once."""
        if "active" not in sent:
            return memory
        if found.active == sent["active"]:
            return memory.with_(ignored=())
        if not memory.ignored:
            logger.warning(
                "%s: the portal ignores active=%s and keeps it %s. A person can switch it in BI "
                "Builder; from now on the stack shows no difference for it.",
                self.named(str(found.id), {"title": found.title}),
                sent["active"],
                "active" if found.active else "inactive",
            )
        return memory.with_(ignored=("active",))

    def judge(
        self,
        news: Mapping[str, Any],
        catalog: Catalog | None,
        declaration: Declaration = NOT_DECLARED,
    ) -> Checked:
        """Judge the inputs, first by themselves, then by what the connector declares.

        A connector of the same program declares what the program says of it, where the portal
        does not know the connector yet or must not be asked.

        Args:
            news: What the program gives.
            catalog: The portal's objects; ``None`` where the portal must not be asked.
            declaration: What the program knows besides.
        """
        checked = check_inputs(SourceInputs, news)
        if checked.failures:
            return checked
        is_of_program = declaration.parameters is not None
        if is_of_program and (catalog is None or checked.inputs["connectorId"] is UNKNOWN):
            connector = Connector.model_validate({"id": 0, "settings": declaration.parameters})
            return Checked(checked.inputs, judge_settings(checked.inputs, connector))
        if catalog is None:
            return checked
        reference = self.spelling.reference("connectorId", "connector")
        hint = (
            f" Where the connector is in the same program and will declare it, write {reference}."
        )
        failures = _judge_by_connector(
            checked.inputs, catalog, reference, "" if is_of_program else hint
        )
        return Checked(checked.inputs, failures)

    def notes(
        self,
        old: State | None,
        news: Mapping[str, Any],
        catalog: Catalog | None,
        declaration: Declaration,
    ) -> list[Note]:
        """Return which settings change, and which declared parameters get no value.

        The engine shows changed secrets all alike, and nobody shows what is not given: the
        connector's endpoints get it empty.

        Args:
            old: The state; ``None`` for a source that is created.
            news: The checked inputs.
            catalog: The portal's objects; ``None`` where the portal must not be asked.
            declaration: What the program knows besides.
        """
        after = self.comparable(news)
        before = self.comparable(old.outputs) if old else {"settings": {}}
        changed = _changed_settings(before, after)
        if not isinstance(after["settings"], dict) or (old and not changed):
            return []
        if old and before["connectorId"] != after["connectorId"]:
            return []  # it is replaced, and the new source has notes of its own
        name = self.named(old.id, old.outputs) if old else f'source "{after["title"]}"'
        declared = _declared_codes(after["connectorId"], catalog, declaration)
        removed = [each for each in changed if each not in after["settings"]]
        emptied = [each for each in removed if each in (declared or ())]
        left_out = [
            each for each in declared or () if each not in after["settings"] and each not in emptied
        ]
        notes = []
        if old and changed:
            told = [
                *(_change(each, after["settings"]) for each in changed if each not in removed),
                *(_removal(each, declared) for each in removed),
            ]
            notes.append(Note(one_line(f"{name} {'; '.join(told)}"), is_warning=bool(emptied)))
        if left_out:
            notes.append(
                Note(
                    one_line(
                        f"{name} gives no value for {', '.join(left_out)}, which its connector "
                        "declares: the endpoints get it empty"
                    ),
                    is_warning=True,
                )
            )
        return notes

    def changed_fields(
        self, olds: Mapping[str, Any], inputs: Mapping[str, Any], catalog: Catalog
    ) -> Properties:
        """Return what changed, and the title, which the portal wants with every update.

        A setting that the connector no longer declares leaves the source as soon as that is saved.
        """
        old, new = self.comparable(olds), self.comparable(inputs)
        changed = super().changed_fields(olds, inputs, catalog)
        if new["active"] is None:
            changed.pop("active", None)
        settings, codes = {}, _changed_settings(old, new)
        for code in codes:
            if code in new["settings"]:
                settings[code] = new["settings"][code]
            elif (declared := catalog.declared(new["connectorId"])) and declared.parameter(code):
                settings[code] = ""
        changed.pop("settings", None)
        if settings:
            changed["settings"] = settings
        return {"title": new["title"], **changed} if changed or codes else {}

    def create(self, news: Mapping[str, Any], catalog: Catalog) -> State:
        """Create the source and read it back.

        Raises:
            InvalidInputsError: A check would refuse the inputs.
            WrongPortal: This run has met an object of another portal in the state.
            ConnectionCheckFailed: The connector's ``urlCheck`` did not answer the portal.
            PortalError: The portal did not create it.
        """
        try:
            return super().create(news, catalog)
        except ConnectionCheckFailed as error:
            raise _with_endpoint(error, news["connectorId"], catalog) from None

    def changed(self, number: int, old: State, inputs: Properties, catalog: Catalog) -> State:
        """Change the source as far as its inputs have changed, and read it back.

        Raises:
            ConnectionCheckFailed: The connector's ``urlCheck`` did not answer the portal.
            PortalError: The portal did not change it.
        """
        try:
            return super().changed(number, old, inputs, catalog)
        except ConnectionCheckFailed as error:
            raise _with_endpoint(error, inputs["connectorId"], catalog) from None

    def remove(self, old: State, catalog: Catalog) -> None:
        """Delete the source (``biconnector.source.delete``).

        Raises:
            InUse: Tables depend on it, and ``forceDestroy`` is not in the state.
            NotFound: It is not there for this application.
            PortalError: The portal did not delete it.
        """
        number, title = portal_id(self.resource, old.id), str(old.outputs.get("title") or "")
        delete_with_dependents(
            self.named(old.id, old.outputs),
            lambda: catalog.delete_source(number, title),
            lambda table: catalog.tables.delete(table.id, table.name),
            self.spelling,
            force=bool(old.outputs.get("forceDestroy")),
        )


def judge_settings(
    inputs: Mapping[str, Any], connector: Connector, hint: str = ""
) -> tuple[Failure, ...]:
    """Judge settings by the parameters that a connector declares.

    Args:
        inputs: Valid inputs that ``settings`` is one of.
        connector: The connector.
        hint: A sentence for the failure of a setting that the connector does not declare, with a
            space before it.
    """
    settings = inputs["settings"]
    if settings is UNKNOWN:
        return ()
    return tuple(
        failure
        for code, value in settings.items()
        if (failure := _judge_setting(code, value, connector, hint))
    )


def _with_endpoint(
    error: ConnectionCheckFailed, connector_id: object, catalog: Catalog
) -> ConnectionCheckFailed:
    """Add to an error which endpoint it was that did not answer; nothing secret of its address."""
    with suppress(PortalError):
        connector = catalog.connectors.known.object(portal_id("BiSource", connector_id))
        if shown := host_and_path_of(connector.url_check):
            error.cure = f"{error.cure} The urlCheck of connector {connector.id} is {shown}."
    return error


def _change(code: str, settings: Mapping[str, Any]) -> str:
    """Return that a setting changes, or may change where its new value is not known yet."""
    return f"{'may change' if settings[code] is UNKNOWN else 'changes'} settings.{code}"


def _removal(code: str, declared: Sequence[str] | None) -> str:
    """Return what becomes of a setting that the program no longer gives.

    Args:
        code: The setting.
        declared: What the connector declares; ``None`` where that is not known.
    """
    if declared is None:
        return f"removes settings.{code}"
    if code in declared:
        return f"empties settings.{code}"
    return f"removes settings.{code}, which its connector no longer declares"


def _judge_by_connector(
    inputs: Mapping[str, Any], catalog: Catalog, reference: str, hint: str
) -> tuple[Failure, ...]:
    connector_id = inputs["connectorId"]
    if connector_id is UNKNOWN:
        return ()
    try:
        connector = catalog.declared(connector_id)
    except NotFound as error:
        return (
            Failure(
                "connectorId",
                f"connectorId {connector_id}: {catalog.address} has no such connector for this "
                f"application ({error.code}: {error.description}). Give the id of a connector that "
                "this application made; where the connector is in the same program, write "
                f"{reference}. {OFFLINE}",
            ),
        )
    except PortalError as error:
        return (
            Failure(
                "connectorId",
                f"connectorId {connector_id} could not be checked. {error} {OFFLINE}",
            ),
        )
    return () if connector is None else judge_settings(inputs, connector, hint)


def _judge_setting(code: str, value: object, connector: Connector, hint: str) -> Failure | None:
    parameter = connector.parameter(code)
    shown = f'connector {connector.id} "{connector.title}"' if connector.id else "its connector"
    if parameter is None:
        codes = [each.code for each in connector.parameters]
        return Failure(
            "settings",
            one_line(
                f"settings.{code} is not a parameter of {shown}{nearest(code, codes) or '.'} "
                f"It declares: {', '.join(codes) or 'none'}.{hint}"
            ),
        )
    if parameter.type == "INT" and isinstance(value, str) and not WHOLE_NUMBER.fullmatch(value):
        return Failure(
            "settings",
            one_line(
                f"settings.{code} must be a whole number such as 5432: {shown} declares it as INT."
            ),
        )
    return None


def _declared_codes(
    connector_id: Any, catalog: Catalog | None, declaration: Declaration
) -> list[str] | None:
    """Return the codes that a source's connector declares; ``None`` where they are not known."""
    if connector_id is UNKNOWN or catalog is None:
        given = declaration.parameters
        return None if given is None else [str(each.get("code")) for each in given]
    connector = catalog.declared(connector_id)
    return [each.code for each in connector.parameters] if connector else None


def _changed_settings(old: Properties, new: Properties) -> list[str]:
    """Return the settings that differ; none where one side is not known yet as a whole."""
    before, after = old["settings"], new["settings"]
    if not isinstance(before, dict) or not isinstance(after, dict):
        return []
    return sorted(
        code for code in before.keys() | after.keys() if before.get(code) != after.get(code)
    )

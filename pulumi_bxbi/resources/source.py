"""A source: a named set of values for the parameters of a connector.

Vendor's pages: "Source" and the methods ``biconnector.source.*``.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from pulumi_bxbi.portal import Dependent, InUse, NotFound, PortalError
from pulumi_bxbi.resources.inputs import (
    Boolean,
    FilledText,
    Inputs,
    ObjectId,
    Settings,
    Text,
    check_inputs,
    nearest,
    portal_id,
)
from pulumi_bxbi.resources.lifecycle import (
    INCOMPLETE,
    UNKNOWN,
    Checked,
    Diff,
    Failure,
    InvalidInputsError,
    Properties,
    State,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future

    from pulumi_bxbi.portal import Catalog, Connector, Source

logger = logging.getLogger(__name__)

_RESOURCE: Final = "BiSource"
_INTEGER: Final = re.compile(r"[+-]?[0-9]+")
_OFFLINE: Final = "To check without asking the portal, set BXBI_OFFLINE=1."

#: Outputs for which the portal has been seen to ignore the program's wish.
_IGNORED: Final = "__ignored"
#: The state describes a source that the program only looks at, so it has no inputs to compare with.
_LOOKED_AT: Final = "__lookedAt"


class SourceInputs(Inputs):
    """A source of a connector: where BI Builder takes its data from, with which credentials."""

    title: FilledText = Field(description="The source's name as people see it in BI Builder.")
    connector_id: ObjectId = Field(
        description="The id of the connector that the source belongs to. Another one replaces the "
        "source.",
        json_schema_extra={"willReplaceOnChanges": True},
    )
    settings: Settings = Field(
        description="The values of the parameters that the connector declares, by their codes. "
        "Values are texts or whole numbers, and secret.",
        json_schema_extra={"secret": True},
    )
    description: Text | None = Field(default=None, description="Free text for people.")
    active: Boolean | None = Field(
        default=None,
        description="Whether the source gives data. Sent only when given; newer portals ignore it, "
        "which is said once as a warning.",
    )
    force_destroy: Boolean | None = Field(
        default=None,
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


INPUTS: Final = tuple(field.alias or "" for field in SourceInputs.model_fields.values())
COMPUTED: Final = tuple(field.alias or "" for field in SourceOutputs.model_fields.values())


class SourceLifecycle:
    """What check, diff, create, read, update and delete mean for a source."""

    def check(self, news: Mapping[str, Any], catalog: Catalog | None) -> Checked:
        """Judge the inputs, first by themselves, then by what the connector declares."""
        checked = check_inputs(_RESOURCE, SourceInputs, news)
        if checked.failures or catalog is None:
            return checked
        return Checked(checked.inputs, _judge_by_connector(checked.inputs, catalog))

    def diff(self, object_id: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Diff:
        """Compare the state with the inputs; another connector means another source."""
        old, new = _comparable(olds), _comparable(news)
        replaces = ("connectorId",) if old["connectorId"] != new["connectorId"] else ()
        settings = _changed_settings(old, new)
        if settings and not replaces:
            logger.info(
                "source %s %s: these settings change: %s",
                object_id,
                _quoted(olds.get("title")),
                ", ".join(settings),
            )
        return Diff(
            changes=old != new or bool(olds.get(INCOMPLETE)),
            replaces=replaces,
        )

    def create(self, news: Mapping[str, Any], catalog: Catalog) -> State:
        """Create the source (``biconnector.source.add``).

        Raises:
            InvalidInputsError: A check would refuse the inputs.
            PortalError: The portal did not create it.
        """
        inputs = self._accepted(news, catalog)
        fields = {key: inputs[key] for key in INPUTS if key in inputs and key != "forceDestroy"}
        source_id, reading = catalog.create_source(fields)
        return _written(source_id, inputs, reading, olds={})

    def read(self, object_id: str, olds: Mapping[str, Any], catalog: Catalog) -> State | None:
        """Read the source, projected on the properties that the program has set.

        Raises:
            NotFound: The program looks at a source that does not exist.
            PortalError: The portal did not say whether the source exists.
        """
        given = {key: olds[key] for key in INPUTS if olds.get(key) is not None}
        try:
            source = catalog.source_among_others(portal_id(_RESOURCE, object_id))
        except NotFound:
            if given:
                return None
            raise
        if not given or olds.get(_LOOKED_AT):
            return State(object_id, {**_as_inputs(source), **_computed(source), _LOOKED_AT: True})
        inputs = _projected(source, given, olds)
        return State(object_id, {**inputs, **_computed(source), **_remembered(olds)}, inputs)

    def update(
        self, object_id: str, olds: Mapping[str, Any], news: Mapping[str, Any], catalog: Catalog
    ) -> State:
        """Change the source in place (``biconnector.source.update``).

        Raises:
            InvalidInputsError: A check would refuse the inputs.
            PortalError: The portal did not change it.
        """
        inputs = self._accepted(news, catalog)
        changed = _changed_fields(olds, inputs, catalog)
        if changed:
            _, reading = catalog.update_source(
                portal_id(_RESOURCE, object_id), {"title": inputs["title"], **changed}
            )
            return _written(portal_id(_RESOURCE, object_id), inputs, reading, olds)
        if olds.get(INCOMPLETE):
            source = catalog.source(portal_id(_RESOURCE, object_id))
            return State(object_id, {**inputs, **_computed(source), **_remembered(olds)})
        kept = {key: olds[key] for key in COMPUTED if key in olds}
        return State(object_id, {**inputs, **kept, **_remembered(olds)})

    def delete(self, object_id: str, olds: Mapping[str, Any], catalog: Catalog) -> None:
        """Delete the source (``biconnector.source.delete``).

        Raises:
            InUse: Tables hang on it, and ``forceDestroy`` is not in the state.
            PortalError: The portal did not delete it.
        """
        title = str(olds.get("title") or "")
        try:
            catalog.delete_source(portal_id(_RESOURCE, object_id), title)
        except NotFound:
            return
        except InUse as error:
            if not olds.get("forceDestroy"):
                error.cure = (
                    f"{error.cure} Or set force_destroy=True on the source and run `pulumi up` "
                    "before you delete it: a deletion sees the state, not the program."
                )
                raise
            if not error.dependents:
                raise
            _delete_tables(error.dependents, f"source {object_id} {_quoted(title)}", catalog)
            catalog.delete_source(portal_id(_RESOURCE, object_id), title)

    def _accepted(self, news: Mapping[str, Any], catalog: Catalog) -> Properties:
        checked = self.check(news, catalog)
        if checked.failures:
            raise InvalidInputsError(_RESOURCE, checked.failures)
        return checked.inputs


def _judge_by_connector(inputs: Mapping[str, Any], catalog: Catalog) -> tuple[Failure, ...]:
    connector_id, settings = inputs["connectorId"], inputs["settings"]
    if connector_id is UNKNOWN:
        return ()
    try:
        connector = catalog.connector(connector_id)
    except NotFound as error:
        return (
            Failure(
                "connectorId",
                f"connectorId {connector_id}: {catalog.address} has no such connector for this "
                f"application ({error.code}: {error.description}). Give the id of a connector that "
                "this application made; where the connector is in the same program, write "
                f"connector_id=connector.id. {_OFFLINE}",
            ),
        )
    except PortalError as error:
        return (
            Failure(
                "connectorId",
                f"connectorId {connector_id} could not be checked. {error} {_OFFLINE}",
            ),
        )
    if settings is UNKNOWN:
        return ()
    return tuple(
        failure
        for code, value in settings.items()
        if (failure := _judge_setting(code, value, connector))
    )


def _judge_setting(code: str, value: object, connector: Connector) -> Failure | None:
    parameter = connector.parameter(code)
    if parameter is None:
        codes = [each.code for each in connector.parameters]
        return Failure(
            "settings",
            f"settings.{code} is not a parameter of connector {connector.id} "
            f'"{connector.title}"{nearest(code, codes) or "."} '
            f"It declares: {', '.join(codes) or 'none'}. Where the connector is in the same "
            "program and will declare it, write connector_id=connector.id.",
        )
    if parameter.type == "INT" and isinstance(value, str) and not _INTEGER.fullmatch(value):
        return Failure(
            "settings",
            f"settings.{code} must be a whole number such as 5432: connector {connector.id} "
            f'"{connector.title}" declares it as INT.',
        )
    return None


def _comparable(properties: Mapping[str, Any]) -> Properties:
    """Bring a state or inputs into a form in which equal things are equal.

    A state may stem from an import file, with ids as texts and numbers among the settings.
    """
    normal = check_inputs(
        _RESOURCE, SourceInputs, {key: properties[key] for key in INPUTS if key in properties}
    ).inputs
    return {
        "title": normal.get("title"),
        "connectorId": normal.get("connectorId"),
        "settings": normal.get("settings", {}),
        "description": normal.get("description", ""),
        "active": normal.get("active"),
        "forceDestroy": normal.get("forceDestroy", False),
    }


def _changed_settings(old: Properties, new: Properties) -> list[str]:
    """Name the settings that differ; all that are known where one side is not."""
    before, after = old["settings"], new["settings"]
    if not isinstance(before, dict) or not isinstance(after, dict):
        return []
    return sorted(
        code for code in before.keys() | after.keys() if before.get(code) != after.get(code)
    )


def _changed_fields(
    olds: Mapping[str, Any], inputs: Mapping[str, Any], catalog: Catalog
) -> Properties:
    """Give what an update has to send, apart from the title that it always sends."""
    old, new = _comparable(olds), _comparable(inputs)
    changed: Properties = {
        key: new[key] for key in ("title", "description") if new[key] != old[key]
    }
    if new["active"] is not None and new["active"] != old["active"]:
        changed["active"] = new["active"]
    settings = {}
    for code in _changed_settings(old, new):
        if code in new["settings"]:
            settings[code] = new["settings"][code]
        elif catalog.connector(new["connectorId"]).parameter(code):
            settings[code] = ""
    if settings:
        changed["settings"] = settings
    return changed


def _written(
    source_id: int,
    inputs: Properties,
    reading: Future[Source | None],
    olds: Mapping[str, Any],
) -> State:
    """Make the state of a source that the portal has just accepted."""
    problem = reading.exception()
    source = None if problem else reading.result()
    name = f"source {source_id} {_quoted(inputs['title'])}"
    if source is None:
        logger.warning(
            "%s is on the portal, but could not be read back, so its computed outputs are missing. "
            "The next `pulumi up` reads them. %s",
            name,
            problem or "The portal does not list it yet.",
        )
        kept = {key: olds[key] for key in COMPUTED if key in olds}
        return State(str(source_id), {**inputs, **kept, **_remembered(olds), INCOMPLETE: True})
    ignored = "active" in inputs and source.active != inputs["active"]
    if ignored and not _remembered(olds):
        logger.warning(
            "%s: the portal ignores active=%s and keeps it %s. A person can switch it in BI "
            "Builder; from now on the stack shows no difference for it.",
            name,
            inputs["active"],
            "active" if source.active else "inactive",
        )
    mark = {_IGNORED: ["active"]} if ignored else {}
    return State(str(source_id), {**inputs, **_computed(source), **mark})


def _remembered(olds: Mapping[str, Any]) -> Properties:
    return {_IGNORED: olds[_IGNORED]} if olds.get(_IGNORED) else {}


def _computed(source: Source) -> Properties:
    return {
        "type": source.type,
        "code": source.code,
        "dateCreate": source.date_create,
        "dateUpdate": source.date_update,
        "createdById": source.created_by_id,
        "updatedById": source.updated_by_id,
    }


def _as_inputs(source: Source) -> Properties:
    return {
        "title": source.title,
        "connectorId": source.connector_id,
        "settings": source.values(),
        "description": source.description,
        "active": source.active,
    }


def _projected(source: Source, given: Properties, olds: Mapping[str, Any]) -> Properties:
    """Give the portal's values of the properties that the program has set.

    What the portal writes differently and means the same stays as the program wrote it.
    """
    found = {**_as_inputs(source), "forceDestroy": given.get("forceDestroy")}
    if "active" in olds.get(_IGNORED, ()):
        found["active"] = given.get("active")
    wanted, actual = _comparable(given), _comparable(found)
    projected = {
        key: given[key] if actual[key] == wanted[key] else found[key]
        for key in given
        if key != "settings"
    }
    if "settings" in given:
        projected["settings"] = {
            code: value
            if wanted["settings"].get(code) == actual["settings"][code]
            else actual["settings"][code]
            for code, value in given["settings"].items()
            if code in actual["settings"]
        }
    return projected


def _delete_tables(tables: tuple[Dependent, ...], owner: str, catalog: Catalog) -> None:
    for table in tables:
        try:
            catalog.delete_table(table)
        except NotFound:
            continue
        logger.info("%s: deleted its %s, because force_destroy is set", owner, table)


def _quoted(title: object) -> str:
    return f'"{title}"' if isinstance(title, str) else ""

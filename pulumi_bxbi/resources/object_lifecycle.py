"""What connectors, sources and tables do in the same way.

Besides inputs and computed outputs a state holds marks, whose names begin with two underscores: the
engine does not show those.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar

from pulumi_bxbi.portal import NotFound
from pulumi_bxbi.portal.objects import PortalObject
from pulumi_bxbi.portal.shown import named
from pulumi_bxbi.resources.inputs import Inputs, check_inputs, portal_id
from pulumi_bxbi.resources.lifecycle import Checked, Diff, InvalidInputsError, Properties, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

    from pulumi_bxbi.portal import Catalog
    from pulumi_bxbi.portal.collection import Collection

logger = logging.getLogger(__name__)

M = TypeVar("M", bound=PortalObject)

#: The computed outputs could not be read after a write; the next update reads them.
INCOMPLETE: Final = "__incomplete"
#: The program only looks at the object, so the state has no inputs to compare with.
LOOKED_AT: Final = "__lookedAt"


class ObjectLifecycle(ABC, Generic[M]):
    """A resource that is one object on the portal.

    Attributes:
        resource: The resource's name, for example ``BiSource``.
        kind: What the portal calls it, for example ``source``.
        inputs: The model of its inputs.
        outputs: The model of what the portal adds.
        label: The property that people know the object by.
        replacing: The inputs that can only change with a new object.
        state_only: The inputs that the portal never sees.
        renamed: The inputs that the API calls differently.
    """

    resource: ClassVar[str]
    kind: ClassVar[str]
    inputs: ClassVar[type[Inputs]]
    outputs: ClassVar[type[BaseModel]]
    label: ClassVar[str] = "title"
    replacing: ClassVar[tuple[str, ...]] = ()
    state_only: ClassVar[frozenset[str]] = frozenset({"forceDestroy"})
    renamed: ClassVar[Mapping[str, str]] = {}

    @abstractmethod
    def collection(self, catalog: Catalog) -> Collection[M]:
        """Give all objects of this kind."""

    @abstractmethod
    def everything(self, found: M) -> Properties:
        """Describe an object of the portal by all inputs that it could have been made with."""

    def observed(self, found: M, given: Properties, _marks: Mapping[str, Any]) -> Properties:
        """Describe an object of the portal as far as the program describes it.

        Args:
            found: The object.
            given: The inputs in the state.
            _marks: What the state remembers of the object.
        """
        return {key: value for key, value in self.everything(found).items() if key in given}

    def marks(self, _found: M, _sent: Properties, olds: Mapping[str, Any]) -> Properties:
        """Tell what the state has to remember of an object that was just written.

        Args:
            _found: The object, read back.
            _sent: What was written, by the API's names.
            olds: The state before.
        """
        return _marks_of(olds)

    @abstractmethod
    def check(self, news: Mapping[str, Any], catalog: Catalog | None) -> Checked:
        """Bring the inputs into their normal form and tell what is wrong with them."""

    def diff(
        self,
        object_id: str,
        olds: Mapping[str, Any],
        news: Mapping[str, Any],
        _catalog: Catalog | None,
    ) -> Diff:
        """Compare the state with the inputs; a value that is not known yet is another one."""
        old, new = self.comparable(olds), self.comparable(news)
        replaces = tuple(name for name in self.replacing if name in olds and old[name] != new[name])
        if not replaces:
            self.explain(self.named(object_id, olds), old, new)
        return Diff(changes=old != new or bool(olds.get(INCOMPLETE)), replaces=replaces)

    def explain(self, name: str, old: Properties, new: Properties) -> None:
        """Tell the user what the engine's own display of a change does not show."""

    def create(self, news: Mapping[str, Any], catalog: Catalog) -> State:
        """Create the object and read it back.

        Raises:
            InvalidInputsError: A check would refuse the inputs.
            PortalError: The portal did not create it.
        """
        inputs = self.accepted(news, catalog)
        fields = self.fields({key: inputs[key] for key in self.input_names() if key in inputs})
        object_id, reading = self.collection(catalog).create(fields, str(inputs[self.label]))
        return self.written(object_id, inputs, reading, fields, {})

    def read(self, object_id: str, olds: Mapping[str, Any], catalog: Catalog) -> State | None:
        """Read the object, projected on the properties that the program has set.

        Raises:
            NotFound: The program looks at an object that does not exist.
            PortalError: The portal did not say whether it exists.
        """
        given = {key: olds[key] for key in self.input_names() if olds.get(key) is not None}
        try:
            found = self.collection(catalog).one_of_many(portal_id(self.resource, object_id))
        except NotFound:
            if given:
                return None
            raise
        if not given or olds.get(LOOKED_AT):
            looked_at = {**self.everything(found), **self.computed(found), LOOKED_AT: True}
            return State(object_id, looked_at)
        # What could not be read back after the object was written is caught up with here.
        unread = bool(olds.get(INCOMPLETE))
        marks = self.marks(found, self.fields(given), olds) if unread else _marks_of(olds)
        wanted = self.comparable(given)
        observed = self.observed(found, given, marks)
        actual = self.comparable(observed)
        inputs = {
            key: observed[key] if key in observed and actual[key] != wanted[key] else value
            for key, value in given.items()
        }
        return State(object_id, {**inputs, **self.computed(found), **marks}, inputs)

    def update(
        self, object_id: str, olds: Mapping[str, Any], news: Mapping[str, Any], catalog: Catalog
    ) -> State:
        """Change the object in place and read it back.

        Raises:
            InvalidInputsError: A check would refuse the inputs.
            PortalError: The portal did not change it.
        """
        inputs = self.accepted(news, catalog)
        number = portal_id(self.resource, object_id)
        changed = self.changed_fields(olds, inputs, catalog)
        if changed:
            objects = self.collection(catalog)
            _, reading = objects.update(number, changed, str(inputs[self.label]))
            return self.written(number, inputs, reading, changed, olds)
        if olds.get(INCOMPLETE):
            read: Future[M | None] = Future()
            read.set_result(self.collection(catalog).get(number))
            return self.written(number, inputs, read, self.fields(inputs), olds)
        return State(object_id, {**inputs, **self.kept(olds)})

    @abstractmethod
    def delete(self, object_id: str, olds: Mapping[str, Any], catalog: Catalog) -> None:
        """Delete the object; it is no error where it is gone already."""

    def changed_fields(
        self, olds: Mapping[str, Any], inputs: Mapping[str, Any], _catalog: Catalog
    ) -> Properties:
        """Give what an update has to send, by the API's names; empty where nothing."""
        old, new = self.comparable(olds), self.comparable(inputs)
        return self.fields({key: value for key, value in new.items() if value != old[key]})

    def fields(self, properties: Properties) -> Properties:
        """Give properties as the portal takes them."""
        return {
            self.renamed.get(key, key): value
            for key, value in properties.items()
            if key not in self.state_only
        }

    def accepted(self, news: Mapping[str, Any], catalog: Catalog) -> Properties:
        """Give the inputs in their normal form.

        Raises:
            InvalidInputsError: A check would refuse them.
        """
        checked = self.check(news, catalog)
        if checked.failures:
            raise InvalidInputsError(self.resource, checked.failures)
        return checked.inputs

    def written(
        self,
        object_id: int,
        inputs: Properties,
        reading: Future[M | None],
        sent: Properties,
        olds: Mapping[str, Any],
    ) -> State:
        """Make the state of an object that the portal has just accepted, read back or not.

        Args:
            object_id: Its id.
            inputs: The inputs.
            reading: The finished read.
            sent: What was written, by the API's names.
            olds: The state before.
        """
        problem = reading.exception()
        found = None if problem else reading.result()
        if found is None:
            logger.warning(
                "%s is on the portal, but could not be read back, so its computed outputs are "
                "missing. The next `pulumi up` reads them. %s",
                self.named(str(object_id), inputs),
                problem or "The portal does not list it yet.",
            )
            return State(str(object_id), {**inputs, **self.kept(olds), INCOMPLETE: True})
        marks = self.marks(found, sent, olds)
        return State(str(object_id), {**inputs, **self.computed(found), **marks})

    def comparable(self, properties: Mapping[str, Any]) -> Properties:
        """Bring a state or inputs into a form in which equal things are equal.

        Inputs that are not given have their default. A state may stem from an import file, with
        ids as texts and numbers among the settings.
        """
        given = {key: properties[key] for key in self.input_names() if key in properties}
        normal = check_inputs(self.inputs, given).inputs
        return {
            str(field.alias): normal.get(
                str(field.alias), None if field.is_required() else field.default
            )
            for field in self.inputs.model_fields.values()
        }

    def computed(self, found: M) -> Properties:
        """Give the computed outputs of an object."""
        return {
            str(field.alias): getattr(found, name)
            for name, field in self.outputs.model_fields.items()
        }

    def kept(self, olds: Mapping[str, Any]) -> Properties:
        """Give what stays in the state where nothing new is known of the object."""
        computed = self.property_names()[len(self.input_names()) :]
        return {**{key: olds[key] for key in computed if key in olds}, **_marks_of(olds)}

    def named(self, object_id: str, properties: Mapping[str, Any]) -> str:
        """Name an object for people: ``source 42 "CRM"``."""
        return named(self.kind, object_id, properties.get(self.label, ""))

    @classmethod
    def input_names(cls) -> list[str]:
        """Name the inputs, as the state does."""
        return [str(field.alias) for field in cls.inputs.model_fields.values()]

    @classmethod
    def property_names(cls) -> list[str]:
        """Name the inputs and then the computed outputs, as the state does."""
        computed = [str(field.alias) for field in cls.outputs.model_fields.values()]
        return [*cls.input_names(), *computed]


def _marks_of(olds: Mapping[str, Any]) -> Properties:
    passing = {INCOMPLETE, "__provider"}
    return {
        key: value for key, value in olds.items() if key.startswith("__") and key not in passing
    }

"""What connectors, sources and tables do in the same way."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar

from pulumi_bxbi.portal import NotFound, PortalError
from pulumi_bxbi.portal.display import named
from pulumi_bxbi.portal.objects.models import PortalObject
from pulumi_bxbi.portal.objects.shared_reads import finished
from pulumi_bxbi.resources.differences import changed_paths
from pulumi_bxbi.resources.inputs import Inputs, check_inputs, part_of, portal_id
from pulumi_bxbi.resources.memory import Memory
from pulumi_bxbi.resources.spelling import PYTHON
from pulumi_bxbi.resources.values import (
    NOT_DECLARED,
    Checked,
    Declaration,
    Diff,
    Failure,
    InvalidInputsError,
    Note,
    Properties,
    State,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Future

    from pydantic import BaseModel
    from typing_extensions import Self

    from pulumi_bxbi.portal import Catalog
    from pulumi_bxbi.portal.objects.collection import Collection
    from pulumi_bxbi.resources.spelling import Spelling
    from pulumi_bxbi.resources.values import Owner, PathChange

logger = logging.getLogger(__name__)

M = TypeVar("M", bound=PortalObject)

#: The end of the text of a failure where the portal was asked.
OFFLINE: Final = "To check without asking the portal, set BXBI_OFFLINE=1."


class Lifecycle(ABC, Generic[M]):
    """What an engine asks of a resource that is one object on the portal.

    A ``catalog`` of ``None`` means that the portal must not be asked.

    Args:
        spelling: How arguments are written in its texts for people.

    Attributes:
        resource: The resource's name, for example ``BiSource``.
        kind: What the portal calls it, for example ``source``.
        inputs: The model of its inputs.
        outputs: The model of what the portal adds.
        label: The property that people know the object by.
        owner: What the object belongs to; ``None`` where it is nothing.
        is_unique: Whether the portal has each label once.
        replacing: The inputs that can only change with a new object.
        state_only: The inputs that the portal never sees.
        renamed: The inputs that the API calls differently.
    """

    resource: ClassVar[str]
    kind: ClassVar[str]
    inputs: ClassVar[type[Inputs]]
    outputs: ClassVar[type[BaseModel]]
    label: ClassVar[str] = "title"
    owner: ClassVar[Owner | None] = None
    is_unique: ClassVar[bool] = False
    replacing: ClassVar[tuple[str, ...]] = ()
    state_only: ClassVar[frozenset[str]] = frozenset({"forceDestroy"})
    renamed: ClassVar[Mapping[str, str]] = {}

    def __init__(self, spelling: Spelling = PYTHON) -> None:
        self.spelling = spelling

    def spelt(self, spelling: Spelling) -> Self:
        """Return the lifecycle for programs that write arguments in another way.

        Args:
            spelling: How they write them.
        """
        return type(self)(spelling)

    @abstractmethod
    def collection(self, catalog: Catalog) -> Collection[M]:
        """Return all objects of this kind."""

    @abstractmethod
    def to_inputs(self, found: M) -> Properties:
        """Describe an object of the portal by all inputs that it could have been made with."""

    def project(self, found: M, given: Properties, _memory: Memory) -> Properties:
        """Describe an object of the portal as far as the program describes it.

        Args:
            found: The object.
            given: The inputs in the state.
            _memory: What the state remembers of the object.
        """
        return {key: value for key, value in self.to_inputs(found).items() if key in given}

    def remembered(self, _found: M, _sent: Properties, memory: Memory) -> Memory:
        """Return what the state has to remember of an object that was just written.

        Args:
            _found: The object, read back.
            _sent: What was written, by the API's names.
            memory: What the state remembered before.
        """
        return memory

    def check(
        self,
        news: Mapping[str, Any],
        catalog: Catalog | None,
        declaration: Declaration = NOT_DECLARED,
    ) -> Checked:
        """Bring the inputs into their normal form and tell what is wrong with them.

        If a check needs nothing from the portal, it reads once in a run all the same, so that a
        preview fails where the portal or the credentials do not work.

        Args:
            news: What the program gives.
            catalog: The portal's objects; ``None`` where the portal must not be asked.
            declaration: What the program knows besides.
        """
        checked = self.judge(news, catalog, declaration)
        if catalog and not checked.failures:
            try:
                catalog.require_answer(self.collection(catalog))
            except PortalError as error:
                return Checked(checked.inputs, (Failure("", f"{error} {OFFLINE}"),))
        return checked

    @abstractmethod
    def judge(
        self,
        news: Mapping[str, Any],
        catalog: Catalog | None,
        declaration: Declaration = NOT_DECLARED,
    ) -> Checked:
        """Normalize the inputs, and check them by the rules of this kind of object.

        Args:
            news: What the program gives.
            catalog: The portal's objects; ``None`` where the portal must not be asked.
            declaration: What the program knows besides.
        """

    def diff(self, old: State, news: Mapping[str, Any], catalog: Catalog | None) -> Diff:
        """Compare the state with the inputs; a value that is not known yet counts as changed.

        Raises:
            WrongPortal: The state remembers the object of another portal.
        """
        name = self.named(old.id, old.outputs)
        if catalog:
            catalog.identity.require_same_portal(old.memory.identity, name)
        if self._are_equal(old.outputs, news):
            return Diff({}, (), is_incomplete=old.memory.incomplete)
        before, after = self.comparable(old.outputs), self.comparable(news)
        given, labels = (old.outputs, dict(news)), self.part_labels()
        paths: dict[str, PathChange] = {}
        for each in before:
            label = labels.get(each, "")
            paths |= changed_paths(each, before[each], after[each], given=given, label=label)
        replaces = tuple(
            each for each in self.replacing if each in old.outputs and before[each] != after[each]
        )
        return Diff(paths, replaces, is_incomplete=old.memory.incomplete)

    def notes(
        self,
        _old: State | None,
        _news: Mapping[str, Any],
        _catalog: Catalog | None,
        _declaration: Declaration,
    ) -> list[Note]:
        """Return what a creation, or a change, means for people.

        Args:
            _old: The state; ``None`` for what is created.
            _news: The checked inputs.
            _catalog: The portal's objects; ``None`` where the portal must not be asked.
            _declaration: What the program knows besides.
        """
        return []

    def create(self, news: Mapping[str, Any], catalog: Catalog) -> State:
        """Create the object and read it back.

        Raises:
            InvalidInputsError: A check would refuse the inputs.
            WrongPortal: This run has met an object of another portal in the state.
            PortalError: The portal did not create it.
        """
        catalog.identity.require_right_portal()
        inputs = self.accepted(news, catalog)
        catalog.identity.require_application()
        fields = self.fields({key: inputs[key] for key in self.input_names() if key in inputs})
        object_id, reading = self.collection(catalog).create(fields, str(inputs[self.label]))
        return self.written(inputs, reading, fields, State(str(object_id), {}), catalog)

    def read(self, old: State, catalog: Catalog) -> State | None:
        """Read the object, projected on the properties that the program has set.

        Raises:
            NotFound: The program looks at an object that does not exist.
            WrongPortal: The state remembers the object of another portal.
            WrongApplication: It is not there for this application, and another one made it.
            PortalError: The portal did not say whether it exists.
        """
        olds, identity, name = old.outputs, catalog.identity, self.named(old.id, old.outputs)
        identity.require_same_portal(old.memory.identity, name)
        given = {key: olds[key] for key in self.input_names() if olds.get(key) is not None}
        try:
            found = self.collection(catalog).read_shared(portal_id(self.resource, old.id))
        except NotFound as missing:
            if not given:
                raise
            identity.judge_missing(missing, old.memory.identity, name)
            return None
        if given:
            self.require_same_object(old, found, catalog)
        memory = old.memory.of(identity.to_remember(old.memory.identity))
        if not given or old.memory.looked_at:
            looked_at = {**self.to_inputs(found), **self.computed(found)}
            return State(old.id, looked_at, memory.with_(looked_at=True))
        if memory.incomplete:
            # Complete a write whose read-back failed.
            memory = self.written_memory(found, given, self.fields(given), memory)
        inputs = self._observed_inputs(found, given, memory)
        return State(old.id, {**inputs, **self.computed(found)}, memory, inputs)

    def _observed_inputs(self, found: M, given: Properties, memory: Memory) -> Properties:
        """Return inputs as given, and as the portal has them where that is something else."""
        observed = self.project(found, given, memory)
        if self._are_equal(observed, given):
            return given
        wanted, actual = self.comparable(given), self.comparable(observed)
        same = {key for key in memory.trimmed if _is_trimmed(wanted[key], actual[key])}
        return {
            key: observed[key]
            if key in observed and actual[key] != wanted[key] and key not in same
            else value
            for key, value in given.items()
        }

    def update(self, old: State, news: Mapping[str, Any], catalog: Catalog) -> State:
        """Change the object in place and read it back.

        Raises:
            InvalidInputsError: A check would refuse the inputs.
            WrongPortal: The state remembers the object of another portal.
            PortalError: The portal did not change it.
        """
        number = portal_id(self.resource, old.id)
        try:
            self.require_own(old, catalog)
            inputs = self.accepted(news, catalog)
            return self.changed(number, old, inputs, catalog)
        except NotFound as missing:
            if missing.object == f"{self.kind} {number}":
                missing.object = self.named(old.id, old.outputs)
            catalog.identity.explain_missing(missing, old.memory.identity)
            raise

    def changed(self, number: int, old: State, inputs: Properties, catalog: Catalog) -> State:
        """Change the object as far as its inputs have changed, and read it back.

        Raises:
            PortalError: The portal did not change it.
        """
        fields = self.changed_fields(old.outputs, inputs, catalog)
        if fields:
            objects = self.collection(catalog)
            _, reading = objects.update(number, fields, str(inputs[self.label]))
            return self.written(inputs, reading, fields, old, catalog)
        if old.memory.incomplete:
            read: Future[M | None] = finished(self.collection(catalog).get(number))
            return self.written(inputs, read, self.fields(inputs), old, catalog)
        memory = old.memory.of(catalog.identity.to_remember(old.memory.identity))
        return State(old.id, {**inputs, **self.computed_before(old)}, memory)

    def delete(self, old: State, catalog: Catalog) -> bool:
        """Delete the object, and return whether it was there.

        Raises:
            InUse: Other objects depend on it, and ``forceDestroy`` is not in the state.
            WrongPortal: The state remembers the object of another portal.
            WrongApplication: It is not there for this application, and another one made it.
            PortalError: The portal did not delete it.
        """
        name = self.named(old.id, old.outputs)
        try:
            self.require_own(old, catalog)
            self.remove(old, catalog)
        except NotFound as missing:
            catalog.identity.judge_missing(missing, old.memory.identity, name)
            return False
        return True

    def outcome(self, _old: State, _news: Mapping[str, Any]) -> list[Note]:
        """Return what a change that was made in place means for people.

        Args:
            _old: The state before.
            _news: The checked inputs.
        """
        return []

    @abstractmethod
    def remove(self, old: State, catalog: Catalog) -> None:
        """Delete the object.

        Raises:
            NotFound: It is not there for this application.
            PortalError: The portal did not delete it.
        """

    def require_own(self, old: State, catalog: Catalog) -> None:
        """Refuse to change an object that is not known to be the one that the state means.

        Where the state remembers its portal and application this costs no call.

        Raises:
            WrongPortal: It is another one, or on another portal.
            PortalError: The portal did not say.
        """
        remembered = old.memory.identity
        catalog.identity.require_same_portal(remembered, self.named(old.id, old.outputs))
        if not remembered.address or catalog.identity.is_other_application(remembered):
            number = portal_id(self.resource, old.id)
            self.require_same_object(old, self.collection(catalog).read_shared(number), catalog)

    def require_same_object(self, old: State, found: M, catalog: Catalog) -> None:
        """Refuse an object that is not the one of the state, where only the object can show it.

        Raises:
            WrongPortal: It is another one.
        """
        remembered = old.memory.identity
        if remembered.address and not catalog.identity.is_other_application(remembered):
            return
        if not (remembered.address or old.memory.incomplete or self.computed_before(old)):
            return  # just imported with a file that names nothing but the id and the inputs
        known, now = self.comparable_creation(old.outputs), self.computed(found)
        catalog.identity.require_same_object(
            known, self.comparable_creation(now), remembered, self.named(old.id, old.outputs)
        )

    def comparable_creation(self, outputs: Mapping[str, Any]) -> tuple[str, str]:
        """Return when an object was created, and by which user; empty where that is not known."""
        created_by = outputs.get("createdById")
        return str(outputs.get("dateCreate") or ""), str(int(created_by)) if created_by else ""

    def changed_fields(
        self, olds: Mapping[str, Any], inputs: Mapping[str, Any], _catalog: Catalog
    ) -> Properties:
        """Return what an update has to send, by the API's names; empty where nothing."""
        old, new = self.comparable(olds), self.comparable(inputs)
        return self.fields({key: value for key, value in new.items() if value != old[key]})

    def fields(self, properties: Properties) -> Properties:
        """Return properties as the portal takes them."""
        return {
            self.renamed.get(key, key): value
            for key, value in properties.items()
            if key not in self.state_only
        }

    def accepted(self, news: Mapping[str, Any], catalog: Catalog) -> Properties:
        """Return the inputs in their normal form.

        Raises:
            InvalidInputsError: A check would refuse them.
        """
        checked = self.judge(news, catalog)
        if checked.failures:
            raise InvalidInputsError(self.resource, checked.failures)
        return checked.inputs

    def written(
        self,
        inputs: Properties,
        reading: Future[M | None],
        sent: Properties,
        old: State,
        catalog: Catalog,
    ) -> State:
        """Make the state of an object that the portal has just accepted, read back or not.

        Args:
            inputs: The inputs.
            reading: The finished read.
            sent: What was written, by the API's names.
            old: The state before; of a new object its id alone.
            catalog: The portal's objects.
        """
        memory = old.memory.of(catalog.identity.to_remember(old.memory.identity))
        problem = reading.exception()
        found = None if problem else reading.result()
        if found is None:
            logger.warning(
                "%s is on the portal, but could not be read back, so its computed outputs are "
                "missing. The next `pulumi up` reads them. %s",
                self.named(old.id, inputs),
                problem or "The portal does not list it yet.",
            )
            known = {**inputs, **self.computed_before(old)}
            return State(old.id, known, memory.with_(incomplete=True))
        memory = self.written_memory(found, inputs, sent, memory)
        return State(old.id, {**inputs, **self.computed(found)}, memory)

    def written_memory(
        self, found: M, inputs: Properties, sent: Properties, memory: Memory
    ) -> Memory:
        """Return what the state has to remember of an object that was read back.

        Args:
            found: The object.
            inputs: The inputs.
            sent: What was written, by the API's names.
            memory: What the state remembered before.
        """
        remembered = self.remembered(found, sent, memory).with_(incomplete=False)
        trimmed = self.trimmed(found, inputs)
        news = [key for key in trimmed if key not in memory.trimmed]
        if news:
            logger.warning(
                "%s: the portal removes the white space around its %s. Write it without in the "
                "program; until then the stack shows no difference for it.",
                self.named(str(found.id), inputs),
                ", ".join(news),
            )
        return remembered.with_(trimmed=trimmed)

    def trimmed(self, found: M, inputs: Properties) -> tuple[str, ...]:
        """Return the names of the inputs that the portal has without their outer white space."""
        given = {key: inputs[key] for key in self.input_names() if inputs.get(key) is not None}
        plain = self.project(found, given, Memory())
        wanted, actual = self.comparable(given), self.comparable({**given, **plain})
        return tuple(
            key
            for key in plain
            if wanted[key] != actual[key] and _is_trimmed(wanted[key], actual[key])
        )

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

    def _are_equal(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
        """Return whether two sets of inputs are equal as they are, which most are."""
        return all(one.get(key) == other.get(key) for key in self.input_names())

    def computed(self, found: M) -> Properties:
        """Return the computed outputs of an object."""
        return {
            str(field.alias): getattr(found, name)
            for name, field in self.outputs.model_fields.items()
        }

    def computed_before(self, old: State) -> Properties:
        """Return the computed outputs of a state, for where nothing new is known of the object."""
        return {key: old.outputs[key] for key in self.computed_names() if key in old.outputs}

    def named(self, object_id: str, properties: Mapping[str, Any]) -> str:
        """Name an object for people: ``source 42 "CRM"``."""
        return named(self.kind, object_id, properties.get(self.label, ""))

    @classmethod
    @cache
    def part_labels(cls) -> Mapping[str, str]:
        """Return, for each input that is a list of parts, the key by which people know a part."""
        return {
            str(field.alias): part.label
            for field in cls.inputs.model_fields.values()
            if (part := part_of(field.annotation))
        }

    @classmethod
    @cache
    def part_names(cls) -> Mapping[str, Sequence[str]]:
        """Return, for each input that is a list of parts, the names of a part's properties."""
        return {
            str(field.alias): [str(each.alias) for each in part.model_fields.values()]
            for field in cls.inputs.model_fields.values()
            if (part := part_of(field.annotation))
        }

    @classmethod
    @cache
    def input_names(cls) -> Sequence[str]:
        """Return the names of the inputs, as the state spells them."""
        return tuple(str(field.alias) for field in cls.inputs.model_fields.values())

    @classmethod
    @cache
    def computed_names(cls) -> Sequence[str]:
        """Return the names of the computed outputs, as the state spells them."""
        return tuple(str(field.alias) for field in cls.outputs.model_fields.values())

    @classmethod
    def property_names(cls) -> Sequence[str]:
        """Return the names of the inputs and the computed outputs, as the state spells them."""
        return (*cls.input_names(), *cls.computed_names())


def _is_trimmed(given: Any, found: Any) -> bool:
    """Return whether a value of the portal is the given one without its outer white space."""
    if isinstance(given, dict) and isinstance(found, dict):
        return given.keys() == found.keys() and all(
            _is_trimmed(value, found[key]) for key, value in given.items()
        )
    if isinstance(given, list) and isinstance(found, list):
        return len(given) == len(found) and all(map(_is_trimmed, given, found))
    return bool(found == given or (isinstance(given, str) and found == given.strip()))

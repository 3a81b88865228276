"""A plan of Pulumi's: what ``pulumi preview --json`` prints, read for this provider's resources.

Vendor's pages: "pulumi preview", "pulumi destroy" (``--preview-only``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import dropwhile
from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.portal.display import one_line
from pulumi_bxbi.preflight.other_forms import other_form
from pulumi_bxbi.resources.memory import Memory
from pulumi_bxbi.resources.values import UNKNOWN
from pulumi_bxbi.stack.state import memory_in
from pulumi_bxbi.stack.urns import PROVIDER, Urn, explicit_provider_of, resource_type_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from pulumi_bxbi.resources.lifecycle import Lifecycle
    from pulumi_bxbi.resources.spelling import Spelling
    from pulumi_bxbi.resources.values import Properties

#: The steps after which an object is gone, whichever provider's it is.
_GOING: Final = frozenset({"delete", "delete-replaced", "replace"})

#: What a plan has in the place of a secret.
_SECRET: Final = "[secret]"  # noqa: S105  # a marker, no password
#: What it has in the place of a value that is not known yet, and of a secret.
_HIDDEN: Final = frozenset({"04da6b54-80e4-46f7-96ec-b56ff0331ba9", _SECRET})

#: The options that take property paths, by their keys in plans.
_OPTIONS_OF_PATHS: Final = {
    "ignoreChanges": "ignoreChanges",
    "replaceOnChanges": "replaceOnChanges",
    "hideDiff": "hideDiffs",
    "additionalSecretOutputs": "additionalSecretOutputs",
}

_TRACEBACK: Final = "Traceback (most recent call last):"
#: How many lines are quoted of an error of the program.
_MOST_LINES: Final = 5


class PlanError(Exception):
    """A text is no plan; the message says what it is and what to give instead."""


class Operation(Enum):
    """What a step does to an object."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    SAME = "same"


#: Pulumi's names of steps. A replacement is one step ``replace``, around which Pulumi shows the
#: others where it is asked to; a ``delete-replaced`` alone is left of an earlier replacement.
_OPERATIONS: Final = {
    "create": Operation.CREATE,
    "update": Operation.UPDATE,
    "replace": Operation.REPLACE,
    "delete": Operation.DELETE,
    "delete-replaced": Operation.DELETE,
    "same": Operation.SAME,
    "read": Operation.SAME,
    "refresh": Operation.SAME,
    "import": Operation.SAME,
}
_MAKING: Final = frozenset({Operation.CREATE, Operation.UPDATE, Operation.REPLACE})


@dataclass(frozen=True, slots=True)
class Step:
    """What the plan does to one resource of this provider.

    Attributes:
        operation: What it does.
        urn: The resource's URN in the program.
        old_urn: The one that the state has for it; another where the program gives an alias.
        lifecycle: What the resource's type means.
        id: The id of the object that exists; ``None`` where there is none yet.
        old: The state of that object; empty where there is none.
        new: The inputs of the program; empty where the object goes. ``UNKNOWN`` stands for what is
            not known yet and for secrets.
        secrets: The new inputs that are secret as a whole.
        references: The URNs that each new input comes from.
        depends_on: The URNs that the state knows the object to depend on.
        deletes_first: Whether a replacement deletes the old object before it makes the new one.
        is_retained: Whether the old object stays on the portal (``retain_on_delete``).
        memory: What the state remembers of that object besides.
        deleted_with: The URN of the resource with which Pulumi takes the object for gone; in a
            plan empty where that resource stays.
        paths: The property paths that each of Pulumi's options names, by the option's name.
        provider: The URN of its explicit provider, which may lead to another portal; empty where
            it has none.
    """

    operation: Operation
    urn: str
    old_urn: str
    lifecycle: Lifecycle[Any]
    id: int | None = None
    old: Properties = field(default_factory=dict, repr=False)
    new: Properties = field(default_factory=dict, repr=False)
    secrets: frozenset[str] = frozenset()
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    depends_on: frozenset[str] = frozenset()
    deletes_first: bool = False
    is_retained: bool = False
    deleted_with: str = ""
    memory: Memory = field(default_factory=Memory)
    paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    provider: str = ""

    @property
    def kind(self) -> str:
        """What the portal calls the object, for example ``source``."""
        return self.lifecycle.kind

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return Urn.parse(self.urn).name

    @property
    def keeps_name(self) -> bool:
        """Whether a table is replaced under its name, which the old one leaves in time."""
        name = self.old.get("name")
        same = isinstance(name, str) and name == self.new.get("name")
        return self.removes and self.deletes_first and same

    @property
    def forces(self) -> bool:
        """Whether a deletion takes along what is in the way."""
        return self.old.get("forceDestroy") is True

    @property
    def removes(self) -> bool:
        """Whether the object that exists leaves the portal."""
        going = self.operation in {Operation.DELETE, Operation.REPLACE}
        return going and not self.is_retained and not self.deleted_with

    @property
    def makes(self) -> bool:
        """Whether a new object comes."""
        return self.operation in {Operation.CREATE, Operation.REPLACE}

    @property
    def label(self) -> str:
        """The object's title or name, as it will be where it stays; empty where not known."""
        properties = self.old if self.operation is Operation.DELETE else self.new or self.old
        found = properties.get(self.lifecycle.label)
        return found if isinstance(found, str) else ""

    @property
    def object(self) -> str:
        """Name the object for people: ``source 42 "CRM"``."""
        number = f" {self.id}" if self.id and self.operation is not Operation.CREATE else ""
        old = self.old.get(self.lifecycle.label)
        label = old if number and isinstance(old, str) else self.label
        return one_line(f"{self.kind}{number}" + (f' "{label}"' if label else ""))

    def argument(self, name: str) -> str:
        """Return how the program writes the name of a property or an option.

        Args:
            name: The name in the schema, for example ``forceDestroy``.
        """
        return self.lifecycle.spelling.name(name)

    def new_id(self, name: str) -> int | None:
        """Return an id among the new inputs; ``None`` where it is not known yet."""
        return whole(self.new.get(name))

    def among(self, going: Collection[str]) -> Step:
        """Return the step as Pulumi takes it: ``deletedWith`` counts only with that deletion.

        Args:
            going: The URNs of all that goes, as the state has them.
        """
        return self if self.deleted_with in going else replace(self, deleted_with="")


@dataclass(frozen=True, slots=True)
class Failed:
    """What ended the preview.

    Attributes:
        urn: The resource's URN; empty where it was no single one.
        reason: What Pulumi said.
    """

    urn: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan, as far as it concerns this provider.

    Attributes:
        steps: What it does to this provider's resources, in its order.
        failed: What ended it early; empty where Pulumi came to the end.
        stack: The name of its stack; empty where the plan does nothing at all.
        project: The name of its project; likewise.
        going: The resources that it deletes or replaces, of any provider: for the URN of each, as
            the state has it, those of the resources before which it goes.
        left_alone: How many of this provider's resources ``--target`` or ``--exclude`` keeps out
            of it; a plan shows them only with ``--show-sames``.
        changed_providers: The URNs of this package's providers that it makes or changes.
    """

    steps: tuple[Step, ...]
    failed: tuple[Failed, ...] = ()
    stack: str = ""
    project: str = ""
    going: Mapping[str, frozenset[str]] = field(default_factory=dict)
    left_alone: int = 0
    changed_providers: frozenset[str] = frozenset()

    def spelt(self, spelling: Spelling) -> Plan:
        """Return the plan for a program that writes arguments in another way.

        Args:
            spelling: How the program writes them.
        """
        steps = (replace(each, lifecycle=each.lifecycle.spelt(spelling)) for each in self.steps)
        return replace(self, steps=tuple(steps))

    def providers(self) -> tuple[str, ...]:
        """Return the URNs of the explicit providers of what it changes."""
        changing = (each for each in self.steps if each.operation is not Operation.SAME)
        return tuple(dict.fromkeys(each.provider for each in changing if each.provider))

    def of_provider(self, provider: str) -> Plan:
        """Return what it does to the resources of a provider.

        Args:
            provider: The URN of an explicit provider; empty for the stack's own portal.
        """
        steps = (each for each in self.steps if each.provider == provider)
        return replace(self, steps=tuple(steps))

    def of(self, kind: str) -> Iterator[Step]:
        """Return the steps of the connectors, the sources or the tables."""
        return (step for step in self.steps if step.kind == kind)

    def puts_in_order(self, first: Step, then: Step) -> bool:
        """Return whether an object goes before another one that the state knows it to depend on.

        Pulumi also follows what goes in between, and nothing that stays.
        """
        reached: set[str] = set()
        ahead = set(first.depends_on)
        while ahead:
            reached |= ahead
            ahead = {urn for each in ahead for urn in self.going.get(each, ())} - reached
        return then.old_urn in reached


def read_plan(text: str | bytes) -> Plan:
    """Read what ``pulumi preview --json`` or ``pulumi destroy --preview-only --json`` has printed.

    Args:
        text: The plan; as bytes in UTF-8, or in UTF-16, which PowerShell writes.

    Raises:
        PlanError: It is something else.
    """
    if not text.strip():
        raise PlanError(
            "the plan is empty: give what `pulumi preview --json` prints on standard output. "
            "Where Pulumi printed nothing, its standard error says why."
        )
    written = text if isinstance(text, str) else _decoded(text)
    try:
        document = json.loads(written)
    except ValueError as error:
        raise PlanError(
            other_form(written)
            or f"the plan is no JSON ({error}): give what `pulumi preview --json` prints on "
            "standard output, and nothing else."
        ) from None
    try:
        return _plan(document)
    except (AttributeError, LookupError, TypeError, ValueError):
        raise PlanError(
            other_form(written)
            or "the plan is JSON, but not as Pulumi writes a plan: give what `pulumi preview "
            "--json` or `pulumi destroy --preview-only --json` prints."
        ) from None


def _decoded(text: bytes) -> str:
    try:
        return text.decode(json.detect_encoding(text))
    except ValueError:
        raise PlanError(
            "the plan is in another encoding than UTF-8 and UTF-16: give the bytes that `pulumi "
            "preview --json` prints as they are."
        ) from None


def whole(value: object) -> int | None:
    """Return an id of the portal, which travels as a number or as text; ``None`` for anything else.

    Args:
        value: A value of a plan.
    """
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def named(urn: str) -> str:
    """Name a resource for people: ``BiSource crm``."""
    known, parts = resource_type_of(urn), Urn.parse(urn)
    return f"{known.name if known else parts.type} {parts.name}"


def kind_of(urn: str) -> str:
    """Return what the portal calls a resource's object; empty where it is of another provider."""
    known = resource_type_of(urn)
    return known.kind if known else ""


def _plan(document: dict[str, Any]) -> Plan:
    if "steps" not in document and "changeSummary" not in document:
        raise KeyError("steps")
    steps = document.get("steps") or []
    said = document.get("diagnostics") or []
    ours = [(each, known) for each in steps if (known := resource_type_of(each["urn"]))]
    replaced = {_object_of(each) for each in steps if each["op"] == "replace"}
    going = going_of(_old_state(each) for each in steps if each["op"] in _GOING)
    return Plan(
        tuple(
            _step(each, known.lifecycle).among(going)
            for each, known in ours
            if each["op"] in _OPERATIONS
            and not (each["op"] == "delete-replaced" and _object_of(each) in replaced)
            and not _is_put_off(each)
        ),
        tuple(_failures(said)),
        Urn.parse(steps[0]["urn"]).stack if steps else "",
        Urn.parse(steps[0]["urn"]).project if steps else "",
        going,
        sum(_is_left_alone(each) or _is_put_off(each) for each, _ in ours),
        frozenset(
            each["urn"]
            for each in steps
            if Urn.parse(each["urn"]).type == PROVIDER and _OPERATIONS.get(each["op"]) in _MAKING
        ),
    )


def _is_left_alone(entry: Mapping[str, Any]) -> bool:
    """Return whether a plan keeps a resource as it is, without having asked what changes.

    Only then its new state is a copy of the old one, and not what the program says.
    """
    return entry["op"] == "same" and bool((entry.get("newState") or {}).get("outputs"))


def _is_put_off(entry: Mapping[str, Any]) -> bool:
    """Return whether a plan leaves out a resource that is new: the same as nothing."""
    return entry["op"] == "same" and not (entry.get("oldState") or {}).get("id")


def _object_of(entry: Mapping[str, Any]) -> tuple[str, object]:
    old = _old_state(entry)
    return old["urn"], old.get("id")


def _old_state(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {"urn": entry["urn"], **(entry.get("oldState") or {})}


def _step(entry: Mapping[str, Any], lifecycle: Lifecycle[Any]) -> Step:
    old, new = entry.get("oldState") or {}, entry.get("newState") or {}
    return step_of(_OPERATIONS[entry["op"]], entry["urn"], lifecycle, old, new)


def step_of(
    operation: Operation,
    urn: str,
    lifecycle: Lifecycle[Any],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
) -> Step:
    """Make a step of what Pulumi writes of a resource in plans and in states.

    Args:
        operation: What is done.
        urn: The resource's URN.
        lifecycle: What the resource means.
        old: The resource as the state has it; empty where it is new.
        new: The resource as the program wants it; empty where it goes.
    """
    return Step(
        operation,
        urn,
        old.get("urn") or urn,
        lifecycle,
        whole((old or new).get("id")),
        _known({**(old.get("inputs") or {}), **(old.get("outputs") or {})}),
        {} if operation is Operation.DELETE else _known(new.get("inputs") or {}),
        frozenset(name for name, value in (new.get("inputs") or {}).items() if value == _SECRET),
        {name: tuple(urns or ()) for name, urns in (new.get("propertyDependencies") or {}).items()},
        _dependencies(old),
        deletes_first=bool(old.get("pendingReplacement")),
        is_retained=bool(old.get("retainOnDelete")),
        deleted_with=old.get("deletedWith", ""),
        memory=memory_in(old.get("outputs") or {}),
        paths={
            option: tuple(new[key]) for key, option in _OPTIONS_OF_PATHS.items() if new.get(key)
        },
        provider=explicit_provider_of(new or old),
    )


def going_of(resources: Iterable[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """Return the URNs of resources that go, and those of the resources before which each goes.

    Args:
        resources: The resources, as the state has them.
    """
    going: dict[str, frozenset[str]] = {}
    for each in resources:
        # One that goes before its replacement comes is gone when Pulumi puts the others in order.
        needs = frozenset() if each.get("pendingReplacement") else _dependencies(each)
        going[each["urn"]] = going.get(each["urn"], frozenset()) | needs
    return going


def _dependencies(old: Mapping[str, Any]) -> frozenset[str]:
    of_properties = (old.get("propertyDependencies") or {}).values()
    single = (old.get(name) for name in ("parent", "deletedWith"))
    return frozenset(
        (
            *(old.get("dependencies") or ()),
            *(urn for urns in of_properties for urn in urns or ()),
            *(urn for urn in single if urn),
        )
    )


def _known(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _known(each) for key, each in value.items() if not key.startswith("__")}
    if isinstance(value, list):
        return [_known(each) for each in value]
    return UNKNOWN if isinstance(value, str) and value in _HIDDEN else value


def _failures(said: list[dict[str, Any]]) -> Iterator[Failed]:
    """Return what Pulumi blames, without its own remarks that something has failed."""
    errors = [each for each in said if each.get("severity") == "error"]
    of_resources = [each for each in errors if each.get("urn")]
    for each in of_resources or errors[:1]:
        text = each.get("message", "").strip().removeprefix("error: ")
        yield Failed(each.get("urn", ""), _without_traceback(text.removeprefix("Preview failed: ")))


def _without_traceback(text: str) -> str:
    """Leave what an error of the program says, in one line: Pulumi shows the rest."""
    before, *tracebacks = text.split(_TRACEBACK)
    if not tracebacks:
        return text
    # The last one is of the error that was not caught. What is indented in it says where.
    error = dropwhile(lambda line: line[:1].isspace(), tracebacks[-1].strip("\n").splitlines())
    said = [line for line in error if line.strip()]
    more = ["..."] if len(said) > _MOST_LINES else []
    words = " ".join([before, *said[:_MOST_LINES], *more]).split()
    return f"{' '.join(words)} (`pulumi preview` shows where)"

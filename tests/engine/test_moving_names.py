"""Tables that take over names from each other, in as many deployments as it needs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

pytestmark = on_the_current_api

CRM = 'crm = bxbi.BiSource("crm", "CRM", 123, {"login": "admin"})\n'
SPREAD = (
    "Pulumi deletes the table that has the name only at the end of a deployment. Spread the change "
    "over {number} deployments, with `pulumi up` after each: {turns}."
)


@dataclass(frozen=True, slots=True)
class Move:
    """Tables that take over names, beside the tables of other moves.

    Attributes:
        subject: What is moved; all names of resources and of tables begin with it.
        before: The names of the tables, by those of their resources.
        turns: The names after each deployment; the last ones are those that are wanted.
        cure: What is told to do in each deployment.
    """

    subject: str
    before: dict[str, str]
    turns: tuple[dict[str, str], ...]
    cure: str

    def after(self, deployments: int) -> dict[str, str]:
        """Return the names after so many deployments."""
        names = [self.before, *self.turns][min(deployments, len(self.turns))]
        return {
            f"{self.subject}-{resource}": f"{self.subject}_{name}"
            for resource, name in names.items()
        }

    @property
    def told(self) -> str:
        """What a preflight tells."""
        turns = re.sub(r'"(\w+)"', rf'"{self.subject}_\1"', self.cure)
        turns = re.sub(r"\b(first|second|third)\b", rf"{self.subject}-\1", turns)
        return SPREAD.format(number=len(self.turns), turns=turns)


MOVE = Move(
    "move",
    {"first": "a", "second": "b"},
    ({"first": "c", "second": "b"}, {"first": "c", "second": "a"}),
    '1. first gets the name "c", and second keeps the name "b"; 2. second gets the name "a"',
)
TO_NEW = Move(
    "new",
    {"first": "a"},
    ({"first": "c"}, {"first": "c", "second": "a"}),
    '1. first gets the name "c", and second stays out of the program; 2. second is added',
)
FROM_GONE = Move(
    "gone",
    {"first": "a", "second": "b"},
    ({"second": "b"}, {"second": "a"}),
    '1. first leaves the program, and second keeps the name "b"; 2. second gets the name "a"',
)
SWAP = Move(
    "swap",
    {"first": "a", "second": "b"},
    (
        {"first": "temporary", "second": "b"},
        {"first": "temporary", "second": "a"},
        {"first": "b", "second": "a"},
    ),
    (
        '1. first gets a name that no table has, and second keeps the name "b"; '
        '2. second gets the name "a"; 3. first gets the name "b"'
    ),
)
CIRCLE = Move(
    "circle",
    {"first": "a", "second": "b", "third": "c"},
    (
        {"first": "temporary", "second": "b", "third": "c"},
        {"first": "temporary", "second": "b", "third": "a"},
        {"first": "temporary", "second": "c", "third": "a"},
        {"first": "b", "second": "c", "third": "a"},
    ),
    (
        '1. first gets a name that no table has, and third keeps the name "c", and second '
        'keeps the name "b"; 2. third gets the name "a"; 3. second gets the name "c"; '
        '4. first gets the name "b"'
    ),
)
RENAMED = Move(
    "renamed",
    {"first": "a"},
    ({}, {"second": "a"}),
    "1. first leaves the program, and second stays out of the program; 2. second is added",
)


def program(moves: Iterable[Move], deployments: int) -> str:
    """Return the program of one of the deployments."""
    column = 'bxbi.Column("ID", "id", "int")'
    return CRM + "".join(
        f'bxbi.BiTable("{resource}", crm.id, "{name}", "{name}", "{name}", [{column}])\n'
        for move in moves
        for resource, name in move.after(deployments).items()
    )


def told(stack: Stack, status: int) -> str:
    """What the preflight says of a plan, which a preview in this process gives a second faster."""
    plan = stack.folder / "plan.json"
    plan.write_text(stack.run("preview", "--json").stdout, "utf-8")
    return " ".join(stack.bxbi("preflight", str(plan), status=status).split())


def begin(moves: tuple[Move, ...], stack: Stack) -> None:
    """Deploy the tables as they are before, and write the program that is wanted."""
    stack.program(program(moves, 0))
    stack.up()
    stack.program(program(moves, max(len(each.turns) for each in moves)))


def take(moves: tuple[Move, ...], portal: LocalPortal, stack: Stack) -> None:
    """Do what is told, all moves at a time, and see that nothing is left to do."""
    last = max(len(each.turns) for each in moves)
    for number in range(1, last + 1):
        stack.program(program(moves, number))
        assert "Clear: " in told(stack, status=0)
        stack.up()

    assert portal.tables() == {name for move in moves for name in move.after(last).values()}
    assert stack.preview() == {}


def test_the_cure_of_a_name_that_is_given_up_works(portal: LocalPortal, stack: Stack) -> None:
    """As long as nobody has tried it at once."""
    moves = (MOVE, TO_NEW, FROM_GONE, SWAP, CIRCLE, RENAMED)
    begin(moves, stack)

    cures = told(stack, status=3)

    for each in moves:
        assert each.told in cures
    assert (
        "What to do: if it is the same table under another resource name, give renamed-second the "
        'option aliases=[pulumi.Alias(name="renamed-first")], and it stays as it is. Otherwise: '
        + RENAMED.told
        in cures
    )
    take(moves, portal, stack)


def test_the_cure_works_after_deployments_have_failed_halfway(
    portal: LocalPortal, stack: Stack
) -> None:
    moves = (MOVE, CIRCLE)
    begin(moves, stack)
    for _ in range(2):
        failed = stack.fails("up", "--yes", "--skip-preview")
        assert "NAME_EXISTS" in failed
        assert "is to give the name up, `bxbi preflight` tells the order." in failed
    halfway = {f"move_{each}" for each in "abc"} | {f"circle_{each}" for each in "abc"}
    assert portal.tables() == halfway

    cures = told(stack, status=3)

    left_over = (
        "1. the old table of move-first is deleted, which an earlier `pulumi up` has left over, "
        'and move-second keeps the name "move_b"; 2. move-second gets the name "move_a"'
    )
    assert SPREAD.format(number=2, turns=left_over) in cures
    assert CIRCLE.told in cures
    assert portal.tables() == halfway
    take(moves, portal, stack)

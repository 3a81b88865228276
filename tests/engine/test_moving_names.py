"""Tables that take over names from each other, in as many deployments as it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

pytestmark = on_the_current_api

CRM = 'crm = bxbi.BiSource("crm", "CRM", 123, {"login": "admin"})\n'
SPREAD = (
    "Pulumi deletes the table that has the name only at the end of a deployment. Spread the change "
    "over {number} deployments, with `pulumi up` after each: {turns}."
)


def tables(**names: str) -> str:
    """A program with these tables, by the names of their resources."""
    column = 'bxbi.Column("ID", "id", "int")'
    return CRM + "".join(
        f'bxbi.BiTable("{resource}", crm.id, "{name}", "{name}", "{name}", [{column}])\n'
        for resource, name in names.items()
    )


def told(stack: Stack, status: int) -> str:
    """What the preflight says of a plan, which a preview in this process gives a second faster."""
    plan = stack.folder / "plan.json"
    plan.write_text(stack.run("preview", "--json").stdout, "utf-8")
    return " ".join(stack.bxbi("preflight", str(plan), status=status).split())


#: What the tables are called before, the turns to what they are to be called, and how it is told.
CASES = [
    (
        {"first": "a", "second": "b"},
        [{"first": "c", "second": "b"}, {"first": "c", "second": "a"}],
        ('1. first gets the name "c", and second keeps the name "b"; 2. second gets the name "a"'),
    ),
    (
        {"first": "a"},
        [{"first": "c"}, {"first": "c", "second": "a"}],
        '1. first gets the name "c", and second stays out of the program; 2. second is added',
    ),
    (
        {"first": "a", "second": "b"},
        [{"second": "b"}, {"second": "a"}],
        ('1. first leaves the program, and second keeps the name "b"; 2. second gets the name "a"'),
    ),
    (
        {"first": "a", "second": "b"},
        [
            {"first": "temporary", "second": "b"},
            {"first": "temporary", "second": "a"},
            {"first": "b", "second": "a"},
        ],
        (
            '1. first gets a name that no table has, and second keeps the name "b"; '
            '2. second gets the name "a"; 3. first gets the name "b"'
        ),
    ),
    (
        {"first": "a", "second": "b", "third": "c"},
        [
            {"first": "temporary", "second": "b", "third": "c"},
            {"first": "temporary", "second": "b", "third": "a"},
            {"first": "temporary", "second": "c", "third": "a"},
            {"first": "b", "second": "c", "third": "a"},
        ],
        (
            '1. first gets a name that no table has, and third keeps the name "c", and second '
            'keeps the name "b"; 2. third gets the name "a"; 3. second gets the name "c"; '
            '4. first gets the name "b"'
        ),
    ),
]
NAMES_OF_CASES = ["move", "move to a new one", "move from one that goes", "swap", "circle of three"]


@pytest.mark.parametrize(("before", "turns", "cure"), CASES, ids=NAMES_OF_CASES)
def test_the_cure_of_a_name_that_is_given_up_works(
    portal: LocalPortal,
    stack: Stack,
    before: dict[str, str],
    turns: list[dict[str, str]],
    cure: str,
) -> None:
    """As long as nobody has tried it at once."""
    stack.program(tables(**before))
    stack.up()
    stack.program(tables(**turns[-1]))

    assert SPREAD.format(number=len(turns), turns=cure) in told(stack, status=3)

    take(turns, portal, stack)


@pytest.mark.parametrize(("before", "turns"), [CASES[0][:2], CASES[-1][:2]], ids=["move", "circle"])
def test_the_cure_works_after_a_deployment_has_failed_halfway(
    portal: LocalPortal, stack: Stack, before: dict[str, str], turns: list[dict[str, str]]
) -> None:
    stack.program(tables(**before))
    stack.up()
    stack.program(tables(**turns[-1]))
    failed = stack.fails("up", "--yes", "--skip-preview")
    assert "NAME_EXISTS" in failed
    assert "is to give the name up, `bxbi preflight` tells the order." in failed

    take(turns, portal, stack)


def take(turns: list[dict[str, str]], portal: LocalPortal, stack: Stack) -> None:
    for turn in turns:
        stack.program(tables(**turn))
        assert "Clear: " in told(stack, status=0)
        stack.up()

    assert portal.tables() == set(turns[-1].values())
    assert stack.preview() == {}


def test_the_way_out_is_told_after_a_half_done_move(portal: LocalPortal, stack: Stack) -> None:
    stack.program(tables(first="a", second="b"))
    stack.up()
    stack.program(tables(first="c", second="a"))
    stack.fails("up", "--yes", "--skip-preview")
    stack.fails("up", "--yes", "--skip-preview")

    assert SPREAD.format(
        number=2,
        turns="1. the old table of first is deleted, which an earlier `pulumi up` has left over, "
        'and second keeps the name "b"; 2. second gets the name "a"',
    ) in told(stack, status=3)

    assert portal.tables() == {"a", "b", "c"}


def test_a_table_that_was_only_renamed_in_the_program_may_stay_as_it_is(stack: Stack) -> None:
    stack.program(tables(first="a"))
    stack.up()
    stack.program(tables(second="a"))

    assert (
        "What to do: if it is the same table under another resource name, give second the option "
        'aliases=[pulumi.Alias(name="first")], and it stays as it is. Otherwise: '
        + SPREAD.format(
            number=2,
            turns="1. first leaves the program, and second stays out of the program; "
            "2. second is added",
        )
        in told(stack, status=3)
    )

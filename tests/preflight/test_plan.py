"""Plans as Pulumi writes them."""

from __future__ import annotations

import codecs
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_bxbi.preflight.plan import Operation, PlanError, named, read_plan, whole
from pulumi_bxbi.preflight.state import read_state
from pulumi_bxbi.resources.values import UNKNOWN
from tests.preflight.recorded import PLANS, plan_of, plan_text

PARTS = st.sampled_from(["steps", "op", "urn", "oldState"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(PARTS | st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)


def operations(name: str) -> dict[str, Operation]:
    return {step.name: step.operation for step in plan_of(name).steps}


@pytest.mark.parametrize("name", sorted(path.stem for path in PLANS.glob("*.json")))
def test_each_recorded_plan_is_read(name: str) -> None:
    plan = plan_of(name)

    assert (plan.stack, plan.project) == ("test", "test")
    assert "hunter2" not in repr(plan)


def test_objects_are_told_by_what_happens_to_them() -> None:
    everything = {"warehouse", "sales", "crm", "orders", "clients"}

    assert operations("create") == dict.fromkeys(everything, Operation.CREATE)
    assert operations("destroy") == dict.fromkeys(everything, Operation.DELETE)
    assert operations("columns") == dict.fromkeys(("orders", "clients"), Operation.UPDATE)
    assert operations("move-source") == dict.fromkeys(("sales", "orders"), Operation.REPLACE)
    assert operations("nothing") == {}


@pytest.mark.parametrize("name", ["move-source", "rename-by-alias"])
def test_a_replacement_is_one_step_whatever_pulumi_shows(name: str) -> None:
    shown = [each for each in plan_of(f"{name}-steps").steps if each.operation.value != "same"]

    folded = plan_of(name).steps
    assert [(each.urn, each.id) for each in shown] == [(each.urn, each.id) for each in folded]
    assert [each.new for each in shown] == [each.new for each in folded]


def test_a_table_is_deleted_before_its_replacement_is_made() -> None:
    sales, orders = plan_of("move-source").steps

    assert (sales.deletes_first, orders.deletes_first) == (False, True)


def test_a_resource_with_another_name_by_an_alias_has_that_of_the_program() -> None:
    sold, _ = plan_of("rename-by-alias").steps

    assert (sold.operation, sold.name) == (Operation.REPLACE, "sold")
    assert sold.old_urn.endswith("::sales")


def test_values_that_are_not_known_and_secrets_are_neither_compared_nor_shown() -> None:
    sales = next(each for each in plan_of("create").steps if each.name == "sales")

    assert sales.new["connectorId"] is UNKNOWN
    assert sales.new["settings"] == {"token": UNKNOWN, "year": UNKNOWN}
    assert sales.references["connectorId"][0].endswith("BiConnector::warehouse")


@pytest.mark.parametrize("plan", ["pending", "delete-again"])
def test_pulumi_shows_neither_what_is_pending_nor_what_is_deleted_again(plan: str) -> None:
    """That is why a preflight reads the state besides."""
    assert plan_of(plan).steps == plan_of("nothing").steps == ()


def test_a_failed_check_is_told_by_its_resource() -> None:
    (failed,) = plan_of("failed-check").failed

    assert named(failed.urn) == "BiSource crm"
    assert "settings.lgin is not a parameter of connector 123" in failed.reason


@pytest.mark.parametrize("command", ["limited", "limited-sames"])
def test_a_limited_plan_does_what_it_says_and_no_more(command: str) -> None:
    changed = [each for each in plan_of(command).steps if each.operation is not Operation.SAME]

    assert [(each.name, each.operation) for each in changed] == [("sales", Operation.UPDATE)]


def test_what_a_limited_plan_leaves_alone_is_known_where_it_is_shown() -> None:
    assert plan_of("limited-sames").left_alone == 5
    assert plan_of("limited").left_alone == 0
    assert "erp" not in {each.name for each in plan_of("limited-sames").steps}


@pytest.mark.parametrize(
    "name", sorted({path.stem for path in PLANS.glob("*.json")} - {"limited-sames"})
)
def test_no_other_plan_counts_as_limited(name: str) -> None:
    assert plan_of(name).left_alone == 0


def test_an_error_of_the_program_is_told_without_its_traceback() -> None:
    (failed,) = plan_of("failed-program").failed

    assert failed.urn == ""
    assert failed.reason.endswith("ValueError: no (`pulumi preview` shows where)")
    assert "Traceback" not in failed.reason


AFTER_ANOTHER = """\
KeyError: 'a'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "__main__.py", line 1
OSError: b
c
"""
OF_PYDANTIC = """\
pydantic_core.ValidationError: 3 validation errors for M
a
  Field required
    For further information visit https://errors.pydantic.dev/
b
  Field required
"""


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("ValueError: first\nsecond\n\n  third\n", "ValueError: first second third"),
        (AFTER_ANOTHER, "OSError: b c"),
        (OF_PYDANTIC, f"{' '.join(OF_PYDANTIC.split()[:-2])} ..."),
    ],
    ids=["several lines", "an error after another", "many lines"],
)
def test_an_error_of_the_program_is_told_by_all_that_it_says(error: str, told: str) -> None:
    message = (
        "error: Program failed with an unhandled exception:\nTraceback (most recent call last):\n"
        f'  File "__main__.py", line 4, in <module>\n    raise_it()\n    ^^^^^^^^^^\n{error}'
    )
    document = {"steps": [], "diagnostics": [{"severity": "error", "message": message}]}

    (failed,) = read_plan(json.dumps(document)).failed

    assert failed.reason == (
        f"Program failed with an unhandled exception: {told} (`pulumi preview` shows where)"
    )


def test_an_error_of_the_program_that_says_nothing_is_told() -> None:
    text = "Program failed:\nTraceback (most recent call last):\n  | ExceptionGroup: two\n"
    document = {"steps": [], "diagnostics": [{"severity": "error", "message": text}]}

    (failed,) = read_plan(json.dumps(document)).failed

    assert failed.reason == "Program failed: (`pulumi preview` shows where)"


def test_a_protected_resource_ends_the_preview() -> None:
    (failed,) = plan_of("destroy-protected").failed

    assert failed.reason.startswith("resource ")
    assert "because it is protected" in failed.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the plan is empty"),
        ("error: no stack selected", "the plan is no JSON"),
        ("[]", "not as Pulumi writes a plan"),
        ('{"result": "failed"}', "not as Pulumi writes a plan"),
        ('{"steps": [{"op": "create"}]}', "not as Pulumi writes a plan"),
        ('{"steps": [{"op": "create", "urn": "crm"}]}', "not as Pulumi writes a plan"),
    ],
)
def test_what_is_no_plan_is_refused_with_what_to_give(text: str, reason: str) -> None:
    with pytest.raises(PlanError, match=reason) as raised:
        read_plan(text)

    assert "pulumi preview --json" in str(raised.value)


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
def test_a_plan_is_read_in_each_encoding_of_a_shell(mark: bytes, encoding: str) -> None:
    """PowerShell writes UTF-16, and UTF-8 with a byte order mark."""
    assert read_plan(mark + plan_text("create").encode(encoding)) == plan_of("create")


def test_bytes_that_are_no_text_are_no_plan() -> None:
    with pytest.raises(PlanError, match="in another encoding than UTF-8 and UTF-16"):
        read_plan(b'{"steps": "\xff"}')


@given(JSON)
def test_no_document_makes_it_fail_otherwise(document: Any) -> None:
    with suppress(PlanError):
        read_plan(json.dumps(document))


@given(st.integers(min_value=1, max_value=2**53))
def test_an_id_is_the_same_in_each_form(number: int) -> None:
    assert {whole(number), whole(str(number)), whole(float(number))} == {number}


@pytest.mark.parametrize("value", [True, None, "1.5", 1.5, "", UNKNOWN, "²"])
def test_what_is_no_id_is_none(value: object) -> None:
    assert whole(value) is None


class TestState:
    URN = "urn:pulumi:test::test::a:b:C$pulumi-python:dynamic/bxbi:BiSource::crm"
    OTHER = "urn:pulumi:test::test::aws:s3/bucket:Bucket::logs"

    def test_what_a_killed_run_left_is_told_of_this_provider_alone(self) -> None:
        state = read_state(
            {
                "pending_operations": [
                    {"type": "creating", "resource": {"urn": self.URN}},
                    {"type": "creating", "resource": {"urn": self.OTHER}},
                ]
            }
        )

        assert [(each.urn, each.action) for each in state.pending] == [(self.URN, "creating")]

    def test_a_deletion_that_is_tried_again_completes_the_plan(self) -> None:
        old = {"urn": self.URN, "id": "1", "delete": True, "outputs": {"title": "CRM"}}
        state = read_state({"resources": [old, {"urn": self.URN, "id": "3"}, {"urn": self.OTHER}]})

        completed = state.complete(plan_of("nothing"))

        (step,) = completed.steps
        assert (step.operation, step.object) == (Operation.DELETE, 'source 1 "CRM"')
        assert state.complete(completed) == completed
        assert state.objects == {("source", 1): "crm", ("source", 3): "crm"}

    def test_a_replacement_whose_old_object_is_gone_is_a_creation(self) -> None:
        (urn,) = (each.urn for each in plan_of("move-source").steps if each.name == "orders")
        state = read_state({"resources": [{"urn": urn, "id": "2", "pendingReplacement": True}]})

        sales, orders = state.complete(plan_of("move-source")).steps

        assert (sales.operation, orders.operation) == (Operation.REPLACE, Operation.CREATE)
        assert (orders.object, orders.removes, orders.keeps_name) == (
            'table "orders"',
            False,
            False,
        )
        assert state.objects == {}

    def test_an_old_object_that_is_gone_is_known_by_its_name_in_the_state(self) -> None:
        (urn,) = (each.old_urn for each in plan_of("rename-by-alias").steps if each.name == "sold")
        state = read_state({"resources": [{"urn": urn, "id": "2", "pendingReplacement": True}]})

        sold, _ = state.complete(plan_of("rename-by-alias")).steps

        assert (sold.name, sold.operation) == ("sold", Operation.CREATE)

    @pytest.mark.parametrize("goes", [True, False])
    def test_a_hidden_deletion_counts_with_what_goes_too(self, goes: bool) -> None:  # noqa: FBT001  # a parameter
        connector = "urn:pulumi:test::test::pulumi-python:dynamic/bxbi:BiConnector::warehouse"
        old = {"urn": self.URN, "id": "9", "delete": True, "deletedWith": connector}

        plan = read_state({"resources": [old]}).complete(plan_of("destroy" if goes else "nothing"))

        assert plan.steps[-1].removes is not goes

    def test_an_empty_state_adds_nothing(self) -> None:
        assert read_state({}).complete(plan_of("nothing")) == plan_of("nothing")

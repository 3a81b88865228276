"""What `bxbi migrate` makes of a state."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_bxbi.migration import moved
from pulumi_bxbi.stack.pulumi_command import StackError

PREFIX = "urn:pulumi:dev::crm::"
DYNAMIC = "pulumi-python:dynamic/bxbi:BiSource"
NATIVE = "bxbi:index:BiSource"
ROOT = f"{PREFIX}pulumi:pulumi:Stack::crm-dev"
GROUP = f"{PREFIX}acme:bi:Group::group"
TOKYO = f"{PREFIX}pulumi:providers:bxbi::tokyo"
PYTHON = f"{PREFIX}pulumi:providers:pulumi-python::default"
SERIALIZED = "gASVLwAAAAAAAACME3B1bHVtaV9ieGJpLmR5bmFtaWOUjBBCaVNvdXJjZVByb3ZpZGVylJOUKYGULg=="


def source(urn: str, **more: Any) -> dict[str, Any]:
    """Give a dynamic source as a state has it."""
    return {
        "urn": urn,
        "type": DYNAMIC,
        "id": "7",
        "custom": True,
        "provider": f"{PYTHON}::1",
        "inputs": {"title": "CRM", "__provider": SERIALIZED},
        "outputs": {"title": "CRM", "__memory": "{}", "__provider": SERIALIZED},
        **more,
    }


def state(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    root = {"urn": ROOT, "type": "pulumi:pulumi:Stack", "custom": False}
    python = {"urn": PYTHON, "type": "pulumi:providers:pulumi-python", "id": "1", "custom": True}
    return {"manifest": {}, "resources": [root, python, *resources], **more}


def by_name(deployment: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["urn"].rpartition("::")[2]: each for each in deployment["resources"]}


CRM = f"{PREFIX}acme:bi:Group${DYNAMIC}::crm"
BELOW = f"{PREFIX}acme:bi:Group${DYNAMIC}$acme:bi:Report::below"


def test_every_place_that_names_a_resource_follows_it() -> None:
    crm = source(CRM, parent=GROUP, protect=True)
    below = {"urn": BELOW, "type": "acme:bi:Report", "parent": CRM}
    other = {
        "type": "acme:bi:Other",
        "urn": f"{PREFIX}acme:bi:Other::other",
        "dependencies": [CRM],
        "propertyDependencies": {"a": [CRM], "b": None},
        "deletedWith": CRM,
    }
    group = {"urn": GROUP, "type": "acme:bi:Group"}

    found = moved(state(group, crm, below, other), "plugin")

    assert found.names == ("crm",)
    resources = by_name(found.deployment)
    urn = f"{PREFIX}acme:bi:Group${NATIVE}::crm"
    provider = resources["default_0_1_0"]
    assert resources["crm"] == {
        "urn": urn,
        "type": NATIVE,
        "id": "7",
        "custom": True,
        "provider": f"{provider['urn']}::{provider['id']}",
        "inputs": {"title": "CRM"},
        "outputs": {"title": "CRM", "__memory": "{}"},
        "parent": GROUP,
        "protect": True,
    }
    assert resources["below"]["urn"] == f"{PREFIX}acme:bi:Group${NATIVE}$acme:bi:Report::below"
    assert resources["below"]["parent"] == urn
    assert resources["other"]["dependencies"] == [urn]
    assert resources["other"]["propertyDependencies"] == {"a": [urn], "b": []}
    assert resources["other"]["deletedWith"] == urn


def test_a_resource_of_a_provider_of_its_own_stays() -> None:
    urn = f"{PREFIX}{NATIVE}::there"
    there = source(urn, type=NATIVE, provider=f"{TOKYO}::2")

    found = moved(state(there), "dynamic")

    assert (found.names, found.left) == ((), ("there",))
    assert found.deployment == state(there)


def test_an_explicit_provider_never_becomes_the_default_one() -> None:
    name = f"{PREFIX}pulumi:providers:bxbi::default-eu"
    eu = {"urn": name, "type": "pulumi:providers:bxbi", "id": "2", "custom": True}

    found = moved(state(eu, source(f"{PREFIX}{DYNAMIC}::crm")), "plugin")

    assert "default_0_1_0" in by_name(found.deployment)["crm"]["provider"]


def test_what_is_pending_is_recovered_first() -> None:
    with pytest.raises(StackError, match="Run `bxbi recover` first"):
        moved(state(source(CRM), pending_operations=[{}]), "plugin")


@given(st.lists(st.sampled_from(["", "acme:bi:Group$", f"{DYNAMIC}$"]), max_size=200))
def test_there_and_back_is_the_same(parents: list[str]) -> None:
    before = state(
        *(
            source(f"{PREFIX}{types}{DYNAMIC}::s{n}")
            for n, types in enumerate(parents)
            if not types
        ),
        *(
            source(f"{PREFIX}{types}{DYNAMIC}::s{n}", dependencies=[f"{PREFIX}{DYNAMIC}::s0"])
            for n, types in enumerate(parents)
            if types == "acme:bi:Group$"
        ),
    )
    given_state = deepcopy(before)

    back = moved(moved(before, "plugin").deployment, "dynamic").deployment

    assert before == given_state
    back["resources"] = [each for each in back["resources"] if "providers:bxbi" not in each["type"]]
    assert back == before

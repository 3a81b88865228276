"""A deployment that is cancelled with Ctrl-C."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.engine.killing import deploying, lives, log_of
from tests.local_portal import on_the_current_api
from tests.waiting import wait_for

if TYPE_CHECKING:
    from tests.engine.stack import Stack
    from tests.local_portal import LocalPortal

pytestmark = pytest.mark.own_processes

#: The second waits for the first.
CHAIN = """\
crm = bxbi.BiSource("crm", "CRM", 123, {"login": "admin"})
erp = bxbi.BiSource("erp", "ERP", crm.connector_id, {"login": "admin"})
"""


@on_the_current_api
def test_the_call_in_flight_is_finished_and_no_other_is_started(
    portal: LocalPortal, stack: Stack
) -> None:
    stack.program(CHAIN)
    portal.faults({"method": "biconnector.source.add", "action": "delay", "times": 1, "seconds": 2})

    with deploying(stack) as process:
        assert wait_for(portal.sources, lives(process)), log_of(stack)
        process.send_signal(signal.SIGINT)
        process.wait()

    assert process.returncode == 1
    made = {str(number): source["title"] for number, source in portal.sources().items()}
    recorded = {each["id"]: each["inputs"]["title"] for each in stack.resources().values()}
    assert made == recorded
    assert list(made.values()) == ["CRM"]
    assert stack.preview() == {"erp": "create"}
    stack.up()
    assert sorted(each["title"] for each in portal.sources().values()) == ["CRM", "ERP"]
    stack.refresh()
    assert stack.preview() == {}


@on_the_current_api
def test_what_a_second_ctrl_c_leaves_unrecorded_is_told(portal: LocalPortal, stack: Stack) -> None:
    stack.program(CHAIN)
    portal.faults({"method": "biconnector.source.add", "action": "delay", "times": 1, "seconds": 3})

    with deploying(stack) as process:
        assert wait_for(portal.sources, lives(process)), log_of(stack)
        process.send_signal(signal.SIGINT)
        told = "^C received; cancelling"
        assert wait_for(lambda: told in log_of(stack), lives(process)), log_of(stack)
        process.send_signal(signal.SIGINT)
        process.wait()

    (made,) = portal.sources()
    assert f'source {made} "CRM" was created, and Pulumi could not record it' in log_of(stack)
    assert f"bxbi import source {made} --name NAME" in log_of(stack)
    assert "Traceback" not in log_of(stack)
    assert stack.resources() == {}
    stack.bxbi("recover")
    assert stack.preview() == {"erp": "create"}

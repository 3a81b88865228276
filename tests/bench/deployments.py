"""Measures the life of a stack: up, preview, refresh, one change, destroy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench.lower_bound import lower_bound
from tests.bench.measurements import Deployment
from tests.bench.progress import tell
from tests.bench.stacks import OPERATIONS, new_stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.adapters import Adapter
    from tests.bench.floors import Floors
    from tests.bench.portals import BenchPortal


def deployments(
    adapter: Adapter, sources: int, portal: BenchPortal, floors: Floors
) -> Iterator[Deployment]:
    """Deploy a stack, and return each operation.

    Each begins with an empty bucket, as it does where nobody else has called the portal just now.
    """
    portal.reset()
    calls = 0
    with new_stack(adapter, sources) as stack:
        for operation in OPERATIONS:
            portal.drain(calls)
            run = stack.run(operation, portal.access)
            calls, refused = portal.new_calls()
            done = Deployment(
                adapter=adapter.name,
                latency=portal.latency,
                sources=sources,
                operation=operation,
                seconds=run.seconds,
                calls=calls,
                refused=refused,
                waited=run.waited,
                memory=run.memory,
                state=run.state,
                lower_bound=lower_bound(operation, sources, adapter.at_once, portal.latency)
                if portal.latency
                else 0.0,
                floor=floors.seconds(adapter, sources, operation),
            )
            tell(
                f"{adapter.name}, {sources} sources, {portal.latency or 'no latency, no limits'}: "
                f"{operation} {done.seconds:.1f} s, {calls} calls, {refused} refused"
            )
            yield done

"""What the provider in the test's own process receives, held against the engine's messages."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.rpc import UNKNOWN as UNKNOWN_TEXT

from pulumi_bxbi.resources.values import UNKNOWN as UNKNOWN_TO_LIFECYCLES
from tests.faults.provider import received
from tests.protocol.values import UNKNOWN, Secret, from_struct, to_struct

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text().filter(lambda text: text != UNKNOWN_TEXT)
    | st.just(UNKNOWN),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(), inner, max_size=3)
        | inner.map(Secret)
    ),
    max_leaves=8,
)


def typed(value: Any) -> Any:
    """Return a value with the types in it."""
    if isinstance(value, dict):
        return {key: typed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [typed(each) for each in value]
    return (type(value), value)


def known(value: Any) -> Any:
    """Return a value with the mark of lifecycles in the place of the engine's."""
    if isinstance(value, dict):
        return {key: known(each) for key, each in value.items()}
    if isinstance(value, list):
        return [known(each) for each in value]
    return UNKNOWN_TO_LIFECYCLES if value is UNKNOWN else value


@given(st.dictionaries(st.text(), VALUES))
def test_properties_are_received_as_by_messages(properties: dict[str, Any]) -> None:
    sent = known(from_struct(to_struct(properties, keep_secrets=False)))

    assert typed(received(properties)) == typed(sent)

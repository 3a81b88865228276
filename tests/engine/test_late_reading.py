"""What the engine that `make setup` builds reads late: dictionaries, and schemas of JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.local_portal import on_the_current_api

if TYPE_CHECKING:
    from tests.engine.stack import Stack

WORDS = "basketballsoccer"
NO_WORDS = "basktebalslcocre"


@on_the_current_api
def test_a_plain_password_is_refused_unless_it_is_made_of_words(stack: Stack) -> None:
    refused = stack.fails("config", "set", "password", NO_WORDS)
    assert "looks like a secret" in refused

    stack.succeeds("config", "set", "password", WORDS)


@on_the_current_api
def test_a_wrong_word_in_a_project_is_named_with_the_right_one(stack: Stack) -> None:
    project = "name: test\nruntime: python\nbackend:\n  urll: file://~\n"
    (stack.folder / "Pulumi.yaml").write_text(project, "utf-8")

    refused = stack.fails("config")

    assert "#/backend: additionalProperties 'urll' not allowed; did you mean 'url'?" in refused

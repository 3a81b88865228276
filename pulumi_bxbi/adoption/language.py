"""The languages in which commands write a program, and what manages the resources of each.

A program in Python gets resources of the dynamic provider, a program in YAML those of the plugin.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from pulumi_bxbi.adoption.errors import NotImportedError
from pulumi_bxbi.resources.spelling import spelling_of

if TYPE_CHECKING:
    from pulumi_bxbi.resources.spelling import Spelling
    from pulumi_bxbi.stack.project import Project


class Language(str, Enum):
    """A language in which commands write a program; the value is the runtime of its projects."""

    PYTHON = "python"
    YAML = "yaml"

    @property
    def spelling(self) -> Spelling:
        """How it writes arguments."""
        return spelling_of(self.value)


def language_for(project: Project, requested: str | None, command: str, instead: str) -> Language:
    """Return the language of the program to write: by default that of the project.

    Args:
        project: The project.
        requested: The language that the user asks for; ``None`` for none.
        command: The command that writes the program.
        instead: What to do for a program in another language; a sentence.

    Raises:
        NotImportedError: The project's own language is another one.
    """
    known = {each.value: each for each in Language}
    if project.runtime in known:
        if requested in {None, project.runtime}:
            return known[project.runtime]
        raise NotImportedError(
            f"Pulumi.yaml says runtime: {project.runtime}, and a program in another language would "
            "not manage the same resources. Nothing was changed. Leave --language out."
        )
    if requested == Language.YAML:
        return Language.YAML
    raise NotImportedError(
        f"`{command}` writes a program in Python or YAML, and Pulumi.yaml says runtime: "
        f"{project.runtime}. Nothing was changed. {instead}"
    )

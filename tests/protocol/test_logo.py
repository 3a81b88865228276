"""Logos that are image files beside the program."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.local_portal import on_the_current_api
from tests.protocol.test_connector import connector_with

if TYPE_CHECKING:
    from tests.local_portal import LocalPortal
    from tests.protocol.stack import Stack

pytestmark = on_the_current_api

SVG = b'<svg xmlns="http://www.w3.org/2000/svg">\n  <path d="M0 0"/>\n</svg>\n'


@pytest.fixture
def write(portal: LocalPortal, stack: Stack) -> Any:
    """Write a program with a logo; it runs in the folder of its project, as a user's does."""

    def program(logo: str) -> None:
        text = "import pathlib\n" + connector_with(logo=logo)
        stack.program(text.replace("{endpoints}", f"{portal.address}/__emulator__/endpoints"))

    return program


def uri(content: bytes) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(content).decode()}"


@pytest.mark.parametrize(
    "logo",
    [
        '"logo.svg"',
        'pathlib.Path("logo.svg")',
        'pathlib.Path(__file__).parent / "logo.svg"',
        'pulumi.Output.from_input(pathlib.Path("logo.svg"))',
    ],
)
def test_an_image_file_becomes_the_logo(
    portal: LocalPortal, stack: Stack, write: Any, logo: str
) -> None:
    (stack.folder / "logo.svg").write_bytes(SVG)
    write(logo)

    stack.up()

    assert portal.connector()["logo"] == uri(SVG)
    assert stack.preview() == {}
    (stack.folder / "logo.svg").write_bytes(SVG + b"<!-- new -->")
    assert stack.preview() == {"con": "update"}


def test_other_line_ends_are_no_change(portal: LocalPortal, stack: Stack, write: Any) -> None:
    """A state has the content of the file as it was on some machine; the portal, too."""
    (stack.folder / "logo.svg").write_bytes(SVG.replace(b"\n", b"\r\n"))
    write('"logo.svg"')
    stack.up()
    assert portal.connector()["logo"] == uri(SVG.replace(b"\n", b"\r\n"))
    assert uri(SVG.replace(b"\n", b"\r\n")) in json.dumps(stack.resources())

    (stack.folder / "logo.svg").write_bytes(SVG)

    assert stack.preview() == {}
    stack.refresh()
    assert stack.preview() == {}
    with portal.recording() as calls:
        stack.up()
    assert "connector.update" not in calls


@pytest.mark.parametrize(
    "written",
    [f"data:image/svg+xml,{quote(SVG)}", f"data:image/svg+xml;charset=utf-8,{SVG.decode()}"],
)
def test_another_spelling_of_the_same_image_is_no_change(
    portal: LocalPortal, stack: Stack, write: Any, written: str
) -> None:
    write(repr(written))
    stack.up()
    assert portal.connector()["logo"] == written

    (stack.folder / "logo.svg").write_bytes(SVG)
    write('"logo.svg"')

    assert stack.preview() == {}


@pytest.mark.parametrize(
    ("logo", "told"),
    [
        (
            '"missing.svg"',
            'logo names the file "{folder}/missing.svg", which cannot be read: No such file',
        ),
        ('pathlib.Path("notes.txt")', '.webp), and is "notes.txt".'),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    stack: Stack, write: Any, logo: str, told: str
) -> None:
    write(logo)

    assert told.format(folder=stack.folder) in stack.fails("preview")

"""Logos that are files of this machine, and logos that are the same image."""

from __future__ import annotations

import base64
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pulumi_bxbi.resources.connector import ConnectorLifecycle
from pulumi_bxbi.resources.image_files import KINDS
from tests.resources.states import remembered

if TYPE_CHECKING:
    from pathlib import Path

CONNECTOR = ConnectorLifecycle()
INPUTS = {
    "title": "Warehouse",
    "urlCheck": "https://e.example/check",
    "urlTableList": "https://e.example/list",
    "urlTableDescription": "http://e.example/description",
    "urlData": "https://e.example/data",
    "parameters": [],
}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg">\n  <path d="M0 0"/>\n</svg>\n'


def checked(logo: str) -> object:
    found = CONNECTOR.check({**INPUTS, "logo": logo}, None)
    assert found.failures == ()
    return found.inputs["logo"]


def uri(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


@pytest.mark.parametrize("suffix", KINDS)
def test_an_image_file_becomes_a_data_uri(tmp_path: Path, suffix: str) -> None:
    for name in (f"логотип{suffix}", f"LOGO{suffix.upper()}"):
        logo = tmp_path / name
        logo.write_bytes(b"\x00\r\n\xff")

        assert checked(str(logo)) == uri(KINDS[suffix], b"\x00\r\n\xff")


def test_what_the_machine_knows_of_formats_does_not_matter(tmp_path: Path) -> None:
    """Here it has another name for one, and none for another."""
    program = """
import mimetypes, sys
mimetypes.init(files=[])
mimetypes.add_type("image/x-icon", ".ico")
for known in mimetypes.types_map, mimetypes.common_types:
    known.pop(".webp", None)
from pydantic import TypeAdapter
from pulumi_bxbi.resources.logo import Logo
from tests.resources.states import remembered
for path in sys.argv[1:]:
    print(TypeAdapter(Logo).validate_python(path))
"""
    files = [tmp_path / name for name in ("a.ico", "a.webp")]
    for each in files:
        each.write_bytes(b"image")

    told = subprocess.check_output([sys.executable, "-c", program, *files], text=True)

    assert told.split() == [
        uri("image/vnd.microsoft.icon", b"image"),
        uri("image/webp", b"image"),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (uri("image/svg+xml", SVG), uri("image/svg+xml", SVG.replace(b"\n", b"\r\n"))),
        (uri("image/svg+xml", SVG.replace(b"\n", b"\r\n")), uri("image/svg+xml", SVG)),
        (uri("image/x-icon", b"image"), uri("image/vnd.microsoft.icon", b"image")),
        (uri("image/pjpeg", b"image"), uri("image/jpeg", b"image")),
        ("data:image/svg+xml;base64,no base64", "data:image/svg+xml;base64,no base64"),
    ],
)
def test_the_same_image_is_no_change(before: str, after: str) -> None:
    olds, news = ({**INPUTS, "logo": each} for each in (before, after))

    assert not CONNECTOR.diff(remembered("7", olds, None), news, None).changes


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (uri("image/svg+xml", SVG), uri("image/svg+xml", SVG + b" ")),
        (uri("image/png", b"a\r\nb"), uri("image/png", b"a\nb")),
        (uri("image/png", b"image"), uri("image/gif", b"image")),
        (uri("image/png", b"image"), "https://img.example/logo.png"),
    ],
)
def test_another_image_is_a_change(before: str, after: str) -> None:
    olds, news = ({**INPUTS, "logo": each} for each in (before, after))

    assert CONNECTOR.diff(remembered("7", olds, None), news, None).changes

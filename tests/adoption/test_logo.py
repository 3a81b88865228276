"""Logos that the portal keeps."""

from __future__ import annotations

import base64

import pytest

from pulumi_bxbi.adoption.logo import file_of
from pulumi_bxbi.resources.image_files import KINDS

SVG = "<svg/>"


@pytest.mark.parametrize(
    "logo",
    [
        f"data:image/svg+xml;base64,{base64.b64encode(SVG.encode()).decode()}",
        "data:image/svg+xml,%3Csvg/%3E",
        "data:image/svg+xml;charset=utf-8,<svg/>",
    ],
)
def test_an_image_gets_a_file(logo: str) -> None:
    file = file_of(logo)

    assert file
    assert (file.suffix, file.content) == (".svg", SVG.encode())
    assert file_of(file.uri) == file


@pytest.mark.parametrize(
    "logo",
    [
        "https://example.com/logo.svg",
        "data:image/x-xbitmap;base64,AAAA",
        "data:image/png;base64,not base64",
        "data:image/png",
    ],
)
def test_other_logos_stay_as_they_are(logo: str) -> None:
    assert file_of(logo) is None


@pytest.mark.parametrize("kind", KINDS.values())
def test_each_format_that_a_program_can_name_gets_a_file(kind: str) -> None:
    file = file_of(f"data:{kind};base64,AAAA")

    assert file
    assert KINDS[file.suffix] == kind
    assert file.suffix not in {".jpe", ".jpeg", ".tiff"}

"""Logos of connectors that exist, as a program gives them."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from pulumi_bxbi.resources.logo import KINDS, data_uri

#: What the name of a file ends with, by the format of the image; the first of several.
_SUFFIXES: Final = {kind: suffix for suffix, kind in reversed(KINDS.items())}
_DATA: Final = re.compile(
    r"data:(?P<kind>[^;,]*)(?:;charset=[^;,]*)?(?P<base64>;base64)?,(?P<content>.*)", re.DOTALL
)


class Image(NamedTuple):
    """An image that the portal keeps in the logo itself.

    Attributes:
        suffix: What the name of its file ends with.
        content: What is in the file.
        uri: What a connector that names the file sends to the portal.
    """

    suffix: str
    content: bytes
    uri: str


def image_in(logo: str) -> Image | None:
    """Take the image out of a logo; ``None`` where it is elsewhere, or of an unknown format."""
    data = _DATA.fullmatch(logo)
    if data is None or data["kind"] not in _SUFFIXES:
        return None
    content = unquote_to_bytes(data["content"])
    if data["base64"]:
        try:
            content = base64.b64decode(content, validate=True)
        except binascii.Error:
            return None
    return Image(_SUFFIXES[data["kind"]], content, data_uri(data["kind"], content))

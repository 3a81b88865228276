"""Logos of existing connectors, as a program gives them."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from pulumi_bxbi.resources.logo import KINDS, data_uri

#: The suffix of a file's name by the format of the image; the first one of several.
_SUFFIXES: Final = {kind: suffix for suffix, kind in reversed(KINDS.items())}
_DATA: Final = re.compile(
    r"data:(?P<kind>[^;,]*)(?:;charset=[^;,]*)?(?P<base64>;base64)?,(?P<content>.*)", re.DOTALL
)


class Image(NamedTuple):
    """An image that the portal keeps in the logo itself.

    Attributes:
        suffix: The suffix of its file's name.
        content: The content of the file.
        uri: The data URI that a connector with this file sends to the portal.
    """

    suffix: str
    content: bytes
    uri: str


def image_in(logo: str) -> Image | None:
    """Return the image in a logo; ``None`` where it is an address, or in an unknown format."""
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

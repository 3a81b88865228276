"""The logo of a connector: an address, a data URI, or an image file of this machine."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path
from typing import Annotated, Final, NamedTuple
from urllib.parse import unquote_to_bytes

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from pulumi_bxbi.resources.image_files import KINDS, is_image_file
from pulumi_bxbi.resources.inputs import FilledText

_LIKE_AN_ADDRESS: Final = re.compile(r"//|\?|:.*@", re.DOTALL)
#: Other names of these formats, which stacks may have from machines that call them so.
_ALIASES: Final = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-icon": "image/vnd.microsoft.icon",
    "image/x-ms-bmp": "image/bmp",
    "image/x-png": "image/png",
}
#: The format that is text.
_TEXT: Final = "image/svg+xml"
_DATA: Final = re.compile(
    r"data:(?P<kind>[^;,]*)(?:;charset=[^;,]*)?(?P<base64>;base64)?,(?P<content>.*)", re.DOTALL
)


class Image(NamedTuple):
    """An image that a logo holds itself.

    Attributes:
        kind: Its media type, such as ``image/png``.
        content: What is in its file.
    """

    kind: str
    content: bytes


def image_in(logo: str) -> Image | None:
    """Return the image in a data URI; ``None`` where the logo is something else.

    Args:
        logo: The logo as it is sent to the portal.
    """
    data = _DATA.fullmatch(logo)
    if data is None:
        return None
    content = unquote_to_bytes(data["content"])
    if data["base64"]:
        try:
            content = base64.b64decode(content, validate=True)
        except binascii.Error:
            return None
    return Image(data["kind"], content)


def data_uri(kind: str, content: bytes) -> str:
    """Return the data URI of an image.

    Args:
        kind: Its media type, such as ``image/png``.
        content: What is in its file.
    """
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def comparable(logo: object) -> object:
    """Bring a logo into a form in which the same image is equal, however its data URI is written.

    A version control system may check text out with other line ends, so those of an SVG file do
    not matter.

    Args:
        logo: The logo as it is sent to the portal; anything else stays as it is.
    """
    image = image_in(logo) if isinstance(logo, str) else None
    if image is None:
        return logo
    kind = _ALIASES.get(image.kind, image.kind)
    content = image.content.replace(b"\r\n", b"\n") if kind == _TEXT else image.content
    return data_uri(kind, content)


def _logo(value: object) -> object:
    """Turn the name of a file into a data URI with what is in it."""
    if not isinstance(value, str) or value.lower().startswith(("https://", "http://", "data:")):
        return value
    if not is_image_file(value):
        raise PydanticCustomError(
            "logo",
            "must be an address (https://…), a data URI (data:image/…) or the path of an image "
            "file ({suffixes}), and is {shown}",
            {"suffixes": ", ".join(KINDS), "shown": _shown(value) or "something else"},
        )
    path = Path(value).absolute()
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a name of a file"
        raise PydanticCustomError(
            "logo",
            "names {shown}, which cannot be read: {reason}",
            {
                "shown": f'the file "{path}"' if _shown(value) else "a file",
                "reason": reason,
            },
        ) from None
    return data_uri(KINDS[path.suffix.lower()], content)


def _shown(value: str) -> str:
    """Return the name of a file to be shown; empty for what may be an address with a secret."""
    return "" if _LIKE_AN_ADDRESS.search(value) else f'"{value}"'


Logo = Annotated[FilledText, BeforeValidator(_logo)]

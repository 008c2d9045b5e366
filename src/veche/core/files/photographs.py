"""Photographs: checked, turned upright, made small, stripped of place and device."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError

from veche.errors import Invalid

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 60_000_000
"""A 48-megapixel telephone passes; a bomb of a billion pixels does not."""
LONGEST_SIDE = 2048
THUMBNAIL_SIDE = 480
FORMATS = ("JPEG", "PNG", "WEBP")


class NotAPhotograph(Invalid):
    """Not a whole picture of a kind we read."""

    code = "not-a-photograph"
    status = 415
    sentence = _("This file is not a photograph we can read. Send a JPEG, PNG or WebP picture.")
    field = "photograph"


class PhotographTooLarge(Invalid):
    """More bytes or pixels than allowed."""

    code = "photograph-too-large"
    status = 413
    sentence = _("The photograph is too large: at most 20 MB and 60 megapixels.")
    field = "photograph"


@dataclass(frozen=True)
class Photograph:
    """A clean picture: JPEG bytes, a small one beside it, and its size in pixels."""

    data: bytes
    thumbnail: bytes
    width: int
    height: int


def clean(data: bytes) -> Photograph:
    """Read a picture and write it anew, so that only its pixels are kept.

    Raises:
        PhotographTooLarge: more bytes or pixels than allowed (asked of the header, before the
            pixels are unpacked).
        NotAPhotograph: anything that is not a whole JPEG, PNG or WebP picture.
    """
    if len(data) > MOST_BYTES:
        raise PhotographTooLarge
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise PhotographTooLarge
                picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                picture.load()
                upright = ImageOps.exif_transpose(picture)
                return _write(upright)
    except PhotographTooLarge:
        raise
    except Image.DecompressionBombError as error:
        raise PhotographTooLarge from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise NotAPhotograph from error


def _write(picture: Image.Image) -> Photograph:
    if picture.mode in ("RGBA", "LA", "P"):
        ground = Image.new("RGB", picture.size, "white")
        layer = picture.convert("RGBA")
        ground.paste(layer, mask=layer.getchannel("A"))
        picture = ground
    plain = picture.convert("RGB")
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    small = plain.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return Photograph(
        data=_jpeg(plain, 85), thumbnail=_jpeg(small, 78), width=plain.width, height=plain.height
    )


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    # A new image carries no EXIF, no profile, no comment: only what is written here.
    Image.frombytes("RGB", picture.size, picture.tobytes()).save(
        out, "JPEG", quality=quality, optimize=True, progressive=True
    )
    return out.getvalue()


def thumbnail_of(data: bytes) -> bytes:
    """The small twin of a picture that was written here before.

    Raises:
        NotAPhotograph: the data is not a picture.
    """
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            picture.load()
            small = picture.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise NotAPhotograph from error
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return _jpeg(small, 78)


@dataclass(frozen=True)
class Rectangle:
    """A part of a picture in hundredths of its width and height, from the upper left corner."""

    left: float
    top: float
    width: float
    height: float

    def __post_init__(self) -> None:
        whole = (self.left, self.top, self.width, self.height)
        if not all(0 <= one <= 100 for one in whole) or self.width <= 0 or self.height <= 0:
            raise ValueError("a rectangle lies inside its picture and covers something")


COVER = (70, 74, 80)
"""One plain colour: what is blurred can be read back, what is covered cannot."""


def cover(data: bytes, rectangles: Sequence[Rectangle]) -> Photograph:
    """The picture with the rectangles painted over, written anew from its pixels.

    Raises:
        ValueError: there is nothing to cover.
        NotAPhotograph: the data is not a picture.
    """
    if not rectangles:
        raise ValueError("nothing to cover")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            picture.load()
            plain = picture.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise NotAPhotograph from error
    draw = ImageDraw.Draw(plain)
    for one in rectangles:
        # Outwards to whole blocks of eight pixels: the compression of a picture spreads what
        # stood at an edge over its block.
        left = int(one.left / 100 * plain.width) // 8 * 8
        top = int(one.top / 100 * plain.height) // 8 * 8
        right = -(-int((one.left + one.width) / 100 * plain.width + 0.999) // 8) * 8
        bottom = -(-int((one.top + one.height) / 100 * plain.height + 0.999) // 8) * 8
        draw.rectangle((left, top, right - 1, bottom - 1), fill=COVER)
    return _write(plain)

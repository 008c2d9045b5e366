"""Photographs: what is kept, and what is refused."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zlib

import pytest
from PIL import Image

from veche.core.files.operations import keep
from veche.core.files.photographs import (
    LONGEST_SIDE,
    NotAPhotograph,
    PhotographTooLarge,
    clean,
)
from veche.core.files.queries import path_of

AT = dt.datetime(2026, 11, 16, tzinfo=dt.UTC)


def picture(size: tuple[int, int] = (400, 300), kind: str = "JPEG", **more: object) -> bytes:
    out = io.BytesIO()
    mode = "RGBA" if kind == "PNG" else "RGB"
    Image.new(mode, size, "teal").save(out, kind, **more)
    return out.getvalue()


def test_place_and_device_are_stripped_and_the_picture_is_turned() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    exif[0x010F] = "Maker of the telephone"
    gps = exif.get_ifd(0x8825)
    gps[1] = "N"
    photo = clean(picture(exif=exif))
    assert (photo.width, photo.height) == (300, 400)
    with Image.open(io.BytesIO(photo.data)) as kept:
        assert not dict(kept.getexif())
    assert b"Maker" not in photo.data


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_three_kinds_are_read(kind: str) -> None:
    assert clean(picture(kind=kind)).data[:2] == b"\xff\xd8"


def test_a_large_picture_becomes_smaller() -> None:
    photo = clean(picture((5000, 2500)))
    assert (photo.width, photo.height) == (LONGEST_SIDE, LONGEST_SIDE // 2)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7 not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        picture()[:200],
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        b"\xff\xd8\xff\xe0" + b"\x00" * 500,
    ],
)
def test_what_is_not_a_photograph_is_refused(data: bytes) -> None:
    with pytest.raises(NotAPhotograph):
        clean(data)


def test_a_decompression_bomb_is_refused_from_its_header() -> None:
    """A PNG of 50,000 by 50,000 pixels in a few kilobytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00" * 1_000_000))
        + chunk(b"IEND", b"")
    )
    with pytest.raises(PhotographTooLarge):
        clean(bomb)


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(PhotographTooLarge):
        clean(b"\xff\xd8" + b"\x00" * (20 * 1024 * 1024))


@pytest.mark.django_db
def test_the_same_picture_is_kept_once(tmp_path: object, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    photo = clean(picture())
    first = keep(by=None, at=AT, photograph=photo)
    assert keep(by=None, at=AT, photograph=photo) == first
    assert path_of(first.digest).read_bytes() == photo.data
    assert path_of(first.digest, small=True).exists()

"""A photograph whose parts are covered: every copy and every cache gets the covered one."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from django.http import FileResponse
from django.test import RequestFactory
from PIL import Image, ImageDraw

from veche.core.files.models import StoredFile
from veche.core.files.operations import (
    NothingToCover,
    NotShown,
    finish_withdrawals,
    forget_original,
    keep,
    redact,
)
from veche.core.files.photographs import Photograph, Rectangle, clean, cover
from veche.core.files.queries import now_shown, original_path, path_of
from veche.core.files.serving import Gone, photograph

AT = dt.datetime(2026, 11, 16, tzinfo=dt.UTC)
FACE = Rectangle(40, 40, 20, 20)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = settings.FILES_DIR = tmp_path


def street(colour: str = "teal") -> Photograph:
    """A plain picture with a red square, some face, in its middle."""
    picture = Image.new("RGB", (800, 600), colour)
    ImageDraw.Draw(picture).rectangle((330, 250, 470, 350), fill="red")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=95)
    return clean(out.getvalue())


def _reddest(data: bytes) -> int:
    with Image.open(io.BytesIO(data)) as picture:
        pixels = picture.convert("RGB").get_flattened_data()
        return max(r - g for r, g, _b in pixels)


def test_nothing_of_what_was_covered_is_left_in_the_pixels() -> None:
    before = street()
    assert _reddest(before.data) > 200
    after = cover(before.data, [FACE])
    assert _reddest(after.data) < 30
    assert _reddest(after.thumbnail) < 30
    assert (after.width, after.height) == (before.width, before.height)


@pytest.mark.parametrize("wrong", [(-1, 0, 5, 5), (0, 0, 0, 5), (0, 0, 5, 101)])
def test_a_rectangle_lies_in_its_picture(wrong: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="inside"):
        Rectangle(*wrong)


@pytest.mark.django_db(transaction=True)
def test_the_covered_one_takes_its_place_and_the_public_bytes_are_gone() -> None:
    old = keep(by=None, at=AT, photograph=street())
    new = redact(by=None, at=AT, file=old, rectangles=[FACE])
    assert not path_of(old.digest).exists() and not path_of(old.digest, small=True).exists()
    assert original_path(old.digest).exists()
    assert _reddest(path_of(new.digest).read_bytes()) < 30
    assert now_shown(StoredFile.objects.get(pk=old.pk)) == new
    forget_original(by=None, at=AT, digest=old.digest)
    assert not original_path(old.digest).exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_picture_sent_again_is_shown_covered() -> None:
    old = keep(by=None, at=AT, photograph=street())
    new = redact(by=None, at=AT, file=old, rectangles=[FACE])
    assert keep(by=None, at=AT, photograph=street()) == new
    assert not path_of(old.digest).exists()
    with pytest.raises(NotShown):
        redact(by=None, at=AT, file=old, rectangles=[FACE])


@pytest.mark.django_db(transaction=True)
def test_covering_twice_leaves_one_chain() -> None:
    first = keep(by=None, at=AT, photograph=street())
    second = redact(by=None, at=AT, file=first, rectangles=[FACE])
    third = redact(by=None, at=AT, file=second, rectangles=[Rectangle(0, 0, 10, 10)])
    assert StoredFile.objects.get(pk=first.pk).shown == third
    with pytest.raises(NothingToCover):
        redact(by=None, at=AT, file=third, rectangles=[])


@pytest.mark.django_db(transaction=True)
def test_what_a_crash_left_public_is_deleted_by_the_timer() -> None:
    photo = street()
    old = keep(by=None, at=AT, photograph=photo)
    redact(by=None, at=AT, file=old, rectangles=[FACE])
    path_of(old.digest).write_bytes(photo.data)  # as if the process had died after the commit
    assert finish_withdrawals(at=AT + dt.timedelta(minutes=1)) == 1
    assert not path_of(old.digest).exists()


@pytest.mark.django_db(transaction=True)
def test_a_cache_must_ask_and_is_told_that_it_is_gone() -> None:
    ask = RequestFactory()
    old = keep(by=None, at=AT, photograph=street())
    first = photograph(ask.get("/"), old, small=False, public=True)
    assert isinstance(first, FileResponse)
    b"".join(first)  # type: ignore[arg-type]
    assert first["Cache-Control"] == "public, no-cache"
    same = ask.get("/", HTTP_IF_NONE_MATCH=first["ETag"])
    assert photograph(same, old, small=False, public=True).status_code == 304
    new = redact(by=None, at=AT, file=old, rectangles=[FACE])
    old.refresh_from_db()
    for address in (old.address, old.digest):
        with pytest.raises(Gone):
            photograph(same, None, address=address, small=False, public=True)
    with pytest.raises(Gone):
        photograph(same, old, small=True, public=True)
    assert photograph(ask.get("/"), new, small=True, public=True).status_code == 200

"""Whatever is sent to any address, nobody is answered by a fault of the program."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from PIL import Image
from tests.architecture.test_urls import askings, named, report_sheet
from tests.architecture.test_urls import shelf as shelf
from tests.architecture.test_urls import world as world
from tests.architecture.world import World, jpeg

from veche.city.problems.models import Problem

LONG = "я" * 30_000
VALUES = ("\x00", "' OR 1=1 --", "-1", "9" * 40, "NaN", "inf", "1e400", "[]", "../../etc/passwd",
          "<script>", "２", "‮", "%", "%s", "{x}", "2026-02-30", LONG)  # fmt: skip
FIELDS = (
    "page", "view", "open", "place", "category", "state", "order", "q", "late", "from", "to", "by",
    "organisation", "district", "longitude", "latitude", "next", "key", "period", "format",
)  # fmt: skip
SENT = (
    "submission", "category", "text", "longitude", "latitude", "address", "neighbourhood", "key",
    "kept", "do", "point.x", "point.y", "drawn", "seen", "reason", "organisation", "next", "email",
    "password", "language", "hours", "person", "leave-out", "photographs",
)  # fmt: skip
NUMBERS = ("0", "-", "_", "x" * 300, "2026-999999", "%00", "%0A", "%F0%9F%98%80", "%FF", "..%2F")


ROUNDS = 3
"""Each round gives every field another of the values."""


def spread(fields: Sequence[str], shift: int) -> dict[str, str]:
    """A value for every field; other ones at every shift."""
    return {field: VALUES[(n + shift * 5) % len(VALUES)] for n, field in enumerate(fields)}


def parts(world: World) -> list[tuple[str, str]]:
    """Every address once, as the moderator and the officer meet it."""
    named()
    seen: dict[str, str] = {}
    with translation.override("en"):
        for name, asked in askings(world):
            seen.setdefault(name, asked[0][2])
    return list(seen.items())


@pytest.mark.slow
def test_garbage_in_the_query_is_no_fault(world: World) -> None:
    faults = []
    for person in (None, world.town.officer):
        client = Client(raise_request_exception=False)
        if person:
            client.force_login(person)
        for name, url in parts(world):
            for shift in range(ROUNDS):
                sent = {field: value[:3000] for field, value in spread(FIELDS, shift).items()}
                response = client.get(url, sent)
                if response.status_code >= 500:
                    faults.append((name, shift, response.status_code))
                elif response.streaming:
                    b"".join(response.streaming_content)  # type: ignore[arg-type]
    assert faults == []


@pytest.mark.slow
def test_garbage_in_a_form_is_no_fault(world: World) -> None:
    faults, taken = [], 0
    for person in (world.town.resident, world.town.moderator, world.town.officer):
        client = Client(raise_request_exception=False)
        client.force_login(person)
        cookies = deepcopy(client.cookies)
        for name, url in parts(world):
            client.cookies = deepcopy(cookies)
            for shift in range(ROUNDS):
                response = client.post(url, spread(SENT, shift))
                if response.status_code == 405:
                    break  # it takes nothing, and says so before it reads what was sent
                if response.status_code >= 500:
                    faults.append((name, str(shift), response.status_code))
            else:
                taken += 1
                response = client.post(url, b"\xff\xfe{", content_type="application/json")
                if response.status_code >= 500:
                    faults.append((name, "json", response.status_code))
                broken = b"--x\r\nContent-Disposition: form-data; name=text\r\n\r\n\xff"
                kind = "multipart/form-data; boundary=x"
                response = client.post(url, broken, content_type=kind)
                if response.status_code >= 500:
                    faults.append((name, "multipart", response.status_code))
    assert faults == []
    assert taken > 900, taken


@pytest.mark.django_db
@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_that_cannot_be_is_not_found(client: Client, number: str) -> None:
    client.raise_request_exception = False
    for tail in ("", "confirm/", "accept/", "photographs/1-small.jpg", "photographs/0-large.jpg"):
        status = client.get(f"/en/problems/{number}/{tail}").status_code
        assert status in (302, 400, 404), (tail, status)


def bomb() -> bytes:
    """A PNG of a few kilobytes that becomes a hundred and forty-four million pixels."""
    out = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(out, "PNG", optimize=False)
    return out.getvalue()


def cut() -> bytes:
    """A JPEG that ends in the middle."""
    return jpeg()[:400]


def lying() -> bytes:
    """A PNG whose header is right and whose pixels are noise."""
    head = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000400000004008020000")
    return head + b"\x00" + zlib.compress(b"noise" * 50)


PICTURES: dict[str, Any] = {
    "bomb": bomb,
    "cut": cut,
    "lying": lying,
    "empty": bytes,
    "text": lambda: b"hello, I am a photograph",
    "svg": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "gif": lambda: b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00;",
}


def test_a_picture_that_is_none_is_said_and_the_words_are_kept(
    world: World, client: Client
) -> None:
    before = Problem.objects.count()
    for kind, make in PICTURES.items():
        sent = report_sheet()
        sent["photographs"] = SimpleUploadedFile("a.jpg", make(), "image/jpeg")
        answer = client.post(reverse("problems:report"), sent)
        assert answer.status_code in (413, 415, 422), (kind, answer.status_code)
        assert sent["text"] in answer.content.decode()
        assert sent["submission"] in answer.content.decode(), "sent again it is the same form"
    assert Problem.objects.count() == before


def test_a_form_that_stood_open_too_long(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/en/problems/report/", report_sheet())
    assert answer.status_code == 403
    assert "expired" in answer.content.decode()

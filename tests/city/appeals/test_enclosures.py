"""What comes with a letter: cleaned, kept apart from others, handed out to be saved, forgotten."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tests.city.appeals.cast import DAY, Letters
from tests.city.appeals.test_pages import as_, letter
from veche import clock
from veche.city.appeals import operations as appeals
from veche.city.appeals import pending
from veche.city.appeals.models import Appeal, Enclosure
from veche.city.appeals.operations.enclosing import take_out
from veche.city.appeals.operations.refusals import TooManyFiles
from veche.core.cases.models import CaseFile
from veche.core.files.documents import Document, clean, document_path
from veche.core.files.photographs import Photograph
from veche.core.files.photographs import clean as clean_photograph
from veche.core.files.queries import path_of
from veche.core.people.models import Look, Person
from veche.core.people.operations.erasure import erase_person
from veche.project.tasks import run_timers

WRITE = "/en/appeals/write/"
PDF = b"%PDF-1.7\nthe plan of the crossing\n%%EOF\n"


def picture() -> bytes:
    out = io.BytesIO()
    place = Image.Exif()
    place[0x010F] = "A telephone"
    Image.new("RGB", (640, 480), "teal").save(out, "JPEG", exif=place)
    return out.getvalue()


def files(*chosen: tuple[str, bytes]) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(name, data) for name, data in chosen]


def paper(data: bytes = PDF) -> Document:
    return clean(data, "plan.pdf")


def photo() -> Photograph:
    return clean_photograph(picture())


def kept(page: str) -> list[str]:
    import re

    return re.findall(r'name="kept" value="([0-9a-f]{32})"', page)


def written(made: Letters, **more: Any) -> Appeal:
    return made.write(at=clock.now() - DAY, photographs=[photo()], documents=[paper()], **more)


def status(person: Person | None, address: str) -> int:
    client = Client()
    if person is not None:
        as_(client, person)
    return client.get(address).status_code


def test_files_are_kept_while_the_form_is_not_right(made: Letters, client: Client) -> None:
    as_(client, made.town.resident)
    chosen = files(("plan.pdf", PDF), ("crossing.jpg", picture()), ("run.exe", b"MZ\x90\x00"))
    page = client.post(WRITE, {**letter(text="short"), "enclosures": chosen})
    assert page.status_code == 415  # the worst of what is wrong
    text = page.content.decode()
    assert "run.exe: This file cannot be taken." in text
    keys = kept(text)
    assert len(keys) == 2 and not Appeal.objects.exists()
    text = client.post(
        WRITE, {**letter(), "kept": keys, "do": f"forget:{keys[1]}"}
    ).content.decode()
    assert kept(text) == keys[:1]
    answer = client.post(WRITE, {**letter(), "kept": [keys[0], "0" * 32]})
    assert answer.status_code == 422 and "waited too long" in answer.content.decode()
    assert client.post(WRITE, {**letter(), "kept": keys[:1]}).status_code == 302
    [enclosure] = Enclosure.objects.all()
    assert enclosure.name == "plan.pdf" and document_path(enclosure.digest).read_bytes() == PDF
    assert kept(client.post(WRITE, {**letter(text="x"), "kept": keys}).content.decode()) == []


def test_at_most_five(made: Letters, client: Client) -> None:
    as_(client, made.town.resident)
    chosen = files(*((f"{n}.txt", f"number {n}".encode()) for n in range(6)))
    page = client.post(WRITE, {**letter(), "enclosures": chosen})
    assert page.status_code == 422 and len(kept(page.content.decode())) == 5
    with pytest.raises(TooManyFiles):
        made.write(documents=[paper()] * 6)


def test_a_photograph_is_seen_with_the_words_and_a_document_by_those_who_work(
    made: Letters,
) -> None:
    town = made.town
    appeal = written(made)
    [enclosure], [link] = Enclosure.objects.all(), CaseFile.objects.all()
    base = f"/en/appeals/{appeal.case.number}"
    shown = f"{base}/photographs/{link.file.address}-large.jpg"
    document = f"{base}/documents/{enclosure.pk}/"
    reads = [(town.resident, 200), (town.moderator, 200), (town.neighbour, 404), (None, 404)]
    for person, expected in reads:
        assert (status(person, shown), status(person, document)) == (expected, expected)
    appeals.accept(by=town.moderator, at=clock.now(), case=appeal.case)
    for person in (None, town.neighbour):
        assert status(person, shown) == 200
        assert status(person, document) == 404
    assert status(town.officer, document) == 200
    assert status(town.light_officer, document) == 404
    page = Client().get(f"{base}/").content.decode()
    assert f"{link.file.address}-small.jpg" in page
    assert "plan.pdf" not in page and "1 document came with it" in page
    assert "plan.pdf" in as_(Client(), town.officer).get(f"{base}/").content.decode()
    assert b"A telephone" not in path_of(link.file.digest).read_bytes()


def test_a_document_is_saved_and_never_shown(made: Letters, client: Client) -> None:
    appeal = made.write(
        at=clock.now() - DAY,
        public=False,
        documents=[clean(b"<b>bold</b> text, said a <script>", "счёт\r\n.html")],
    )
    enclosure = Enclosure.objects.get()
    answer = as_(client, made.town.officer).get(
        f"/en/appeals/{appeal.case.number}/documents/{enclosure.pk}/"
    )
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert answer["Content-Disposition"].endswith(".txt")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"].startswith("private, no-store")
    assert Look.objects.filter(person=made.town.resident, by=made.town.officer).exists()
    other = made.write(at=clock.now(), public=False, documents=[paper()])
    wrong = Enclosure.objects.get(case=other.case)
    assert client.get(f"/en/appeals/{appeal.case.number}/documents/{wrong.pk}/").status_code == 404


def test_with_the_person_go_the_files_unless_another_sent_the_same(
    made: Letters, django_capture_on_commit_callbacks: Any
) -> None:
    public = written(made)
    appeals.accept(by=made.town.moderator, at=clock.now() - DAY, case=public.case)
    unread = made.write(at=clock.now(), documents=[paper(b"%PDF-1.4 mine alone")])
    private = made.write(
        at=clock.now(), public=False,
        photographs=[clean_photograph(_other_picture())], documents=[paper(b"%PDF-1.4 secret")],
    )  # fmt: skip
    made.write(by=made.town.neighbour, at=clock.now(), documents=[paper()])
    theirs = Enclosure.objects.get(case__author=made.town.neighbour)
    gone = [
        document_path(one.digest)
        for one in Enclosure.objects.filter(case__in=[unread.case, private.case])
    ]
    shown = CaseFile.objects.get(case=public.case).file
    hidden = CaseFile.objects.get(case=private.case).file
    gone += [path_of(hidden.digest), path_of(hidden.digest, small=True)]
    assert all(path.exists() for path in gone)
    with django_capture_on_commit_callbacks(execute=True):
        erase_person(by=made.town.resident, at=clock.now(), person=made.town.resident)
    assert [one.pk for one in Enclosure.objects.all()] == [theirs.pk]
    assert not any(path.exists() for path in gone), "no byte stays"
    assert document_path(theirs.digest).exists()  # the same plan, sent by a neighbour too
    assert path_of(shown.digest).exists()  # what everybody has seen stays, without a name


def _other_picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "maroon").save(out, "PNG")
    return out.getvalue()


def test_what_nobody_came_back_for_goes_even_when_nobody_else_sends(
    settings: Any, tmp_path: Path
) -> None:
    settings.FILES_DIR = tmp_path
    assert pending.sweep_old(at=clock.now()) == 0, "no file has ever come"
    key = pending._put(None, {"name": "plan.pdf", "type": "application/pdf"}, PDF)
    assert pending.sweep_old(at=clock.now()) == 0 and pending.get(key) is not None
    for path in (tmp_path / "pending-letters").iterdir():
        os.utime(path, (0, 0))
    run_timers()
    assert not list((tmp_path / "pending-letters").iterdir())
    assert pending.get(key) is None


@pytest.mark.django_db(transaction=True)
def test_what_waits_goes_with_its_person(
    made: Letters, client: Client, settings: Any, tmp_path: Path
) -> None:
    settings.FILES_DIR = tmp_path
    as_(client, made.town.resident)
    client.post(WRITE, {**letter(title=""), "enclosures": files(("plan.pdf", PDF))})
    folder = tmp_path / "pending-letters"
    assert len(list(folder.iterdir())) == 3, "what it is, its bytes, and whose it is"
    erase_person(by=None, at=clock.now(), person=made.town.neighbour)
    assert len(list(folder.iterdir())) == 3, "somebody else was erased"
    erase_person(by=None, at=clock.now(), person=made.town.resident)
    assert not list(folder.iterdir())


def test_a_document_that_comes_again_while_it_is_deleted_is_kept(
    made: Letters, django_capture_on_commit_callbacks: Any
) -> None:
    """Its bytes lay there when the second letter was written, and were not written anew."""
    first = written(made)
    [enclosure] = Enclosure.objects.all()
    with django_capture_on_commit_callbacks() as later:
        take_out(by=None, at=clock.now(), documents_of=[first.pk], photographs_of=[])
    written(made, by=made.town.neighbour)
    for callback in later:
        callback()
    assert document_path(enclosure.digest).read_bytes() == PDF
    with django_capture_on_commit_callbacks(execute=True):
        take_out(
            by=None,
            at=clock.now(),
            documents_of=list(Enclosure.objects.values_list("case", flat=True)),
            photographs_of=[],
        )
    assert not document_path(enclosure.digest).exists()

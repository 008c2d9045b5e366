"""What an office publishes is looked at first where it tells private persons."""

from __future__ import annotations

import datetime as dt
import io
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from tests.cast import START, SmallTown, small_town
from tests.city.appeals.cast import letters

from veche import clock
from veche.city.appeals import operations as appeals
from veche.city.field import operations as field
from veche.city.problems import operations as problems
from veche.core.cases.models import Case, CaseEvent, CaseFile
from veche.core.desk.models import BulkChange
from veche.core.people.models import Person

NOW = START + dt.timedelta(hours=3)
WORDS = "The hole was filled. Ask Petrova about it: +7 912 345-67-89."
PLAIN = "The hole was filled and rolled this morning."
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = settings.FILES_DIR = tmp_path
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def town() -> SmallTown:
    return small_town()


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def in_work(town: SmallTown) -> Case:
    return problems.accept(by=town.moderator, at=START, case=town.report().case)


def photo() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (320, 200), (20, 140, 40)).save(out, "JPEG")
    return SimpleUploadedFile("done.jpg", out.getvalue(), "image/jpeg")


def mark_of(page: str) -> str:
    """What the page sends along once its words were looked at."""
    found = re.search(r'name="looked" value="([0-9a-f]{16})"', page)
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_an_answer_is_marked_first_and_sent_at_the_second_press(
    town: SmallTown, language: str
) -> None:
    case, officer = in_work(town), as_(town.officer)
    path = f"/{language}/problems/{case.number}/answer/"
    first = officer.post(path, {"text": WORDS, "photographs": [photo()]})
    page = first.content.decode()
    assert first.status_code == 422 and "<mark" in page and "+7 912 345-67-89" in page
    assert not CaseEvent.objects.filter(case=case, move="answer").exists()
    kept = re.findall(r'name="kept" value="([0-9a-f]{32})"', page)
    assert len(kept) == 1, "the photograph is not chosen twice"
    # Other words than those that were looked at are looked at again.
    other = officer.post(path, {"text": WORDS + " Or Ivanov I. I.", "looked": mark_of(page)})
    assert other.status_code == 422
    sent = officer.post(path, {"text": WORDS, "looked": mark_of(page), "kept": kept})
    assert sent.status_code == 302
    assert CaseEvent.objects.get(case=case, move="answer").public["text"] == WORDS
    assert CaseFile.objects.filter(case=case, kind="after").count() == 1


def test_what_was_found_is_hidden_by_a_press_and_nothing_is_sent_yet(town: SmallTown) -> None:
    case, officer = in_work(town), as_(town.officer)
    path = f"/en/problems/{case.number}/answer/"
    pressed = officer.post(path, {"text": WORDS, "do": "hide:all"})
    page = pressed.content.decode()
    assert pressed.status_code == 422 and "[telephone]" in page and "912" not in page
    assert not CaseEvent.objects.filter(case=case, move="answer").exists()
    shown = re.search(r"<textarea[^>]*name=\"text\"[^>]*>\s*([^<]*)</textarea>", page)
    assert shown is not None
    sent = officer.post(path, {"text": shown.group(1), "looked": mark_of(page)})
    assert sent.status_code == 302


def test_words_that_tell_nobody_are_sent_at_once(town: SmallTown) -> None:
    case = in_work(town)
    sent = as_(town.officer).post(f"/en/problems/{case.number}/answer/", {"text": PLAIN})
    assert sent.status_code == 302


def test_a_refusal_a_return_and_a_later_date_too(town: SmallTown) -> None:
    case, officer = in_work(town), as_(town.officer)
    number = case.number
    for path, more in (
        (f"/en/problems/{number}/refuse/", {"reason": "no-fault-found"}),
        (f"/en/problems/{number}/do/hand-back/", {"reason": "other-office"}),
        (f"/en/problems/{number}/do/query/", {}),
        (f"/en/desk/{number}/hand_back/", {"reason": "other-office"}),
    ):
        asked = officer.post(path, {"text": WORDS, **more})
        assert asked.status_code == 422 and "<mark" in asked.content.decode(), path
    case.refresh_from_db()
    assert case.state == "work"


def test_many_at_once_are_no_way_around(town: SmallTown) -> None:
    cases, officer = [in_work(town), in_work(town)], as_(town.officer)
    sent: dict[str, Any] = {
        "move": "problem.answer", "number": [case.number for case in cases], "text": WORDS,
        "grace": "60", "do": "order", "submission": str(uuid.uuid4()),
    }  # fmt: skip
    first = officer.post("/en/desk/many/", sent)
    assert first.status_code == 422 and "<mark" in first.content.decode()
    assert not BulkChange.objects.exists()
    looked = mark_of(first.content.decode())
    assert officer.post("/en/desk/many/", {**sent, "looked": looked}).status_code == 302
    assert BulkChange.objects.count() == 1


def test_a_look_first_is_a_look(town: SmallTown) -> None:
    case, officer = in_work(town), as_(town.officer)
    path = f"/en/problems/{case.number}/answer/"
    look = officer.post(path, {"text": WORDS, "preview": "1"})
    assert look.status_code == 200 and "<mark" in look.content.decode()
    sent = officer.post(path, {"text": WORDS, "looked": mark_of(look.content.decode())})
    assert sent.status_code == 302


def test_on_site_and_from_a_contractors_report(town: SmallTown) -> None:
    case, officer = in_work(town), as_(town.officer)
    spot = f"/en/field/{case.number}/"
    asked = officer.post(spot, {"text": WORDS, "photographs": [photo()]})
    assert asked.status_code == 422 and "<mark" in asked.content.decode()
    assert 'name="kept"' in asked.content.decode()
    _link, secret = field.forward(by=town.officer, at=NOW, case=case, firm="Fast Roads")
    field.report(by=None, at=NOW, secret=secret, text=WORDS)
    draft = f"/en/field/reports/{_link.pk}/"
    first = officer.post(draft, {"text": WORDS})
    assert first.status_code == 422 and "<mark" in first.content.decode()
    looked = mark_of(first.content.decode())
    assert officer.post(draft, {"text": WORDS, "looked": looked}).status_code == 302


def test_a_public_letters_answer_is_marked_and_a_private_ones_is_not() -> None:
    cast = letters()
    public, private = cast.write(), cast.write(public=False)
    case = appeals.accept(by=cast.town.moderator, at=START, case=public.case)
    officer = as_(cast.town.officer)
    first = officer.post(f"/en/desk/{case.number}/answer/", {"text": WORDS})
    assert first.status_code == 422 and "<mark" in first.content.decode()
    looked = mark_of(first.content.decode())
    done = officer.post(f"/en/desk/{case.number}/answer/", {"text": WORDS, "looked": looked})
    assert done.status_code == 302
    said = officer.post(f"/en/desk/{private.case.number}/answer/", {"text": WORDS})
    assert said.status_code == 302, "only its author reads it"

"""On site: the nearest first, a contractor's one report, the answer made of it."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from tests.cast import SmallTown, small_town

from veche import clock
from veche.city.field import operations, rules
from veche.city.field.models import OneTimeLink
from veche.city.problems import operations as problems
from veche.core.cases.models import Case, CaseFile
from veche.core.cases.operations import MoveNotPossible, NoRoleForMove
from veche.core.notices.models import Notice
from veche.core.people.models import Person

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
DONE = "The hole was filled with hot asphalt and rolled."


@pytest.fixture
def town(settings: Any, tmp_path: Any) -> SmallTown:
    settings.FILES_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    return small_town()


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def in_work(town: SmallTown, **more: Any) -> Case:
    at = clock.now() - DAY
    case = town.report(at=at, **more).case
    return problems.accept(by=town.moderator, at=at + HOUR, case=case)


def photograph() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "grey").save(out, "JPEG")
    return SimpleUploadedFile("after.jpg", out.getvalue(), "image/jpeg")


def forwarded(town: SmallTown, case: Case, **more: Any) -> tuple[OneTimeLink, str]:
    values = {"at": clock.now(), "firm": "Bridge Builders", "note": "Take the roller.", **more}
    return operations.forward(by=town.officer, case=case, **values)


def test_the_nearest_stands_first(town: SmallTown) -> None:
    far = in_work(town, longitude=49.45, latitude=53.6)
    near = in_work(town, longitude=49.21, latitude=53.5, text="A hole in front of the clinic door.")
    page = as_(town.officer).get("/en/field/?lon=49.2&lat=53.5").content.decode()
    assert page.index(f"/field/{near.number}/") < page.index(f"/field/{far.number}/")
    assert "660 m" in page
    assert as_(town.officer).get("/en/field/").status_code == 200
    assert as_(town.officer).get("/en/field/?lon=x&lat=&place=west").status_code == 200
    assert as_(town.resident).get("/en/field/").status_code == 403
    assert Client().get("/en/field/").status_code == 302


def test_an_officer_answers_on_site(town: SmallTown) -> None:
    case = in_work(town)
    client = as_(town.officer)
    assert b'capture="environment"' in client.get(f"/en/field/{case.number}/").content
    assert client.post(f"/en/field/{case.number}/", {"seen": "3", "text": ""}).status_code == 422
    sent = client.post(
        f"/en/field/{case.number}/", {"seen": "3", "text": DONE, "photographs": photograph()}
    )
    assert sent.status_code == 302
    case.refresh_from_db()
    assert case.state == "check"
    assert CaseFile.objects.filter(case=case, kind="after").count() == 1
    assert as_(town.light_officer).get(f"/en/field/{case.number}/").status_code == 403


def test_a_contractor_reports_once_and_the_officer_answers(town: SmallTown) -> None:
    case = in_work(town)
    page = as_(town.officer).post(
        f"/en/field/{case.number}/forward/",
        {"firm": "Bridge Builders", "note": "Take the roller.", "days": "3"},
    )
    link = OneTimeLink.objects.get()
    secret = page.content.decode().split("/field/link/")[1].split("/")[0]
    assert link.digest == operations.digest_of(secret) and secret not in str(link.__dict__)
    visitor = Client()
    shown = visitor.get(f"/en/field/link/{secret}/")
    assert shown["Referrer-Policy"] == "same-origin" and "noindex" in shown["X-Robots-Tag"]
    body = shown.content.decode()
    assert "Take the roller." in body and "A deep hole by the bus stop" in body
    for private in ("Resident", "resident@example.org", "Officer", "officer@example.org"):
        assert private not in body
    sent = visitor.post(f"/en/field/link/{secret}/", {"text": DONE, "photographs": photograph()})
    assert sent.status_code == 200 and b"The office has your report" in sent.content
    assert visitor.get(f"/en/field/link/{secret}/").status_code == 410
    assert visitor.post(f"/en/field/link/{secret}/", {"text": DONE}).status_code == 410
    assert Notice.objects.filter(person=town.officer, kind="field.reported").exists()
    case.refresh_from_db()
    assert case.state == "work"  # a draft is no answer
    assert visitor.get(f"/en/field/reports/{link.pk}/1.jpg").status_code in (302, 403)
    officer = as_(town.officer)
    assert officer.get(f"/en/field/reports/{link.pk}/1.jpg").status_code == 200
    assert DONE in officer.get(f"/en/field/reports/{link.pk}/").content.decode()
    picture = link.photographs.get()
    answered = officer.post(
        f"/en/field/reports/{link.pk}/",
        {"seen": "3", "text": DONE, "picture": ["²", "9" * 5000, "x", str(picture.pk)]},
    )
    assert answered.status_code == 302
    case.refresh_from_db()
    assert case.state == "check"
    assert CaseFile.objects.filter(case=case, kind="after").count() == 1


def test_a_link_ends(town: SmallTown) -> None:
    case = in_work(town)
    link, secret = forwarded(town, case)
    client = as_(town.officer)
    assert client.post(f"/en/field/links/{link.pk}/revoke/").status_code == 302
    assert Client().get(f"/en/field/link/{secret}/").status_code == 410
    _link, secret = forwarded(town, case, days=1)
    with pytest.raises(operations.LinkOver):
        operations.report(by=None, at=clock.now() + 2 * DAY, secret=secret, text=DONE)
    problems.answer(by=town.officer, at=clock.now(), case=case, text=DONE)
    assert Client().get(f"/en/field/link/{secret}/").status_code == 410
    assert Client().get("/en/field/link/nothing-like-it/").status_code == 404


def test_who_may_send_whom_and_how_often(town: SmallTown) -> None:
    case = in_work(town)
    with pytest.raises(NoRoleForMove):
        operations.forward(by=town.light_officer, at=clock.now(), case=case, firm="Friends")
    for _n in range(rules.MOST_LINKS):
        forwarded(town, case)
    with pytest.raises(operations.TooManyLinks):
        forwarded(town, case)
    problems.answer(by=town.officer, at=clock.now(), case=case, text=DONE)
    with pytest.raises(MoveNotPossible):
        forwarded(town, case)


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_pages_in_three_languages(town: SmallTown, language: str) -> None:
    case = in_work(town)
    _link, secret = forwarded(town, case)
    client = as_(town.officer)
    for page in ("", f"{case.number}/", f"{case.number}/forward/", f"link/{secret}/"):
        assert client.get(f"/{language}/field/{page}").status_code == 200

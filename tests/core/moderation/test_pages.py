"""The pages of moderation, as a visitor, an author, a moderator and an officer see them."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image
from tests.cast import START, SmallTown, small_town

from veche import clock
from veche.city.problems import operations as problems
from veche.city.problems.models import Problem
from veche.core.cases.models import Case, CaseFile
from veche.core.files.photographs import clean
from veche.core.moderation import operations as moderation
from veche.core.moderation.models import Decision, Original, OriginalLook, Sweep
from veche.core.moderation.personal_data import find
from veche.core.opendata import queries as opendata
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person

pytestmark = pytest.mark.django_db
TEXT = "Яма у дома 9, звоните мне +7 912 345-67-89, Иванов И. И. ждёт."
NOW = START + dt.timedelta(hours=2)


@pytest.fixture(autouse=True)
def _world(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = settings.FILES_DIR = tmp_path
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def town() -> SmallTown:
    return small_town()


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def published(town: SmallTown, **more: Any) -> Problem:
    problem = town.report(**{"text": TEXT, **more})
    problems.accept(by=town.moderator, at=START, case=problem.case)
    problem.refresh_from_db()
    return problem


def photo() -> Any:
    out = io.BytesIO()
    Image.new("RGB", (320, 200), (200, 40, 40)).save(out, "JPEG")
    return clean(out.getvalue())


def test_a_moderator_hides_parts_and_everybody_sees_what_is_left(town: SmallTown) -> None:
    number = published(town).case.number
    page = f"/en/moderation/{number}/"
    client = as_(town.moderator)
    shown = client.get(page).content.decode()
    parts = re.findall(r'name="parts" id="[^"]+" value="([\d:]+)"', shown)
    assert len(parts) == 2 and "<mark" in shown
    sent = {"field": "text", "parts": parts, "phrases": "ждёт", "reason": "personal-data"}
    assert client.post(page, sent).status_code == 302
    public = Client().get(f"/en/problems/{number}/").content.decode()
    assert "[телефон], [имя] [скрыто]." in public
    assert "912" not in public
    assert (
        "912" not in b"".join(opendata.csv_lines(opendata.dataset("problems"), NOW)).decode()
    )  # the open data too
    assert Client().get(page).status_code == 302
    assert as_(town.officer).get(page).status_code == 403
    assert client.post(page, {**sent, "parts": ["1:2"]}).status_code == 422


def test_an_author_hides_parts_of_their_own_words_and_sees_who_looked(town: SmallTown) -> None:
    number = published(town).case.number
    page = f"/en/moderation/{number}/"
    client = as_(town.resident)
    shown = client.get(page).content.decode()
    assert 'name="reason"' not in shown and "Hide the whole matter" not in shown
    parts = re.findall(r'name="parts" id="[^"]+" value="([\d:]+)"', shown)
    assert client.post(page, {"field": "text", "parts": parts}).status_code == 302
    original = Original.objects.get()
    look = f"{page}originals/{original.pk}/"
    moderator = as_(town.moderator)
    assert TEXT not in moderator.get(look).content.decode()
    assert moderator.post(look, {"why": ""}).status_code == 422
    assert OriginalLook.objects.count() == 0
    assert TEXT in moderator.post(look, {"why": "the court asks"}).content.decode()
    assert "the court asks" in client.get(page).content.decode()
    assert "looked 1 time" in client.get(f"/en/problems/{number}/").content.decode()
    assert client.get(look).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_covered_photograph_is_gone_from_its_old_address(town: SmallTown) -> None:
    number = published(town, photographs=[photo()]).case.number
    file = CaseFile.objects.get().file
    public = f"/en/problems/{number}/photographs/{file.address}-large.jpg"
    visitor = Client()
    before = visitor.get(public)
    assert (before.status_code, before["Cache-Control"]) == (200, "public, no-cache")
    b"".join(before)  # type: ignore[call-overload]
    page = f"/en/moderation/{number}/photographs/{file.address}/"
    client = as_(town.moderator)
    assert client.get(page).status_code == 200
    sent = {"r0-left": "10", "r0-top": "10", "r0-width": "30", "r0-height": "30"}
    seen = client.post(page, {**sent, "look": "1"}).content.decode()
    assert '<rect class="cover-one" x="10.00"' in seen
    assert client.post(page, {**sent, "r1-left": "5", "reason": "child"}).status_code == 422
    assert client.post(page, {**sent, "reason": "child"}).status_code == 302
    for size in ("large", "small"):
        assert visitor.get(public.replace("large", size)).status_code == 410
    revalidated = visitor.get(public, headers={"If-None-Match": before["ETag"]})
    assert revalidated.status_code == 410
    new = CaseFile.objects.get().file
    matter = visitor.get(f"/en/problems/{number}/").content.decode()
    assert new.address in matter and file.address not in matter
    after = visitor.get(public.replace(file.address, new.address))
    assert after.status_code == 200
    b"".join(after)  # type: ignore[call-overload]
    by_number = visitor.get(f"/en/problems/{number}/photographs/1-large.jpg")
    assert b"".join(by_number)  # type: ignore[call-overload]
    assert by_number["ETag"] == after["ETag"]
    assert visitor.get(f"/en/moderation/{number}/photographs/{new.address}.jpg").status_code == 302


def test_a_hidden_matter_says_so_and_nothing_else(town: SmallTown) -> None:
    problem = published(town)
    number = problem.case.number
    client = as_(town.moderator)
    assert client.post(f"/en/moderation/{number}/hide/", {"reason": ""}).status_code == 422
    assert client.post(f"/en/moderation/{number}/hide/", {"reason": "law"}).status_code == 302
    page = Client().get(f"/en/problems/{number}/").content.decode()
    assert "a law or a court asks for it" in page and "16 November 2026" in page.replace(
        "16 Nov 2026", "16 November 2026"
    )
    tables = ("", "feed.atom", "problems.csv", "problems.geojson", f"{number}/")
    for place in ("/en/", *(f"/en/problems/{name}" for name in tables)):
        answer = Client().get(place)
        body = b"".join(answer) if answer.streaming else answer.content  # type: ignore[arg-type]
        assert "Яма" not in body.decode(), place
    rows = b"".join(opendata.csv_lines(opendata.dataset("problems"), NOW)).decode()
    assert number in rows and "Яма" not in rows and "Bridge Street" not in rows
    for who in (town.resident, town.officer, town.moderator):
        assert "Яма" in as_(who).get(f"/en/problems/{number}/").content.decode()
    assert client.post(f"/en/moderation/{number}/show/").status_code == 302
    assert "Яма" in Client().get(f"/en/problems/{number}/").content.decode()


def test_an_objection_from_the_authors_page_to_the_public_log(town: SmallTown) -> None:
    problem = town.report(text=TEXT)
    problems.reject(
        by=town.moderator, at=START, case=problem.case, reason="unclear", text="Say which house."
    )
    number = problem.case.number
    author = as_(town.resident)
    assert (
        f"/en/moderation/{number}/appeal/" in author.get(f"/en/problems/{number}/").content.decode()
    )
    page = f"/en/moderation/{number}/appeal/"
    assert author.post(page, {"text": "no"}).status_code == 422
    assert author.post(page, {"text": "It is house 9, as I wrote."}).status_code == 302
    again = author.get(page)  # what a page links to is never refused
    assert again.status_code == 200 and "is with another moderator" in again.content.decode()
    second = add_person(by=None, at=START, name="Second", email="second@example.org")
    appoint(by=None, at=START, person=second, role="moderator", territory=town.city)
    judge = f"/en/moderation/{number}/judge/"
    mine = as_(town.moderator)
    assert "another moderator judges" in mine.get(judge).content.decode()
    answer = {"outcome": "overturn", "text": "The author is right."}
    assert mine.post(judge, answer).status_code == 403
    # Nor by the steps of the head of an office, which have the same names.
    for step in ("uphold", "overturn"):
        for path in (f"/en/desk/{number}/{step}/", f"/en/problems/{number}/do/{step}/"):
            said = mine.post(path, {"text": "I was right the first time.", "seen": "3"})
            assert said.status_code in (403, 409), path
    assert Case.objects.get(number=number).state == "appealed"
    other = as_(second)
    assert "It is house 9, as I wrote." in other.get(judge).content.decode()
    assert other.post(judge, {"outcome": "overturn"}).status_code == 422
    assert other.post(judge, answer).status_code == 302
    log = Client().get("/en/moderation/").content.decode()
    assert number in log and "objection: overturned" in log
    for secret in ("Second", "Moderator", "house 9", "as I wrote", "Resident"):
        assert secret not in log
    lines = b"".join(Client().get("/en/moderation/log.csv?outcome=overturned")).decode()  # type: ignore[arg-type]
    assert len(lines.splitlines()) == 2 and "house" not in lines
    rows = b"".join(opendata.csv_lines(opendata.dataset("moderation"), NOW)).decode()
    assert "overturned" in rows and "in_time" in rows
    assert "No decision of this kind" in Client().get("/en/moderation/?kind=hide").content.decode()


def test_spam_is_taken_away_together_and_can_be_undone(town: SmallTown) -> None:
    first = town.report(text="Buy my pills, cheap and good", anonymous=True,
                        sender={"person": "browser-1", "address": "192.0.2.1"})  # fmt: skip
    town.report(text="Buy my pills, again and again", anonymous=True,
                sender={"person": "browser-2", "address": "192.0.2.1"})  # fmt: skip
    client = as_(town.moderator)
    page = f"/en/moderation/{first.case.number}/sender/"
    shown = client.get(page).content.decode()
    assert "From the same network address" in shown and "192.0.2" not in shown
    numbers = list(Case.objects.values_list("pk", flat=True))
    sent = {"case": numbers, "what": "address", "reason": "spam", "text": "One is enough, thanks."}
    assert client.post(page, {**sent, "text": ""}).status_code == 422
    answer = client.post(page, sent)
    assert answer.status_code == 302
    sweep = Sweep.objects.get()
    assert len(sweep.cases) == 2 and sweep.by_what == "address"
    assert "Undo" in client.get(answer["Location"]).content.decode()
    assert client.post(f"{answer['Location']}undo/").status_code == 302
    assert not Case.objects.filter(hidden_at__isnull=False).exists()
    moderation.carry_out_sweeps(at=NOW + dt.timedelta(hours=1))
    assert not Decision.objects.exists()
    assert client.post(f"{answer['Location']}undo/").status_code == 409


def test_what_an_anonymous_author_may_they_may_by_their_secret(town: SmallTown) -> None:
    from veche.city.problems.access import key_digest

    problem = town.report(text=TEXT, anonymous=True, author_key=key_digest("secret" * 4))
    number = problem.case.number
    client = Client()
    assert client.get(f"/en/moderation/{number}/").status_code == 302
    client.get(f"/en/problems/{number}/?key={'secret' * 4}")
    shown = client.get(f"/en/moderation/{number}/")
    assert shown.status_code == 200
    found = find(TEXT)
    sent = {"field": "text", "parts": [f"{found[0].start}:{found[0].end}"]}
    assert client.post(f"/en/moderation/{number}/", sent).status_code == 302
    problem.refresh_from_db()
    assert "[телефон]" in problem.text


@pytest.mark.slow
def test_the_next_publication_has_the_new_words_and_no_hidden_matter(
    town: SmallTown, tmp_path: Path
) -> None:
    from veche.core.opendata.operations import publish

    one, other = published(town), published(town, text="Мусор у дома 7, звоните 8 912 345-67-89.")
    folder = tmp_path / "published"

    def whole() -> str:
        publish(by=None, at=NOW, folder=folder)
        files = (path for path in folder.rglob("*") if path.is_file())
        return "".join(path.read_text(encoding="utf-8") for path in files)

    before = whole()
    assert "912 345" in before and "Мусор" in before
    moderation.hide_words(
        by=town.moderator, at=NOW, case=one.case, field="text", findings=find(one.text)
    )
    moderation.hide_matter(by=town.moderator, at=NOW, case=other.case, reason="law")
    after = whole()
    assert "912 345" not in after and "Мусор" not in after
    assert "[телефон]" in after

"""What a city sets for moderation, on its own pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.cast import START, SmallTown, small_town

from veche import clock
from veche.core.journal.models import Record
from veche.core.moderation import operations as moderation
from veche.core.moderation import reasons
from veche.core.moderation.access import OnlyItsSetters
from veche.core.moderation.limits import caps
from veche.core.moderation.models import Limit, Reason
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person

pytestmark = pytest.mark.django_db
PAGE = "/en/moderation/rules/"
WORDS = {
    "name_en": "it is a joke", "name_ru": "это шутка", "name_zh": "这是玩笑",
    "told_en": "Say it in earnest.", "told_ru": "Скажите всерьёз.", "told_zh": "请认真说明。",
    "used_for": ["reject"], "rule": "/en/about/",
}  # fmt: skip


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> SmallTown:
    monkeypatch.setattr(clock, "now", lambda: START)
    return small_town()


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def holder(town: SmallTown, role: str) -> Person:
    made = add_person(by=None, at=START, name=role, email=f"{role}@example.org")
    appoint(by=None, at=START, person=made, role=role, territory=town.city)
    return made


@pytest.mark.parametrize("role", ["administrator", "head_moderator"])
def test_limits_are_set_and_ended(town: SmallTown, role: str) -> None:
    client = as_(holder(town, role))
    assert PAGE in client.get("/en/moderation/").content.decode()
    assert "Set a limit" in client.get(PAGE).content.decode()
    sent = {"what": "problem.report", "scope": "person", "most": "3", "seconds": "86400"}
    assert client.post(PAGE, {**sent, "most": "0"}).status_code == 422
    assert client.post(PAGE, {**sent, "what": "nothing.like-it"}).status_code == 422
    assert not Limit.objects.exists()
    assert client.post(PAGE, sent).status_code == 302
    assert caps("problem.report")["person"].most == 3
    assert "set by the city" in Client().get(PAGE).content.decode(), "everybody reads it"
    ended = client.post(f"{PAGE}limits/end/", {"what": "problem.report", "scope": "person"})
    assert ended.status_code == 302
    assert caps("problem.report")["person"].most == 10
    kinds = set(Record.objects.values_list("kind", flat=True))
    assert {"moderation.limit-set", "moderation.limit-ended"} <= kinds


def test_a_reason_is_added_changed_and_given_no_more(town: SmallTown) -> None:
    client = as_(holder(town, "administrator"))
    new = f"{PAGE}reasons/new/"
    assert client.get(new).status_code == 200
    assert client.post(new, {**WORDS, "code": "joke", "name_zh": ""}).status_code == 422
    for rule in ("javascript:alert(1)", "//evil.example", "http://plain.example"):
        assert client.post(new, {**WORDS, "code": "joke", "rule": rule}).status_code == 422, rule
    assert client.post(new, {**WORDS, "code": "unclear"}).status_code == 422, "it is known"
    assert client.post(new, {**WORDS, "code": "joke"}).status_code == 302
    assert "joke" in reasons.codes(reasons.REJECT)
    for language, words in (("en", "it is a joke"), ("ru", "это шутка"), ("zh-hans", "这是玩笑")):
        assert words in Client().get(f"/{language}/moderation/rules/").content.decode()
    one = f"{PAGE}reasons/joke/"
    assert "Say it in earnest." in client.get(one).content.decode()
    assert client.post(one, {**WORDS, "told_en": "In earnest, please."}).status_code == 302
    assert Reason.objects.get(code="joke").sentences["en"] == "In earnest, please."
    assert client.post(f"{one}end/").status_code == 302
    assert "joke" not in reasons.codes(reasons.REJECT) and reasons.words_of("joke")
    assert client.post(f"{one}end/", {"again": "1"}).status_code == 302
    assert "joke" in reasons.codes(reasons.REJECT)
    assert client.get(f"{PAGE}reasons/nothing-like-it/").status_code == 404


def test_the_last_reason_of_a_kind_stays(town: SmallTown) -> None:
    codes = sorted(reasons.codes(reasons.REDACT))
    for code in codes[:-1]:
        moderation.use_reason(by=None, at=START, code=code, active=False)
    with pytest.raises(moderation.LastReason):
        moderation.use_reason(by=None, at=START, code=codes[-1], active=False)


def test_others_read_and_set_nothing(town: SmallTown, settings: Any) -> None:
    for client in (Client(), as_(town.resident), as_(town.moderator)):
        page = client.get(PAGE).content.decode()
        assert "How much may be written" in page and "Set a limit" not in page
        assert client.post(PAGE, {"scope": "person", "most": "3"}).status_code == 403
        for path in ("limits/end/", "reasons/unclear/end/", "reasons/new/", "reasons/unclear/"):
            assert client.post(f"{PAGE}{path}").status_code == 403, path
        assert client.get(f"{PAGE}reasons/new/").status_code == 403
    settings.SECOND_FACTOR = True
    asked = as_(holder(town, "administrator")).get(PAGE)
    assert asked.status_code == 302 and "account" in asked["Location"], "a password is too little"


@pytest.mark.parametrize("role", ["administrator", "head_moderator"])
def test_whoever_looks_after_a_district_sets_nothing_for_the_city(
    town: SmallTown, role: str
) -> None:
    made = add_person(by=None, at=START, name=role, email=f"{role}@example.org")
    appoint(by=None, at=START, person=made, role=role, territory=town.west)
    sent = {"what": "problem.report", "scope": "person", "most": "3", "seconds": "86400"}
    assert as_(made).post(PAGE, sent).status_code == 403
    assert as_(made).get(f"{PAGE}reasons/new/").status_code == 403
    for person in (made, town.resident):
        with pytest.raises(OnlyItsSetters):
            moderation.set_limit(by=person, at=START, what="problem.report", scope="person", most=3)
        with pytest.raises(OnlyItsSetters):
            moderation.end_limit(by=person, at=START, what="problem.report", scope="person")
        with pytest.raises(OnlyItsSetters):
            moderation.use_reason(by=person, at=START, code=reasons.every()[0].code, active=False)
    assert not Limit.objects.exists()

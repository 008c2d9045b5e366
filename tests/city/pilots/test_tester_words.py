"""What testers write is read by everybody only where five of them allow it, and is moderated."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.city.pilots.test_testers import NOW, crowd
from tests.city.pilots.test_trials import running
from tests.city.pilots.world import World
from veche import clock
from veche.city.pilots import models
from veche.city.pilots.models import Indicator, Trial
from veche.city.pilots.moderation import WRITTEN
from veche.city.pilots.operations import testers, trials
from veche.city.pilots.operations.testers import Given
from veche.city.pilots.queries.tester_words import published_words
from veche.core.moderation import operations as moderation
from veche.core.moderation.operations.redaction import NotTheWriter
from veche.core.moderation.personal_data import find

pytestmark = pytest.mark.django_db
SAID = "Light enough. Call me: +7 927 555-01-77"


def say(trial: Trial, count: int, *, public: bool = True) -> list[models.TesterAnswer]:
    """So many people write something of how easy it is; rows alone."""
    ease = Indicator.objects.get(methodology=trial.methodology, code="ease")
    return models.TesterAnswer.objects.bulk_create(
        models.TesterAnswer(
            tester=one, indicator=ease, value=3, words=f"Words {one.pk}", public=public, at=NOW
        )
        for one in crowd(trial, count)
    )


def page(trial: Trial, language: str = "en") -> str:
    answer = Client().get(f"/{language}/pilots/trials/{trial.application.case.number}/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_words_are_published_where_five_allow_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, trial, _weight = running(world)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    who = world.town.resident
    testers.enrol(by=who, at=NOW, trial=trial, consent="2")
    client = Client()
    client.force_login(who)
    asked = f"/en/pilots/test/{trial.key}/"
    assert 'name="public-ease"' in client.get(asked).content.decode()
    kept = client.post(
        f"{asked}answer/", {"value-ease": "4", "words-ease": SAID, "public-ease": "on"}
    )
    assert kept.status_code == 302
    mine = models.TesterAnswer.objects.get(tester__person=who)
    assert mine.public and mine.words == SAID
    say(trial, 3)
    say(trial, 9, public=False)
    say(trial, 1)
    assert published_words(trial) == [] and SAID not in page(trial), "the trial goes on"

    trials.end_trial(by=world.agent, at=NOW, application=made, because="All have tried it.")
    trial.refresh_from_db()
    (told,) = published_words(trial)
    assert len(told.words) == 5 and SAID in told.words
    for language in ("en", "ru", "zh-hans"):
        assert SAID in page(trial, language)
    hidden = models.TesterAnswer.objects.filter(public=False).values_list("words", flat=True)
    assert not any(words in page(trial) for words in hidden)

    # A moderator covers the telephone; the company covers nothing that testers wrote.
    case = made.case
    case.refresh_from_db()
    field = f"tester:{mine.pk}"
    (piece,) = [one for one in WRITTEN.words(case) if one.field == field]
    cover: dict[str, Any] = {"case": case, "field": field, "findings": find(piece.text)}
    with pytest.raises(NotTheWriter):
        moderation.hide_words(by=world.founder, at=NOW, as_author=True, **cover)
    moderator = world.town.moderator
    moderation.hide_words(by=moderator, at=NOW, **cover)
    assert "555-01-77" not in page(trial) and "Light enough" in page(trial)

    # One of the five leaves: the words of the other four are not shown any more.
    testers.leave(by=who, at=NOW, trial=trial)
    assert published_words(trial) == []
    assert "What testers allowed everybody to read" not in page(trial)
    assert not [one for one in WRITTEN.words(case) if one.field.startswith("tester:")]


def test_without_words_nothing_is_public(world: World) -> None:
    _made, trial, _weight = running(world)
    who = world.town.resident
    testers.enrol(by=who, at=NOW, trial=trial, consent="2")
    testers.answer(by=who, at=NOW, trial=trial, given={"ease": Given(4, " ", public=True)})
    assert not models.TesterAnswer.objects.get().public
    testers.answer(by=who, at=NOW, trial=trial, given={"ease": Given(4, "Fine", public=True)})
    testers.answer(by=who, at=NOW, trial=trial, given={"ease": Given(4, "Fine")})
    assert not models.TesterAnswer.objects.get().public, "the tick is taken back"

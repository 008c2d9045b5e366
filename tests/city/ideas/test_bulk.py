"""Many ideas at once: written by COPY, judged as if each had been made alone."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from tests.cast import START
from tests.city.ideas.ideas import DAY, HOUR, Ideas
from veche.city.ideas import bulk
from veche.city.ideas.models import Call, Idea
from veche.core.cases.models import CaseClock
from veche.core.organisations.models import Holding


def past(made: Ideas, count: int, **more: object) -> list[bulk.PastIdea]:
    held = Holding.objects.filter(role="moderator").latest("id")
    values = {
        "author": made.town.resident.pk,
        "territory": made.town.west.pk,
        "title": "A bench",
        "text": "A bench on the way to the shop.",
        "language": "en",
        "written_at": START + HOUR,
        "published_at": START + 2 * HOUR,
        "moderator": (held.person_id, held.pk),
        **more,
    }
    return [bulk.PastIdea(**values) for _one in range(count)]  # type: ignore[arg-type]


def load(call: Call, rows: list[bulk.PastIdea]) -> int:
    return bulk.load_ideas(by=None, at=START + 2 * DAY, call=call, ideas=rows, public={})


def test_a_load_is_counted_and_public_like_one_idea(made: Ideas) -> None:
    call = made.calling()
    alone = made.idea_of(call)
    rows = past(made, 200)
    with CaptureQueriesContext(connection) as spent:
        assert load(call, rows) == 200
    assert len(spent) < 30
    call.refresh_from_db()
    assert call.ideas == 201
    loaded = Idea.objects.select_related("case").get(pk=rows[-1].pk)
    assert loaded.public and loaded.published_at == START + 2 * HOUR
    for name in ("state", "organisation_id", "due_at", "promised_at", "first_promised_at", "seq"):
        assert getattr(loaded.case, name) == getattr(alone.case, name), name
    kept = [
        list(CaseClock.objects.filter(case=one).order_by("id").values_list("state", "due_at"))
        for one in (loaded.pk, alone.pk)
    ]
    assert kept[0] == kept[1]


def test_a_step_nobody_may_make_is_refused(made: Ideas) -> None:
    call = made.calling()
    rows = past(made, 3, moderator=(made.town.resident.pk, None))
    with pytest.raises(IntegrityError, match="holds no role"):
        load(call, rows)
    assert not Idea.objects.exists()


def test_ratings_are_counted_once_each(made: Ideas) -> None:
    call = made.calling()
    rows = past(made, 2)
    load(call, rows)
    people = made.people(5)
    given = [(rows[0].pk, one.pk, 1) for one in people] + [(rows[1].pk, people[0].pk, -1)]
    assert bulk.load_ratings(by=None, at=START + 2 * DAY, ratings=given) == 6
    assert list(Idea.objects.order_by("pk").values_list("supporters", "opponents")) == [
        (5, 0),
        (0, 1),
    ]
    with pytest.raises(IntegrityError):
        bulk.load_ratings(by=None, at=START + 2 * DAY, ratings=given[:1])

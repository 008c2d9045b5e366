"""Exchange agreements: what they give, their end, and the sources that go with them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core import mail

from tests.cast import START, SmallTown
from tests.city.pulse.test_sources import connect
from veche.city.pulse import tasks_sources
from veche.city.pulse.models import Agreement, Refusal, Source, SourceTurn
from veche.city.pulse.operations import agreements, polling, sources

pytestmark = pytest.mark.django_db
TODAY = START.date()
DAY = dt.timedelta(days=1)


def agree(town: SmallTown, **more: Any) -> Agreement:
    """The university gives the city its readings of the air."""
    values: dict[str, Any] = {
        "code": "air",
        "names": {"en": "Air", "ru": "Воздух", "zh": "空气"},
        "taker": town.roads,
        "giver_name": "The university",
        "purpose": "To warn of dust.",
        "since": TODAY - 100 * DAY,
        "until": TODAY + 40 * DAY,
    }
    return agreements.agree(by=town.steward, at=START, **(values | more))


def test_it_needs_a_giver_and_days_in_order(town: SmallTown) -> None:
    """Nobody gives nothing; the last day is not before the first; a code is taken once."""
    with pytest.raises(agreements.NoGiver):
        agree(town, giver_name=" ")
    with pytest.raises(agreements.EndsBeforeItBegins):
        agree(town, until=TODAY - 101 * DAY)
    agree(town)
    with pytest.raises(agreements.AgreementExists):
        agree(town)


def test_a_source_tells_only_what_was_agreed(town: SmallTown) -> None:
    """By its schema at connecting, and by what really comes at every reading."""
    made = agree(town, fields=["air-temperature", "humidity"])
    with pytest.raises(sources.FieldsNotAgreed, match="wind-speed"):
        connect(town, agreement=made, schema=[{"name": "wind-speed"}])
    source = connect(town, agreement=made)
    told_of = polling.poll(source.pk, START)
    assert told_of is not None
    assert told_of.taken == 36
    assert told_of.refused == {"agreed": 18}
    assert Refusal.objects.get().sample == "wind-speed"


def test_it_cannot_give_less_than_its_sources_tell(town: SmallTown) -> None:
    """A field is taken out of the agreement only after the source stopped telling it."""
    made = agree(town, fields=["humidity", "wind-speed"])
    connect(town, agreement=made, schema=[{"name": "humidity"}])
    with pytest.raises(sources.FieldsNotAgreed):
        agreements.change_agreement(
            by=town.steward, at=START, agreement=made, values={"fields": ["wind-speed"]}
        )


def test_its_sources_go_off_the_day_after_its_last(town: SmallTown) -> None:
    """Its last day is still one of its days; then its sources go off, once, and none goes on."""
    made = agree(town)
    source, other = connect(town, agreement=made), connect(town, "cap")
    last = START + 40 * DAY
    agreements.sweep(at=START + 11 * DAY)
    agreements.sweep(at=last)
    assert Source.objects.get(pk=source.pk).state == Source.State.NEW
    assert agreements.sweep(at=last + DAY) == 1
    assert agreements.sweep(at=last + 2 * DAY) == 0
    assert Source.objects.get(pk=source.pk).state == Source.State.OFF
    assert Source.objects.get(pk=other.pk).state == Source.State.NEW
    turn = SourceTurn.objects.get(source=source, state="off")
    assert turn.note == "agreement:air"
    with pytest.raises(sources.AgreementOver):
        sources.switch_on(by=town.steward, at=last + DAY, source=source)
    with pytest.raises(agreements.EndedAlready):
        agreements.end_agreement(by=town.steward, at=last + DAY, agreement=made)


def test_both_sides_are_warned_once_a_month_before(town: SmallTown) -> None:
    """On the thirtieth day before; a new last day is warned of anew."""
    made = agree(town)
    assert agreements.sweep(at=START + 9 * DAY) == 0
    assert agreements.sweep(at=START + 10 * DAY) == 1
    assert agreements.sweep(at=START + 11 * DAY) == 0
    agreements.change_agreement(
        by=town.steward, at=START, agreement=made, values={"until": TODAY + 60 * DAY}
    )
    assert agreements.sweep(at=START + 12 * DAY) == 0
    assert agreements.sweep(at=START + 30 * DAY) == 1


def test_the_letter_names_what_goes_silent(town: SmallTown) -> None:
    """Officers of the sides and the stewards, each in their language."""
    made = agree(town)
    connect(town, agreement=made)
    tasks_sources.tell_of_end(agreement=made.pk)
    by_address = {one.to[0]: one for one in mail.outbox}
    assert {"officer@example.org", "head@example.org", "steward@example.org"} <= set(by_address)
    assert "light_officer@example.org" not in by_address
    letter = by_address["steward@example.org"]
    assert "–" in letter.body

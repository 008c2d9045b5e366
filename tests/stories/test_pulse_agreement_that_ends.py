"""An exchange agreement ends: both sides are warned a month before, nothing is taken the day after,
and a new agreement lets the source tell again."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from tests.cast import START, small_town
from tests.city.pulse.story import DAY, HOUR, Writer, page, tick

from veche import clock
from veche.city.pulse.models import Reading, Refusal, Source
from veche.city.pulse.operations import agreements, sources
from veche.city.pulse.operations.intake import Row, take

pytestmark = pytest.mark.django_db
LAST = START.date() + 60 * DAY


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> dict[str, dt.datetime]:
    """The city's moment, which the story turns."""
    held = {"at": START}
    monkeypatch.setattr(clock, "now", lambda: held["at"])
    return held


def test_an_agreement_that_ends(now: dict[str, dt.datetime]) -> None:
    town = small_town()

    # The university gives its readings of the air for two months, dust and nothing else.
    given = {
        "names": {"en": "Air of the university", "ru": "Воздух университета", "zh": "大学空气"},
        "taker": town.roads, "giver_name": "The university", "purpose": "To warn of dust.",
        "fields": ["dust"],
    }  # fmt: skip
    air = agreements.agree(
        by=town.steward, at=START, code="air-1", since=START.date(), until=LAST, **given
    )  # type: ignore[arg-type]
    with pytest.raises(sources.FieldsNotAgreed):
        Writer(town, "all", agreement=air, schema=[{"name": "dust"}, {"name": "traffic"}])
    writer = Writer(town, "air", agreement=air, schema=[{"name": "dust"}])
    dust = writer.thing("Roof of the faculty", "dust")
    told = page("pulse/agreements/air-1/")
    assert "The university" in told and "To warn of dust." in told

    # A month before, both sides and the stewards are told, once.
    mail.outbox.clear()
    for day in range(20, 60):
        now["at"] = START + day * DAY
        writer.tell(dust, [(now["at"] - HOUR, 40.0)])
        tick(now["at"])
    letters = [one for one in mail.outbox if "ends on" in one.subject]
    assert sorted(one.to[0] for one in letters) == [
        "head@example.org", "officer@example.org", "steward@example.org",
    ]  # fmt: skip
    taken = Reading.objects.count()
    assert taken == 40

    # Its last day is still one of its days; the day after, the source is off and says why.
    now["at"] = START + 60 * DAY
    writer.tell(dust, [(now["at"] - HOUR, 41.0)])
    tick(now["at"])
    assert Source.objects.get().state != "off"
    mail.outbox.clear()
    now["at"] = START + 61 * DAY
    tick(now["at"])
    kept = Source.objects.get()
    assert kept.state == "off"
    over = [one.to[0] for one in mail.outbox if "its agreement has ended" in one.body]
    assert sorted(over) == ["head@example.org", "officer@example.org"]

    # What the university goes on sending is refused and counted, and stops nothing else.
    sent = {"result": 42.0, "phenomenonTime": now["at"].isoformat()}
    status, sentence = writer.said("POST", f"Datastreams({dust.pk})/Observations", sent)
    assert status == 403 and "switched off" in sentence
    late = take(by=None, at=now["at"], source=kept, rows=[Row(dust.pk, now["at"], 43.0)])
    assert late.refused == {"off": 1}
    assert Refusal.objects.get(reason="off").count == 1
    assert Reading.objects.count() == taken + 1
    with pytest.raises(sources.AgreementOver):
        sources.switch_on(by=town.steward, at=now["at"], source=Source.objects.get())

    # A new agreement, and the source tells again by the same key.
    new = agreements.agree(
        by=town.steward, at=now["at"], code="air-2", since=now["at"].date(),
        until=now["at"].date() + 365 * DAY, **given,
    )  # type: ignore[arg-type]  # fmt: skip
    sources.change_source(by=town.steward, at=now["at"], source=kept, values={"agreement": new})
    sources.switch_on(by=town.steward, at=now["at"], source=Source.objects.get())
    writer.tell(dust, [(now["at"], 45.0)])
    tick(now["at"] + HOUR / 60)
    assert Reading.objects.order_by("-at").first().number == 45.0  # type: ignore[union-attr]
    assert Source.objects.get().state == "fresh"
    assert "air-2" in page("pulse/sources/air/") and "ended" in page("pulse/agreements/air-1/")

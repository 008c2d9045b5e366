"""A source goes silent: it is said once, nothing is called normal, and it is said again when the
source is back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from tests.cast import START, SmallTown, small_town
from tests.city.pulse.signs import indicator
from tests.city.pulse.story import MINUTE, Writer, page, tick

from veche import clock
from veche.city.pulse.models import Alarm, SourceTurn, Vital

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> dict[str, dt.datetime]:
    """The city's moment, which the story turns."""
    held = {"at": START}
    monkeypatch.setattr(clock, "now", lambda: held["at"])
    return held


def test_a_silent_source(now: dict[str, dt.datetime]) -> None:
    town: SmallTown = small_town()
    indicator(owner="roads", fresh_for=900)

    # A steward connects the stations of the air; they tell every minute, and all is well.
    air = Writer(town, "air")
    dust = air.thing("Station at the school", "dust")
    for minute in range(1, 6):
        now["at"] = START + minute * MINUTE
        assert len(air.tell(dust, [(now["at"], 40 + minute)])) == 1
        tick(now["at"])
    assert "45.0 µg" in page("pulse/")
    assert "stale" not in page("pulse/sources/air/").split("<main")[1].split("What happened")[0]
    mail.outbox.clear()

    # The gateway's power fails. For ten minutes nobody is troubled; then it is said, once.
    for minute in range(6, 40):
        now["at"] = START + minute * MINUTE
        tick(now["at"])
    assert [one.state for one in SourceTurn.objects.order_by("pk")] == ["new", "fresh", "stale"]
    assert {one.to[0] for one in mail.outbox} == {"officer@example.org", "head@example.org"}
    assert len(mail.outbox) == 2 and "silent" in mail.outbox[0].body

    # Those who watch have one alarm for it, for the whole of its silence.
    alarm = Alarm.objects.get()
    assert (alarm.rule, alarm.count, alarm.active) == ("source-silent:air", 1, True)
    assert "No data from: Air" in page("pulse/alarms/", town.operator)

    # The page calls nothing normal that nobody measures.
    assert Vital.objects.get().state == "stale"
    told = page("pulse/")
    assert "1 without fresh data" in told and "45.0 µg" not in told.split("The districts")[0]
    for language, word in (("ru", "Молчит уже"), ("zh-hans", "中断")):
        assert word in page("pulse/sources/air/", language=language)

    # Power is back: what the gateway had kept comes late and is taken, what came twice is known.
    late = [(START + minute * MINUTE, 60.0) for minute in range(5, 41)]
    now["at"] = START + 40 * MINUTE
    answers = air.tell(dust, late)
    assert len(answers) == 36
    assert len(air.tell(dust, late)) == 36
    mail.outbox.clear()
    tick(now["at"])
    assert [one.state for one in SourceTurn.objects.order_by("pk")][-1] == "fresh"
    assert len(mail.outbox) == 2 and "tells again" in mail.outbox[0].body
    assert Vital.objects.get().state == "normal" and "60.0 µg" in page("pulse/")
    alarm.refresh_from_db()
    assert not alarm.active and alarm.closed_at is None  # it is over, and nobody has said they saw

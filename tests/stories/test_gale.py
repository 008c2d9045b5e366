"""The evening of a gale, from the first reading to the after-action, with the clock turned."""

from __future__ import annotations

import json

import pytest
from tests.stories.evening import EVENING, RIVER, begin, hear, minutes

from veche.city.dispatch.commands_scenario import after_action, as_json
from veche.city.dispatch.models import CityMode, Incident, IncidentTask
from veche.city.dispatch.scenario import find, play, read, tick
from veche.city.pulse.models import Alarm, Situation
from veche.core.notices.models import Notice
from veche.core.people.models import Residence

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings: pytest.FixtureRequest) -> None:
    """A demo, which alone plays what is no drill."""
    settings.DEMO = True  # type: ignore[attr-defined]
    begin()


def test_from_the_sensor_to_the_last_passenger(demo: None) -> None:
    script = read(find("gale.toml"))
    run = play(script, begun=EVENING, drill=False, tick=tick)
    hear()

    # Two incidents are over after one hour and fifty minutes, one is put off until the morning.
    assert run.minutes == 110
    gale, stranded, ferry, road = (
        Incident.real.select_related("case", "kind").get(pk=run.incidents[name])
        for name in ("gale", "stranded", "ferry", "road")
    )
    assert [one.case.state for one in (gale, stranded, ferry, road)] == [
        "closed", "closed", "pending", "joined",
    ]  # fmt: skip
    assert ferry.pending_reason.startswith("До утра")

    # The sensor knew it first: its readings raised the alarm, and nobody else.
    alarm = Alarm.objects.get()
    assert (alarm.indicator.code, alarm.level) == ("wind-gusts", "critical")  # type: ignore[union-attr]
    assert gale.sensed_at == alarm.sensed_at == EVENING
    assert gale.reported_at == EVENING + minutes(11)
    assert Situation.objects.get().outcome == "handled"

    # The district asked the city; five offices worked together, one could not.
    assert (stranded.first_tier, stranded.tier) == (2, 3)
    assert stranded.claimed_at == EVENING + minutes(34)
    parts = IncidentTask.objects.filter(incident=stranded).select_related("case", "organisation")
    assert {one.organisation.code: one.case.state for one in parts} == {
        "bus-depot": "done", "ambulance": "done", "weather-service": "done",
        "tram-depot": "refused",
    }  # fmt: skip
    assert (stranded.people, stranded.vulnerable, stranded.cost) == (460, "children", 412000)

    # Residents of the river's district were told, and nobody else who is no staff.
    told = Notice.objects.filter(kind__startswith="alert").values("reader__person")
    homes = Residence.objects.filter(person__in=told, until__gt=EVENING)
    assert homes.exists()
    assert set(homes.values_list("territory__district__code", flat=True)) == {RIVER}
    mode = CityMode.objects.get()
    assert mode.ended_at == EVENING + minutes(123)

    # Looked back upon: every moment is there, in order, and the report says the same as JSON.
    stories = after_action(run)
    report = as_json(script, run, stories)
    assert json.loads(json.dumps(report)) == report
    of_gale = next(one for one in report["incidents"] if one["incident"] == gale.case.number)
    codes = {one["code"]: one["after_seconds"] for one in of_gale["milestones"]}
    assert codes["sensed"] == 0
    assert (codes["reported"], codes["seen"], codes["verified"]) == (660, 720, 780)
    assert codes["ended"] == 121 * 60
    known = [codes[c] for c in ("sensed", "reported", "seen", "verified", "dispatched",
                                "accepted", "acted", "done", "ended")]  # fmt: skip
    assert known == sorted(known)

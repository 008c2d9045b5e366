"""A company takes back what it applied with: once in secret, once in the middle of its trial."""

from __future__ import annotations

import pytest
from tests.cast import START
from tests.city.pilots.signing import Three
from tests.city.pilots.world import DAY, World, person
from tests.stories.programme import HOUR, Turn, apply, of, read

from veche.city.pilots.models import Booking
from veche.city.pilots.models import Tester as Resident
from veche.city.pilots.operations import applications, booking, booking_ends, testers, trials
from veche.city.pilots.operations import refusals_sites as taken
from veche.city.pilots.operations.measurements import NotMeasured, measure
from veche.city.pilots.operations.testers import TrialOver
from veche.city.pilots.queries.statistics import statistics
from veche.city.pilots.queries.trials import indicators
from veche.city.pilots.rules.testers import CONSENT
from veche.core.cases.operations import MoveNotPossible
from veche.core.notices.models import Notice
from veche.testing import deliver

pytestmark = pytest.mark.django_db
WHY = "We were bought, and the new owners do not make canes."


def test_a_company_that_leaves_before_the_decision_was_never_there(world: World) -> None:
    made = world.application("review", title="A cane nobody hears of")
    before = read(of(), "")
    applications.withdraw(by=world.founder, at=START + DAY, application=made, reason=WHY)
    deliver()
    number = made.case.number
    read(of(), f"applications/{number}/", 404)
    read(of(world.town.resident), f"applications/{number}/", 404)
    assert WHY in read(of(world.agent), f"applications/{number}/")
    for path in ("decided/", "decided/pilots.csv", "trials/"):
        assert "nobody hears of" not in read(of(), path) and number not in read(of(), path)
    assert statistics(START + DAY).funnel["decided"] == 0
    assert before.count("nobody") == read(of(), "").count("nobody")
    with pytest.raises(MoveNotPossible):  # twice is no more than once
        applications.withdraw(by=world.founder, at=START + DAY, application=made, reason=WHY)


def test_a_company_that_leaves_its_trial(world: World, turn: Turn) -> None:
    three = Three(world, START)
    made = apply(world, "admit", "bring", "select", "place")
    three.agreed(made, START + DAY)
    trial = trials.start_trial(by=world.agent, at=START + 2 * DAY, application=made)
    people = [world.town.resident, *(person(f"Tester{number}") for number in range(5))]
    at = START + 10 * DAY
    turn(at)
    for one in people:
        testers.enrol(by=one, at=at, trial=trial, consent=CONSENT)
    weight = indicators(trial, at)[0].indicator
    measure(
        by=world.agent, at=at, trial=trial, indicator=weight, value=61, measured_at=at - HOUR
    )  # fmt: skip
    place = Booking.objects.get(application=made)
    waiting = world.application("matching", company=world.another_company()[0])
    window = place.window
    window.places = 1
    window.save()
    span = (at + DAY, at + 30 * DAY)

    def ask_for_it() -> Booking:
        return booking.hold(
            by=world.agent, at=at + HOUR, application=waiting, site=world.site, window=window,
            during=span,
        )  # fmt: skip

    with pytest.raises(taken.NoPlaceLeft):
        ask_for_it()
    number = made.case.number
    page = of(world.founder)
    address = f"/en/pilots/applications/{number}/withdraw/"
    unsure = page.post(address, {"reason": WHY})
    assert unsure.status_code == 422 and WHY in unsure.content.decode()
    assert page.post(address, {"reason": WHY, "sure": "1"}).status_code == 302
    deliver()
    booking_ends.sweep_holds(at=at + HOUR)

    # The trial has ended, everybody who tested is told, and the next one has the site.
    trial.refresh_from_db()
    assert (trial.ended_how, trial.ended_at) == ("withdrawn", at)
    told = Notice.objects.filter(kind="pilot.trial-withdrawn").values_list("person", flat=True)
    assert set(told) == {one.pk for one in people}
    assert ask_for_it().place == 1
    with pytest.raises(TrialOver):
        testers.enrol(by=person("Late"), at=at + HOUR, trial=trial, consent=CONSENT)
    with pytest.raises(NotMeasured):
        measure(
            by=world.agent, at=at + HOUR, trial=trial, indicator=weight, value=40, measured_at=at
        )

    # What was measured stays to be read, and the share of what came to use counts no such trial.
    assert Resident.objects.filter(trial=trial).count() == len(people)
    assert "61" in read(of(), f"trials/{number}/")
    assert WHY in read(of(), f"applications/{number}/")
    read(of(), f"evaluations/{number}/", 404)
    found = statistics(at + HOUR)
    assert (found.funnel["tested"], found.funnel["evaluated"], found.rolled.of) == (1, 0, 0)

"""A site dies in the middle of a trial: another is found and signed for; the clock runs on."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from tests.cast import START
from tests.city.pilots.signing import CANE, Three
from tests.city.pilots.world import DAY, World, organisation, person, three
from tests.stories.programme import HOUR, Turn, apply, of, read

from veche.city.pilots.models import Agreement, Booking, Measurement, Site
from veche.city.pilots.operations import (
    agreements,
    booking,
    evaluations,
    matching,
    measurements,
    methodologies,
    sites,
    trials,
)
from veche.city.pilots.operations.refusals_agreements import NotTheParty
from veche.city.pilots.queries.evaluations import results_of
from veche.city.pilots.queries.stages import course_of
from veche.core.notices.models import Notice

pytestmark = pytest.mark.django_db
LOST = START + 20 * DAY
AGAIN = START + 30 * DAY


def test_a_dead_site_in_the_middle_of_a_trial(world: World, turn: Turn) -> None:
    signers = Three(world, START)
    made = apply(world, "admit", "bring", "select", "place")
    first = signers.agreed(made, START + DAY)
    trial = trials.start_trial(by=world.agent, at=START + 2 * DAY, application=made)
    weight, far, _ease = first.methodology.indicators.order_by("place")
    measurements.measure(
        by=world.agent, at=LOST, trial=trial, indicator=weight, value=70, measured_at=LOST - DAY
    )  # fmt: skip
    number = made.case.number

    # A pipe bursts. The school closes the site; the agency takes the pilot away from there.
    turn(LOST)
    sites.close_site(by=world.keeper, at=LOST, site=world.site, because="A pipe has burst.")
    trials.lose_site(by=world.agent, at=LOST, application=made, because="A pipe has burst.")
    trial.refresh_from_db()
    made.case.refresh_from_db()
    assert (made.case.state, trial.ended_how) == ("matching", "site")
    assert set(Booking.objects.values_list("standing", flat=True)) == {"released"}
    assert Agreement.objects.get().ended_at == LOST
    told = Notice.objects.filter(kind="pilot.site-lost").values_list("person", flat=True)
    assert {world.founder.pk, world.officer.pk} <= set(told)
    assert "A pipe has burst." in read(of(), f"trials/{number}/")

    # Another owner; the closed site is proposed to nobody.
    clinic = organisation("clinic")
    keeper = person("Clinickeeper", role="site_owner", organisation=clinic)
    other = Site.objects.create(
        owner=clinic, code="clinic-yard", names=three("Yard of a clinic"), texts={},
        territory=world.town.east, longitude=49.75, latitude=53.5, environment="street",
        published_at=START,
    )  # fmt: skip
    window = sites.add_window(by=keeper, at=LOST, site=other, begins=LOST, ends=LOST + 200 * DAY)
    run = matching.match(by=world.agent, at=LOST + DAY, programme=world.programme)
    assert [one["site"] for one in run.result["matches"]] == ["clinic-yard"]
    during = (LOST + DAY, LOST + 100 * DAY)
    held = booking.hold(
        by=world.agent, at=LOST + HOUR, application=made, site=other, window=window, during=during
    )
    booking.book(by=keeper, at=LOST + 2 * HOUR, booking=held)
    matching.place(
        by=world.agent, at=LOST + DAY, application=made, site=other, window=window, during=during
    )

    # The thresholds froze with the first signature; a new version is written for the new place,
    # and the three sign anew: the clinic instead of the school.
    given = {**vars(CANE), "safety": "A companion walks along; no test on ice."}
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE pilots_indicator SET threshold = 80 WHERE id = %s", [weight.pk])
    second = methodologies.write_methodology(
        by=world.founder, at=LOST + 2 * DAY, application=made, given=type(CANE)(**given), seen=1
    )
    methodologies.approve(by=world.agent, at=LOST + 2 * DAY, methodology=second)
    text = agreements.draw_up(by=world.agent, at=AGAIN - DAY, application=made, language="ru")
    with pytest.raises(trials.NotAgreed):  # the old signatures were for another place
        trials.start_trial(by=world.agent, at=AGAIN, application=made)
    with pytest.raises(NotTheParty):
        signers.sign(text, "site", AGAIN - HOUR)
    signers.world.keeper = keeper
    for part in ("company", "site", "agency"):
        signers.sign(text, part, AGAIN - HOUR)
    again = trials.start_trial(by=world.agent, at=AGAIN, application=made)
    assert (again.number, again.site, again.methodology) == (2, other, second)

    # The second trial is judged by what was measured in it; the first can be read for ever.
    now = AGAIN + 40 * DAY
    turn(now)
    lighter, farther, _ = second.indicators.order_by("place")
    for indicator, value in ((lighter, 49.0), (farther, 3.4)):
        measurements.measure(
            by=world.agent, at=now, trial=again, indicator=indicator, value=value,
            measured_at=now - DAY,
        )  # fmt: skip
    assert far.threshold == farther.threshold
    assert Measurement.objects.get(trial=trial).value == 70
    first_page, second_page = (read(of(), f"trials/{number}/{which}/") for which in (1, 2))
    assert "Yard of a school" in first_page and "Yard of a clinic" in second_page
    trials.end_trial(by=world.agent, at=now, application=made, because="All was measured early.")
    evaluations.write_evaluation(
        by=world.agent, at=now + HOUR, application=made, recommendation="extend",
        said={"ease": "Too few came to the second site to be asked."},
        summary="It is light, and sees far enough on both sites.",
    )  # fmt: skip
    done = evaluations.publish_evaluation(by=world.agent, at=now + HOUR, application=made)
    found = [(one.value, one.met) for one in results_of(done)]
    assert found == [(49, True), (3.4, True), (None, None)]

    # The clock of the programme began when the company sent its application, and never stopped.
    course = course_of(made, now + HOUR)
    assert course.total == now + HOUR - made.submitted_at
    assert course.began == made.submitted_at

"""A pilot takes longer than the 183 days of the programme: that is shown, and never erased."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import DatabaseError, connection, transaction
from tests.cast import START
from tests.city.pilots.world import DAY, World
from tests.stories.programme import HOUR, Turn, apply, of, read

from veche.city.pilots.datasets.programme import DATASETS
from veche.city.pilots.models import Breach
from veche.city.pilots.operations import evaluations
from veche.city.pilots.operations.stages import sweep_breaches
from veche.city.pilots.queries.stages import course_of
from veche.city.pilots.queries.statistics import statistics
from veche.core.notices.models import Notice
from veche.core.opendata.queries import csv_lines

pytestmark = pytest.mark.django_db
SENT = "more than 183 days, since 18 May 2027"
"""Sent on 16 November 2026: 183 days later."""


def test_a_breach_of_183_days(world: World, turn: Turn) -> None:
    on_time = world.application("answering", at=START, title="A quick cane")
    made = apply(world, "admit", "bring", "select", "place", "approve", "start")
    number = made.case.number
    due = made.submitted_at + 183 * DAY
    assert due == course_of(made, START + DAY).due_at
    sweep_breaches(at=due)  # the last moment is still in time
    assert not Breach.objects.filter(stage="all").exists()

    turn(due + HOUR)
    sweep_breaches(at=due + HOUR)
    sweep_breaches(at=due + 2 * HOUR)
    whole = Breach.objects.get(stage="all")
    assert (whole.application, whole.days, whole.due_at) == (made, 183, due)
    assert not Breach.objects.filter(application=on_time).exists()
    told = Notice.objects.filter(kind="pilot.breached", case=made.pk)
    assert {world.founder.pk, world.agent.pk} <= {one.person_id for one in told}
    page = read(of(), f"applications/{number}/")
    assert "Broken terms" in page and SENT in page and "for ever" in page

    # The report comes on the 200th day. It says so itself, and the breach stays.
    late = made.submitted_at + 200 * DAY
    world._move(made, "end_trial", late - DAY, world.founder)
    turn(late)
    trial = made.trials.get()
    missed = {one.code: "Nobody came." for one in trial.methodology.indicators.all()}
    evaluations.write_evaluation(
        by=world.agent, at=late, application=made, recommendation="stop", said=missed,
        summary="It took so long that winter was over.",
    )  # fmt: skip
    evaluations.publish_evaluation(by=world.agent, at=late, application=made)
    sweep_breaches(at=late + 100 * DAY)
    turn(late + 100 * DAY)
    assert Breach.objects.filter(stage="all").count() == 1
    assert SENT in read(of(), f"applications/{number}/")
    assert "200 days" in read(of(), f"applications/{number}/")
    written = Breach.objects.filter(application=made).count()
    report = read(of(), f"evaluations/{number}/")
    assert f"{written} terms of the programme were broken. They stay shown." in report
    found = statistics(late + 100 * DAY)
    assert (found.whole.passed, found.whole.limit) == (2, 183)
    assert found.whole.ninetieth is not None and found.whole.ninetieth > 100

    # The open data name it too, and no hand at the database takes it away.
    data = next(one for one in DATASETS if one.name == "pilots")
    table = b"".join(csv_lines(data, late + 100 * DAY)).decode()
    broken = {row["number"]: row["breaches"] for row in csv.DictReader(io.StringIO(table))}
    assert broken == {number: str(written), on_time.case.number: "0"}
    for change in (
        "DELETE FROM pilots_breach",
        "UPDATE pilots_breach SET days = 999",
        "TRUNCATE pilots_breach",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)

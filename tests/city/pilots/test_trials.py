"""A trial begins, is measured, is stopped or loses its site; what was measured stays."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.cast import START
from tests.city.pilots.world import DAY, World
from veche.city.dispatch.models import Incident, IncidentKind
from veche.city.pilots.access.companies import NotTheAgency
from veche.city.pilots.access.trials import NotOfTheTrial
from veche.city.pilots.models import (
    Agreement,
    Application,
    Booking,
    Indicator,
    Measurement,
    SiteWindow,
    Trial,
)
from veche.city.pilots.operations import incidents, measured_tables, measurements, trials
from veche.city.pilots.operations.measured_tables import FileTooLong
from veche.city.pilots.operations.measurements import (
    AskedOfTesters,
    MomentWrong,
    NotMeasured,
    SupersededAlready,
    ValueWrong,
)
from veche.city.pilots.queries.trials import indicators
from veche.city.pilots.rules.courses import bar, drawing
from veche.city.pilots.rules.measured import delimiter_of, moment_of, number_of
from veche.city.pilots.rules.stages import course
from veche.core.cases.models import CaseEvent
from veche.core.journal.models import Record
from veche.core.notices.models import Notice
from veche.core.notices.operations import follow
from veche.imported import CannotImport

NOW = START + 5 * DAY


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("48.5", 48.5), ("48,5", 48.5), (" 1 234,5 ", 1234.5), ("-3", -3), ("−3", -3.0),
        ("1e3", 1000), ("=1+1", None), ("", None), ("nan", None), ("inf", None), ("1e999", None),
        ("12 apples", None), ("1,234,5", None), ("٣", None), ("1e400", None), ("0x10", None),
    ],
)  # fmt: skip
def test_a_cell_is_a_number_or_none(text: str, number: float | None) -> None:
    assert number_of(text) == number


def test_a_cell_is_a_moment_in_the_time_of_the_city_or_none() -> None:
    zone = dt.timezone(dt.timedelta(hours=4))
    noon = dt.datetime(2026, 12, 31, 12, tzinfo=zone)
    for text in ("2026-12-31 12:00", "31.12.2026 12:00", "2026-12-31T08:00:00+00:00"):
        assert moment_of(text, zone) == noon
    assert moment_of("2026-12-31", zone) == noon.replace(hour=0)
    for text in ("31.13.2026", "soon", "", "=NOW()", "2026-12-31 25:00"):
        assert moment_of(text, zone) is None
    assert [delimiter_of(head) for head in ("a;b;c", "a,b", "a\tb", "a")] == [";", ",", "\t", ","]


def test_a_course_is_drawn_within_its_picture() -> None:
    since, until = START, START + 10 * DAY
    assert drawing([], since=since, until=until, now=None, threshold=5, baseline=None) is None
    points = [(since + n * DAY / 100, float(n % 7)) for n in range(1000)]
    made = drawing(points, since=since, until=until, now=since + 5 * DAY, threshold=5, baseline=9)
    assert made is not None
    assert made.path.count("L") < 400 and made.now == "50.00" and len(made.dots) == 1
    assert made.low < 1 and made.high > 9
    assert [one.kind for one in made.levels] == ["threshold", "baseline"]
    one = drawing(points[:1], since=since, until=until, now=None, threshold=0, baseline=None)
    assert one is not None and not one.path and one.dots == (("0.00", "50.00"),)


def test_the_bar_of_the_stages_ends_beyond_the_limit_where_more_was_taken() -> None:
    way = [(START, "screening"), (START + 100 * DAY, "more_info"), (START + 150 * DAY, "review")]
    late = bar(course(way, terms={"selection": 20}, limit=183, now=START + 366 * DAY))
    assert late is not None and late.limit == pytest.approx("49.02")
    assert [(one.code, one.broken) for one in late.blocks] == [
        ("application", False), ("selection", True),
    ]  # fmt: skip
    assert late.blocks[0].waiting and not late.blocks[1].waiting
    assert bar(course([], terms={}, limit=183, now=START)) is None


def running(world: World) -> tuple[Application, Trial, Indicator]:
    made = world.application("running", at=START)
    trial = made.trials.get()
    return made, trial, Indicator.objects.get(methodology=trial.methodology, code="weight")


def test_values_are_kept_once_and_superseded_with_a_reason(world: World) -> None:
    _made, trial, weight = running(world)
    given: dict[str, Any] = {"trial": trial, "indicator": weight, "measured_at": NOW - DAY}
    press = uuid.uuid4()
    first = measurements.measure(
        by=world.agent, at=NOW, value=61.0, note="=HYPERLINK(1)", submission=press, **given
    )
    again = measurements.measure(by=world.agent, at=NOW, value=61.0, submission=press, **given)
    assert again == first and Measurement.objects.count() == 1
    measurements.measure(by=world.officer, at=NOW, value=47.0, **given)
    changes: tuple[tuple[type[Exception], dict[str, Any]], ...] = (
        (ValueWrong, {"value": float("nan")}),
        (ValueWrong, {"value": 1e300}),
        (MomentWrong, {"value": 1.0, "measured_at": NOW + DAY}),
        (MomentWrong, {"value": 1.0, "measured_at": START - DAY}),
    )
    for fault, changed in changes:
        with pytest.raises(fault):
            measurements.measure(by=world.agent, at=NOW, **{**given, **changed})
    ease = Indicator.objects.get(methodology=trial.methodology, code="ease")
    with pytest.raises(AskedOfTesters):
        measurements.measure(by=world.agent, at=NOW, value=5, **{**given, "indicator": ease})
    for stranger in (world.founder, world.keeper, world.town.resident):
        with pytest.raises(NotOfTheTrial):
            measurements.measure(by=stranger, at=NOW, value=1, **given)

    assert indicators(trial, NOW)[0].outcome.value == 54  # mean of 61 and 47
    right = measurements.supersede_measurement(
        by=world.agent,
        at=NOW,
        measurement=first,
        value=49.0,
        because="The scale was not at nought.",
    )
    shown = indicators(trial, NOW)[0]
    assert (shown.outcome.value, shown.outcome.count, shown.outcome.met) == (48, 2, True)
    with pytest.raises(SupersededAlready):
        measurements.supersede_measurement(
            by=world.agent, at=NOW, measurement=first, value=1, because="Somebody was quicker."
        )
    measurements.supersede_measurement(
        by=world.agent, at=NOW, measurement=right, value=None, because="It was another cane."
    )
    assert indicators(trial, NOW)[0].outcome.count == 1
    for statement in (
        "UPDATE pilots_measurement SET value = 1",
        "UPDATE pilots_measurement SET superseded_by_id = NULL, superseded_because = ''",
        "DELETE FROM pilots_measurement",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_table_tells_its_faults_by_line_and_is_taken_once(world: World) -> None:
    _made, trial, _weight = running(world)
    day = (NOW - DAY).date().isoformat()
    data = (
        "indicator;measured_at;value;note\n"
        f"weight;{day} 10:00;48,5;=cmd|' /C calc'!A0\n"
        f"Weight;{day} 11:00;51;\n"
        f"weight;{day} 11:00;51;twice\n"
        f"height;{day} 11:00;51;\n"
        f"weight;{day} 11:00;=1+1;\n"
        "weight;1999-01-01;51;\n"
        "weight;whenever;51;\n"
        f"ease;{day};5;\n"
        "too;few\n"
    ).encode()
    loaded = measured_tables.load_measurements(
        by=world.agent, at=NOW, trial=trial, data=data, name="../../etc/values.csv"
    )
    assert (loaded.file.taken, loaded.file.name) == (2, "values.csv")
    assert [line for line, _why in loaded.rejected] == [4, 5, 6, 7, 8, 9, 10]
    again = measured_tables.load_measurements(by=world.agent, at=NOW, trial=trial, data=data)
    assert again.again and again.file == loaded.file
    assert Measurement.objects.filter(trial=trial, origin="file").count() == 2
    more = data + f"weight;{day} 12:00;50;\n".encode()
    assert measured_tables.load_measurements(
        by=world.agent, at=NOW, trial=trial, data=more
    ).file.taken == 1  # fmt: skip
    for broken in (b"", b"a,b\n1,2\n", b"\xff\xfe\x00", b"%PDF-1.7", b"indicator,value\n"):
        with pytest.raises(CannotImport) as told:
            measured_tables.load_measurements(by=world.agent, at=NOW, trial=trial, data=broken)
        assert "/tmp" not in str(told.value)
    with pytest.raises(FileTooLong):
        measured_tables.load_measurements(
            by=world.agent, at=NOW, trial=trial, data=b"x" * 5_000_001
        )


def booked(world: World, made: Application, at: dt.datetime, days: int = 90) -> Booking:
    during = (at - DAY, at + days * DAY)
    window = SiteWindow.objects.create(site=world.site, during=during)
    return Booking.objects.create(
        site=world.site, window=window, application=made, during=during, standing="booked", at=at
    )


def test_a_dead_site_frees_its_place_and_keeps_what_was_measured(world: World) -> None:
    made, trial, weight = running(world)
    place = booked(world, made, START)
    measurements.measure(
        by=world.agent, at=NOW, trial=trial, indicator=weight, value=48, measured_at=NOW
    )
    with pytest.raises(NotTheAgency):
        trials.lose_site(by=world.founder, at=NOW, application=made, because="A pipe has burst.")
    with pytest.raises(trials.ReasonNeeded):
        trials.lose_site(by=world.agent, at=NOW, application=made, because="gone")
    trials.lose_site(by=world.agent, at=NOW, application=made, because="A pipe has burst there.")
    for one in (made, trial, place):
        one.refresh_from_db()
    made.case.refresh_from_db()
    assert made.case.state == "matching"
    assert (trial.ended_at, trial.ended_how) == (NOW, "site")
    assert place.standing == "released"
    assert not Agreement.objects.filter(application=made, ended_at=None).exists()
    assert trial.measurements.count() == 1
    with pytest.raises(NotMeasured):
        measurements.measure(
            by=world.agent, at=NOW, trial=trial, indicator=weight, value=48, measured_at=NOW
        )


def test_an_incident_goes_through_dispatch_and_may_stop_the_trial(world: World) -> None:
    made, trial, _weight = running(world)
    kind = IncidentKind.objects.create(code="fall", names={"en": "Fall"}, severity=2)
    press = uuid.uuid4()
    told: dict[str, Any] = {
        "application": made,
        "kind": kind,
        "title": "A tester fell on the stairs",
    }
    with pytest.raises(NotOfTheTrial):
        incidents.raise_incident(by=world.town.resident, at=NOW, **told)
    with pytest.raises(NotTheAgency):
        incidents.raise_incident(by=world.founder, at=NOW, stop=True, **told)
    first = incidents.raise_incident(by=world.agent, at=NOW, stop=True, submission=press, **told)
    again = incidents.raise_incident(by=world.agent, at=NOW, submission=press, **told)
    assert first == again and Incident.objects.filter(kind=kind).count() == 1
    assert (first.longitude, first.latitude) == (world.site.longitude, world.site.latitude)
    assert first.case.state == "reported"
    trial.refresh_from_db()
    made.case.refresh_from_db()
    assert (trial.ended_how, trial.ended_because) == ("safety", "Fall: A tester fell on the stairs")
    assert made.case.state == "evaluating"
    assert trial.incidents.get().incident == first


def test_a_trial_that_ends_early_says_why_and_one_withdrawn_is_closed(world: World) -> None:
    made, trial, _weight = running(world)
    with pytest.raises(trials.ReasonNeeded):
        trials.end_trial(by=world.agent, at=NOW, application=made)
    over = trial.ends_at + DAY
    assert trials.end_trial(by=world.agent, at=over, application=made).ended_how == "done"

    company, founder = world.another_company()
    gone = world.application("running", at=START, company=company, founder=founder)
    world._move(gone, "withdraw", NOW, founder)
    trials.hear_withdrawn(records=[], at=NOW + DAY)
    trials.hear_withdrawn(records=[], at=NOW + 2 * DAY)
    ended = gone.trials.get()
    assert (ended.ended_how, ended.ended_at) == ("withdrawn", NOW)


def test_one_trial_that_cannot_end_does_not_stop_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, trial, _weight = running(world)
    company, founder = world.another_company()
    other = world.application("running", at=START, company=company, founder=founder)
    ends = max(trial.ends_at, other.trials.get().ends_at) + DAY
    asked: list[int] = []

    def refuses(*, application: Application, **_more: object) -> None:
        asked.append(application.pk)
        raise trials.NotBooked

    monkeypatch.setattr(trials, "end_by_time", refuses)
    trials.sweep_trials(at=ends)
    assert sorted(asked) == sorted([made.pk, other.pk])


def test_a_trial_ends_by_itself_when_its_last_day_is_over(world: World) -> None:
    made, trial, _weight = running(world)
    booked(world, made, START)
    follow(by=world.founder, at=NOW, case=made.case)
    trials.sweep_trials(at=trial.ends_at - DAY)
    assert (trial.ended_at, made.trials.get().ended_at) == (None, None)
    late = trial.ends_at + DAY
    trials.sweep_trials(at=late)
    trials.sweep_trials(at=late + DAY)
    trial.refresh_from_db()
    made.case.refresh_from_db()
    assert (trial.ended_at, trial.ended_how) == (trial.ends_at, "done")
    assert made.case.state == "evaluating"
    assert CaseEvent.objects.filter(case=made.case, move="end_by_time").count() == 1
    assert Record.objects.filter(kind="pilot.end_by_time").count() == 1
    told = Notice.objects.filter(kind="pilot.trial-due").values_list("person", flat=True)
    assert {world.founder.pk, world.officer.pk, world.keeper.pk, world.agent.pk} <= set(told)
    with pytest.raises(trials.NotOver):
        trials.end_by_time(by=None, at=late, application=made)


def test_a_trial_goes_on_as_long_as_its_site_is_booked(world: World) -> None:
    made, trial, _weight = running(world)
    given: dict[str, Any] = {"application": made, "because": "The winter came late this year."}
    planned = trials.last_day_of(trial.ends_at)
    with pytest.raises(trials.BookedTooShort):  # it is not booked at all
        trials.prolong_trial(by=world.agent, at=NOW, last=planned + 5 * DAY, **given)
    place = booked(world, made, START, days=80)
    until = trials.last_day_of(place.during[1])
    for fault, changed in (
        (trials.NotTheAgency, {"by": world.founder}),
        (trials.TrialNotLater, {"last": planned - DAY}),
        (trials.BookedTooShort, {"last": until + DAY}),
        (trials.BookedTooShort, {"last": dt.date.max}),
        (trials.ReasonNeeded, {"because": "so"}),
    ):
        with pytest.raises(fault):
            asked = {"by": world.agent, "at": NOW, "last": planned + 9 * DAY, **given}
            trials.prolong_trial(**{**asked, **changed})
    trials.prolong_trial(by=world.agent, at=NOW, last=planned + 9 * DAY, **given)
    trials.sweep_trials(at=trial.ends_at + DAY)
    trial.refresh_from_db()
    made.case.refresh_from_db()
    assert made.case.state == "running" and trial.ended_at is None
    assert trials.last_day_of(trial.ends_at) == planned + 9 * DAY
    assert made.case.due_at == trial.ends_at
    trials.sweep_trials(at=trial.ends_at)
    made.case.refresh_from_db()
    assert made.case.state == "evaluating"

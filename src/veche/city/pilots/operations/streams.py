"""Indicators that are read from the city's pulse: connected by hand, summed by a timer."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Avg, Count, Max, Min, Q, Sum
from django.db.models.functions import TruncHour
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.access.trials import check_measures
from veche.city.pilots.models import Indicator, Measurement, Stream, Trial
from veche.city.pilots.operations.measurements import (
    AskedOfTesters,
    UnknownIndicator,
    measured,
)
from veche.city.pulse.models import Reading
from veche.city.pulse.models import Stream as CityStream
from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.errors import Invalid
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

HOUR = dt.timedelta(hours=1)
GRACE = dt.timedelta(minutes=15)
"""How long an hour's readings are waited for."""
MOST_HOURS = 24 * 31
"""Hours that one reading of a stream takes up; what is left comes with the next."""


class StreamNotOpen(Invalid):
    """What the source tells is neither everybody's nor given to the programme."""

    code = "stream-not-open"
    sentence = _(
        "This stream may not be read for a trial: its source is not public, and there is no "
        "agreement in force that gives it to the agency or the department."
    )
    field = "stream"


class StreamWithoutNumbers(Invalid):
    """An indicator is a number."""

    code = "stream-without-numbers"
    sentence = _("This stream tells several things at once, not one number.")
    field = "stream"


def may_read(trial: Trial, stream: CityStream, at: dt.datetime) -> bool:
    """Whether a stream may be read for a trial: its source is public, or an agreement in force
    gives it to the agency or to the department."""
    source = stream.source
    if source.public:
        return True
    agreed = source.agreement
    if agreed is None or agreed.ended_at is not None:
        return False
    day = at.date()
    application = trial.application
    takers = (application.programme.agency_id, application.department_id)
    return (
        agreed.since <= day
        and (agreed.until is None or day <= agreed.until)
        and agreed.taker_id in takers
    )


@operation
def watch_stream(
    *, by: Person, at: dt.datetime, trial: Trial, indicator: Indicator, stream: CityStream
) -> Stream:
    """Let an indicator be read from a stream from the beginning of the trial; a stream that was
    connected before is exchanged, and what it gave stays.

    Raises:
        NotOfTheTrial: only the agency and the supervising department measure.
        NotMeasured: no measurements are taken for this trial now.
        UnknownIndicator, AskedOfTesters: it is not read from a stream.
        StreamNotOpen, StreamWithoutNumbers: the stream cannot be read.
    """
    trial = measured(trial)
    check_measures(by, at, trial.application)
    if indicator.methodology_id != trial.methodology_id:
        raise UnknownIndicator(asked=indicator.code)
    if indicator.by_testers:
        raise AskedOfTesters(name=indicator.name)
    if stream.multi:
        raise StreamWithoutNumbers
    if not may_read(trial, stream, at):
        raise StreamNotOpen
    made, new = Stream.objects.get_or_create(
        trial=trial, indicator=indicator, defaults={"stream": stream, "since": trial.starts_at}
    )
    if not new:
        made.stream, made.ended_at = stream, None
        made.since = made.read_until or trial.starts_at
        made.save(update_fields=["stream", "ended_at", "since"])
    record(
        kind="pilot.stream-watched",
        by=by,
        at=at,
        subject=subject(trial.application.case),
        public={"trial": trial.number, "indicator": indicator.code, "stream": stream.pk},
    )
    return made


@operation
def drop_stream(*, by: Person | None, at: dt.datetime, watched: Stream) -> Stream:
    """Read an indicator from its stream no longer; what was read stays.

    Raises:
        NotOfTheTrial: only the agency and the supervising department measure.
    """
    check_measures(by, at, watched.trial.application)
    Stream.objects.filter(pk=watched.pk, ended_at__isnull=True).update(ended_at=at)
    watched.ended_at = watched.ended_at or at
    record(
        kind="pilot.stream-dropped",
        by=by,
        at=at,
        subject=subject(watched.trial.application.case),
        public={"trial": watched.trial.number, "indicator": watched.indicator.code},
    )
    return watched


@operation
def read_stream(*, by: Person | None, at: dt.datetime, watched: Stream, last: bool = False) -> int:
    """Make a measurement of each whole hour that has readings, since the last time; returns how
    many. A mean, median or share is the mean of the hour, a sum its sum, the most, least and last
    those of the hour. A reading that comes later than a quarter of an hour after its hour is not
    counted any more. With ``last`` nothing is waited for: the trial ends. If the stream may not be
    read any longer it is let go.
    """
    rows = Stream.objects.select_for_update(of=("self",)).select_related(
        "stream__source__agreement", "indicator", "trial__application__programme",
        "trial__application__case",
    )  # fmt: skip
    watched = rows.get(pk=watched.pk)
    trial = watched.trial
    if watched.ended_at is None and not may_read(trial, watched.stream, at):
        drop_stream(by=None, at=at, watched=watched)
        return 0
    begin = watched.read_until or watched.since or trial.starts_at
    end = (at if last else at - GRACE).replace(minute=0, second=0, microsecond=0)
    end = min(end, begin + MOST_HOURS * HOUR)
    made: list[Measurement] = []
    if begin < end:
        for hour, value, count in hours(watched.stream, watched.indicator.measure, begin, end):
            made.append(
                Measurement(
                    trial=trial,
                    indicator=watched.indicator,
                    value=value,
                    measured_at=max(hour, begin),
                    origin=Measurement.Origin.STREAM,
                    note=f"n={count}",
                    at=at,
                )
            )
        Measurement.objects.bulk_create(made, ignore_conflicts=True)
        Stream.objects.filter(pk=watched.pk).update(read_until=end)
    record(
        kind="pilot.stream-read",
        by=None,
        at=at,
        subject=subject(trial.application.case),
        public={
            "trial": trial.number,
            "indicator": watched.indicator.code,
            "hours": len(made),
            "until": end.isoformat(),
        },
    )
    return len(made)


def hours(
    stream: CityStream, measure: str, since: dt.datetime, until: dt.datetime
) -> list[tuple[dt.datetime, float, int]]:
    """Of each hour with readings: its beginning, its value by a measure, how many readings."""
    rows = Reading.objects.filter(
        stream_id=stream.pk, at__gte=since, at__lt=until, number__isnull=False
    ).annotate(hour=TruncHour("at", tzinfo=dt.UTC))
    if measure == "last":
        newest = rows.order_by("hour", "-at", "-nth").distinct("hour")
        return [(one.hour, one.number, 1) for one in newest if one.number is not None]
    reckoned = {"sum": Sum, "most": Max, "least": Min}.get(measure, Avg)
    found = rows.values("hour").annotate(value=reckoned("number"), count=Count("id"))
    return [(row["hour"], row["value"], row["count"]) for row in found.order_by("hour")]


def sweep_streams(*, at: dt.datetime) -> None:
    """The timer: streams of trials that go on, a quarter of an hour after a whole hour."""
    hour = (at - GRACE).replace(minute=0, second=0, microsecond=0)
    due = Stream.objects.filter(
        Q(read_until__lt=hour) | Q(read_until__isnull=True, since__lt=hour),
        ended_at__isnull=True,
        trial__ended_at__isnull=True,
    )
    for one in due.order_by("pk"):
        read_stream(by=None, at=at, watched=one)

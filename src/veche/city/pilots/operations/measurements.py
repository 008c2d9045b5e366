"""What is measured in a trial by hand; a wrong value is superseded."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.pilots.access.trials import MEASURED, check_measures
from veche.city.pilots.models import Indicator, Measurement, Trial
from veche.city.pilots.operations.applications import locked
from veche.city.pilots.operations.trial_guard import held_together, reason
from veche.city.pilots.rules.measured import (
    LARGEST,
    LONGEST_NOTE,
)
from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.errors import Invalid, NotFound, Refused
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


class NotMeasured(Refused):
    """Nothing is measured before the trial, and nothing after the report."""

    code = "trial-not-measured"
    sentence = _("Measurements are taken from the beginning of the trial until its report.")


class UnknownIndicator(NotFound):
    """The methodology of the trial has no such indicator."""

    code = "unknown-trial-indicator"
    sentence = _("The methodology of this trial has no indicator “{asked}”.")


class AskedOfTesters(Invalid):
    """Residents answer for themselves."""

    code = "asked-of-testers"
    sentence = _("“{name}” is answered by the testers themselves; nobody enters it for them.")
    field = "indicator"


class ValueWrong(Invalid):
    """Not a number that can be measured."""

    code = "measured-value"
    sentence = _("Write the value as a number, such as 48.5.")
    field = "value"


class MomentWrong(Invalid):
    """Before the trial, after it, or in the future."""

    code = "measured-moment"
    sentence = _("Measured from {since} to {until}: choose a moment between.")
    field = "measured_at"


class SupersededAlready(Refused):
    """Somebody has put another value in its place."""

    code = "measurement-superseded"
    sentence = _("Another value stands in its place already.")


@inside
def measured(trial: Trial, *, together: bool = False) -> Trial:
    """A trial that measurements are taken for, held until the operation ends; ``together`` with
    others who do the same, where what they write does not touch.

    Raises:
        NotMeasured: it has not begun, its report is out, or another trial came after it.
    """
    number = trial.application_id
    application = held_together(number) if together else locked(number)
    rows = Trial.objects.filter(application=application).select_related("methodology")
    newest = rows.order_by("-number").first()
    counted = ("", Trial.How.DONE, Trial.How.SAFETY)
    if (
        newest is None
        or newest.pk != trial.pk
        or application.case.state not in MEASURED
        or newest.ended_how not in counted
    ):
        raise NotMeasured
    newest.application = application
    return newest


def last_moment(trial: Trial, at: dt.datetime) -> dt.datetime:
    """The last moment that can have been measured: now, or the end of the trial."""
    return min(at, trial.ended_at) if trial.ended_at else at


def check_value(
    trial: Trial, indicator: Indicator, value: float, measured_at: dt.datetime, at: dt.datetime
) -> None:
    """Let pass what can have been measured.

    Raises:
        AskedOfTesters, ValueWrong, MomentWrong: it cannot.
    """
    if indicator.by_testers:
        raise AskedOfTesters(name=indicator.name)
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise ValueWrong
    until = last_moment(trial, at)
    if not trial.starts_at <= measured_at <= until:
        from veche.look.words import moment

        raise MomentWrong(since=moment(trial.starts_at, "year"), until=moment(until, "year"))


@operation
def measure(
    *,
    by: Person | None,
    at: dt.datetime,
    trial: Trial,
    indicator: Indicator,
    value: float,
    measured_at: dt.datetime,
    note: str = "",
    submission: uuid.UUID | None = None,
) -> Measurement:
    """Write down one value. The same ``submission`` writes nothing anew.

    Raises:
        NotOfTheTrial: only the agency and the supervising department measure.
        NotMeasured: no measurements are taken for this trial now.
        UnknownIndicator, AskedOfTesters, ValueWrong, MomentWrong: it cannot be taken so.
    """
    trial = measured(trial)
    check_measures(by, at, trial.application)
    if indicator.methodology_id != trial.methodology_id:
        raise UnknownIndicator(asked=indicator.code)
    if submission is not None:
        known = Measurement.objects.filter(trial=trial, submission=submission).first()
        if known is not None:
            record(
                kind="pilot.measured-again", by=by, at=at, subject=subject(trial.application.case)
            )
            return known
    check_value(trial, indicator, value, measured_at, at)
    made = Measurement.objects.create(
        trial=trial,
        indicator=indicator,
        value=value,
        measured_at=measured_at,
        origin=Measurement.Origin.HAND,
        note=note.strip()[:LONGEST_NOTE],
        at=at,
        by=by,
        submission=submission,
    )
    record(
        kind="pilot.measured",
        by=by,
        at=at,
        subject=subject(trial.application.case),
        public={
            "trial": trial.number,
            "indicator": indicator.code,
            "value": repr(float(value)),
            "measured_at": measured_at.isoformat(),
        },
    )
    return made


@operation
def supersede_measurement(
    *,
    by: Person | None,
    at: dt.datetime,
    measurement: Measurement,
    value: float | None,
    because: str,
) -> Measurement:
    """Put another value in the place of a wrong one, or none (``value`` is None: it counts no
    more); both stay to be read, with the reason. Returns what counts now, or the row itself.

    Raises:
        NotOfTheTrial: only the agency and the supervising department measure.
        NotMeasured: the report is out: it was reckoned from what stood there then.
        SupersededAlready: somebody was quicker.
        ReasonNeeded, ValueWrong: it cannot be taken so.
    """
    trial = measured(measurement.trial)
    check_measures(by, at, trial.application)
    because = reason(because)[:LONGEST_NOTE]
    rows = Measurement.objects.select_for_update(of=("self",)).select_related("indicator")
    old = rows.get(pk=measurement.pk)
    if old.superseded_by_id is not None:
        raise SupersededAlready
    new = old
    if value is not None:
        check_value(trial, old.indicator, value, old.measured_at, at)
        new = Measurement.objects.create(
            trial=trial,
            indicator=old.indicator,
            value=value,
            measured_at=old.measured_at,
            origin=Measurement.Origin.HAND,
            note=old.note,
            at=at,
            by=by,
        )
    Measurement.objects.filter(pk=old.pk).update(superseded_by=new, superseded_because=because)
    record(
        kind="pilot.measurement-superseded",
        by=by,
        at=at,
        subject=subject(trial.application.case),
        public={
            "trial": trial.number,
            "indicator": old.indicator.code,
            "before": repr(old.value),
            "after": repr(float(value)) if value is not None else "",
            "because": because,
        },
    )
    return new

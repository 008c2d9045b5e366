"""Residents give the numbers of their own meters; corrections are new records."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.spheres.access import own_meter
from veche.city.spheres.models import Meter, MeterEntry
from veche.city.spheres.queries.meters import standing
from veche.city.spheres.rules import meters as rules
from veche.core.files.operations import forget_photographs, keep
from veche.core.journal.operations import record
from veche.errors import Invalid, NotFound, Refused
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.files.photographs import Photograph
    from veche.core.people.models import Person

UNDO_HOURS = 24
MOST_METERS = 30
"""Meters of one person."""


class MeterExists(Invalid):
    """The same meter twice."""

    code = "meter-exists"
    sentence = _("You have a meter of this kind and number already.")
    field = "serial"


class TooManyMeters(Refused):
    """Nobody has so many."""

    code = "too-many-meters"
    sentence = _("You have {most} meters already. Close one that is no longer there.")


class TooManyDigits(Invalid):
    """The number is longer than the face of the meter."""

    code = "meter-digits"
    sentence = _("This meter shows {digits} digits before the point.")
    field = "number"


class IsItRight(Invalid):
    """The number looks wrong: it is asked whether it is right."""

    code = "meter-is-it-right"
    field = "number"
    sentence = _("Is it right? Look at the meter again, and tick below if it is.")

    def __init__(self, verdict: rules.Verdict) -> None:
        self.verdict = verdict
        super().__init__()


class TooLateToChange(Refused):
    """A number can be undone for a day; later it is corrected."""

    code = "meter-too-late"
    sentence = _("This can be undone for a day only. Correct it instead.")


class NotTheLast(Refused):
    """Only the newest number of a meter is undone or corrected."""

    code = "meter-not-the-last"
    sentence = _("Only the newest number of a meter can be changed.")


@operation
def add_meter(
    *, by: Person, at: dt.datetime, kind: str, serial: str, place: str = "", digits: int = 5
) -> Meter:
    """Add a meter of one's own home.

    Raises:
        MeterExists, TooManyMeters: see there.
    """
    mine = Meter.objects.filter(person=by, ended_at__isnull=True)
    if mine.count() >= MOST_METERS:
        raise TooManyMeters(most=MOST_METERS)
    if mine.filter(kind=kind, serial=serial).exists():
        raise MeterExists
    made = Meter.objects.create(
        person=by, kind=kind, serial=serial, place=place, digits=digits, since=at
    )
    record(kind="spheres.meter-added", by=by, at=at, subject="meters", public={"kind": kind})
    return made


@operation
def close_meter(*, by: Person, at: dt.datetime, meter: int) -> Meter:
    """A meter is no longer there; its numbers stay for whoever gave them.

    Raises:
        NotFound: the person has no such meter in use.
    """
    found = own_meter(by, meter)
    if found.ended_at is not None:
        raise NotFound
    found.ended_at = at
    found.save(update_fields=["ended_at"])
    record(kind="spheres.meter-closed", by=by, at=at, subject="meters", public={"kind": found.kind})
    return found


@operation
def give_number(
    *,
    by: Person,
    at: dt.datetime,
    meter: int,
    number: Decimal,
    photograph: Photograph | None = None,
    sure: bool = False,
    corrects: int | None = None,
) -> MeterEntry:
    """Enter what a meter of one's own shows; with ``corrects`` instead of the newest number.

    Raises:
        NotFound: the person has no such meter in use.
        NotTheLast: something else than the newest number was to be corrected.
        TooManyDigits: the meter cannot show it.
        IsItRight: it looks wrong, and ``sure`` was not said.
    """
    found = Meter.objects.select_for_update().filter(person=by, pk=meter).first()
    if found is None or found.ended_at is not None:
        raise NotFound
    entries = list(standing(found))
    old = None
    if corrects is not None:
        old = entries.pop() if entries else None
        if old is None or old.pk != corrects:
            raise NotTheLast
    earlier = [rules.Given(one.number, one.at) for one in entries]
    # A correction speaks of the moment at which the wrong number was read.
    read_at = old.at if old else at
    verdict = rules.judge(found.kind, found.digits, earlier, rules.Given(number, read_at))
    if verdict.what == rules.TOO_LONG:
        raise TooManyDigits(digits=found.digits)
    if not verdict.plausible and not sure:
        raise IsItRight(verdict)
    kept = keep(by=by, at=at, photograph=photograph) if photograph else None
    entry = MeterEntry.objects.create(
        meter=found, number=number, at=read_at, photograph=kept, sure=not verdict.plausible,
        corrects=old,
    )  # fmt: skip
    public = {"kind": found.kind, "asked": not verdict.plausible}
    if old is not None:
        record(kind="spheres.meter-corrected", by=by, at=at, subject="meters", public=public)
    else:
        record(kind="spheres.meter-read", by=by, at=at, subject="meters", public=public)
    return entry


@operation
def undo_number(*, by: Person, at: dt.datetime, entry: int) -> Meter:
    """Take the newest number of a meter back, within a day; what it corrected stands again.

    Raises:
        NotFound: the person gave no such number.
        NotTheLast, TooLateToChange: see there.
    """
    found = (
        MeterEntry.objects.select_related("meter")
        .filter(pk=entry, meter__person=by, undone_at__isnull=True)
        .first()
    )
    if found is None:
        raise NotFound
    meter = Meter.objects.select_for_update().get(pk=found.meter_id)
    last = standing(meter).last()
    if last is None or last.pk != found.pk:
        raise NotTheLast
    if at > found.recorded_at + dt.timedelta(hours=UNDO_HOURS) and at > found.at + dt.timedelta(
        hours=UNDO_HOURS
    ):
        raise TooLateToChange
    found.undone_at = at
    found.save(update_fields=["undone_at"])
    record(kind="spheres.meter-undone", by=by, at=at, subject="meters", public={"kind": meter.kind})
    return meter


@inside
def forget_meters(*, by: Person | None, at: dt.datetime, person: Person) -> int:
    """A person is forgotten: their meters, numbers and photographs go; returns how many meters."""
    entries = MeterEntry.objects.filter(meter__person=person)
    files = list(entries.exclude(photograph=None).values_list("photograph_id", flat=True))
    count: int = Meter.objects.filter(person=person).count()
    if not count:
        return 0
    Meter.objects.filter(person=person).delete()
    if files:
        forget_photographs(by=by, at=at, files=files)
    record(kind="spheres.meters-forgotten", by=by, at=at, subject="meters")
    return count

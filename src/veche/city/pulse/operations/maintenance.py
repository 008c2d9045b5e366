"""Planned work is announced, so that its alarms wake nobody; and ended before its time."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.pulse.access import check_operator
from veche.city.pulse.models import Maintenance, Source, Thing
from veche.core.journal.operations import record
from veche.core.places.queries import atlas
from veche.errors import Invalid, NotFound
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person
    from veche.core.places.models import Territory

LONGEST = dt.timedelta(days=30)
"""Work that takes longer is announced anew: what is put away for months is forgotten."""


class WorkOfOne(Invalid):
    """Nothing was chosen, or more than one."""

    code = "maintenance-of-one"
    sentence = _("Choose what is worked on: one device, one data source or one place.")


class WorkTooLong(Invalid):
    """It ends before it begins, is over already, or lasts too long."""

    code = "maintenance-too-long"
    sentence = _("The end comes after the beginning, after now, and within thirty days of it.")
    field = "until"


class WorkWithoutReason(Invalid):
    """Nobody said what is done."""

    code = "maintenance-without-reason"
    sentence = _("Say what is done there, so that the next shift knows.")
    field = "why"


def _place(thing: Thing | None, territory: Territory | None) -> Territory | None:
    """Whose operators it concerns: of the place, of the device's, else of the whole city."""
    return territory or (thing.territory if thing else None) or atlas().home()


@operation
def announce(
    *,
    by: Person | None,
    at: dt.datetime,
    since: dt.datetime,
    until: dt.datetime,
    why: str,
    thing: Thing | None = None,
    source: Source | None = None,
    territory: Territory | None = None,
) -> Maintenance:
    """Announce planned work: alarms of it are put away by rule while it lasts.

    Raises:
        WorkOfOne, WorkTooLong, WorkWithoutReason: see there.
        veche.city.pulse.access.NotAnOperator: the person does not watch the place; of a whole
            source, the whole city.
    """
    if sum(one is not None for one in (thing, source, territory)) != 1:
        raise WorkOfOne
    if not since < until <= since + LONGEST or until <= at:
        raise WorkTooLong
    if not why.strip():
        raise WorkWithoutReason
    check_operator(by, at, _place(thing, territory))
    made = Maintenance.objects.create(
        thing=thing, source=source, territory=territory, since=since, until=until,
        why=why.strip()[:500], made_by=by, made_at=at,
    )  # fmt: skip
    record(
        kind="pulse.maintenance-announced", by=by, at=at, subject=f"maintenance:{made.pk}",
        public={
            "thing": thing.pk if thing else None,
            "source": source.code if source else None,
            "place": territory.code if territory else None,
            "since": since.isoformat(),
            "until": until.isoformat(),
        },
        personal={"why": made.why},
    )  # fmt: skip
    return made


@operation
def end_work(*, by: Person | None, at: dt.datetime, maintenance: int) -> Maintenance:
    """Say that planned work is over, or is not done at all; done again it changes nothing more.

    Raises:
        NotFound: there is no such work.
        veche.city.pulse.access.NotAnOperator: see `announce`.
    """
    found = (
        Maintenance.objects.select_for_update(of=("self",))
        .select_related("thing__territory", "territory")
        .filter(pk=maintenance)
        .first()
    )
    if found is None:
        raise NotFound
    check_operator(by, at, _place(found.thing, found.territory))
    if found.ended_at is None:
        found.ended_at, found.ended_by = at, by
        found.save(update_fields=["ended_at", "ended_by"])
    record(
        kind="pulse.maintenance-ended", by=by, at=at, subject=f"maintenance:{found.pk}", public={}
    )
    return found

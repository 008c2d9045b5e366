"""Turns made ahead: the order of people, how long each has, and the worker that goes on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules_duty as rules
from veche.city.dispatch.access_duty import check_keeps, may_stand
from veche.city.dispatch.models import DutyList, DutyTurn, HandOver, Rotation, RotationPerson
from veche.city.dispatch.operations.duty import NotForThisList, subject
from veche.city.dispatch.operations.duty_locks import locked
from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.errors import Invalid
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

DAY = dt.timedelta(days=1)


class OrderNeeded(Invalid):
    """A rotation needs somebody, and each once."""

    code = "rotation-order"
    sentence = _("Choose from one to {most} people, each once.")
    field = "order"


class RotationNumbers(Invalid):
    """Hours of a turn, the hour of change, or the days ahead make no sense."""

    code = "rotation-numbers"
    sentence = _("A turn lasts from one hour to a week and begins at an hour from 0 to 23.")
    field = "hours"


@operation
def set_rotation(
    *,
    by: Person | None,
    at: dt.datetime,
    duty: DutyList,
    order: Sequence[Person],
    begins: dt.date,
    hours: int = 24,
    hour: int = 8,
    days: Sequence[int] = (),
    ahead: int = 28,
) -> Rotation:
    """Say how the turns of a list follow each other. Turns that were made ahead and have not begun
    are made anew; those set by hand, stood in for or exchanged stay.

    Raises:
        NotAKeeper: the person keeps no such list.
        OrderNeeded, RotationNumbers: what is said cannot be.
        NotForThisList: somebody in the order could do nothing when called.
    """
    duty = locked(duty)
    check_keeps(by, at, duty)
    people = [one.pk for one in order]
    if not 1 <= len(people) <= rules.MOST_IN_ORDER or len(set(people)) != len(people):
        raise OrderNeeded(most=rules.MOST_IN_ORDER)
    if not (1 <= hours <= 168 and 0 <= hour <= 23 and 1 <= ahead <= 120):
        raise RotationNumbers
    for person in order:
        if not may_stand(person, duty, at):
            raise NotForThisList(name=person)
    rotation, _made = Rotation.objects.update_or_create(
        list=duty,
        defaults={
            "hours": hours,
            "hour": hour,
            "days": sorted({day for day in days if 1 <= day <= 7}),
            "ahead": ahead,
            "begins": begins,
        },
    )
    RotationPerson.objects.filter(rotation=rotation).delete()
    RotationPerson.objects.bulk_create(
        [
            RotationPerson(rotation=rotation, person_id=pk, place=place)
            for place, pk in enumerate(people)
        ]
    )
    DutyTurn.objects.filter(
        list=duty, made_ahead=True, since__gt=at, instead_of__isnull=True
    ).exclude(pk__in=HandOver.objects.filter(list=duty).values("turn")).delete()
    turns = _make(rotation, people, at)
    record(
        kind="dispatch.rotation-set",
        by=by,
        at=at,
        subject=subject(duty),
        public={
            "hours": hours,
            "hour": hour,
            "days": rotation.days,
            "ahead": ahead,
            "begins": begins.isoformat(),
            "people": len(people),
            "turns": turns,
        },
        personal={"order": people},
    )
    return rotation


@inside
def _make(rotation: Rotation, people: Sequence[int], at: dt.datetime) -> int:
    """Make the turns up to the end of the days ahead, in the time that nobody has yet."""
    duty = rotation.list_id
    last = (
        DutyTurn.objects.filter(list=duty, made_ahead=True)
        .order_by("-until")
        .values_list("until", flat=True)
        .first()
    )
    # What was made and taken out by hand since stays out.
    since = max(at, last) if last else at
    until = at + rotation.ahead * DAY
    taken = list(
        DutyTurn.objects.filter(list=duty, lead=True, until__gt=since).values_list("since", "until")
    )
    found = rules.slots(
        begins=rotation.begins,
        hour=rotation.hour,
        hours=rotation.hours,
        days=rotation.days,
        zone=city_zone(),
        since=since,
        until=until,
    )
    fresh = [
        DutyTurn(
            list_id=duty,
            person_id=people[slot.number % len(people)],
            since=begin,
            until=end,
            made_ahead=True,
        )
        for slot in found
        for begin, end in rules.free(slot, taken)
        if end > since
    ]
    DutyTurn.objects.bulk_create(fresh, batch_size=1000)
    return len(fresh)


def _short(at: dt.datetime) -> list[Rotation]:
    """Rotations whose turns do not reach as far ahead as they should, by more than a turn."""
    from django.db.models import Max, Q

    rows = Rotation.objects.filter(list__until__isnull=True).annotate(
        last=Max("list__turns__until", filter=Q(list__turns__made_ahead=True))
    )
    found: list[Rotation] = []
    for one in rows:
        # A list with days off has no turn for up to a week: it is looked at once a day's length.
        spare = dt.timedelta(hours=one.hours) + (7 * DAY if one.days else dt.timedelta())
        if one.last is None or one.last < at + one.ahead * DAY - spare:
            found.append(one)
    return found


@operation
def extend(*, by: None, at: dt.datetime, rotations: Sequence[int]) -> int:
    """Make the turns that are missing ahead; whoever lost the role meanwhile is passed over by
    the next in the order. Returns how many were made."""
    made = 0
    # In the order in which everybody holds lists.
    rows = Rotation.objects.select_related("list").filter(pk__in=rotations)
    for rotation in rows.order_by("list_id", "pk"):
        duty = locked(rotation.list_id)
        order = [one.person for one in rotation.order.select_related("person")]
        able = [one.pk for one in order if may_stand(one, duty, at)]
        made += _make(rotation, able, at) if able else 0
    record(
        kind="dispatch.turns-made",
        by=by,
        at=at,
        subject="duty",
        public={"turns": made, "rotations": len(rotations)},
    )
    return made


def sweep(*, at: dt.datetime) -> int:
    """The timer: turns are made ahead where they are missing; how many."""
    short = _short(at)
    return extend(by=None, at=at, rotations=[one.pk for one in short]) if short else 0

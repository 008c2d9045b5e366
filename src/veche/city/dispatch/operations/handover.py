"""A shift is handed on: what is open is written down, and taken over by a step of the next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules_duty as rules
from veche.city.dispatch.access_duty import keeps
from veche.city.dispatch.models import DutyList, DutyTurn, HandOver, HandOverLine, IncidentEntry
from veche.city.dispatch.operations.duty import NotYourTurn, TurnOver, subject
from veche.city.dispatch.operations.duty_locks import locked
from veche.city.dispatch.queries.duty import open_incidents, with_open
from veche.city.dispatch.words_duty import LATE_CALL
from veche.core.journal.operations import record
from veche.core.notices.operations.sets import tell_people_of_many
from veche.core.organisations.models import Holding
from veche.core.organisations.queries import holdings
from veche.errors import NotAllowed, Refused
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


class TakenOver(Refused):
    """Somebody of the next shift has it."""

    code = "taken-over-already"
    sentence = _("{name} has taken this shift over already.")


class NotTheNext(NotAllowed):
    """Whoever takes a shift over is on duty, or comes on duty now."""

    code = "not-the-next-shift"
    sentence = _("Only who is on duty on this list now, or keeps it, takes the shift over.")


class TooEarly(Refused):
    """What will be open at the end is not known yet."""

    code = "hand-over-too-early"
    sentence = _("A shift is handed over in its last hour, not before.")


class WrittenAlready(Refused):
    """A shift is handed over once."""

    code = "hand-over-written"
    sentence = _("This shift has been handed over already.")


@inside
def _write(
    turn: DutyTurn, by: Person | None, at: dt.datetime, text: str, notes: Mapping[int, str]
) -> HandOver:
    found = HandOver.objects.create(
        list=turn.list, turn=turn, by=by, at=at, text=text.strip()[: rules.LONGEST_WORDS]
    )
    HandOverLine.objects.bulk_create(
        [
            HandOverLine(
                hand_over=found,
                incident=one,
                state=one.case.state,
                due_at=one.case.due_at,
                note=notes.get(one.pk, "").strip()[: rules.LONGEST_NOTE],
            )
            for one in open_incidents(turn.list)
        ]
    )
    return found


@operation
def write_hand_over(
    *,
    by: Person,
    at: dt.datetime,
    turn: DutyTurn,
    text: str = "",
    notes: Mapping[int, str] | None = None,
) -> HandOver:
    """Who leaves a shift writes it down: every open incident stands in it by itself, with where it
    stands and until when; ``notes`` are added by the number of its case.

    Raises:
        NotYourTurn: it is somebody else's shift.
        TooEarly: it lasts for more than an hour yet.
        TurnOver: it ended a day ago or more.
        WrittenAlready: it was handed over.
    """
    locked(turn.list_id)
    turn = DutyTurn.objects.select_related("list__territory", "list__organisation").get(pk=turn.pk)
    if turn.person_id != by.pk:
        raise NotYourTurn
    if turn.until - at > rules.BEFORE_END:
        raise TooEarly
    if at - turn.until > rules.LOOK_BACK:
        raise TurnOver
    if HandOver.objects.filter(turn=turn).exists():
        raise WrittenAlready
    found = _write(turn, by, at, text, notes or {})
    record(
        kind="dispatch.handed-over",
        by=by,
        at=at,
        subject=subject(turn.list),
        public={"open": found.lines.count()},
        personal={"text": found.text, "turn": turn.pk},
    )
    return found


@operation
def take_over(*, by: Person, at: dt.datetime, hand_over: HandOver) -> HandOver:
    """Somebody of the next shift takes over what is open: from now on it is theirs, and the log of
    every incident says so.

    Raises:
        TakenOver: somebody has it.
        NotTheNext: the person is not on duty on this list now, and keeps it not.
    """
    found = HandOver.objects.select_for_update(of=("self",)).get(pk=hand_over.pk)
    duty = DutyList.objects.select_related("territory", "organisation").get(pk=found.list_id)
    if found.taken_at is not None:
        raise TakenOver(name=found.taken_by)
    next_shift = DutyTurn.objects.filter(
        list=duty, person=by, since__lte=at + rules.BEFORE_END, until__gt=at
    ).exclude(pk=found.turn_id)
    if not next_shift.exists() and not keeps(holdings(by, at), duty):
        raise NotTheNext
    found.taken_by, found.taken_at = by, at
    found.save(update_fields=["taken_by", "taken_at"])
    lines = list(found.lines.select_related("incident__case"))
    IncidentEntry.objects.bulk_create(
        [
            IncidentEntry(
                incident=line.incident,
                at=at,
                by=by,
                kind="handed-over",
                text=line.note,
                details={"list": duty.code},
                public=False,
            )
            for line in lines
        ]
    )
    record(
        kind="dispatch.taken-over",
        by=by,
        at=at,
        subject=subject(duty),
        public={"open": len(lines), "minutes": int((at - found.at).total_seconds() // 60)},
        personal={"hand_over": found.pk},
    )
    return found


# The clock ---------------------------------------------------------------------------------------


def _ended(at: dt.datetime) -> list[DutyTurn]:
    """Turns that ended lately without a hand-over, in which somebody else or nobody follows."""
    goes_on = DutyTurn.objects.filter(
        list=OuterRef("list"),
        person=OuterRef("person"),
        lead=True,
        since__lte=OuterRef("until"),
        until__gt=OuterRef("until"),
    )
    rows = DutyTurn.objects.filter(
        ~Exists(HandOver.objects.filter(turn=OuterRef("pk"))),
        ~Exists(goes_on),
        lead=True,
        until__lte=at,
        until__gt=at - rules.LOOK_BACK,
        list__until__isnull=True,
    ).select_related("list__territory", "list__organisation")
    turns = list(rows)
    busy = with_open(one.list for one in turns)
    return [one for one in turns if one.list_id in busy]


@operation
def write_forgotten(*, by: None, at: dt.datetime, turns: Sequence[int]) -> int:
    """Nobody wrote what was open at the end of these shifts: it is written by itself, so that the
    next knows. Returns how many were written."""
    rows = DutyTurn.objects.select_for_update(of=("self",), skip_locked=True)
    written = 0
    for turn in rows.select_related("list").filter(pk__in=list(turns)).order_by("pk"):
        if not HandOver.objects.filter(turn=turn).exists():
            _write(turn, None, at, "", {})
            written += 1
    record(
        kind="dispatch.handed-over",
        by=by,
        at=at,
        subject="duty",
        public={"by_itself": written},
    )
    return written


def above(duty: DutyList, at: dt.datetime) -> list[int]:
    """The people a tier above a list: the dispatchers of the district above a neighbourhood's, of
    the city above a district's, the mayor above the city's, the head above an office's."""
    held = Holding.objects.filter(since__lte=at).exclude(until__lte=at)
    if duty.organisation_id is not None:
        held = held.filter(role="head", organisation=duty.organisation_id)
    elif duty.tier == 3 or duty.territory is None:
        held = held.filter(role="mayor")
    elif duty.tier == 1:
        held = held.filter(role="dispatcher", territory=duty.territory.district_id)
    else:
        held = held.filter(role="dispatcher", territory=duty.territory.city_id)
    return sorted(set(held.values_list("person_id", flat=True)))


def _late(at: dt.datetime) -> list[int]:
    rows = HandOver.objects.filter(
        taken_at__isnull=True, told_at__isnull=True, at__lte=at - rules.TAKE_OVER
    )
    # A shift written an hour before its end waits for the next to come on duty.
    return list(
        rows.filter(turn__until__lte=at - rules.TAKE_OVER).values_list("pk", flat=True)[:200]
    )


@operation
def tell_late(*, by: None, at: dt.datetime, hand_overs: Sequence[int]) -> int:
    """Nobody has taken these shifts over in time: the tier above is told, once, of every incident
    that is open in them; by letter where none is. Returns how many shifts."""
    rows = (
        HandOver.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(pk__in=list(hand_overs), taken_at__isnull=True, told_at__isnull=True)
        .select_related("list__territory")
        .order_by("pk")
    )
    told: set[tuple[int, int]] = set()
    letters = []
    count = 0
    for one in rows:
        real = one.lines.filter(incident__drill=False)  # of a drill nothing leaves the house
        open_ones = list(real.values_list("incident_id", flat=True))
        people = above(one.list, at)
        told |= {(person, incident) for person in people for incident in open_ones}
        if not open_ones:
            letters.append((one.pk, people))
        one.told_at = at
        one.save(update_fields=["told_at"])
        count += 1
    if told:
        tell_people_of_many(by=None, at=at, told=sorted(told), kind=LATE_CALL)
    from veche.city.dispatch.tasks_duty import tell_hand_over

    for pk, people in letters:
        tell_hand_over.defer(hand_over=pk, people=people)
    record(
        kind="dispatch.hand-over-late",
        by=by,
        at=at,
        subject="duty",
        public={"shifts": count, "told": len(told)},
    )
    return count


def sweep(*, at: dt.datetime) -> int:
    """The timer: what was open at the end of a shift is written if nobody did, and the tier above
    is told where nobody has taken it over in a quarter of an hour; how many shifts."""
    ended, late = _ended(at), _late(at)
    done = write_forgotten(by=None, at=at, turns=[one.pk for one in ended]) if ended else 0
    return done + (tell_late(by=None, at=at, hand_overs=late) if late else 0)

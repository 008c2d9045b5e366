"""Duty lists and their turns: made, taken out, stood in for, exchanged by agreement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules_duty as rules
from veche.city.dispatch.access_duty import check_keeps, check_staff, may_stand
from veche.city.dispatch.models import DutyList, DutyTurn, HandOver, TurnSwap
from veche.city.dispatch.operations.duty_locks import held_turns, locked, whole
from veche.core.journal.models import Record
from veche.core.journal.operations import record
from veche.errors import Invalid, NotAllowed, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person
    from veche.core.places.models import Territory

TIER_OF = {"neighbourhood": 1, "district": 2, "city": 3}


class NotForThisList(Invalid):
    """Somebody who could do nothing when called."""

    code = "not-for-this-list"
    sentence = _("{name} holds no role with which to act on this list.")
    field = "person"


class TurnTaken(Refused):
    """Two cannot both be the first to be called."""

    code = "turn-taken"
    sentence = _("{name} is on duty first in a part of this time: choose another, or a second.")


class TurnTimes(Invalid):
    """A turn that ends before it begins, or lasts too long."""

    code = "turn-times"
    sentence = _("A turn ends after it begins and lasts a month at most.")
    field = "until"


class TurnOver(Refused):
    """What was is not changed afterwards."""

    code = "turn-over"
    sentence = _("This turn is over, or has begun: it cannot be changed like this.")


class NotYourTurn(NotAllowed):
    """Turns are exchanged by those whose they are."""

    code = "not-your-turn"
    sentence = _("Only those whose turns they are exchange them.")


class ListOfNobody(Invalid):
    """A list is of one office or of one place."""

    code = "duty-list-of-one"
    sentence = _("A duty list is of one office, or of one place.")
    field = "organisation"


def subject(duty: DutyList) -> str:
    """How the journal names a list."""
    return f"duty:{duty.code}"


@operation
def set_list(
    *,
    by: Person | None,
    at: dt.datetime,
    code: str,
    names: Mapping[str, str],
    organisation: Organisation | None = None,
    territory: Territory | None = None,
    telephone: str = "",
    ended: bool = False,
) -> DutyList:
    """Make a duty list of an office, or of the dispatchers of a place; or change its names and
    telephone, or let it end. Whose it is stays.

    Raises:
        ListOfNobody: it is of an office and a place, or of neither.
        NotAKeeper: the person keeps no such list.
    """
    if (organisation is None) == (territory is None):
        raise ListOfNobody
    found = DutyList.objects.filter(code=code).first() or DutyList(
        code=code,
        organisation=organisation,
        territory=territory,
        tier=TIER_OF[territory.kind] if territory else None,
    )
    check_keeps(by, at, found)
    found.names, found.telephone = dict(names), telephone.strip()[:40]
    found.until = (found.until or at) if ended else None
    found.save()
    record(
        kind="dispatch.duty-list-set",
        by=by,
        at=at,
        subject=subject(found),
        public={"names": found.names, "ended": ended, "telephone": found.telephone},
    )
    return found


def check_free(
    duty: DutyList, since: dt.datetime, until: dt.datetime, besides: tuple[int, ...] = ()
) -> None:
    """Let a time pass in which nobody else is first.

    Raises:
        TurnTaken: somebody is.
    """
    other = (
        DutyTurn.objects.filter(list=duty, lead=True, since__lt=until, until__gt=since)
        .exclude(pk__in=besides)
        .select_related("person")
        .first()
    )
    if other is not None:
        raise TurnTaken(name=other.person)


@operation
def add_turn(
    *,
    by: Person | None,
    at: dt.datetime,
    duty: DutyList,
    person: Person,
    since: dt.datetime,
    until: dt.datetime,
    lead: bool = True,
    telephone: str = "",
) -> DutyTurn:
    """Put somebody on duty from a moment to a moment.

    Raises:
        NotAKeeper: the person keeps no such list.
        NotForThisList: whoever is put on it could do nothing.
        TurnTimes: it ends before it begins or before now, or lasts too long.
        TurnTaken: somebody else is first then.
    """
    duty = locked(duty)
    check_keeps(by, at, duty)
    if not since < until or until - since > rules.LONGEST_TURN or until <= at:
        raise TurnTimes
    if not may_stand(person, duty, at):
        raise NotForThisList(name=person)
    if lead:
        check_free(duty, since, until)
    turn = DutyTurn.objects.create(
        list=duty,
        person=person,
        since=since,
        until=until,
        lead=lead,
        telephone=telephone.strip()[:40],
    )
    _note(duty, by, at, turn, "put")
    return turn


def _note(duty: DutyList, by: Person | None, at: dt.datetime, turn: DutyTurn, did: str) -> None:
    record(
        kind="dispatch.duty-turn-set",
        by=by,
        at=at,
        subject=subject(duty),
        public={
            "did": did,
            "since": turn.since.isoformat(),
            "until": turn.until.isoformat(),
            "lead": turn.lead,
        },
        personal={"person": turn.person_id},
    )


def _held(turn: DutyTurn) -> DutyTurn:
    """A turn as it stands now, held with its list.

    Raises:
        TurnOver: it was taken out meanwhile.
    """
    found = held_turns(turn.pk).get(turn.pk)
    if found is None:
        raise TurnOver
    return found


@operation
def remove_turn(*, by: Person | None, at: dt.datetime, turn: DutyTurn) -> None:
    """Take a turn out that has not begun; one that has begun ends now. What was stays.

    Raises:
        NotAKeeper: the person keeps no such list.
        TurnOver: it is over.
    """
    duty = locked(turn.list_id)
    check_keeps(by, at, duty)
    turn = _held(turn)
    if turn.until <= at:
        raise TurnOver
    _note(duty, by, at, turn, "taken out")
    if turn.since < at:
        turn.until = at
        turn.save(update_fields=["until"])
    elif not HandOver.objects.filter(turn=turn).exists():
        turn.delete()


@operation
def stand_in(
    *, by: Person | None, at: dt.datetime, turn: DutyTurn, person: Person, why: str = ""
) -> DutyTurn:
    """Somebody stands in for who was to be on duty: from now, where the turn has begun, else for
    all of it. Whose turn it is may say so themselves. Returns the turn of who stands in.

    Raises:
        NotAKeeper: somebody else, who keeps no such list.
        NotForThisList: who stands in could do nothing.
        TurnOver: it is over.
    """
    turn = _held(turn)
    duty = turn.list
    if by is None or by.pk != turn.person_id:
        check_keeps(by, at, duty)
    if turn.until <= at:
        raise TurnOver
    if person.pk == turn.person_id or not may_stand(person, duty, at):
        raise NotForThisList(name=person)
    why = why.strip()[:200]
    if turn.since < at:
        until, turn.until = turn.until, at
        turn.save(update_fields=["until"])
        stands = DutyTurn.objects.create(
            list=duty,
            person=person,
            since=at,
            until=until,
            lead=turn.lead,
            instead_of_id=turn.person_id,
            why=why,
        )
    else:
        turn.instead_of_id = turn.instead_of_id or turn.person_id
        turn.person, turn.why, turn.telephone = person, why, ""
        turn.save(update_fields=["instead_of", "person", "why", "telephone"])
        TurnSwap.objects.filter(mine=turn, answered_at__isnull=True).delete()
        TurnSwap.objects.filter(theirs=turn, answered_at__isnull=True).delete()
        stands = turn
    record(
        kind="dispatch.duty-stood-in",
        by=by,
        at=at,
        subject=subject(duty),
        public={"since": stands.since.isoformat(), "until": stands.until.isoformat()},
        personal={"person": person.pk, "instead_of": stands.instead_of_id, "why": why},
    )
    from veche.city.dispatch.tasks_duty import tell_turn

    tell_turn.defer(turn=stands.pk)
    return stands


def _exchangeable(mine: DutyTurn, theirs: DutyTurn, at: dt.datetime) -> None:
    if mine.since <= at or theirs.since <= at or mine.person_id == theirs.person_id:
        raise TurnOver
    for person, turn in ((mine.person, theirs), (theirs.person, mine)):
        if not may_stand(person, turn.list, at):
            raise NotForThisList(name=person)


@operation
def ask_swap(*, by: Person, at: dt.datetime, mine: DutyTurn, theirs: DutyTurn) -> TurnSwap:
    """Ask another to exchange two turns that have not begun. Asking twice is asking once.

    Raises:
        NotYourTurn: the first turn is somebody else's.
        TurnOver: one of them has begun, or both are of one person.
        NotForThisList: one of the two could do nothing in the other's turn.
    """
    mine, theirs = whole().get(pk=mine.pk), whole().get(pk=theirs.pk)
    if mine.person_id != by.pk:
        raise NotYourTurn
    _exchangeable(mine, theirs, at)
    swap, made = TurnSwap.objects.get_or_create(
        mine=mine,
        theirs=theirs,
        answered_at=None,
        defaults={"asked_by": by, "asked_of": theirs.person, "asked_at": at},
    )
    record(
        kind="dispatch.duty-swap-asked",
        by=by,
        at=at,
        subject=subject(mine.list),
        public={"again": not made},
        personal={"mine": mine.pk, "theirs": theirs.pk},
    )
    if made:
        from veche.city.dispatch.tasks_duty import tell_swap

        tell_swap.defer(swap=swap.pk)
    return swap


@operation
def answer_swap(*, by: Person, at: dt.datetime, swap: TurnSwap, agreed: bool) -> TurnSwap:
    """Agree to an exchange, or not; agreed, each has the other's turn from this moment on.

    Raises:
        NotYourTurn: somebody else was asked.
        TurnOver: it was answered, one of the turns has begun, or is another's meanwhile.
        NotForThisList: one of the two could do nothing in the other's turn.
    """
    held = held_turns(swap.mine_id, swap.theirs_id)
    found = TurnSwap.objects.select_for_update(of=("self",)).filter(pk=swap.pk).first()
    if found is None:  # somebody stands in for one of the two meanwhile
        raise TurnOver
    swap = found
    if swap.asked_of_id != by.pk:
        raise NotYourTurn
    mine, theirs = held[swap.mine_id], held[swap.theirs_id]
    if swap.answered_at is not None:
        raise TurnOver
    if agreed:
        if mine.person_id != swap.asked_by_id or theirs.person_id != by.pk:
            raise TurnOver
        _exchangeable(mine, theirs, at)
        mine.person, theirs.person = theirs.person, mine.person
        for turn, was in ((mine, theirs.person_id), (theirs, mine.person_id)):
            turn.instead_of_id, turn.telephone = was, ""
            turn.save(update_fields=["person", "instead_of", "telephone"])
    swap.answered_at, swap.agreed = at, agreed
    swap.save(update_fields=["answered_at", "agreed"])
    record(
        kind="dispatch.duty-swap-answered",
        by=by,
        at=at,
        subject=subject(mine.list),
        public={"agreed": agreed},
        personal={"mine": mine.pk, "theirs": theirs.pk},
    )
    from veche.city.dispatch.tasks_duty import tell_swap

    tell_swap.defer(swap=swap.pk)
    return swap


@operation
def _looked(*, by: Person, at: dt.datetime) -> None:
    record(kind="dispatch.duty-looked", by=by, at=at, subject="duty")


def note_look(*, by: Person, at: dt.datetime) -> bool:
    """Somebody of the staff reads how those on duty are reached: written down, once in five
    minutes. Returns whether the look is new.

    Raises:
        NotStaff: a resident.
    """
    check_staff(by, at)
    recent = Record.objects.filter(
        kind="dispatch.duty-looked", actor=by.pk, at__gt=at - rules.ONE_LOOK, at__lte=at
    )
    if recent.exists():
        return False
    _looked(by=by, at=at)
    return True

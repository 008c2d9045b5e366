"""Packets of two weeks: made by the clock, answered by the head, spoken about, followed up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules_packets as rules
from veche.city.dispatch.models import FollowUp, Incident, Packet
from veche.city.dispatch.queries import packets as queries
from veche.city.dispatch.queries.lessons import overdue
from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.core.notices.operations import Plain, write_plain
from veche.core.organisations.access import holds_over_city
from veche.core.organisations.models import Holding, Organisation
from veche.core.organisations.queries import holdings
from veche.errors import Invalid, NotAllowed, Refused
from veche.look.words import moment
from veche.operation import inside, operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.people.models import Person

LEAST, MOST = 10, 1000
MEETS = ("controller", "mayor", "commander")
"""Who holds the meetings about packets and writes the memo."""


class NotTheHead(NotAllowed):
    """Only the head answers for a unit."""

    code = "not-the-head"
    sentence = _("Only the head of the unit answers its packet; for a dispatch, a dispatcher of "
                 "the whole city.")  # fmt: skip


class NotTheMeeting(NotAllowed):
    """Only those who hold the meeting write its memo."""

    code = "not-the-meeting"
    sentence = _("Only the control department and the mayor write the memo of a packet.")


class Unanswered(Refused):
    """The follow-ups come first."""

    code = "followups-unanswered"
    sentence = _("{n} things on the follow-up list have no answer yet.")


class AnsweredBefore(Refused):
    """An answer is given once."""

    code = "packet-answered"
    sentence = _("This was answered before.")


class MemoThere(Refused):
    """One meeting, one memo."""

    code = "memo-there"
    sentence = _("The memo of this packet was written before.")


class MemoEmpty(Invalid):
    """A memo says what to do next, or that there is nothing."""

    code = "memo-empty"
    sentence = _("Write between 1 and {most} things to follow up.")
    field = "items"


def answers_for_unit(by: Person | None, at: dt.datetime, unit: str) -> bool:
    """Whether somebody answers for a unit now: the head of the office (an officer where it has no
    head), or for a dispatch a dispatcher of the whole city."""
    if unit in rules.TIERS:
        return holds_over_city(by, ("dispatcher",), at)
    held = [h for h in holdings(by, at) if h.organisation and h.organisation.code == unit]
    if any(h.role == "head" for h in held):
        return True
    heads = Holding.objects.filter(organisation__code=unit, role="head", since__lte=at)
    return any(h.role == "officer" for h in held) and not heads.exclude(until__lte=at).exists()


def writes_memo(by: Person | None, at: dt.datetime) -> bool:
    """Whether somebody holds the meetings about packets."""
    return holds_over_city(by, MEETS, at)


def sweep(*, at: dt.datetime) -> int:
    """The timer: make the packets of every fortnight that is over; how many were made. Nothing is
    written while there is nothing to make."""
    if not Incident.real.exists():
        return 0
    last = rules.ends(at, city_zone())
    newest = Packet.objects.order_by("-until").values_list("until", flat=True).first()
    if newest is not None and newest >= rules.midnight(last, city_zone()):
        return 0
    begin = last
    if newest is not None:
        back = (last - newest.astimezone(city_zone()).date()) // rules.FORTNIGHT
        begin = last - (min(back, rules.MOST_BACK) - 1) * rules.FORTNIGHT
    made = 0
    while begin <= last:
        until = rules.midnight(begin, city_zone())
        made += len(make_packets(by=None, at=at, until=until, tell=begin == last))
        begin += rules.FORTNIGHT
    return made


def drawn(unit: str, until: dt.datetime, at: dt.datetime) -> Packet:
    """The packet of a unit for any two weeks, reckoned now and not kept."""
    return _drawn([unit], until, at)[0]


def _drawn(units: Sequence[str], until: dt.datetime, at: dt.datetime) -> list[Packet]:
    zone = city_zone()
    since = rules.midnight(until.astimezone(zone).date() - rules.FORTNIGHT, zone)
    earlier = rules.midnight(since.date() - rules.FORTNIGHT, zone)
    now, before = queries.reckon(since, until, at), queries.reckon(earlier, since, at)
    late = queries.late_steps(since, until, at)
    offices = {o.code: o for o in Organisation.objects.filter(code__in=units)}
    return [
        Packet(
            unit=unit,
            organisation=offices.get(unit),
            tier=int(unit[-1]) if unit in rules.TIERS else None,
            since=since,
            until=until,
            made_at=at,
            due_at=at + rules.ANSWER,
            figures={
                "now": now.get(unit, {}),
                "before": before.get(unit, {}),
                "all": now.get(queries.ALL, {}),
                "late": len(late.get(unit, ())),
            },
            late=[one.to_json() for one in late.get(unit, ())[: rules.MOST_LATE]],
        )
        for unit in units
    ]


@operation
def make_packets(
    *, by: None, at: dt.datetime, until: dt.datetime, tell: bool = False
) -> list[Packet]:
    """Make the packets of all units for the two weeks before a moment; those that are there stay.
    What was not answered moves on into the new one. With ``tell`` whoever must answer is written
    to: of what is made up for, the newest alone."""
    there = set(Packet.objects.filter(until=until).values_list("unit", flat=True))
    wanted = [unit for unit in queries.units(until) if unit not in there]
    made = Packet.objects.bulk_create(_drawn(wanted, until, at)) if wanted else []
    for packet in made:
        _follow_up(packet=packet, at=at)
        if tell:
            _write(packet=packet, at=at)
    record(
        kind="packets.made",
        by=by,
        at=at,
        subject="packets",
        public={"until": until.isoformat(), "units": [packet.unit for packet in made]},
    )
    return made


def who_answers(unit: str, at: dt.datetime) -> set[int]:
    """Who answers for a unit now, as `answers_for_unit` says; by their keys."""
    held = Holding.objects.filter(Q(until__isnull=True) | Q(until__gt=at), since__lte=at)
    if unit in rules.TIERS:
        rows = held.filter(role="dispatcher")
        around = rows.filter(Q(territory__isnull=True) | Q(territory__kind="city"))
        return set(around.values_list("person", flat=True))
    for role in ("head", "officer"):
        found = held.filter(role=role, organisation__code=unit).values_list("person", flat=True)
        if found:
            return set(found)
    return set()


@inside
def _write(*, packet: Packet, at: dt.datetime) -> None:
    """Tell whoever must answer for the unit that its packet waits."""

    def words() -> Plain:
        name = queries.unit_name(packet.unit)
        lines = [
            gettext("It waits for your answer until {due}.").format(due=moment(packet.due_at)),
        ]
        if left:
            said = ngettext(
                "{n} thing on its list must be answered first.",
                "{n} things on its list must be answered first.",
                left,
            )
            lines.append(said.format(n=left))
        day = packet.until.astimezone(city_zone()).date()
        return Plain(
            gettext("Two weeks in figures: {unit}").format(unit=name),
            lines,
            reverse("dispatch:packet", args=[packet.unit, day.isoformat()]),
        )

    left = FollowUp.objects.filter(packet=packet, answered_at=None).count()
    people = who_answers(packet.unit, at)
    write_plain(by=None, at=at, people=people, name=f"packet {packet.pk}", words=words)


@inside
def _follow_up(*, packet: Packet, at: dt.datetime) -> None:
    """Put on the list what waits: of memos, unanswered of before, and what was found late."""
    rows = FollowUp.objects.select_for_update(of=("self",)).filter(
        unit=packet.unit, answered_at=None
    )
    moved = list(rows.exclude(packet__until__gte=packet.until))
    for one in moved:
        one.moved += one.packet_id is not None
        one.packet = packet
        one.first_in = one.first_in or packet
    FollowUp.objects.bulk_update(moved, ["packet", "first_in", "moved"])
    asked: list[tuple[FollowUp.Why, dict[str, Any], bool]] = []
    if packet.figures["late"]:
        asked.append((FollowUp.Why.LATE, {"steps": packet.figures["late"]}, True))
    if packet.organisation_id is not None:
        known = {one.details.get("lesson") for one in moved}
        day = packet.until.astimezone(city_zone()).date()
        for lesson in overdue(packet.organisation_id, day).select_related("review__incident__kind"):
            if lesson.pk not in known:
                told = {"lesson": lesson.pk, "text": lesson.text,
                        "due_on": lesson.due_on.isoformat()}  # fmt: skip
                asked.append((FollowUp.Why.LESSON, told, lesson.review.incident.kind.public))
    FollowUp.objects.bulk_create(
        FollowUp(
            unit=packet.unit,
            why=why,
            details=details,
            public=public,
            first_in=packet,
            packet=packet,
            at=at,
        )
        for why, details, public in asked
    )


def _held(packet: Packet) -> Packet:
    return Packet.objects.select_for_update(of=("self",)).get(pk=packet.pk)


@operation
def answer_followup(*, by: Person, at: dt.datetime, followup: FollowUp, text: str) -> FollowUp:
    """The head answers one thing on the list.

    Raises:
        NotTheHead: somebody else.
        AnsweredBefore: it has an answer.
        veche.texts.TextLength: too few or too many words.
    """
    if not answers_for_unit(by, at, followup.unit):
        raise NotTheHead
    followup = FollowUp.objects.select_for_update(of=("self",)).get(pk=followup.pk)
    if followup.answered_at is not None:
        raise AnsweredBefore
    followup.answer = sized(text, LEAST, MOST)
    followup.answered_at, followup.answered_by = at, by
    followup.save(update_fields=["answer", "answered_at", "answered_by"], force_update=True)
    record(
        kind="packet.followup-answered",
        by=by,
        at=at,
        subject=f"packet:{followup.unit}",
        public={"followup": followup.pk},
    )
    return followup


@operation
def answer_packet(*, by: Person, at: dt.datetime, packet: Packet, text: str) -> Packet:
    """The head answers for the two weeks as a whole, when all on the list is answered.

    Raises:
        NotTheHead: somebody else.
        Unanswered: something on the list has no answer.
        AnsweredBefore: it has an answer.
        veche.texts.TextLength: too few or too many words.
    """
    if not answers_for_unit(by, at, packet.unit):
        raise NotTheHead
    packet = _held(packet)
    if packet.answered_at is not None:
        raise AnsweredBefore
    left = FollowUp.objects.filter(packet=packet, answered_at=None).count()
    if left:
        raise Unanswered(n=left)
    packet.answer = sized(text, LEAST, MOST)
    packet.answered_at, packet.answered_by = at, by
    packet.save(update_fields=["answer", "answered_at", "answered_by"], force_update=True)
    record(
        kind="packet.answered",
        by=by,
        at=at,
        subject=f"packet:{packet.unit}",
        public={"until": packet.until.isoformat(), "late": at > packet.due_at},
    )
    return packet


@operation
def write_memo(
    *,
    by: Person,
    at: dt.datetime,
    packet: Packet,
    met_on: dt.date,
    items: Sequence[tuple[str, bool]],
) -> list[FollowUp]:
    """After the meeting: what the unit must come back to, each with whether everybody is shown it.
    It stands in the next packet of the unit.

    Raises:
        NotTheMeeting: somebody else.
        MemoThere: it was written.
        MemoEmpty: nothing, or too much, is on it.
        veche.texts.TextLength: too few or too many words of one.
    """
    if not writes_memo(by, at):
        raise NotTheMeeting
    packet = _held(packet)
    if packet.memo_at is not None:
        raise MemoThere
    if not 0 < len(items) <= rules.MOST_ITEMS:
        raise MemoEmpty(most=rules.MOST_ITEMS)
    later = queries.packets(unit=packet.unit).filter(until__gt=packet.until, answered_at=None)
    following = later.last()
    found = [
        FollowUp(
            unit=packet.unit,
            why=FollowUp.Why.MEMO,
            text=sized(text, 5, 500),
            public=public,
            written_in=packet,
            first_in=following,
            packet=following,
            at=at,
            by=by,
        )
        for text, public in items
    ]
    FollowUp.objects.bulk_create(found)
    packet.met_on, packet.memo_at = met_on, at
    packet.save(update_fields=["met_on", "memo_at"], force_update=True)
    record(
        kind="packet.memo",
        by=by,
        at=at,
        subject=f"packet:{packet.unit}",
        public={"until": packet.until.isoformat(), "items": len(found)},
    )
    return found

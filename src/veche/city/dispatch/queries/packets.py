"""Packets of two weeks: their figures, what was late, and how they were answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext as _

from veche import figures as fig
from veche.city.dispatch import rules_packets as rules
from veche.city.dispatch.datasets_incidents import INCIDENTS, TASKS
from veche.city.dispatch.indicators import HELP_MEASURES, MEASURES
from veche.city.dispatch.models import FollowUp, Packet
from veche.core.organisations.models import Organisation

if TYPE_CHECKING:
    from django.db.models import QuerySet

ALL = "all"
"""The line of all units together."""
Values = dict[str, Any]


def reckon(since: dt.datetime, until: dt.datetime, at: dt.datetime) -> dict[str, Values]:
    """The figures of two weeks by unit, and of all together: of incidents reported in them, and of
    help that was asked for in them. Reckoned by the published definitions; four statements."""
    found: dict[str, Values] = {}
    inside = (fig.ge("reported_datetime", since), fig.lt("reported_datetime", until))
    asked = (fig.ge("asked_datetime", since), fig.lt("asked_datetime", until))
    with connection.cursor() as cursor:
        for by, name in (("lead", "{}"), ("tier", "tier-{}"), ("", ALL)):
            one = fig.Figure("packet", "", INCIDENTS.name, MEASURES, (by,) if by else (), inside)
            for cell in fig.compute(cursor, one, INCIDENTS, at):
                key = cell["group"][0] if by else ALL
                if key is not None:
                    _put(found, name.format(key), MEASURES, cell["values"])
        for by in ("office", ""):
            one = fig.Figure("packet", "", TASKS.name, HELP_MEASURES, (by,) if by else (), asked)
            for cell in fig.compute(cursor, one, TASKS, at):
                _put(found, cell["group"][0] if by else ALL, HELP_MEASURES, cell["values"])
    return found


def _put(
    found: dict[str, Values], unit: str, measures: Sequence[fig.Measure], values: Sequence[Any]
) -> None:
    names = (m.name for m in measures)
    found.setdefault(unit, {}).update(zip(names, values, strict=True))


_LATE = """
SELECT CASE WHEN c.procedure = 'incident' AND x.state IN ('reported', 'verified', 'done')
            THEN 'tier-' || i.tier ELSE o.code END AS unit,
    c.number, p.number, k.public, x.state, extract(epoch FROM
        (least(coalesce(x.stopped_at, %(at)s), %(at)s) - x.due_at))::bigint, x.stopped_at IS NULL
FROM cases_caseclock x
JOIN cases_case c ON c.id = x.case_id AND c.procedure IN ('incident', 'incident_task')
JOIN cases_case p ON p.id = CASE WHEN c.procedure = 'incident' THEN c.id ELSE c.parent_id END
JOIN dispatch_incident i ON i.case_id = p.id AND NOT i.drill
JOIN dispatch_incidentkind k ON k.id = i.kind_id
LEFT JOIN organisations_organisation o ON o.id = x.organisation_id
WHERE x.due_at >= %(since)s AND x.due_at < %(until)s AND x.state <> 'closed'
    AND coalesce(x.stopped_at, %(at)s) > x.due_at
ORDER BY 6 DESC, x.id
"""


@dataclass(frozen=True)
class LateStep:
    """A step whose term passed in the two weeks."""

    number: str
    incident: str
    public: bool
    state: str
    seconds: int
    open: bool

    def to_json(self) -> dict[str, Any]:
        """As a packet keeps it."""
        return {
            "number": self.number,
            "incident": self.incident,
            "public": self.public,
            "state": self.state,
            "seconds": self.seconds,
            "open": self.open,
        }


def late_steps(
    since: dt.datetime, until: dt.datetime, at: dt.datetime
) -> dict[str, list[LateStep]]:
    """What was late in two weeks by unit, the worst first: of all kinds, those that are not public
    too; without drills. One statement."""
    found: dict[str, list[LateStep]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_LATE, {"since": since, "until": until, "at": at})
        for unit, *values in cursor.fetchall():
            if unit:
                found.setdefault(unit, []).append(LateStep(*values))
    return found


_UNITS = """
SELECT DISTINCT o.code FROM organisations_organisation o
WHERE o.id IN (
    SELECT a.organisation_id FROM cases_assignment a
    JOIN dispatch_incident i ON i.case_id = a.case_id AND NOT i.drill
    WHERE i.reported_at >= %(since)s AND i.reported_at < %(until)s
    UNION SELECT t.organisation_id FROM dispatch_incidenttask t
    JOIN dispatch_incident i ON i.case_id = t.incident_id AND NOT i.drill
    WHERE t.asked_at >= %(since)s AND t.asked_at < %(until)s)
    OR EXISTS (SELECT FROM dispatch_followup f WHERE f.unit = o.code AND f.answered_at IS NULL)
    OR EXISTS (SELECT FROM dispatch_packet k WHERE k.unit = o.code AND k.answered_at IS NULL
        AND k.until < %(until)s)
ORDER BY 1
"""


def units(until: dt.datetime) -> list[str]:
    """Whom a packet is given: the dispatch of each tier, and every office that led or helped in
    twelve weeks or owes an answer."""
    with connection.cursor() as cursor:
        cursor.execute(_UNITS, {"since": until - rules.BUSY, "until": until})
        return [*rules.TIERS, *(row[0] for row in cursor.fetchall())]


def unit_name(unit: str, offices: dict[str, Organisation] | None = None) -> str:
    """A unit in words."""
    if unit in rules.TIERS:
        return {
            "tier-1": _("Dispatch of the neighbourhoods"),
            "tier-2": _("Dispatch of the districts"),
            "tier-3": _("Dispatch of the city"),
        }[unit]
    if offices is not None:
        return str(offices.get(unit, unit))
    found = Organisation.objects.filter(code=unit).first()
    return str(found) if found else unit


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """Units in words, by code; one query."""
    wanted = set(codes)
    rows = {o.code: o for o in Organisation.objects.filter(code__in=wanted)}
    return {code: unit_name(code, rows) for code in wanted}


ANSWERED, WAITING, SKIPPED, ANSWERED_LATE = "answered", "waiting", "skipped", "answered_late"


def standing(packet: Packet, at: dt.datetime) -> str:
    """How a packet stands: answered, answered_late, waiting or skipped."""
    if packet.answered_at is not None and packet.answered_at <= at:
        return ANSWERED if packet.answered_at <= packet.due_at else ANSWERED_LATE
    return WAITING if at <= packet.due_at else SKIPPED


def age(packet: Packet, at: dt.datetime) -> dt.timedelta:
    """How long an answer is owed beyond its day; nothing when it is not."""
    return max(dt.timedelta(), (packet.answered_at or at) - packet.due_at)


def packets(*, unit: str = "") -> QuerySet[Packet]:
    """Packets, the newest first; of one unit or of all."""
    rows = Packet.objects.select_related("organisation").order_by("-until", "unit")
    return rows.filter(unit=unit) if unit else rows


def packet_of(unit: str, until: dt.datetime) -> Packet | None:
    """The packet of a unit for the two weeks that ended at a moment."""
    return packets(unit=unit).filter(until=until).first()


def followups(packet: Packet) -> list[FollowUp]:
    """What the head had to answer in a packet: what stands in it, and what was moved on from it
    without an answer."""
    rows = FollowUp.objects.filter(unit=packet.unit)
    rows = rows.filter(first_in__until__lte=packet.until, packet__until__gte=packet.until)
    return list(rows.select_related("packet", "first_in").order_by("at", "pk"))


def memo(packet: Packet) -> list[FollowUp]:
    """What was written down after the meeting about a packet."""
    return list(FollowUp.objects.filter(written_in=packet).order_by("pk"))


def asks(one: FollowUp) -> str:
    """What a follow-up asks, in the reader's language."""
    if one.why == FollowUp.Why.LATE:
        return _(
            "{n} steps took longer than their terms. Say why, and what changes until the next "
            "packet."
        ).format(n=one.details.get("steps", 0))
    if one.why == FollowUp.Why.LESSON:
        return _(
            "The lesson “{text}” was due on {day} and is not done. Say when it will be."
        ).format(text=one.details.get("text", ""), day=one.details.get("due_on", ""))
    return one.text


def as_json(packet: Packet, at: dt.datetime, *, inside: bool) -> dict[str, Any]:
    """A packet for machines; with ``inside`` what is not public too."""
    return {
        "format": "veche-packet/1",
        "unit": packet.unit,
        "since": packet.since.astimezone(dt.UTC).isoformat(),
        "until": packet.until.astimezone(dt.UTC).isoformat(),
        "made": packet.made_at.astimezone(dt.UTC).isoformat() if packet.made_at else None,
        "standing": standing(packet, at) if packet.pk else None,
        "figures": packet.figures,
        "late": [row for row in packet.late if inside or row["public"]],
        "followups": [
            {"why": one.why, "text": asks(one), "answer": one.answer, "moved": one.moved}
            for one in (followups(packet) if packet.pk else ())
            if inside or one.public
        ],
        "answer": packet.answer,
    }

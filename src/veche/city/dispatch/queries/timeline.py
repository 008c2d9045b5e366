"""The course of an incident by itself: every moment that was written down, in order of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from veche.city.dispatch.models import (
    HandOverLine,
    Incident,
    IncidentEntry,
    IncidentMatter,
    IncidentTask,
    ModeAct,
)
from veche.city.dispatch.queries.lateness import Segment, Spent, Term, segments, spent, terms_of
from veche.core.cases.models import Case, CaseEvent
from veche.core.cases.procedure import PROCEDURES
from veche.core.organisations.models import Organisation

if TYPE_CHECKING:
    from django.utils.functional import Promise

MILESTONES: tuple[tuple[str, str | Promise], ...] = (
    ("sensed", gettext_lazy("first reading")),
    ("alarm", gettext_lazy("alarm")),
    ("word", gettext_lazy("first word of a person")),
    ("reported", gettext_lazy("the city knows")),
    ("seen", gettext_lazy("first view of a dispatcher")),
    ("verified", gettext_lazy("verified")),
    ("dispatched", gettext_lazy("given to the lead")),
    ("accepted", gettext_lazy("accepted")),
    ("acted", gettext_lazy("first action on the spot")),
    ("done", gettext_lazy("reported done")),
    ("checked", gettext_lazy("verified on site")),
    ("ended", gettext_lazy("closed")),
)
"""What every after-action shows, in the order it is hoped for."""
ENTRY_WORDS: dict[str, str | Promise] = {
    "sensed": gettext_lazy("a reading"),
    "reported": gettext_lazy("written down by somebody on duty"),
    "crew-sent": gettext_lazy("a crew was sent"),
    "crew-there": gettext_lazy("a crew is there"),
    "crew-free": gettext_lazy("a crew is free again"),
    "alarm": gettext_lazy("an alarm again"),
    "told": gettext_lazy("told again"),
    "seen": gettext_lazy("seen"),
    "note": gettext_lazy("a note"),
    "climbed": gettext_lazy("a tier up"),
    "taken-up": gettext_lazy("the tier above took it"),
    "handed-down": gettext_lazy("handed down a tier"),
    "message": gettext_lazy("a message to the public"),
    "handed-over": gettext_lazy("a shift handed it over"),
    "linked": gettext_lazy("reports of residents were linked"),
    "joined": gettext_lazy("another incident became a part of it"),
    "cost": gettext_lazy("the cost was told"),
    "mode": gettext_lazy("the mode of the city changed"),
}
MODE_WORDS: dict[str, str | Promise] = {
    "entered": gettext_lazy("the mode of the city was entered: level {level}"),
    "extended": gettext_lazy("the mode of the city was extended: level {level}"),
    "ended": gettext_lazy("the mode of the city was ended: level {level}"),
    "replaced": gettext_lazy("the mode of the city was replaced: level {level}"),
    "over": gettext_lazy("the term of the mode was over: level {level}"),
}


@dataclass(frozen=True)
class Milestone:
    """One of the moments every after-action shows."""

    code: str
    title: str | Promise
    at: dt.datetime | None
    after: dt.timedelta | None
    """Since the first moment known."""


@dataclass(frozen=True)
class Moment:
    """One line of the course."""

    at: dt.datetime
    kind: str
    number: str
    """The incident, or a helper's part of it."""
    title: str
    whose: str
    text: str
    public: bool = True


@dataclass(frozen=True)
class Lane:
    """One bar of the picture: the incident itself, or a helper's part."""

    number: str
    title: str
    stretches: tuple[Segment, ...]
    late: tuple[Term, ...]


@dataclass(frozen=True)
class Story:
    """All that is known of the course of an incident."""

    incident: Incident
    at: dt.datetime
    begins: dt.datetime
    ends: dt.datetime
    milestones: tuple[Milestone, ...]
    moments: tuple[Moment, ...]
    lanes: tuple[Lane, ...]
    terms: tuple[Term, ...]
    spent: tuple[Spent, ...]

    @property
    def late(self) -> list[Term]:
        """What took longer than its own term, the worst first."""
        return sorted((t for t in self.terms if t.late), key=lambda t: t.late_by, reverse=True)

    @property
    def whole(self) -> dt.timedelta:
        """From the first moment known to the end, or to now."""
        return self.ends - self.begins

    @property
    def touched(self) -> dt.timedelta:
        """How long somebody was at work on the spot, whoever it was."""
        return _covered(s for lane in self.lanes for s in lane.stretches if s.how == "touching")


def story(incident: Incident, at: dt.datetime, *, inside: bool = False) -> Story:
    """The course of an incident as it stood at a moment; with ``inside``, its inner log as well.

    A dozen queries, however long it took and however many helped.
    """
    tasks = list(
        IncidentTask.objects.filter(incident=incident, asked_at__lte=at)
        .select_related("case", "organisation")
        .order_by("asked_at", "pk")
    )
    cases: list[Case] = [incident.case, *(task.case for task in tasks)]
    known = {case.pk: (case.procedure, case.number) for case in cases}
    events = list(CaseEvent.objects.filter(case__in=known, at__lte=at).order_by("at", "id"))
    keys = {event.organisation_id for event in events if event.organisation_id}
    offices = {pk: str(row) for pk, row in Organisation.objects.in_bulk(list(keys)).items()}
    terms = terms_of(known, at)
    lanes = []
    for case, title in [
        (incident.case, incident.title),
        *((task.case, f"{task.organisation}: {task.text}") for task in tasks),
    ]:
        mine = [event for event in events if event.case_id == case.pk]
        drawn = tuple(segments(case.procedure, mine, at, offices))
        late = tuple(t for t in terms if t.number == case.number and t.late)
        lanes.append(Lane(case.number, title, drawn, late))
    moments = _moments(incident, at, events, known, offices, inside)
    milestones = _milestones(incident, at)
    seen = [m.at for m in milestones if m.at] + [m.at for m in moments]
    over = incident.ended_at if incident.case.state not in _OPEN else None
    ends = min(at, over) if over else at
    begins = min([*seen, incident.reported_at])
    return Story(
        incident=incident,
        at=at,
        begins=begins,
        ends=max(ends, begins),
        milestones=milestones,
        moments=moments,
        lanes=tuple(lanes),
        terms=tuple(terms),
        spent=tuple(spent((s for lane in lanes for s in lane.stretches), terms)),
    )


_OPEN = ("reported", "verified", "dispatched", "in_work", "pending", "done")


def _milestones(incident: Incident, at: dt.datetime) -> tuple[Milestone, ...]:
    alarm = incident.reported_at if incident.source == Incident.Source.ALARM else None
    words = list(
        IncidentMatter.objects.filter(incident=incident, matter__opened_at__lte=at)
        .order_by("matter__opened_at")
        .values_list("matter__opened_at", flat=True)[:1]
    )
    if incident.source in ("call", "problem", "officer"):
        words.append(incident.reported_at)
    found: dict[str, dt.datetime | None] = {
        "sensed": incident.sensed_at,
        "alarm": alarm,
        "word": min(words, default=None),
        **{
            name: getattr(incident, f"{name}_at")
            for name in ("reported", "seen", "verified", "dispatched", "accepted", "acted",
                         "done", "checked", "ended")
        },
    }  # fmt: skip
    there = {name: when for name, when in found.items() if when is not None and when <= at}
    first = min(there.values(), default=None)
    return tuple(
        Milestone(
            code,
            title,
            there.get(code),
            there[code] - first if first is not None and code in there else None,
        )
        for code, title in MILESTONES
    )


def _moments(
    incident: Incident,
    at: dt.datetime,
    events: Sequence[CaseEvent],
    known: dict[int, tuple[str, str]],
    offices: dict[int, str],
    inside: bool,
) -> tuple[Moment, ...]:
    found: list[Moment] = []
    if incident.sensed_at is not None and incident.sensed_at <= at:
        found.append(_of(incident, incident.sensed_at, "sensed", _("first reading")))
    if incident.seen_at is not None and incident.seen_at <= at:
        found.append(_of(incident, incident.seen_at, "seen", _("first view of a dispatcher")))
    for event in events:
        procedure, number = known[event.case_id]
        move = next(m for m in PROCEDURES[procedure].moves if m.name == event.move)
        text = str(event.public.get("text", ""))
        office = offices.get(event.organisation_id or 0, "")
        found.append(Moment(event.at, event.move, number, str(move.title), office, text))
    entries = IncidentEntry.objects.filter(incident=incident, at__lte=at)
    if not inside:
        entries = entries.filter(public=True)
    written = set()
    for entry in entries.order_by("at", "pk"):
        written.add((entry.kind, entry.at))
        title = str(ENTRY_WORDS.get(entry.kind) or ENTRY_WORDS["note"])
        found.append(
            _of(incident, entry.at, entry.kind, title, _details(entry), public=entry.public)
        )
    for add in (_modes, _hand_overs) if inside else (_modes,):
        found += [m for m in add(incident, at) if (m.kind, m.at) not in written]
    return tuple(sorted(found, key=lambda m: m.at))


def _of(
    incident: Incident,
    at: dt.datetime,
    kind: str,
    title: str,
    text: str = "",
    public: bool = True,
) -> Moment:
    return Moment(at, kind, incident.case.number, title, "", text, public)


def _details(entry: IncidentEntry) -> str:
    """What a line of the log says besides its kind."""
    told: dict[str, Any] = entry.details
    if entry.kind in ("climbed", "handed-down") and "from" in told:
        return " ".join(filter(None, (f"{told['from']} → {told['to']}", entry.text)))
    if entry.kind == "mode" and "level" in told:
        change = f"{told.get('before', '')} → {told['level']}"
        return " ".join(filter(None, (change, entry.text)))
    if entry.kind == "message":
        return str(told.get("identifier", entry.text))
    if entry.kind == "joined":
        return f"{told.get('incident', '')} {told.get('title', '')}".strip()
    if entry.kind == "linked":
        return ", ".join(told.get("matters", ()))
    if entry.kind == "cost":
        return str(told.get("cost", ""))
    return entry.text


def _modes(incident: Incident, at: dt.datetime) -> Iterable[Moment]:
    place = incident.case.territory
    ends = min(at, incident.ended_at or at)
    rows = ModeAct.objects.filter(
        mode__territory__in=[place.pk, place.district_id, place.city_id],
        mode__drill=incident.drill,
        at__gte=incident.reported_at,
        at__lte=ends,
    )
    for act in rows.select_related("mode").order_by("at"):
        words: Callable[..., str] = str(MODE_WORDS[act.kind]).format
        yield _of(incident, act.at, "mode", words(level=act.mode.level), act.reason)


def _hand_overs(incident: Incident, at: dt.datetime) -> Iterable[Moment]:
    rows = HandOverLine.objects.filter(Q(incident=incident), hand_over__at__lte=at)
    for line in rows.select_related("hand_over__list").order_by("hand_over__at"):
        names = str(line.hand_over.list)
        yield _of(
            incident,
            line.hand_over.at,
            "handed-over",
            _("a shift wrote it down for the next"),
            names,
            False,
        )


def as_json(found: Story) -> dict[str, Any]:
    """The course for machines: moments in UTC, spans in whole seconds."""
    one = found.incident

    def whole(span: dt.timedelta | None) -> int | None:
        return None if span is None else int(span.total_seconds())

    def moment(value: dt.datetime | None) -> str | None:
        return value.astimezone(dt.UTC).isoformat(timespec="seconds") if value else None

    return {
        "format": "veche-after-action/1",
        "incident": one.case.number,
        "kind": one.kind.code,
        "title": one.title,
        "drill": one.drill,
        "state": one.case.state,
        "tier": one.tier,
        "as_of": moment(found.at),
        "begins": moment(found.begins),
        "ends": moment(found.ends),
        "seconds": whole(found.whole),
        "touched_seconds": whole(found.touched),
        "milestones": [
            {"code": m.code, "at": moment(m.at), "after_seconds": whole(m.after)}
            for m in found.milestones
        ],
        "moments": [
            {"at": moment(m.at), "kind": m.kind, "matter": m.number, "office": m.whose,
             "text": m.text}
            for m in found.moments
        ],
        "late": [
            {"matter": t.number, "state": t.state, "office": t.whose, "due": moment(t.due_at),
             "ended": moment(t.ended_at), "late_seconds": whole(t.late_by)}
            for t in found.late
        ],
        "time": [
            {"office": row.whose, "waiting_seconds": whole(row.waiting),
             "touching_seconds": whole(row.touching), "put_off_seconds": whole(row.put_off),
             "steps_late": row.steps_late, "late_seconds": whole(row.late)}
            for row in found.spent
        ],
    }  # fmt: skip


def _covered(stretches: Iterable[Segment]) -> dt.timedelta:
    """How long at least one of the stretches lasted."""
    total, end = dt.timedelta(), None
    for one in sorted(stretches, key=lambda s: s.begins):
        if end is None or one.begins > end:
            total, end = total + one.took, one.ends
        elif one.ends > end:
            total, end = total + (one.ends - end), one.ends
    return total

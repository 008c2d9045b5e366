"""A situation becomes an incident: somebody is sent, and the alarms learn what was found.

What sends people out lies below and knows nothing of alarms: it is called here, and listened to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch.models import Incident, IncidentKind
from veche.city.dispatch.operations import incidents as door
from veche.city.dispatch.queries.joins import parts, wholes
from veche.city.pulse.models import Alarm, AlarmChange, Situation
from veche.city.pulse.operations import handling
from veche.city.pulse.words import alarm_name
from veche.core.cases.models import Case
from veche.core.journal.operations import record
from veche.errors import Invalid, NotFound
from veche.languages import here
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.journal.models import Record
    from veche.core.people.models import Person

HEARD = frozenset(
    {"incident.close", "incident.call_false", "incident.reopen", "incident.reopen_later"}
)
"""Records of incidents after which a situation looks how its incident stands, or the one of which
it became a part."""
OUTCOMES = {
    "closed": Situation.Outcome.HANDLED,
    "evaluated": Situation.Outcome.HANDLED,
    "false_alarm": Situation.Outcome.FALSE,
}
"""State of an incident → what it makes of its situation; any other: it is open."""
HAPPENED = {
    Situation.Outcome.HANDLED: "handled",
    Situation.Outcome.FALSE: "false",
    Situation.Outcome.OPEN: "reopened",
}
GRAVE = {"warning": 2, "critical": 3}
"""How grave an incident of an alarm is at least, by the words of CAP."""


class NoKind(Invalid):
    """Whoever sends people must know what for."""

    code = "incident-no-kind"
    sentence = _("Choose what kind of incident it is.")
    field = "kind"


def key_of(situation: Situation) -> str:
    """How dispatch names the situation an incident came of."""
    return f"situation:{situation.pk}"


def kind_for(alarm: Alarm) -> IncidentKind | None:
    """The kind of incident that the indicator of an alarm names, if the city has it."""
    code = (alarm.indicator.case_template or {}).get("kind", "") if alarm.indicator else ""
    return IncidentKind.objects.filter(code=code, until=None).first() if code else None


def title_for(alarm: Alarm) -> str:
    """What an incident of an alarm is called unless somebody says it better."""
    told = (alarm.indicator.case_template or {}).get("title") if alarm.indicator else None
    return f"{here(told) if told else alarm_name(alarm)}, {alarm.territory}"[:160]


@operation
def make_incident(
    *,
    by: Person | None,
    at: dt.datetime,
    situation: int,
    kind: IncidentKind | None = None,
    title: str = "",
    text: str = "",
    vulnerable: str = "",
    people: int | None = None,
) -> Incident:
    """Make an incident of a situation and hand its alarms on, in one step.

    It is a drill where the alarms are one; it was sensed when the first reading of any of them was.
    Without ``kind`` the one that the gravest alarm's indicator names.

    Raises:
        NotFound: there is no such situation, or nothing is in it.
        NoKind: none was chosen, and the indicators name none.
        veche.city.pulse.operations.handling.HandedOnAlready: it has become an incident already.
        veche.city.pulse.access.NotAnOperator: the person does not watch its place.
        veche.errors.Refused: as for every report of an incident.
    """
    found = Situation.objects.select_related("territory").filter(pk=situation).first()
    alarms = Alarm.objects.filter(situation=situation).select_related("indicator", "territory")
    rows = list(alarms.select_related("thing", "source").order_by("first_at", "pk"))
    if found is None or not rows:
        raise NotFound
    if found.incident is not None:
        raise handling.HandedOnAlready
    worst = max(rows, key=lambda one: one.level == "critical")
    chosen = kind or kind_for(worst)
    if chosen is None:
        raise NoKind
    thing = next((one.thing for one in rows if one.thing is not None), None)
    point = (
        (thing.longitude, thing.latitude)
        if thing is not None and thing.longitude is not None and thing.latitude is not None
        else None
    )
    made = door.report(
        by=by, at=at, kind=chosen, territory=found.territory, title=title or title_for(worst),
        text=text, source=Incident.Source.ALARM, source_key=key_of(found),
        severity=max(chosen.severity, GRAVE.get(worst.level, 2)),
        sensed_at=min(one.sensed_at or one.first_at for one in rows),
        drill=any(one.drill for one in rows), vulnerable=vulnerable, people=people, point=point,
    )  # fmt: skip
    handling.hand_on(by=by, at=at, situation=found.pk, incident=made.pk)
    return made


def hear(*, records: Sequence[Record], at: dt.datetime) -> None:
    """The listener: incidents that ended or were opened again."""
    found = _changed(records)
    if found:
        learn(by=None, at=at, incidents=list(found))


def _changed(records: Sequence[Record]) -> dict[int, Situation.Outcome]:
    """Incidents of situations that stand otherwise than the situations know."""
    numbers = {one.subject.partition(":")[2] for one in records if one.kind in HEARD}
    asked = set(Case.objects.filter(number__in=numbers).values_list("pk", flat=True))
    asked |= set(parts(asked))
    known = Situation.objects.filter(incident__in=asked).values_list("incident", "outcome")
    # As it stands now, not as the record says: records may come late, and twice.
    stands = _stands([pk for pk, _was in known if pk])
    return {pk: stands[pk] for pk, was in known if pk and was != stands[pk]}


def _stands(incidents: Collection[int]) -> dict[int, Situation.Outcome]:
    """Incidents → what became of each, or of the one in which it goes on."""
    going = wholes(incidents)
    states = dict(Case.objects.filter(pk__in=set(going.values())).values_list("pk", "state"))
    return {
        pk: OUTCOMES.get(states.get(going.get(pk, 0), ""), Situation.Outcome.OPEN)
        for pk in incidents
    }


@operation
def learn(*, by: None, at: dt.datetime, incidents: Sequence[int]) -> int:
    """Situations learn what became of their incidents; returns how many learnt something new."""
    rows = Situation.objects.select_for_update().filter(incident__in=incidents).order_by("pk")
    stands = _stands(incidents)
    changed = 0
    for row in rows:
        outcome = stands.get(row.incident or 0, Situation.Outcome.OPEN)
        if row.outcome == outcome:
            continue
        row.outcome = outcome
        row.save(update_fields=["outcome"])
        AlarmChange.objects.bulk_create(
            AlarmChange(alarm=alarm, at=at, by=by, what=HAPPENED[outcome])
            for alarm in row.alarms.all()
        )
        changed += 1
    record(
        kind="pulse.situations-learnt", by=by, at=at, subject="pulse", public={"changed": changed}
    )
    return changed

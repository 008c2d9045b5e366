"""The steps of a scripted incident that the pulse plays: readings, alarms, handing on."""

from __future__ import annotations

import datetime as dt

from veche.city.dispatch.scenario import NotAScript, Play, Step
from veche.city.dispatch.scenario_steps import kind_of
from veche.city.pulse.models import Alarm, Indicator, Source, Stream
from veche.city.pulse.operations import alarms, intake, reckoning
from veche.city.pulse.operations.handling import acknowledge, make_situation
from veche.city.pulse.operations.incidents import make_incident

SENSED = "pulse.sensed"
"""Under this the first reading of a drill is remembered: a drill writes none."""


def reading(*, at: dt.datetime, step: Step, play: Play) -> str:
    """Sensors tell a number; in a drill it is only said, since a reading has no mark and would be
    in every figure."""
    play.known.setdefault(SENSED, at)
    what, number = step.text("property"), float(step.asks.get("value", 0))
    text = f"{what} {number:g}"
    if play.drill:
        return text
    place = play.place(step)
    rows: dict[int, list[intake.Row]] = {}
    streams = Stream.objects.filter(property__code=what, thing__territory__isnull=False)
    for one in streams.select_related("thing__territory"):
        stands = one.thing.territory
        if stands is not None and place.pk in (stands.pk, stands.district_id, stands.city_id):
            rows.setdefault(one.source_id, []).append(intake.Row(one.pk, at, number))
    if not rows:
        raise NotAScript(number=step.number, fault=f"property = “{what}”")
    for source in Source.objects.filter(pk__in=rows):
        intake.take(by=None, at=at, source=source, rows=rows[source.pk])
    chosen = Indicator.objects.filter(active=True, formula__property=what)
    reckoning.reckon(by=None, at=at, indicators=list(chosen.values_list("pk", flat=True)))
    return text


def alarm(*, at: dt.datetime, step: Step, play: Play) -> str:
    """An alarm is raised: the one that the readings raised, or one of its own where none did (in a
    drill always, and marked)."""
    place, code = play.place(step), step.text("indicator")
    indicator = Indicator.objects.filter(code=code).first()
    if indicator is None:
        raise NotAScript(number=step.number, fault=f"indicator = “{code}”")
    rule = alarms.rule_of(indicator)
    open_ones = Alarm.objects.filter(rule=rule, territory=place, closed_at=None, drill=play.drill)
    found = open_ones.first() or alarms.raise_alarm(
        by=None, at=at, rule=rule, territory=place, level=str(step.asks.get("level", "critical")),
        indicator=indicator, value=float(step.asks["value"]) if "value" in step.asks else None,
        drill=play.drill, sensed_at=play.known.get(SENSED),
    )  # fmt: skip
    play.known["pulse.alarm"] = found.pk
    return str(found.indicator)


def calm(*, at: dt.datetime, step: Step, play: Play) -> str:
    """What the last alarm tells of is as it should be again."""
    found = _last(step, play)
    alarms.return_alarm(
        by=None, at=at, rule=found.rule, territory=found.territory, thing=found.thing,
        drill=found.drill,
    )  # fmt: skip
    return str(found.indicator)


def incident(*, at: dt.datetime, step: Step, play: Play) -> str:
    """An operator makes an incident of the last alarm."""
    by, found = play.person(step.who, at), _last(step, play)
    if found.handling != alarms.SEEN:
        # Seen by somebody, it is closed when it is calm again: the next play begins anew.
        acknowledge(by=by, at=at, alarms=[found.pk])
    situation = make_situation(by=by, at=at, alarm=found.pk)
    made = make_incident(
        by=by, at=at, situation=situation.pk, kind=kind_of(step, play),
        title=str(step.asks.get("title", "")), text=str(step.asks.get("story", "")),
        people=step.asks.get("people"),
    )  # fmt: skip
    play.keep(step, made)
    return f"{made.case.number} {made.title}"


def _last(step: Step, play: Play) -> Alarm:
    number = play.known.get("pulse.alarm")
    if number is None:
        raise NotAScript(number=step.number, fault="alarm?")
    return Alarm.objects.select_related("indicator", "territory", "thing").get(pk=number)

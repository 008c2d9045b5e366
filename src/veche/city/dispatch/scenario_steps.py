"""The steps of a scripted incident that dispatch itself plays, by its own operations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from veche.city.dispatch.models import EssentialService, Incident, IncidentKind, IncidentTask
from veche.city.dispatch.operations import incidents
from veche.city.dispatch.scenario import NotAScript, Play, Step

if TYPE_CHECKING:
    from veche.core.people.models import Person


def kind_of(step: Step, play: Play) -> IncidentKind:
    """The kind of incident that a step names.

    Raises:
        veche.city.dispatch.scenario.NotAScript: there is none.
    """
    del play
    found = IncidentKind.objects.filter(code=step.text("kind")).first()
    if found is None:
        raise NotAScript(number=step.number, fault=f"kind = “{step.text('kind')}”")
    return found


def details(step: Step) -> dict[str, Any]:
    """What a step that reports says beside kind, place and title."""
    found: dict[str, Any] = {"text": step.text("story"), "vulnerable": step.text("vulnerable")}
    for name in ("severity", "people"):
        if name in step.asks:
            found[name] = int(step.asks[name])
    if "point" in step.asks:
        longitude, latitude = step.asks["point"]
        found["point"] = (float(longitude), float(latitude))
    if "service" in step.asks:
        found["service"] = EssentialService.objects.filter(code=step.asks["service"]).first()
    return found


def call(*, at: dt.datetime, step: Step, play: Play) -> str:
    """Somebody rings, or an officer on duty sees it: an incident is reported."""
    made = incidents.report(
        by=play.person(step.who, at), at=at, kind=kind_of(step, play), territory=play.place(step),
        title=step.text("title"), source=step.text("source", "call"), drill=play.drill,
        **details(step),
    )  # fmt: skip
    play.keep(step, made)
    return f"{made.case.number} {made.title}"


def dispatch(*, at: dt.datetime, step: Step, play: Play) -> str:
    """A dispatcher gives it to the lead, and asks helpers."""
    lead = play.office(step.asks["lead"]) if "lead" in step.asks else None
    helpers = [(play.office(code), str(text)) for code, text in step.list("helpers")]
    done = incidents.dispatch(
        by=_somebody(step, play, at), at=at, incident=play.incident(step), lead=lead,
        helpers=helpers,
    )  # fmt: skip
    return str(done.lead)


def ask_help(*, at: dt.datetime, step: Step, play: Play) -> str:
    """Another office is asked to help."""
    office = play.office(step.text("office"))
    incidents.ask_help(
        by=_somebody(step, play, at), at=at, incident=play.incident(step), organisation=office,
        text=step.text("text"),
    )  # fmt: skip
    return str(office)


def _said(do: Callable[..., Incident], *, words: bool = True) -> Callable[..., str]:
    """A step of the incident's own case: who, when, and perhaps words."""

    def act(*, at: dt.datetime, step: Step, play: Play) -> str:
        more: dict[str, Any] = {"text": str(step.asks.get("text", ""))} if words else {}
        do(by=play.person(step.who, at), at=at, incident=play.incident(step), **more)
        return str(step.asks.get("text", ""))

    return act


call_false = _said(incidents.call_false)
accept = _said(incidents.accept)
send_back_to_dispatcher = _said(incidents.send_back_to_dispatcher)
begin = _said(incidents.begin)
resume = _said(incidents.resume)
send_back = _said(incidents.send_back)
close = _said(incidents.close)
reopen = _said(incidents.reopen)
take_away = _said(incidents.take_away)
take_up = _said(incidents.take_up, words=False)


def look(*, at: dt.datetime, step: Step, play: Play) -> str:
    """A dispatcher opens it for the first time."""
    person = play.person(step.who, at)
    assert person is not None
    incidents.look(by=person, at=at, incident=play.incident(step))
    return ""


def verify(*, at: dt.datetime, step: Step, play: Play) -> str:
    """A dispatcher makes sure that it is so, and writes down what was learnt."""
    more: dict[str, Any] = {k: step.asks[k] for k in ("severity", "people") if k in step.asks}
    if "vulnerable" in step.asks:
        more["vulnerable"] = step.text("vulnerable")
    text = str(step.asks.get("text", ""))
    incidents.verify(
        by=_somebody(step, play, at), at=at, incident=play.incident(step), text=text, **more
    )
    return text


def postpone(*, at: dt.datetime, step: Step, play: Play) -> str:
    """The lead cannot do it in time, and says why and until when (hours)."""
    until = at + dt.timedelta(hours=float(step.asks.get("hours", 24)))
    incidents.postpone(
        by=_somebody(step, play, at), at=at, incident=play.incident(step), text=step.text("text"),
        until=until,
    )  # fmt: skip
    return step.text("text")


def say_done(*, at: dt.datetime, step: Step, play: Play) -> str:
    """The lead reports it done, with what it cost."""
    cost = Decimal(str(step.asks["cost"])) if "cost" in step.asks else None
    incidents.say_done(
        by=_somebody(step, play, at), at=at, incident=play.incident(step), text=step.text("text"),
        cost=cost,
    )  # fmt: skip
    return step.text("text")


def join(*, at: dt.datetime, step: Step, play: Play) -> str:
    """Two incidents are one."""
    into = play.incidents.get(step.text("into"))
    if into is None:
        raise NotAScript(number=step.number, fault=f"into = “{step.text('into')}”")
    other = Incident.objects.select_related("case").get(pk=into)
    incidents.join(
        by=_somebody(step, play, at), at=at, incident=play.incident(step), into=other
    )  # fmt: skip
    return other.case.number


def raise_tier(*, at: dt.datetime, step: Step, play: Play) -> str:
    """A dispatcher asks the tier above."""
    done = incidents.raise_tier(
        by=play.person(step.who, at), at=at, incident=play.incident(step), text=step.text("text")
    )
    return str(done.tier)


def hand_down(*, at: dt.datetime, step: Step, play: Play) -> str:
    """Those above give it to a tier below."""
    done = incidents.hand_down(
        by=_somebody(step, play, at), at=at, incident=play.incident(step), to=int(step.asks["to"]),
        text=step.text("text"),
    )  # fmt: skip
    return str(done.tier)


def note(*, at: dt.datetime, step: Step, play: Play) -> str:
    """Somebody who deals with it writes down what they know."""
    incidents.note(
        by=_somebody(step, play, at), at=at, incident=play.incident(step), text=step.text("text"),
        public=bool(step.asks.get("public", False)),
    )  # fmt: skip
    return step.text("text")


def _task(step: Step, play: Play) -> IncidentTask:
    rows = IncidentTask.objects.filter(
        incident=play.incident(step), organisation__code=step.text("office")
    )
    found = rows.select_related("case").order_by("-asked_at").first()
    if found is None:
        raise NotAScript(number=step.number, fault=f"office = “{step.text('office')}”")
    return found


def _helped(do: Callable[..., IncidentTask]) -> Callable[..., str]:
    """A step of an office that helps."""

    def act(*, at: dt.datetime, step: Step, play: Play) -> str:
        text = str(step.asks.get("text", ""))
        who = step.who or f"duty:{step.text('office')}"
        do(by=play.person(who, at), at=at, task=_task(step, play), text=text)
        return f"{play.office(step.text('office'))}{': ' if text else ''}{text}"

    return act


accept_help = _helped(incidents.accept_help)
refuse_help = _helped(incidents.refuse_help)
begin_help = _helped(incidents.begin_help)
finish_help = _helped(incidents.finish_help)
drop_help = _helped(incidents.drop_help)


def _somebody(step: Step, play: Play, at: dt.datetime) -> Person:
    """Who takes a step that the city's own systems cannot take."""
    found = play.person(step.who, at)
    if found is None:
        raise NotAScript(number=step.number, fault="who?")
    return found

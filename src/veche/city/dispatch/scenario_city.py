"""Steps of a scripted incident that concern the city: its mode, who commands, what is said, who is
on duty."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from veche.city.dispatch.operations import command, modes
from veche.city.dispatch.scenario import NotAScript, Play, Step

if TYPE_CHECKING:
    from veche.core.people.models import Person

MODE, COMMAND = "dispatch.mode", "dispatch.command"
"""Under these the last mode and the last command are remembered."""


def _until(step: Step, at: dt.datetime) -> dt.datetime:
    """A moment so many hours ahead."""
    return at + dt.timedelta(hours=float(step.asks.get("hours", 6)))


def _person(step: Step, play: Play, at: dt.datetime, who: str = "") -> Person:
    found = play.person(who or step.who, at)
    if found is None:
        raise NotAScript(number=step.number, fault="who?")
    return found


def mode(*, at: dt.datetime, step: Step, play: Play) -> str:
    """A mode of the city or a district is entered, until so many hours ahead."""
    level = int(step.asks.get("level", 2))
    row = modes.enter_mode(
        by=_person(step, play, at), at=at, territory=play.place(step), level=level,
        reason=step.text("text"), until=_until(step, at), drill=play.drill,
    )  # fmt: skip
    play.known[MODE] = row.pk
    return f"{level}: {step.text('text')}"


def end_mode(*, at: dt.datetime, step: Step, play: Play) -> str:
    """Somebody returns to the usual mode."""
    if MODE not in play.known:
        raise NotAScript(number=step.number, fault="mode?")
    modes.end_mode(
        by=_person(step, play, at), at=at, mode=play.known[MODE], reason=step.text("text")
    )
    return step.text("text")


def commander(*, at: dt.datetime, step: Step, play: Play) -> str:
    """The mayor names who commands. In a drill it is only said: powers are powers, drill or not."""
    chosen = _person(step, play, at, step.text("person"))
    if not play.drill:
        row = command.name_commander(
            by=_person(step, play, at), at=at, person=chosen, powers=step.list("powers"),
            reason=step.text("text"), until=_until(step, at),
        )  # fmt: skip
        play.known[COMMAND] = row.pk
    return str(chosen)


def end_command(*, at: dt.datetime, step: Step, play: Play) -> str:
    """The mayor ends a command before its time."""
    if not play.drill:
        if COMMAND not in play.known:
            raise NotAScript(number=step.number, fault="commander?")
        command.end_command(
            by=_person(step, play, at), at=at, command=play.known[COMMAND],
            reason=step.text("text"),
        )  # fmt: skip
    return step.text("text")


def alert(*, at: dt.datetime, step: Step, play: Play) -> str:
    """A message to the people of a place: one dispatcher writes it, ``second`` reads and publishes
    it. In a drill it is an exercise, which reaches the house only."""
    from veche.city.dispatch.alert_contents import Contents
    from veche.city.dispatch.operations import alerts

    def words(name: str) -> dict[str, str]:
        given: Any = step.asks.get(name, {})
        if not isinstance(given, dict):
            raise NotAScript(number=step.number, fault=name)
        return {str(k): str(v) for k, v in given.items()}

    by = _person(step, play, at)
    contents = Contents(
        category=str(step.asks.get("category", "Safety")),
        response=str(step.asks.get("response", "Monitor")),
        urgency=str(step.asks.get("urgency", "Expected")),
        severity=str(step.asks.get("severity", "Moderate")),
        certainty=str(step.asks.get("certainty", "Observed")),
        event=words("event"), headline=words("headline"), description=words("description"),
        instruction=words("instruction"), territories=tuple(map(str, step.list("places"))),
        expires=_until(step, at),
    )  # fmt: skip
    incident = play.incident(step) if play.incidents else None
    status = "Exercise" if play.drill else "Actual"
    draft = alerts.begin_alert(by=by, at=at, contents=contents, status=status, incident=incident)
    alerts.ask_second(by=by, at=at, draft=draft)
    alerts.publish(by=_person(step, play, at, step.text("second") or step.who), at=at, draft=draft)
    return words("headline").get("ru", "")


def hand_over(*, at: dt.datetime, step: Step, play: Play) -> str:
    """Who is on duty hands the shift over to the next, with all that is open."""
    from veche.city.dispatch.models import DutyTurn
    from veche.city.dispatch.operations import handover

    by, to = _person(step, play, at), _person(step, play, at, step.text("to"))
    turns = DutyTurn.objects.filter(person=by, since__lte=at).select_related("list")
    turn = turns.order_by("-until").first()
    if turn is None:
        raise NotAScript(number=step.number, fault=f"who = “{step.who}”")
    written = handover.write_hand_over(by=by, at=at, turn=turn, text=str(step.asks.get("text", "")))
    handover.take_over(by=to, at=at, hand_over=written)
    return str(to)

"""A scripted incident: steps at minutes from its start, played by the real operations.

A script is a TOML file: ``title``, ``people`` (how many there are to help, where it is known) and
``[[steps]]``, each with ``at`` (minutes from the start), ``do`` (the name of a step), ``who``, and
whatever the step asks for. The steps there are stand in the manifests of the modules
(`veche.module.Module.scenario`), so that a script may begin with a reading of a sensor.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from veche import module
from veche.city.dispatch.access import full
from veche.city.dispatch.models import Incident
from veche.core.organisations.models import Holding, Organisation
from veche.core.organisations.queries import organisation_by_code
from veche.core.people.models import Person
from veche.core.places.models import Territory
from veche.errors import Invalid, Refused

MINUTE: Final = dt.timedelta(minutes=1)
LONGEST: Final = 7 * 24 * 60
"""No script is longer than a week, in minutes."""
MOST_STEPS: Final = 500


class NotAScript(Invalid):
    """The file is none, or a step in it cannot be played."""

    code = "not-a-script"
    sentence = _("This is no script of an incident: step {number}: {fault}")


class NoSuchScript(NotAScript):
    """There is no such file, and no script of this name comes with the program."""

    code = "no-such-script"
    sentence = _("There is no script {name}. These come with the program: {shipped}.")


class RealCity(Refused):
    """Invented incidents never come into the records of a real city, except as a drill."""

    code = "scenario-real-city"
    status = 403
    sentence = _("In a real city a scenario is played as a drill only: add --drill.")


class NobodyThere(Refused):
    """The script names somebody whom this city has not got."""

    code = "scenario-nobody"
    status = 404
    sentence = _("Nobody in this city is “{who}”.")


class Step(NamedTuple):
    """One step of a script."""

    number: int
    minute: float
    do: str
    who: str
    asks: Mapping[str, Any]

    def text(self, name: str, otherwise: str = "") -> str:
        """What the step says under a name.

        Raises:
            NotAScript: it says nothing, and nothing stands instead.
        """
        found = str(self.asks.get(name, otherwise))
        if not found and name in NEEDED:
            raise NotAScript(number=self.number, fault=f"{name}?")
        return found

    def list(self, name: str) -> list[Any]:
        """Several things under a name, or none."""
        found = self.asks.get(name, [])
        return list(found) if isinstance(found, list) else [found]


NEEDED: Final = frozenset({"kind", "place", "text", "title"})


@dataclass(frozen=True)
class Script:
    """A script that was read and found to be one."""

    title: Mapping[str, str]
    people: int | None
    steps: tuple[Step, ...]

    @property
    def lasts(self) -> dt.timedelta:
        """From the start to the last step."""
        return self.steps[-1].minute * MINUTE


class Said(NamedTuple):
    """What a step did, for whoever watches."""

    minute: float
    at: dt.datetime
    do: str
    who: str
    text: str


Act = Callable[..., str | None]


@dataclass
class Play:
    """A script while it is played."""

    script: Script
    begun: dt.datetime
    drill: bool
    people: Mapping[str, Person] = field(default_factory=dict)
    """Who plays which part, where the cast of the demo does not."""
    incidents: dict[str, int] = field(default_factory=dict)
    """Name in the script → the incident it became; the first one stands under "" too."""
    known: dict[str, Any] = field(default_factory=dict)
    """What modules remember from step to step, by a key of their own."""
    said: list[Said] = field(default_factory=list)

    @property
    def minutes(self) -> float:
        """From the first report of an incident to the last step that ended one, in minutes."""
        found = Incident.objects.filter(pk__in=set(self.incidents.values()))
        begins = min((one.reported_at for one in found), default=self.begun)
        ends = max((one.ended_at for one in found if one.ended_at), default=self.begun)
        return max(ends - begins, dt.timedelta()) / MINUTE

    def person(self, who: str, at: dt.datetime) -> Person | None:
        """Who plays a part: the key of one of the cast, ``officer:OFFICE``, ``head:OFFICE``,
        ``duty:OFFICE`` (its officer where nobody is on duty), ``dispatcher:PLACE``; empty: the
        city's own systems.

        Raises:
            NobodyThere: this city has nobody of the kind.
        """
        if not who:
            return None
        if who in self.people:
            return self.people[who]
        role, colon, code = who.partition(":")
        found: Person | None
        if not colon:
            found = Person.objects.filter(cast=who).first()
        elif role == "dispatcher":
            place = {"territory__code": code, "territory__imported": False}
            found = _held(Holding.objects.filter(role=role, **place), at)
        else:
            office = organisation_by_code(code)
            found = _on_duty(office, at) if role == "duty" else None
            named = "officer" if role == "duty" else role
            found = found or _held(Holding.objects.filter(role=named, organisation=office), at)
        if found is None:
            raise NobodyThere(who=who)
        return found

    def incident(self, step: Step) -> Incident:
        """The incident a step is about, as it stands now.

        Raises:
            NotAScript: none of this name was reported before.
        """
        name = str(step.asks.get("incident", ""))
        if name not in self.incidents:
            raise NotAScript(number=step.number, fault=f"incident “{name}”")
        return full().get(pk=self.incidents[name])

    def keep(self, step: Step, incident: Incident) -> None:
        """Remember the incident that a step made, under the name it gives."""
        self.incidents.setdefault("", incident.pk)
        self.incidents[str(step.asks.get("incident", ""))] = incident.pk

    def place(self, step: Step, name: str = "place") -> Territory:
        """A territory that a step names by its code.

        Raises:
            NotAScript: there is none.
        """
        code = step.text(name)
        found = Territory.objects.filter(code=code, imported=False).first()
        if found is None:
            raise NotAScript(number=step.number, fault=f"{name} “{code}”")
        return found

    def office(self, code: str) -> Organisation:
        """An office by its code.

        Raises:
            veche.errors.NotFound: there is none.
        """
        return organisation_by_code(code)


def _held(rows: QuerySet[Holding], at: dt.datetime) -> Person | None:
    """Whoever holds one of these roles at a moment, the first who was appointed."""
    held = rows.filter(since__lte=at).exclude(until__lte=at)
    one = held.select_related("person").order_by("id").first()
    return one.person if one is not None else None


def _on_duty(office: Organisation, at: dt.datetime) -> Person | None:
    from veche.city.dispatch.queries.duty import on_duty

    return next(iter(on_duty(organisation=office, at=at)), None)


def shipped() -> list[str]:
    """The scripts that come with the program."""
    folder = resources.files("veche.city.dispatch") / "scenarios"
    return sorted(one.name for one in folder.iterdir() if one.name.endswith(".toml"))


def find(name: str) -> str:
    """The text of a script: a file, or one that comes with the program, with or without ``.toml``.

    Raises:
        NoSuchScript: there is neither.
    """
    path = Path(name)
    if path.is_file():
        return path.read_text(encoding="utf-8")
    known = shipped()
    for own in (name, f"{name}.toml"):
        if own in known:
            folder = resources.files("veche.city.dispatch") / "scenarios"
            return (folder / own).read_text(encoding="utf-8")
    raise NoSuchScript(name=name, shipped=", ".join(known))


def steps_known() -> dict[str, str]:
    """Every step there is, of all modules: name → path of what plays it."""
    return {name: path for one in module.load() for name, path in one.scenario.items()}


def read(text: str) -> Script:
    """Read a script.

    Raises:
        NotAScript: it is none; which step is wrong and why is said, and nothing was played.
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise NotAScript(number=0, fault=str(fault)) from fault
    known = steps_known()
    steps: list[Step] = []
    rows = told.get("steps")
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_STEPS:
        raise NotAScript(number=0, fault="steps")
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not isinstance(row.get("at"), int | float):
            raise NotAScript(number=number, fault="at")
        minute = float(row["at"])
        if not (steps[-1].minute if steps else 0.0) <= minute <= LONGEST:
            raise NotAScript(number=number, fault=f"at = {row['at']}")
        if row.get("do") not in known:
            raise NotAScript(number=number, fault=f"do = “{row.get('do', '')}”")
        asks = {k: v for k, v in row.items() if k not in ("at", "do", "who")}
        steps.append(Step(number, minute, row["do"], str(row.get("who", "")), asks))
    title, people = told.get("title", {}), told.get("people")
    if not isinstance(title, dict) or not (people is None or isinstance(people, int)):
        raise NotAScript(number=0, fault="title")
    return Script({str(k): str(v) for k, v in title.items()}, people, tuple(steps))


def check_here(*, drill: bool) -> None:
    """Let demos pass, and drills everywhere.

    Raises:
        RealCity: an invented incident would come into the records of a real city.
    """
    if not drill and not settings.DEMO:
        raise RealCity


def play(
    script: Script,
    *,
    begun: dt.datetime,
    drill: bool,
    people: Mapping[str, Person] | None = None,
    turn: Callable[[dt.datetime], None] = lambda _at: None,
    tick: Callable[[dt.datetime], None] = lambda _at: None,
    tell: Callable[[Said], None] = lambda _said: None,
) -> Play:
    """Play a script from a moment on by the real operations; returns what became of it.

    ``turn`` is told the moment before each step (a demo turns its clock), ``tick`` every minute
    between two steps (the timers), ``tell`` what each step did.

    Raises:
        RealCity: neither a drill nor a demo.
        NotAScript, NobodyThere: a step names what is not there.
        veche.errors.Refused: an operation refused a step, as it would refuse a person.
    """
    check_here(drill=drill)
    return perform(script, begun=begun, drill=drill, people=people, turn=turn, tick=tick, tell=tell)


def perform(
    script: Script,
    *,
    begun: dt.datetime,
    drill: bool,
    people: Mapping[str, Person] | None = None,
    turn: Callable[[dt.datetime], None] = lambda _at: None,
    tick: Callable[[dt.datetime], None] = lambda _at: None,
    tell: Callable[[Said], None] = lambda _said: None,
) -> Play:
    """The same as `play`, for loaders of a demo town, which run in no other city."""
    acts: dict[str, Act] = {}
    for name, path in steps_known().items():
        if any(step.do == name for step in script.steps):
            act = module.resolve(path)
            assert callable(act)
            acts[name] = act
    run = Play(script, begun, drill, people or {})
    minute = 0.0
    for step in script.steps:
        while minute + 1 <= step.minute:
            minute += 1
            tick(begun + minute * MINUTE)
        at = begun + step.minute * MINUTE
        turn(at)
        text = acts[step.do](at=at, step=step, play=run) or ""
        said = Said(step.minute, at, step.do, step.who, text)
        run.said.append(said)
        tell(said)
    return run


def tick(at: dt.datetime) -> None:
    """A minute of the timers of dispatch: what waits too long climbs, what is over ends."""
    from veche.city.dispatch.operations import escalation

    escalation.sweep(at=at)

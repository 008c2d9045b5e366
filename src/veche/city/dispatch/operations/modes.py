"""Entering, extending and leaving a mode: by a named person, with a reason and an end."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules_modes as rules
from veche.city.dispatch import tasks_modes
from veche.city.dispatch.models import CityMode, Command, Incident, IncidentEntry, ModeAct
from veche.city.dispatch.operations.command import note_act
from veche.city.dispatch.procedure import OPEN
from veche.city.dispatch.queries import modes as queries
from veche.city.dispatch.queries.command import COMMANDER, MAYOR, acting, is_mayor
from veche.core.journal.operations import record
from veche.core.organisations.access import holds
from veche.core.places.queries import atlas
from veche.errors import Invalid, NotAllowed, NotFound, Refused
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person
    from veche.core.places.models import Territory

DISPATCHER, MACHINE = "dispatcher", "machine"


class MayNotSetMode(NotAllowed):
    """Somebody who answers for another place, or for none."""

    code = "mode-not-yours"
    sentence = _("Only a dispatcher of this place, the mayor or the commander does this.")


class ModeIsGrave(NotAllowed):
    """A dispatcher goes as far as level 3."""

    code = "mode-is-grave"
    sentence = _("Levels 4 and 5 are entered and left by the mayor or the commander alone.")


class NobodyNamed(NotAllowed):
    """No mode is entered by nobody."""

    code = "mode-by-nobody"
    sentence = _("A mode is entered by a person who is named.")


class NotALevel(Invalid):
    """There are five, and the usual one is not entered but returned to."""

    code = "mode-level"
    sentence = _("Choose a level from 2 to 5. To return to the usual one, end the mode.")
    field = "level"


class NotAPlaceOfModes(Invalid):
    """Quarters have no mode of their own."""

    code = "mode-place"
    sentence = _("Only the city and its districts have a mode.")
    field = "territory"


class ModeReasonNeeded(Invalid):
    """Everybody reads why."""

    code = "mode-reason"
    sentence = _("Say why in a sentence that everybody can read.")
    field = "reason"


class ModeEndWrong(Invalid):
    """The end lies in the past, or too far ahead."""

    code = "mode-end"
    sentence = _("Choose an end that lies ahead, within 30 days.")
    field = "until"


class NotLater(Invalid):
    """What is extended ends later than before."""

    code = "mode-not-later"
    sentence = _("It ends then already, or later. Choose a later end, or end it.")
    field = "until"


class InForceAlready(Refused):
    """The very level is in force at the place."""

    code = "mode-in-force"
    sentence = _("This level is in force here already. Extend it or end it.")


class NoSuchMode(NotFound):
    """It was never entered, or it is over."""

    code = "no-such-mode"
    sentence = _("This mode is over.")


def _check(
    by: Person | None, at: dt.datetime, territory: Territory, level: int, login: str
) -> tuple[str, Command | None]:
    """As what somebody enters or leaves a level at a place, and by which command.

    Raises:
        NobodyNamed, ModeIsGrave, MayNotSetMode: they may not.
    """
    if by is None:
        if not login.strip():
            raise NobodyNamed
        return MACHINE, None
    if is_mayor(by, at, territory):
        return MAYOR, None
    command = acting(by, rules.MODES, at)
    if command is not None:
        return COMMANDER, command
    if not holds(by, DISPATCHER, territory, at):
        raise ModeIsGrave if rules.power_over_modes(level) else MayNotSetMode
    if rules.power_over_modes(level):
        raise ModeIsGrave
    return DISPATCHER, None


def may_set(by: Person | None, at: dt.datetime, territory: Territory, level: int) -> bool:
    """Whether somebody enters, extends and leaves a level at a place now."""
    try:
        _check(by, at, territory, level, "")
    except NotAllowed:
        return False
    return True


def _words(text: str) -> str:
    words = text.strip()[: rules.LONGEST_REASON]
    if len(words) < rules.SHORTEST_REASON:
        raise ModeReasonNeeded
    return words


def _check_end(at: dt.datetime, until: dt.datetime) -> None:
    if not at < until <= at + rules.LONGEST_MODE:
        raise ModeEndWrong


def _lock(territory: Territory) -> None:
    """Two who enter a mode at one place go one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('dispatch-mode'), %s)", [territory.pk]
        )


def subject(territory: Territory) -> str:
    """How the journal names the mode of a place."""
    return f"mode:{territory.code}"


@inside
def _act(
    row: CityMode,
    kind: ModeAct.Kind,
    *,
    by: Person | None,
    at: dt.datetime,
    role: str,
    reason: str,
    until: dt.datetime | None = None,
    command: Command | None = None,
) -> ModeAct:
    """Append an act and tell of it; the operation leaves the record."""
    act = ModeAct(
        mode=row, kind=kind, at=at, by=by, role=role, reason=reason, until=until, command=command
    )
    act.save(force_insert=True)
    if command is not None and not row.drill:  # of a drill nothing was done
        note_act(
            by=by, at=at, command=command, what=f"mode-{kind.value}",
            subject=row.territory.code, reason=reason,
        )  # fmt: skip
    queries.forget()
    transaction.on_commit(queries.forget)
    tasks_modes.tell_mode.defer(act=act.pk)
    return act


def _public(
    row: CityMode,
    role: str,
    reason: str,
    until: dt.datetime | None = None,
    command: Command | None = None,
) -> dict[str, Any]:
    """What the city's log says of an act to everybody."""
    return {
        "level": row.level,
        "role": role,
        "reason": reason,
        **({"until": until.isoformat()} if until else {}),
        **({"for": MAYOR} if command else {}),
        **({"drill": True} if row.drill else {}),
    }


@inside
def _note(
    row: CityMode, *, by: Person | None, at: dt.datetime, level: int, before: int, reason: str = ""
) -> int:
    """A line in the log of every incident that is open at the place: the mode changed, and what
    was promised before stays as it was promised. Returns how many.

    Terms that run are never reckoned anew: who was promised a moment is not told another one by a
    switch that was turned elsewhere. The factor of the mode counts for what begins from now on.
    """
    open_ones = Incident.objects.filter(
        case__state__in=OPEN, drill=row.drill, case__territory__in=atlas().inside(row.territory)
    ).values_list("pk", flat=True)
    made = IncidentEntry.objects.bulk_create(
        IncidentEntry(
            incident_id=pk,
            at=at,
            by=by,
            kind="mode",
            text=reason,
            details={"level": level, "before": before, "place": row.territory.code},
        )
        for pk in open_ones
    )
    return len(made)


@operation
def enter_mode(
    *,
    by: Person | None,
    at: dt.datetime,
    territory: Territory,
    level: int,
    reason: str,
    until: dt.datetime,
    drill: bool = False,
    login: str = "",
) -> CityMode:
    """Enter a level at the city or a district, until a moment; another that is in force there ends.

    Terms of incidents that run stay as they were promised. ``login`` is who sits at the city's
    machine, where the command line is used and nobody is signed in.

    Raises:
        NotALevel, NotAPlaceOfModes, ModeReasonNeeded, ModeEndWrong: it is not whole.
        InForceAlready: the level is in force there.
        NobodyNamed, ModeIsGrave, MayNotSetMode: they may not.
    """
    if level not in rules.LEVELS or level == rules.USUAL:
        raise NotALevel
    if territory.kind not in ("city", "district"):
        raise NotAPlaceOfModes
    words = _words(reason)
    _check_end(at, until)
    _lock(territory)
    rows = queries.in_force(at).filter(territory=territory, drill=drill)
    before = rows.select_for_update(of=("self",)).select_related("territory").first()
    gravest = max(level, before.level if before else 0)
    role, command = _check(by, at, territory, gravest, login)
    if before is not None:
        if before.level == level:
            raise InForceAlready
        before.ended_at = at
        before.save(update_fields=["ended_at"])
        _act(before, ModeAct.Kind.REPLACED, by=by, at=at, role=role, reason=words)
        record(
            kind="mode.replaced", by=by, at=at, subject=subject(territory),
            public=_public(before, role, words), personal={"login": login} if login else None,
        )  # fmt: skip
    row = CityMode(territory=territory, level=level, since=at, until=until, drill=drill)
    row.save(force_insert=True)
    _act(
        row, ModeAct.Kind.ENTERED, by=by, at=at, role=role, reason=words, until=until,
        command=command,
    )  # fmt: skip
    record(
        kind="mode.entered", by=by, at=at, subject=subject(territory),
        public=_public(row, role, words, until, command),
        personal={"login": login} if login else None,
    )  # fmt: skip
    _note(
        row, by=by, at=at, level=level, before=before.level if before else rules.USUAL, reason=words
    )
    return row


def _lasting(mode: int, at: dt.datetime) -> CityMode:
    rows = queries.in_force(at).select_for_update(of=("self",)).select_related("territory")
    found = rows.filter(pk=mode).first()
    if found is None:
        raise NoSuchMode
    return found


@operation
def extend_mode(
    *,
    by: Person | None,
    at: dt.datetime,
    mode: int,
    until: dt.datetime,
    reason: str,
    login: str = "",
) -> CityMode:
    """Let a mode last longer than was written; the act says why.

    Raises:
        NoSuchMode: it is over.
        ModeReasonNeeded, ModeEndWrong, NotLater: it is not whole.
        NobodyNamed, ModeIsGrave, MayNotSetMode: they may not.
    """
    words = _words(reason)
    row = _lasting(mode, at)
    role, command = _check(by, at, row.territory, row.level, login)
    _check_end(at, until)
    if until <= row.until:
        raise NotLater
    row.until = until
    row.save(update_fields=["until"])
    _act(
        row, ModeAct.Kind.EXTENDED, by=by, at=at, role=role, reason=words, until=until,
        command=command,
    )  # fmt: skip
    record(
        kind="mode.extended", by=by, at=at, subject=subject(row.territory),
        public=_public(row, role, words, until, command),
        personal={"login": login} if login else None,
    )  # fmt: skip
    return row


@operation
def end_mode(
    *, by: Person | None, at: dt.datetime, mode: int, reason: str, login: str = ""
) -> CityMode:
    """Return to the usual mode before the term.

    Raises:
        NoSuchMode: it is over.
        ModeReasonNeeded: nobody would know why.
        NobodyNamed, ModeIsGrave, MayNotSetMode: they may not.
    """
    words = _words(reason)
    row = _lasting(mode, at)
    role, command = _check(by, at, row.territory, row.level, login)
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    _act(row, ModeAct.Kind.ENDED, by=by, at=at, role=role, reason=words, command=command)
    record(
        kind="mode.ended", by=by, at=at, subject=subject(row.territory),
        public=_public(row, role, words, command=command),
        personal={"login": login} if login else None,
    )  # fmt: skip
    _note(row, by=by, at=at, level=rules.USUAL, before=row.level, reason=words)
    return row


@operation
def end_over(*, by: None, at: dt.datetime, mode: int) -> CityMode:
    """Write down that the term of a mode has passed; it has been out of force since then.

    Raises:
        NoSuchMode: somebody ended it, or its term has not passed.
    """
    rows = CityMode.objects.select_for_update(of=("self",)).select_related("territory")
    row = rows.filter(pk=mode, ended_at__isnull=True, until__lte=at).first()
    if row is None:
        raise NoSuchMode
    row.ended_at = row.until
    row.save(update_fields=["ended_at"])
    _act(row, ModeAct.Kind.OVER, by=None, at=row.until, role="", reason="")
    record(
        kind="mode.over", by=None, at=at, subject=subject(row.territory),
        public=_public(row, "", ""),
    )  # fmt: skip
    _note(row, by=None, at=row.until, level=rules.USUAL, before=row.level)
    return row


def sweep(*, at: dt.datetime) -> int:
    """The timer: write down which modes are over by their term; returns how many."""
    done = 0
    over = CityMode.objects.filter(ended_at__isnull=True, until__lte=at).order_by("until", "pk")
    for pk in over.values_list("pk", flat=True):
        try:
            end_over(by=None, at=at, mode=pk)
        except NoSuchMode:  # somebody was quicker
            continue
        done += 1
    return done

"""Command in a crisis: the mayor names one person for a time, and people are seconded to help."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules_modes as rules
from veche.city.dispatch.models import Command, CommandAct, Secondment
from veche.city.dispatch.queries import command as queries
from veche.core.journal.operations import record
from veche.core.organisations.models import Organisation
from veche.core.organisations.operations import appoint, set_end
from veche.core.organisations.queries import holdings
from veche.core.places.queries import atlas
from veche.errors import Invalid, NotAllowed, NotFound, Refused
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

OF_OFFICE = ("officer", "head")


class NotTheMayor(NotAllowed):
    """Nobody else gives away the mayor's powers."""

    code = "not-the-mayor"
    sentence = _("Only the mayor names a commander, and says until when.")


class CommanderThere(Refused):
    """One person commands at a time."""

    code = "commander-there"
    sentence = _("Somebody commands already. End that command first.")


class NotACommander(Invalid):
    """The mayor needs no commander to be, and an account that is closed acts no more."""

    code = "not-a-commander"
    sentence = _("Choose somebody who works for the city and is not the mayor.")
    field = "person"


class PowersNeeded(Invalid):
    """A command without powers commands nothing."""

    code = "command-powers"
    sentence = _("Choose at least one power.")
    field = "powers"


class CommandReasonNeeded(Invalid):
    """Everybody reads why."""

    code = "command-reason"
    sentence = _("Say why in a sentence that everybody can read.")
    field = "reason"


class CommandEndWrong(Invalid):
    """The end lies in the past, or too far ahead."""

    code = "command-end"
    sentence = _("Choose an end that lies ahead, within 30 days.")
    field = "until"


class EndsNoLater(Invalid):
    """What is extended ends later than before."""

    code = "command-no-later"
    sentence = _("It ends then already, or later. Choose a later end, or end it.")
    field = "until"


class NoSuchCommand(NotFound):
    """It was never given, or it is over."""

    code = "no-such-command"
    sentence = _("This command is over.")


def reason_of(text: str) -> str:
    """A reason in words, trimmed.

    Raises:
        CommandReasonNeeded: it says too little.
    """
    words = text.strip()[: rules.LONGEST_REASON]
    if len(words) < rules.SHORTEST_REASON:
        raise CommandReasonNeeded
    return words


def check_term(at: dt.datetime, since: dt.datetime, until: dt.datetime) -> None:
    """A power lasts from now or later, for thirty days at most.

    Raises:
        CommandEndWrong: it does not.
    """
    if since < at or not since < until <= since + rules.LONGEST_COMMAND:
        raise CommandEndWrong


def office_of(person: Person, at: dt.datetime) -> Organisation | None:
    """The office somebody works for now."""
    held = [one for one in holdings(person, at) if one.role in OF_OFFICE and one.organisation]
    return max(held, key=lambda one: one.role == "head").organisation if held else None


def _check_mayor(by: Person | None, at: dt.datetime) -> None:
    if not queries.is_mayor(by, at, atlas().home()):
        raise NotTheMayor


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('dispatch-command'))")


@inside
def add_act(
    command: Command,
    kind: CommandAct.Kind,
    *,
    by: Person | None,
    at: dt.datetime,
    what: str = "",
    subject: str = "",
    reason: str = "",
    until: dt.datetime | None = None,
) -> CommandAct:
    """Append an act about a command; the caller leaves the record."""
    act = CommandAct(
        command=command, kind=kind, at=at, by=by, what=what, subject=subject,
        reason=reason[: rules.LONGEST_REASON], until=until,
    )  # fmt: skip
    act.save(force_insert=True)
    return act


@inside
def note_act(
    *,
    by: Person | None,
    at: dt.datetime,
    what: str,
    subject: str,
    command: Command | None = None,
    power: str = "",
    reason: str = "",
) -> bool:
    """Write down that somebody did something for the mayor; called within the operation that did
    it, which leaves the record. Returns whether it was done so.

    Without ``command`` it is asked whether ``by`` commands now with this ``power``: whoever does
    not acts in their own name, and nothing is written.
    """
    found = command if command is not None else queries.acting(by, power, at)
    if found is None:
        return False
    add_act(found, CommandAct.Kind.ACTED, by=by, at=at, what=what, subject=subject, reason=reason)
    return True


@operation
def name_commander(
    *,
    by: Person,
    at: dt.datetime,
    person: Person,
    powers: Collection[str],
    reason: str,
    until: dt.datetime,
) -> Command:
    """The mayor names one person who acts for the mayor until a moment, with these powers.

    The role ends by itself at that moment; power over incidents, or to order, brings that of a
    dispatcher of the whole city with it, for the same time.

    Raises:
        NotTheMayor: anybody else.
        CommandReasonNeeded, CommandEndWrong, PowersNeeded, NotACommander: it is not whole.
        CommanderThere: somebody commands.
    """
    _check_mayor(by, at)
    words = reason_of(reason)
    check_term(at, at, until)
    given = [one for one in rules.POWERS if one in powers]
    if not given or set(powers) - set(rules.POWERS):
        raise PowersNeeded
    roles = {one.role for one in holdings(person, at)}
    if not person.is_active or not roles or queries.MAYOR in roles:
        raise NotACommander
    _lock()
    if queries.commander(at) is not None:
        raise CommanderThere
    city = atlas().home()
    assert city is not None  # a mayor is one of a city
    given_role = appoint(
        by=by, at=at, person=person, role=queries.COMMANDER, territory=city, until=until
    )
    watch = None
    if rules.TIERS in given or rules.ORDERS in given:
        watch = appoint(by=by, at=at, person=person, role="dispatcher", territory=city, until=until)
    command = Command(
        person=person, organisation=office_of(person, at), territory=city, powers=given,
        reason=words, named_by=by, since=at, until=until, holding=given_role, watch=watch,
    )  # fmt: skip
    command.save(force_insert=True)
    add_act(command, CommandAct.Kind.NAMED, by=by, at=at, reason=words, until=until)
    record(
        kind="command.named",
        by=by,
        at=at,
        subject=f"command:{command.pk}",
        public={
            "office": command.organisation.code if command.organisation else None,
            "powers": given,
            "reason": words,
            "until": until.isoformat(),
        },
    )
    return command


def _lasting(command: int, at: dt.datetime) -> Command:
    rows = Command.objects.select_for_update(of=("self",)).select_related(
        "holding", "watch", "organisation"
    )
    found = rows.filter(pk=command, ended_at__isnull=True, until__gt=at).first()
    if found is None:
        raise NoSuchCommand
    return found


@inside
def _set_ends(found: Command, by: Person | None, at: dt.datetime, until: dt.datetime) -> None:
    for one in (found.holding, found.watch):
        if one is not None:
            set_end(by=by, at=at, holding=one, until=until)


@operation
def extend_command(
    *, by: Person, at: dt.datetime, command: int, until: dt.datetime, reason: str
) -> Command:
    """The mayor lets a command last longer, by another act with its own reason.

    Raises:
        NotTheMayor: anybody else, the commander too.
        NoSuchCommand: it is over; a new one is named.
        CommandReasonNeeded, CommandEndWrong, EndsNoLater: it is not whole.
    """
    _check_mayor(by, at)
    words = reason_of(reason)
    found = _lasting(command, at)
    check_term(at, at, until)
    if until <= found.until:
        raise EndsNoLater
    found.until = until
    found.save(update_fields=["until"])
    _set_ends(found, by, at, until)
    add_act(found, CommandAct.Kind.EXTENDED, by=by, at=at, reason=words, until=until)
    record(
        kind="command.extended",
        by=by,
        at=at,
        subject=f"command:{found.pk}",
        public={"reason": words, "until": until.isoformat()},
    )
    return found


@operation
def end_command(*, by: Person, at: dt.datetime, command: int, reason: str) -> Command:
    """The mayor takes the powers back, or the commander lays them down; whoever was seconded under
    this command returns in the same moment.

    Raises:
        NoSuchCommand: it is over.
        NotTheMayor: anybody else.
        CommandReasonNeeded: nobody would know why.
    """
    words = reason_of(reason)
    found = _lasting(command, at)
    if found.person_id != by.pk:
        _check_mayor(by, at)
    found.ended_at = at
    found.save(update_fields=["ended_at"])
    _set_ends(found, by, at, at)
    returned = list(
        Secondment.objects.select_for_update(of=("self",))
        .filter(command=found, ended_at__isnull=True, until__gt=at)
        .select_related("holding")
        .order_by("pk")
    )
    for one in returned:
        one.ended_at, one.end_reason = at, words
        one.save(update_fields=["ended_at", "end_reason"])
        set_end(by=by, at=at, holding=one.holding, until=at)
    add_act(found, CommandAct.Kind.ENDED, by=by, at=at, reason=words)
    record(
        kind="command.ended",
        by=by,
        at=at,
        subject=f"command:{found.pk}",
        public={"reason": words, "returned": len(returned)},
    )
    return found


@operation
def end_terms(*, by: None, at: dt.datetime) -> int:
    """Write down which commands and secondments are over by their term; how many.

    The roles have ended by themselves before: this only says so.

    Raises:
        NoSuchCommand: none is.
    """
    commands = Command.objects.select_for_update(of=("self",)).order_by("pk")
    done = 0
    for found in commands.filter(ended_at__isnull=True, until__lte=at):
        found.ended_at = found.until
        found.save(update_fields=["ended_at"])
        add_act(found, CommandAct.Kind.OVER, by=None, at=found.until)
        record(kind="command.over", by=None, at=at, subject=f"command:{found.pk}")
        done += 1
    lent = Secondment.objects.select_for_update(of=("self",)).order_by("pk")
    for one in lent.filter(ended_at__isnull=True, until__lte=at):
        one.ended_at = one.until
        one.save(update_fields=["ended_at"])
        record(kind="command.secondment-over", by=None, at=at, subject=f"secondment:{one.pk}")
        done += 1
    if not done:
        raise NoSuchCommand
    return done


def sweep(*, at: dt.datetime) -> int:
    """The timer: nothing is written while no term has passed; returns how many have."""
    waits = {"ended_at__isnull": True, "until__lte": at}
    if not (
        Command.objects.filter(**waits).exists() or Secondment.objects.filter(**waits).exists()
    ):
        return 0
    try:
        return end_terms(by=None, at=at)
    except NoSuchCommand:  # somebody was quicker
        return 0

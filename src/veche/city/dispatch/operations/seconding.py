"""Seconding: somebody of an office works elsewhere for a time, in a role that ends by itself."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules_modes as rules
from veche.city.dispatch.models import Command, CommandAct, Secondment
from veche.city.dispatch.operations.command import (
    OF_OFFICE,
    CommandEndWrong,
    add_act,
    check_term,
    reason_of,
)
from veche.city.dispatch.queries.command import acting, is_mayor
from veche.core.journal.operations import record
from veche.core.organisations.models import Organisation
from veche.core.organisations.operations import appoint, set_end
from veche.core.organisations.queries import holdings
from veche.core.places.queries import atlas
from veche.errors import Invalid, NotAllowed, NotFound, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person
    from veche.core.places.models import Territory


class MayNotSecond(NotAllowed):
    """Neither the mayor nor a commander with this power."""

    code = "may-not-second"
    sentence = _("Only the mayor, or a commander with this power, seconds people.")


class NotOfThatOffice(Invalid):
    """An office lends its own people."""

    code = "secondment-origin"
    sentence = _("This person does not work in that office.")
    field = "person"


class NotARoleToLend(Invalid):
    """Roles that name others are not lent."""

    code = "secondment-role"
    sentence = _("Nobody is seconded in this role.")
    field = "role"


class WhereMissing(Invalid):
    """A dispatcher has a place, an officer an office."""

    code = "secondment-where"
    sentence = _("Say where: a place for those who watch, an office for those who work in one.")
    field = "where"


class OutlastsTheCommand(Invalid):
    """Nobody lends out more than they have."""

    code = "secondment-outlasts"
    sentence = _("It would last longer than the powers of the commander.")
    field = "until"


class SecondedAlready(Refused):
    """The person holds this very role there."""

    code = "seconded-already"
    sentence = _("This person holds this role there already.")


class NoSuchSecondment(NotFound):
    """It was never written, or it is over."""

    code = "no-such-secondment"
    sentence = _("This secondment is over.")


def power(by: Person, at: dt.datetime) -> Command | None:
    """The command under which somebody seconds; None: as the mayor.

    Raises:
        MayNotSecond: they may not.
    """
    if is_mayor(by, at, atlas().home()):
        return None
    found = acting(by, rules.SECONDING, at)
    if found is None:
        raise MayNotSecond
    return found


@operation
def second(
    *,
    by: Person,
    at: dt.datetime,
    person: Person,
    origin: Organisation,
    role: str,
    until: dt.datetime,
    reason: str,
    organisation: Organisation | None = None,
    territory: Territory | None = None,
    since: dt.datetime | None = None,
) -> Secondment:
    """Somebody of an office takes a role elsewhere, from now (or ``since``) until a moment; their
    own role stays as it is.

    Raises:
        MayNotSecond: the person may not.
        NotOfThatOffice, NotARoleToLend, WhereMissing: it is not whole.
        CommandReasonNeeded, CommandEndWrong, OutlastsTheCommand: nor its reason or its end.
        SecondedAlready: they hold the role there.
    """
    command = power(by, at)
    words = reason_of(reason)
    begins = since or at
    if begins > at + rules.LONGEST_COMMAND:
        raise CommandEndWrong
    check_term(at, begins, until)
    if command is not None and until > command.until:
        raise OutlastsTheCommand
    if role not in rules.SECONDED_AS:
        raise NotARoleToLend
    if role in rules.AT_A_PLACE:
        organisation = None
        if territory is None:
            raise WhereMissing
    else:
        territory = None
        if organisation is None:
            raise WhereMissing
    held = holdings(person, at)
    if not any(one.role in OF_OFFICE and one.organisation_id == origin.pk for one in held):
        raise NotOfThatOffice
    place, office = territory.pk if territory else None, organisation.pk if organisation else None
    if any((one.role, one.territory_id, one.organisation_id) == (role, place, office)
           for one in held):  # fmt: skip
        raise SecondedAlready
    waiting = Secondment.objects.filter(
        Q(ended_at__isnull=True), person=person, role=role, territory=territory,
        organisation=organisation, since__lt=until, until__gt=begins,
    )  # fmt: skip
    if waiting.exists():
        raise SecondedAlready
    holding = appoint(
        by=by, at=at, person=person, role=role, organisation=organisation, territory=territory,
        until=until, since=begins if begins > at else None,
    )  # fmt: skip
    made = Secondment(
        command=command, person=person, origin=origin, role=role, organisation=organisation,
        territory=territory, reason=words, named_by=by, made_at=at, since=begins, until=until,
        holding=holding,
    )  # fmt: skip
    made.save(force_insert=True)
    if command is not None:
        add_act(
            command, CommandAct.Kind.SECONDED, by=by, at=at, what=role, subject=origin.code,
            reason=words, until=until,
        )  # fmt: skip
    record(
        kind="command.seconded",
        by=by,
        at=at,
        subject=f"secondment:{made.pk}",
        public={
            "office": origin.code,
            "role": role,
            "where": organisation.code if organisation else territory.code if territory else None,
            "since": begins.isoformat(),
            "until": until.isoformat(),
            "reason": words,
        },
    )
    return made


@operation
def recall(*, by: Person, at: dt.datetime, secondment: int, reason: str) -> Secondment:
    """A secondment is revoked: the role ends in the same moment.

    Raises:
        NoSuchSecondment: it is over.
        MayNotSecond: the person may not.
        CommandReasonNeeded: nobody would know why.
    """
    command = power(by, at)
    words = reason_of(reason)
    rows = Secondment.objects.select_for_update(of=("self",)).select_related(
        "holding", "origin", "command"
    )
    found: Secondment | None = rows.filter(
        pk=secondment, ended_at__isnull=True, until__gt=at
    ).first()
    if found is None:
        raise NoSuchSecondment
    # One that has not begun ends in the moment it would have begun: its term is never empty.
    found.ended_at, found.end_reason = at, words
    found.save(update_fields=["ended_at", "end_reason"])
    set_end(by=by, at=at, holding=found.holding, until=at)
    if command is not None:
        add_act(
            command, CommandAct.Kind.RECALLED, by=by, at=at, what=found.role,
            subject=found.origin.code, reason=words,
        )  # fmt: skip
    record(
        kind="command.recalled",
        by=by,
        at=at,
        subject=f"secondment:{found.pk}",
        public={"reason": words},
    )
    return found

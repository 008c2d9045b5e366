"""Scouts of the agency write down solutions they found, and invite their makers by letter."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.access.companies import check_agency, check_founder, programme
from veche.city.pilots.models import Call, Company, Scouted, Technology
from veche.city.pilots.operations.colleagues import InvitationOver, address_of, digest_of
from veche.core.journal.operations import record
from veche.core.moderation.limits import spend
from veche.core.people.tasks import send_letter
from veche.errors import Refused
from veche.operation import operation
from veche.texts import TextLength, sized

if TYPE_CHECKING:
    from veche.core.people.models import Person

DAYS = 365
"""An address is forgotten a year after the invitation at the latest, and its link with it."""


class ScoutedName(TextLength):
    """The name is missing or too long."""

    code = "scouted-name"
    field = "name"


class ScoutedMaker(TextLength):
    """Nobody is named who makes it."""

    code = "scouted-maker"
    field = "maker"


class ScoutedWhere(TextLength):
    """Where it was found is not said."""

    code = "scouted-where"
    field = "where"


class AnsweredAlready(Refused):
    """They came, or said that they will not."""

    code = "scouted-answered"
    sentence = _("They have answered already: nobody is asked twice.")


class InvitedLately(Refused):
    """One letter a month is enough."""

    code = "scouted-lately"
    sentence = _("They were invited less than thirty days ago: wait for their answer.")


@dataclass(frozen=True)
class ScoutedGiven:
    """A solution somebody found."""

    name: str
    maker: str
    where: str
    text: str = ""
    technologies: Sequence[Technology] = ()
    call: Call | None = None


@operation
def scout(
    *,
    by: Person,
    at: dt.datetime,
    found: ScoutedGiven,
    submission: uuid.UUID | None = None,
) -> Scouted:
    """An officer of the agency writes down a solution that they found. The same form sent twice is
    one entry.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they run no programme.
        ScoutedName, ScoutedMaker, ScoutedWhere, veche.texts.TextLength: it cannot be so.
    """
    check_agency(by, at, programme())
    row = Scouted.objects.filter(submission=submission).first() if submission else None
    if row is None:
        row = Scouted(
            name=sized(" ".join(found.name.split()), 2, 120, ScoutedName),
            maker=sized(" ".join(found.maker.split()), 2, 200, ScoutedMaker),
            where=sized(" ".join(found.where.split()), 2, 300, ScoutedWhere),
            text=sized(found.text, 0, 5_000),
            call=found.call,
            by=by,
            found_at=at,
            submission=submission,
        )
        row.save(force_insert=True)
        row.technologies.set(found.technologies)
    record(kind="pilots.scouted", by=by, at=at, subject=f"scouted:{row.pk}")
    return row


@operation
def invite(
    *, by: Person, at: dt.datetime, scouted: Scouted, email: str, language: str = "ru"
) -> Scouted:
    """Invite the maker by letter; the link in it is good until they answer, a year at most.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they run no programme.
        AnsweredAlready, InvitedLately: there is nothing to ask.
        veche.core.moderation.limits.TooMany: too many invitations in a day.
    """
    check_agency(by, at, programme())
    row = Scouted.objects.select_for_update(of=("self",)).get(pk=scouted.pk)
    if row.company_id is not None or row.declined_at is not None:
        raise AnsweredAlready
    if row.invited_at is not None and row.invited_at > at - dt.timedelta(days=30):
        raise InvitedLately
    spend(by=by, at=at, what="pilots.invite", keys={})
    word = secrets.token_urlsafe(24)
    address = email.strip().lower()
    row.invited_at, row.invited_to, row.key = at, address, digest_of(word)
    row.save(update_fields=["invited_at", "invited_to", "key"])
    words = {
        "solution": row.name,
        "maker": row.maker,
        "link": address_of("pilots:invited", word, language),
    }
    send_letter.defer(prefix="pilots-invitation", email=address, language=language, words=words)
    record(kind="pilots.scouted-invited", by=by, at=at, subject=f"scouted:{row.pk}")
    return row


def invited_by(word: str) -> Scouted:
    """What was scouted, by the word in the link of its invitation.

    Raises:
        veche.city.pilots.operations.colleagues.InvitationOver: there is none, or no more.
    """
    rows = Scouted.objects.filter(key=digest_of(word)).select_related("call__case", "company")
    found = rows.first()
    if found is None:
        raise InvitationOver
    return found


@operation
def come_by_invitation(*, by: Person, at: dt.datetime, word: str, company: Company) -> Scouted:
    """The maker came: their company stands with what was scouted, their address is forgotten.

    Raises:
        veche.city.pilots.operations.colleagues.InvitationOver: the link is used or too old.
        veche.city.pilots.access.companies.NotTheCompany: the company is not theirs.
    """
    check_founder(by, at, company)
    found = invited_by(word)
    row = Scouted.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if row.key is None:
        raise InvitationOver
    row.company, row.invited_to, row.key, row.declined_at = company, None, None, None
    row.save(update_fields=["company", "invited_to", "key", "declined_at"])
    record(kind="pilots.scouted-came", by=by, at=at, subject=f"scouted:{row.pk}")
    return row


@operation
def decline(*, by: Person | None, at: dt.datetime, word: str) -> Scouted:
    """The maker will not come, by one press: no letter is written again, the address is forgotten.

    Raises:
        veche.city.pilots.operations.colleagues.InvitationOver: the link is used or too old.
    """
    found = invited_by(word)
    row = Scouted.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if row.key is None:
        raise InvitationOver
    row.declined_at, row.invited_to, row.key = at, None, None
    row.save(update_fields=["declined_at", "invited_to", "key"])
    record(kind="pilots.scouted-declined", by=None, at=at, subject=f"scouted:{row.pk}")
    return row


def _over(at: dt.datetime) -> QuerySet[Scouted]:
    return Scouted.objects.filter(key__isnull=False, invited_at__lt=at - dt.timedelta(days=DAYS))


@operation
def forget_addresses(*, by: None, at: dt.datetime) -> int:
    """Addresses of those who did not answer for a year are forgotten; returns how many."""
    gone = _over(at).update(invited_to=None, key=None)
    record(
        kind="pilots.invitations-forgotten",
        by=by,
        at=at,
        subject="pilots",
        public={"invitations": gone},
    )
    return gone


def sweep(*, at: dt.datetime) -> None:
    """The timer; it writes nothing while there is nothing to forget."""
    if _over(at).exists():
        forget_addresses(by=None, at=at)

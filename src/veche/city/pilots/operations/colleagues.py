"""A second person acts for a company: invited by letter, and ended by a colleague or themselves."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.access.companies import (
    acts_for,
    check_agency,
    check_founder,
    programme,
)
from veche.city.pilots.models import Application, Company, CompanyInvite, Scouted
from veche.city.pilots.procedure import FOUNDER
from veche.core.journal.operations import record
from veche.core.moderation.limits import declare, spend
from veche.core.notices.letters import link
from veche.core.organisations.models import Holding
from veche.core.organisations.operations import appoint, set_end
from veche.core.organisations.queries import holdings
from veche.core.people.tasks import send_letter
from veche.errors import NotFound, Refused
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

DAYS = 14
"""How long the link in an invitation is good."""
declare("pilots.invite", "person", 20, title=_("invitations to act for a company, or to apply"))


class InvitationOver(NotFound):
    """The link was used, taken back, or its time is over."""

    code = "invitation-over"
    sentence = _("This invitation is over. Ask for another one.")


class ActsAlready(Refused):
    """Whoever opened the link acts for the company already."""

    code = "acts-already"
    sentence = _("You act for this company already.")


class LastFounder(Refused):
    """Nobody could act for a company whose application goes on."""

    code = "last-founder"
    sentence = _(
        "You are the last who acts for this company, and an application of it goes on: invite a"
        " colleague first, or withdraw the application."
    )


class NoSuchColleague(NotFound):
    """Nobody acts so for the company, or no more."""

    code = "no-such-colleague"


def digest_of(word: str) -> str:
    """What is kept of the word in a link."""
    return hashlib.sha256(word.encode()).hexdigest()


def address_of(name: str, word: str, language: str) -> str:
    """The whole address of a page that a letter in a language leads to."""
    with translation.override(language):
        return link(reverse(name, args=[word]))


@operation
def invite_colleague(
    *, by: Person, at: dt.datetime, company: Company, email: str, language: str = "ru"
) -> CompanyInvite:
    """Ask somebody by letter to act for a company too. Whether the address has an account is told
    to nobody; who opens the link signs in with theirs.

    The agency invites too, for a company that nobody acts for any more.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they neither act for it nor run the
            programme.
        veche.core.moderation.limits.TooMany: too many invitations in a day.
    """
    if not acts_for(holdings(by, at), company):
        check_agency(by, at, programme())
    spend(by=by, at=at, what="pilots.invite", keys={})
    word = secrets.token_urlsafe(24)
    address = email.strip().lower()
    made = CompanyInvite.objects.create(
        company=company, email=address, key=digest_of(word), by=by, at=at
    )
    words = {
        "company": company.legal_name,
        "name": by.name,
        "link": address_of("pilots:joined", word, language),
        "days": str(DAYS),
    }
    send_letter.defer(prefix="pilots-colleague", email=address, language=language, words=words)
    record(
        kind="pilots.colleague-invited",
        by=by,
        at=at,
        subject=f"company:{company.organisation.code}",
    )
    return made


def invite_by(word: str, at: dt.datetime) -> CompanyInvite:
    """The invitation whose link holds this word.

    Raises:
        InvitationOver: there is none, or no more.
    """
    since = at - dt.timedelta(days=DAYS)
    rows = CompanyInvite.objects.filter(
        key=digest_of(word), used_at__isnull=True, ended_at__isnull=True, at__gte=since
    )
    found = rows.select_related("company__organisation", "by").first()
    if found is None:
        raise InvitationOver
    return found


@operation
def join_company(*, by: Person, at: dt.datetime, word: str) -> Company:
    """Whoever holds the link acts for the company from now on; their address is forgotten.

    Raises:
        InvitationOver: the link was used, taken back or is too old.
        ActsAlready: they act for it already.
    """
    found = invite_by(word, at)
    locked = CompanyInvite.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if locked.used_at is not None or locked.ended_at is not None:
        raise InvitationOver
    if _holdings(found.company, at).filter(person=by).exists():
        raise ActsAlready
    appoint(by=found.by, at=at, person=by, role=FOUNDER, organisation=found.company.organisation)
    locked.used_at, locked.used_by, locked.email = at, by, None
    locked.save(update_fields=["used_at", "used_by", "email"])
    record(
        kind="pilots.colleague-joined",
        by=by,
        at=at,
        subject=f"company:{found.company.organisation.code}",
    )
    return found.company


@operation
def take_invite_back(*, by: Person, at: dt.datetime, company: Company, invite: int) -> None:
    """An invitation is taken back: its link does nothing any more.

    Raises:
        veche.city.pilots.access.companies.NotTheCompany: they do not act for it.
        NoSuchColleague: there is no such invitation waiting.
    """
    check_founder(by, at, company)
    rows = CompanyInvite.objects.filter(pk=invite, company=company, used_at__isnull=True)
    if not rows.filter(ended_at__isnull=True).update(ended_at=at, email=None):
        raise NoSuchColleague
    record(
        kind="pilots.colleague-uninvited",
        by=by,
        at=at,
        subject=f"company:{company.organisation.code}",
    )


@operation
def end_colleague(*, by: Person, at: dt.datetime, company: Company, holding: int) -> Holding:
    """Somebody acts for a company no more: a colleague says so, or they themselves.

    Raises:
        veche.city.pilots.access.companies.NotTheCompany: they do not act for it.
        NoSuchColleague: nobody acts so, or no more.
        LastFounder: nobody would be left while an application goes on.
    """
    check_founder(by, at, company)
    # Locked in one order: two who end each other at one moment are not both let.
    rows = list(_holdings(company, at).select_for_update(of=("self",)).order_by("pk"))
    found = next((one for one in rows if one.pk == holding), None)
    if found is None:
        raise NoSuchColleague
    alone = not any(one.person_id != found.person_id for one in rows)
    going = Application.objects.filter(company=company, case__closed_at__isnull=True)
    if alone and going.exclude(case__state="draft").exists():
        raise LastFounder
    ended = set_end(by=by, at=at, holding=found, until=at)
    record(
        kind="pilots.colleague-ended",
        by=by,
        at=at,
        subject=f"company:{company.organisation.code}",
    )
    return ended


def _holdings(company: Company, at: dt.datetime) -> QuerySet[Holding]:
    return Holding.objects.filter(role=FOUNDER, organisation=company.pk, since__lte=at).filter(
        Q(until__isnull=True) | Q(until__gt=at)
    )


@operation
def forget_invites(*, by: None, at: dt.datetime) -> int:
    """Addresses of invitations whose time is over are forgotten; returns how many."""
    gone: int = _over(at).update(ended_at=at, email=None)
    record(
        kind="pilots.invitations-forgotten",
        by=by,
        at=at,
        subject="pilots",
        public={"invitations": gone},
    )
    return gone


def _over(at: dt.datetime) -> QuerySet[CompanyInvite]:
    return CompanyInvite.objects.filter(
        used_at__isnull=True, ended_at__isnull=True, at__lt=at - dt.timedelta(days=DAYS)
    )


def sweep(*, at: dt.datetime) -> None:
    """The timer; it writes nothing while there is nothing to forget."""
    if _over(at).exists():
        forget_invites(by=None, at=at)


@inside
def erase_inviter(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """Somebody is forgotten: invitations they wrote, or that wait for their address, are over."""
    mine = Q(by=person) | Q(email__iexact=person.email or "-")
    waiting = CompanyInvite.objects.filter(mine, used_at__isnull=True, ended_at__isnull=True)
    waiting.update(ended_at=at, email=None)
    if person.email:
        Scouted.objects.filter(invited_to__iexact=person.email).update(invited_to=None, key=None)

"""Sending a contractor there, their one report, and the answer made of it."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.field import rules
from veche.city.field.models import LinkPhotograph, OneTimeLink
from veche.city.problems import operations as problems
from veche.core.cases.models import Case
from veche.core.cases.operations import MoveNotPossible, role_holding, subject
from veche.core.cases.queries import procedure_of
from veche.core.files.operations import keep
from veche.core.files.photographs import Photograph
from veche.core.files.queries import now_shown, path_of
from veche.core.journal.operations import record
from veche.core.notices.holders import tell_holders
from veche.errors import NotFound, Refused
from veche.operation import operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.people.models import Person


class LinkOver(Refused):
    """The link was used, taken back, or has expired; or the matter went on without."""

    code = "link-over"
    status = 410
    sentence = _("This link is no longer valid. Ask the office for a new one.")


class TooManyLinks(Refused):
    """Too many links of the matter are good at the same time."""

    code = "too-many-links"
    sentence = _("At most {most} links are good at the same time: take one back first.")


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _officer_of(case: Case, by: Person, at: dt.datetime) -> Case:
    """The case, locked, for an officer of the office it lies with.

    Raises:
        MoveNotPossible: nobody goes there now.
        NoRoleForMove: not an officer of the office.
    """
    case = Case.objects.select_for_update(of=("self",)).select_related("territory").get(pk=case.pk)
    if case.procedure != "problem" or case.state not in rules.ON_SITE:
        raise MoveNotPossible(state=procedure_of(case).by_code[case.state].title)
    role_holding(case, "officer", "organisation", by, at)
    return case


@operation
def forward(
    *, by: Person, at: dt.datetime, case: Case, firm: str, note: str = "", days: int = 7
) -> tuple[OneTimeLink, str]:
    """Send a matter to a contractor; returns the link and its secret, which is kept nowhere.

    Raises:
        MoveNotPossible, NoRoleForMove: the matter is not in work with the officer's office.
        TooManyLinks: too many are good already.
        TextLength: the name or the note is too long.
    """
    case = _officer_of(case, by, at)
    firm = sized(firm, 2, 120)
    note = sized(note, 0, rules.MOST_NOTE)
    good = OneTimeLink.objects.filter(
        case=case, used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=at
    )
    if good.count() >= rules.MOST_LINKS:
        raise TooManyLinks(most=rules.MOST_LINKS)
    secret = secrets.token_urlsafe(24)
    assert case.organisation_id is not None
    link = OneTimeLink(
        case=case,
        office_id=case.organisation_id,
        digest=digest_of(secret),
        firm=firm,
        note=note,
        made_by=by,
        made_at=at,
        expires_at=at + dt.timedelta(days=max(1, min(days, rules.MOST_DAYS))),
    )
    link.save(force_insert=True)
    record(
        kind="field.forwarded",
        by=by,
        at=at,
        subject=subject(case),
        public={"until": link.expires_at.isoformat()},
        personal={"firm": firm, "note": note},
    )
    return link, secret


@operation
def revoke(*, by: Person, at: dt.datetime, link: OneTimeLink) -> None:
    """Take a link back; one that was used or taken back already stays so.

    Raises:
        NoRoleForMove: not an officer of the office.
    """
    role_holding(link.case, "officer", "organisation", by, at)
    OneTimeLink.objects.filter(pk=link.pk, used_at__isnull=True, revoked_at__isnull=True).update(
        revoked_at=at
    )
    record(kind="field.revoked", by=by, at=at, subject=subject(link.case))


def link_of(secret: str, at: dt.datetime) -> OneTimeLink:
    """The link of a secret, while it is good.

    Raises:
        NotFound: there is no such link.
        LinkOver: it was used, taken back or has expired, or the matter went on without.
    """
    link = (
        OneTimeLink.objects.select_related("case", "case__territory", "office")
        .filter(digest=digest_of(secret))
        .first()
    )
    if link is None:
        raise NotFound
    over = rules.standing(
        at, expires_at=link.expires_at, revoked_at=link.revoked_at, used_at=link.used_at
    )
    case = link.case
    gone = case.state not in rules.ON_SITE or case.organisation_id != link.office_id
    if over != "good" or gone or case.hidden_at is not None:
        raise LinkOver
    return link


@operation
def report(
    *,
    by: None,
    at: dt.datetime,
    secret: str,
    text: str,
    photographs: Sequence[Photograph] = (),
) -> OneTimeLink:
    """A contractor reports, once; the office reads it as the draft of an answer.

    Raises:
        NotFound, LinkOver: the link is not good.
        TextLength: too few or too many words.
    """
    text = sized(text, rules.LEAST_WORDS, rules.MOST_WORDS)
    OneTimeLink.objects.select_for_update().filter(digest=digest_of(secret)).first()
    link = link_of(secret, at)  # read after the lock: of two reports the second is refused
    link.used_at, link.text = at, text
    link.save(update_fields=["used_at", "text"], force_update=True)
    for photograph in photographs[: rules.MOST_PHOTOGRAPHS]:
        LinkPhotograph(link=link, file=keep(by=None, at=at, photograph=photograph)).save(
            force_insert=True
        )
    record(
        kind="field.reported",
        by=None,
        at=at,
        subject=subject(link.case),
        public={"photographs": len(photographs)},
        personal={"text": text},
    )
    tell_holders(by=None, at=at, case=link.case, kind="field.reported", role="officer")
    return link


def picture_of(one: LinkPhotograph) -> Photograph:
    """A kept photograph as it is given to an answer.

    Raises:
        OSError: its file is gone.
    """
    file = now_shown(one.file)
    return Photograph(
        path_of(file.digest).read_bytes(),
        path_of(file.digest, small=True).read_bytes(),
        file.width,
        file.height,
    )


@operation
def answer_with(
    *,
    by: Person,
    at: dt.datetime,
    link: OneTimeLink,
    text: str,
    photographs: Sequence[int] = (),
    seen: int | None = None,
) -> Case:
    """An officer makes an answer of a contractor's report: their own words, the chosen pictures.

    Raises:
        TextLength, TooManyPhotographs, Changed, MoveNotPossible, NoRoleForMove: see
            `veche.city.problems.operations.answer`.
    """
    chosen = [
        picture_of(one)
        for one in link.photographs.select_related("file").order_by("id")
        if one.pk in set(photographs)
    ]
    case = problems.answer(by=by, at=at, case=link.case, text=text, photographs=chosen, seen=seen)
    OneTimeLink.objects.filter(pk=link.pk).update(answered_at=at)
    record(kind="field.answered", by=by, at=at, subject=subject(case))
    return case

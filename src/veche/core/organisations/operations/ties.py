"""Writing down what ties people to organisations, and correcting it.

What somebody declares of themselves counts at once; the journal says that something was declared,
never what.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from veche.core.journal.operations import record
from veche.core.organisations.conflicts import Conflicted, check_may_judge
from veche.core.organisations.models import Organisation, Source, Tie
from veche.core.organisations.queries import holdings
from veche.errors import Invalid, NotAllowed, NotFound
from veche.operation import operation
from veche.texts import readable

if TYPE_CHECKING:
    from veche.core.people.models import Person

STEWARDS = ("administrator", "pilot_officer")
"""Roles that look after ties: write down what registers say, and strike out what is wrong."""
KEPT_YEARS = 10
"""So long a tie is kept after it ended; then it is deleted."""
LONGEST_WORDS = 300


class NotASteward(NotAllowed):
    """Others' ties are looked after by few."""

    code = "not-a-steward-of-ties"
    sentence = _("Only those who look after conflicts of interest may do this.")


class TieWrong(Invalid):
    """What was typed of a tie does not fit together."""

    code = "tie"


class NoOrganisation(TieWrong):
    """No organisation was said."""

    code = "tie-organisation"
    sentence = _("Choose the organisation, or write its name.")
    field = "named"


class EndsBeforeItBegins(TieWrong):
    """The last day lies before the first."""

    code = "tie-term"
    sentence = _("It ends before it begins.")
    field = "until"


class NoShareThere(TieWrong):
    """A share belongs to owning alone, and is a percentage."""

    code = "tie-share"
    sentence = _("Write the share in percent, above 0 and at most 100, and only for a share owned.")
    field = "share"


class NoSuchTie(NotFound):
    """There is no such tie, or it is somebody else's."""

    code = "no-such-tie"
    sentence = _("There is no such tie.")


class ReasonMissing(TieWrong):
    """Striking out takes a reason."""

    code = "tie-reason"
    sentence = _("Write why it is struck out.")
    field = "because"


def looks_after_ties(person: Person | None, at: dt.datetime) -> bool:
    """Whether somebody looks after ties now."""
    return any(held.role in STEWARDS for held in holdings(person, at))


def check_steward(by: Person | None, at: dt.datetime) -> None:
    """Let commands (nobody) and those who look after ties pass.

    Raises:
        NotASteward: the person does not.
    """
    if by is not None and not looks_after_ties(by, at):
        raise NotASteward


def check_touches(by: Person | None, at: dt.datetime, tie: Tie) -> None:
    """Nobody corrects their own tie, or one to whom they are tied themselves.

    Raises:
        NotASteward: others' ties are looked after by few.
        Conflicted: it is their own, or of an organisation they may not judge.
    """
    check_steward(by, at)
    if by is None:
        return
    if tie.person_id == by.pk:
        raise Conflicted
    if tie.organisation is not None:
        check_may_judge(by, tie.organisation, at)


def _checked(
    organisation: Organisation | None,
    named: str,
    identifier: str,
    kind: str,
    share: Decimal | None,
    since: dt.datetime,
    until: dt.datetime | None,
) -> None:
    if organisation is None and not named and not identifier:
        raise NoOrganisation
    if until is not None and until <= since:
        raise EndsBeforeItBegins
    if share is not None and (kind != Tie.Kind.OWNERSHIP or not 0 < share <= 100):
        raise NoShareThere


@operation
def declare_tie(
    *,
    by: Person,
    at: dt.datetime,
    kind: Tie.Kind,
    since: dt.datetime,
    organisation: Organisation | None = None,
    named: str = "",
    identifier: str = "",
    until: dt.datetime | None = None,
    share: Decimal | None = None,
    words: str = "",
    submission: uuid.UUID | None = None,
) -> Tie:
    """Say of oneself that one is or was tied to an organisation; it counts from this moment on.

    An organisation that the city does not know is named, best with its number in its register.

    Raises:
        TieWrong: it does not fit together.
    """
    known = Tie.objects.filter(person=by, submission=submission).first() if submission else None
    if known is not None:
        record(kind="organisations.tie-told-again", by=by, at=at, subject=f"person:{by.pk}")
        return known
    named, identifier = readable(named).strip(), "".join(identifier.split())
    _checked(organisation, named, identifier, kind, share, since, until)
    tie = Tie.objects.create(
        person=by, organisation=organisation, named=named[:200], identifier=identifier[:40],
        kind=kind, share=share, since=since, until=until, source=Source.DECLARED,
        words=readable(words).strip()[:LONGEST_WORDS], declared_at=at, by=by,
        submission=submission,
    )  # fmt: skip
    _note(by, at, tie)
    return tie


@operation
def record_tie(
    *,
    by: Person | None,
    at: dt.datetime,
    person: Person,
    kind: Tie.Kind,
    since: dt.datetime,
    organisation: Organisation | None = None,
    named: str = "",
    identifier: str = "",
    until: dt.datetime | None = None,
    share: Decimal | None = None,
    words: str = "",
) -> Tie:
    """Write down of somebody what a register says.

    Raises:
        NotASteward: ``by`` does not look after ties.
        TieWrong: it does not fit together.
    """
    check_steward(by, at)
    named, identifier = readable(named).strip(), "".join(identifier.split())
    _checked(organisation, named, identifier, kind, share, since, until)
    tie = Tie.objects.create(
        person=person, organisation=organisation, named=named[:200], identifier=identifier[:40],
        kind=kind, share=share, since=since, until=until, source=Source.REGISTRY,
        words=readable(words).strip()[:LONGEST_WORDS], declared_at=at, by=by,
    )  # fmt: skip
    _note(by, at, tie)
    return tie


def _note(by: Person | None, at: dt.datetime, tie: Tie) -> None:
    """That there is a tie: what it is stands in the part that can be erased."""
    record(
        kind="organisations.tie-set",
        by=by,
        at=at,
        subject=f"person:{tie.person_id}",
        public={"tie": tie.pk},
        personal={
            "kind": tie.kind,
            "organisation": tie.organisation.code if tie.organisation else tie.named,
            "since": tie.since.isoformat(),
            "until": tie.until.isoformat() if tie.until else None,
        },
    )


@operation
def end_tie(*, by: Person, at: dt.datetime, tie: int, until: dt.datetime) -> Tie:
    """Say that one's own tie has ended, or will; it goes on counting while it cools off.

    Raises:
        NoSuchTie: it is somebody else's, or was ended or struck out.
        EndsBeforeItBegins: the end lies before the beginning.
    """
    row: Tie | None = (
        Tie.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .filter(pk=tie, person=by, until__isnull=True, struck_at__isnull=True)
        .first()
    )
    if row is None:
        raise NoSuchTie
    if until <= row.since:
        raise EndsBeforeItBegins
    # Nobody ends in the past what the city was told still lasts: an end counts from now on.
    row.until = max(until, at)
    row.save(update_fields=["until"])
    _note(by, at, row)
    return row


@operation
def strike_tie(*, by: Person | None, at: dt.datetime, tie: int, because: str) -> Tie:
    """Strike out a tie that never was; it stays readable, and counts no more.

    Raises:
        NoSuchTie: there is none, or it was struck out.
        ReasonMissing: no reason was given.
        NotASteward, Conflicted: it is not for ``by`` to correct.
    """
    row: Tie | None = (
        Tie.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .filter(pk=tie, struck_at__isnull=True)
        .first()
    )
    if row is None:
        raise NoSuchTie
    check_touches(by, at, row)
    because = readable(because).strip()[:LONGEST_WORDS]
    if not because:
        raise ReasonMissing
    row.struck_at, row.struck_because = at, because
    row.save(update_fields=["struck_at", "struck_because"])
    record(
        kind="organisations.tie-struck",
        by=by,
        at=at,
        subject=f"person:{row.person_id}",
        public={"tie": row.pk},
        personal={"because": because},
    )
    return row


@operation
def link_tie(*, by: Person | None, at: dt.datetime, tie: int, organisation: Organisation) -> Tie:
    """Say which organisation a tie means that only named one.

    Raises:
        NoSuchTie: there is none that waits for it.
        NotASteward, Conflicted: it is not for ``by`` to say.
    """
    row = Tie.objects.select_for_update().filter(pk=tie, organisation__isnull=True).first()
    if row is None:
        raise NoSuchTie
    check_touches(by, at, row)
    row.organisation = organisation
    row.save(update_fields=["organisation"])
    _note(by, at, row)
    return row


@operation
def recognise_ties(
    *, by: Person | None, at: dt.datetime, known: Mapping[str, Organisation]
) -> frozenset[int]:
    """Organisations became known by their numbers in their registers: ties that named only the
    number are theirs from now on. Returns the numbers of the people whose ties these are."""
    rows = list(
        Tie.objects.select_for_update()
        .filter(organisation__isnull=True, identifier__in=list(known))
        .order_by("pk")
    )
    for row in rows:
        row.organisation = known[row.identifier]
    Tie.objects.bulk_update(rows, ["organisation"])
    people = frozenset(row.person_id for row in rows)
    record(
        kind="organisations.ties-recognised",
        by=by,
        at=at,
        subject="ties",
        public={"ties": len(rows)},
    )
    return people


@operation
def forget_old_ties(*, by: Person | None, at: dt.datetime) -> int:
    """Delete what ended so long ago that no rule asks for it any more."""
    edge = at - dt.timedelta(days=366 * KEPT_YEARS)
    old = Q(until__lte=edge) | Q(struck_at__lte=edge)
    gone, _tables = Tie.objects.filter(old).delete()
    record(kind="organisations.ties-forgotten", by=by, at=at, subject="ties", public={"ties": gone})
    return gone


@operation
def forget_ties(*, by: Person | None, at: dt.datetime, person: Person) -> int:
    """Delete what is known of the ties of somebody who is being forgotten."""
    from veche.core.organisations.models import PersonTie

    gone, _tables = Tie.objects.filter(person_id=person.pk).delete()
    pairs, _tables = PersonTie.objects.filter(Q(one_id=person.pk) | Q(other_id=person.pk)).delete()
    record(
        kind="organisations.ties-forgotten",
        by=None,
        at=at,
        subject=f"person:{person.pk}",
        public={"ties": gone + pairs},
    )
    return gone + pairs

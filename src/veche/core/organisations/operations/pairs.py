"""Writing down which accounts belong together and who owns whom; finding one person's accounts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from veche.core.journal.models import Record
from veche.core.journal.operations import record
from veche.core.organisations.conflicts import Conflicted, check_may_judge
from veche.core.organisations.models import ConflictRule, Organisation, PersonTie, Source, Stake
from veche.core.organisations.operations.ties import (
    EndsBeforeItBegins,
    NoSuchTie,
    TieWrong,
    check_steward,
    forget_old_ties,
)
from veche.errors import NotFound
from veche.operation import operation
from veche.texts import readable

if TYPE_CHECKING:
    from veche.core.people.models import Person


class SameTwice(TieWrong):
    """A pair needs two."""

    code = "pair-of-one"
    sentence = _("These are two accounts of one address: choose two.")
    field = "other"


class StakeWrong(TieWrong):
    """A stake needs two organisations and a percentage."""

    code = "stake"
    sentence = _("Choose two organisations and write a share above 0 and at most 100 percent.")
    field = "share"


class StakeThere(TieWrong):
    """The same is written down already and has not ended."""

    code = "stake-there"
    sentence = _("This share is written down already: end it first.")
    field = "owned"


class NoSuchStake(NotFound):
    """There is no such share, or it has ended."""

    code = "no-such-stake"
    sentence = _("There is no such share.")


@operation
def record_pair(
    *,
    by: Person | None,
    at: dt.datetime,
    one: Person,
    other: Person,
    kind: PersonTie.Kind,
    words: str = "",
) -> PersonTie:
    """Write down that two accounts are one person's, or two people kin or workmates.

    Raises:
        NotASteward: ``by`` does not look after ties.
        SameTwice: both are one account.
        Conflicted: one of them is ``by``.
    """
    check_steward(by, at)
    if one.pk == other.pk:
        raise SameTwice
    if by is not None and by.pk in (one.pk, other.pk):
        raise Conflicted
    low, high = sorted((one, other), key=lambda person: person.pk)
    row, _made = PersonTie.objects.update_or_create(
        one=low,
        other=high,
        kind=kind,
        defaults={
            "standing": PersonTie.Standing.CONFIRMED,
            "source": Source.REGISTRY,
            "words": readable(words).strip()[:300],
            "declared_at": at,
            "by": by,
            "judged_at": at,
            "judged_by": by,
        },
    )
    _note(by, at, [low.pk, high.pk])
    return row


@operation
def judge_pair(*, by: Person | None, at: dt.datetime, pair: int, holds: bool) -> PersonTie:
    """Confirm what the city found of two accounts, or dismiss it.

    Raises:
        NotASteward: ``by`` does not look after ties.
        NoSuchTie: there is none.
        Conflicted: one of the accounts is their own.
    """
    check_steward(by, at)
    row = PersonTie.objects.select_for_update().filter(pk=pair).first()
    if row is None:
        raise NoSuchTie
    if by is not None and by.pk in (row.one_id, row.other_id):
        raise Conflicted
    row.standing = PersonTie.Standing.CONFIRMED if holds else PersonTie.Standing.DISMISSED
    row.judged_at, row.judged_by = at, by
    row.save(update_fields=["standing", "judged_at", "judged_by"])
    _note(by, at, [row.one_id, row.other_id])
    return row


def _note(by: Person | None, at: dt.datetime, people: list[int]) -> None:
    """That something changed between accounts; which, stands in the part that can be erased."""
    record(
        kind="organisations.pairs-set",
        by=by,
        at=at,
        subject="ties",
        public={"accounts": len(people)},
        personal={"accounts": people},
    )


_FIND = """
INSERT INTO organisations_persontie
    (one_id, other_id, kind, standing, source, words, declared_at)
WITH tied AS (
    SELECT person_id FROM organisations_tie UNION SELECT person_id FROM organisations_holding
), plain AS (
    SELECT p.id, split_part(split_part(lower(p.email), '@', 1), '+', 1) AS name,
           split_part(lower(p.email), '@', 2) AS host, p.id IN (SELECT person_id FROM tied) AS tied
    FROM people_person p WHERE p.is_active AND p.email LIKE '%%@%%'
), known AS (
    SELECT id, replace(name, '.', '') || '@'
        || CASE host WHEN 'googlemail.com' THEN 'gmail.com' ELSE host END AS address, tied
    FROM plain WHERE name <> ''
)
SELECT least(a.id, b.id), greatest(a.id, b.id), 'same_person', 'possible', 'derived', '', %s
FROM known a JOIN known b ON b.address = a.address AND b.id <> a.id
WHERE a.tied AND (a.id < b.id OR NOT b.tied)
ON CONFLICT (one_id, other_id, kind) DO NOTHING
RETURNING one_id, other_id
"""


@operation
def find_pairs(*, by: Person | None, at: dt.datetime) -> int:
    """Find accounts of one person among those who are tied to anything: the same e-mail address
    but for dots and what follows a plus. They count until an officer dismisses them.

    Returns how many pairs are new.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [at])
        found = cursor.fetchall()
    _note(by, at, sorted({pk for pair in found for pk in pair}))
    return len(found)


def sweep(*, at: dt.datetime) -> int:
    """The timer: once a day, find pairs anew and forget what is old; how many pairs were found."""
    done = Record.objects.filter(kind="organisations.ties-forgotten", subject="ties").last()
    if done is not None and dt.timedelta() <= at - done.at < dt.timedelta(days=1):
        return 0
    forget_old_ties(by=None, at=at)
    return find_pairs(by=None, at=at)


@operation
def add_stake(
    *,
    by: Person | None,
    at: dt.datetime,
    owner: Organisation,
    owned: Organisation,
    share: Decimal,
    since: dt.datetime,
    words: str = "",
) -> Stake:
    """Write down that one organisation owns a share of another.

    Raises:
        NotASteward: ``by`` does not look after ties.
        StakeWrong, StakeThere: it cannot be so.
        Conflicted: ``by`` is tied to one of them.
    """
    check_steward(by, at)
    if owner.pk == owned.pk or not 0 < share <= 100:
        raise StakeWrong
    for office in (owner, owned):
        check_may_judge(by, office, at)
    if Stake.objects.filter(owner=owner, owned=owned, until__isnull=True).exists():
        raise StakeThere
    row = Stake.objects.create(
        owner=owner, owned=owned, share=share, since=since, source=Source.REGISTRY,
        words=readable(words).strip()[:300], declared_at=at, by=by,
    )  # fmt: skip
    _note_stake(by, at, row)
    return row


@operation
def end_stake(*, by: Person | None, at: dt.datetime, stake: int, until: dt.datetime) -> Stake:
    """Write down that a share is owned no more.

    Raises:
        NotASteward: ``by`` does not look after ties.
        NoSuchStake: there is none that lasts.
        EndsBeforeItBegins: the end lies before the beginning.
        Conflicted: ``by`` is tied to one of them.
    """
    check_steward(by, at)
    row = (
        Stake.objects.select_for_update(of=("self",))
        .select_related("owner", "owned")
        .filter(pk=stake, until__isnull=True)
        .first()
    )
    if row is None:
        raise NoSuchStake
    if until <= row.since:
        raise EndsBeforeItBegins
    for office in (row.owner, row.owned):
        check_may_judge(by, office, at)
    row.until = until
    row.save(update_fields=["until"])
    _note_stake(by, at, row)
    return row


def _note_stake(by: Person | None, at: dt.datetime, row: Stake) -> None:
    record(
        kind="organisations.stake-set",
        by=by,
        at=at,
        subject=f"organisation:{row.owned.code}",
        public={
            "owner": row.owner.code,
            "share": str(row.share),
            "until": row.until.isoformat() if row.until else None,
        },
    )


@operation
def set_least_share(*, by: Person | None, at: dt.datetime, share: Decimal) -> ConflictRule:
    """Say from which share on owning is a conflict.

    Raises:
        NotASteward: ``by`` does not look after ties.
        StakeWrong: it is no percentage.
    """
    check_steward(by, at)
    if not 0 < share <= 100:
        raise StakeWrong
    rule, _made = ConflictRule.objects.update_or_create(pk=1, defaults={"least_share": share})
    record(
        kind="organisations.conflict-rule-set",
        by=by,
        at=at,
        subject="ties",
        public={"least_share": str(share)},
    )
    return rule


def pairs_to_judge() -> list[PersonTie]:
    """What the city found and nobody has confirmed or dismissed."""
    waiting = Q(standing=PersonTie.Standing.POSSIBLE)
    return list(
        PersonTie.objects.filter(waiting).select_related("one", "other").order_by("pk")[:100]
    )

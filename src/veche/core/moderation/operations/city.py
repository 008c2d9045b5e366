"""What a city sets, and what is thrown away in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.core.journal.operations import record
from veche.core.moderation import reasons
from veche.core.moderation.access import check_sets_rules
from veche.core.moderation.limits import KEEP
from veche.core.moderation.models import Limit, Origin, Reason, Spent, TextPrint
from veche.errors import Invalid
from veche.operation import operation
from veche.texts import UnknownReason

if TYPE_CHECKING:
    from veche.core.people.models import Person

ORIGIN_DAYS = 30
"""How long the digest of a network address is kept beside a matter."""
PRUNE_BATCH = 20_000


class LimitOutOfRange(Invalid):
    """A limit that nobody or everybody would meet."""

    code = "limit-out-of-range"
    sentence = _("A limit is at least 1, its window one minute to seven days.")


@operation
def set_limit(
    *, by: Person | None, at: dt.datetime, what: str, scope: str, most: int, seconds: int = 86_400
) -> Limit:
    """Set how much of ``what`` (empty: of everything) is taken in a window.

    Raises:
        LimitOutOfRange: see there.
        veche.core.moderation.access.OnlyItsSetters: the person sets none.
    """
    check_sets_rules(by, at)
    if most < 1 or not 60 <= seconds <= 7 * 86_400:
        raise LimitOutOfRange
    row, _created = Limit.objects.update_or_create(
        what=what, scope=scope, defaults={"most": most, "seconds": seconds}
    )
    record(
        kind="moderation.limit-set",
        by=by,
        at=at,
        subject="moderation",
        public={"what": what, "scope": scope, "most": most, "seconds": seconds},
    )
    return row


@operation
def end_limit(*, by: Person | None, at: dt.datetime, what: str, scope: str) -> None:
    """The city's own limit ends: what the program says counts again. Ended twice it stays ended.

    Raises:
        veche.core.moderation.access.OnlyItsSetters: the person sets none.
    """
    check_sets_rules(by, at)
    ended = Limit.objects.filter(what=what, scope=scope).delete()[0]
    record(
        kind="moderation.limit-ended",
        by=by,
        at=at,
        subject="moderation",
        public={"what": what, "scope": scope, "ended": ended},
    )


class KnownReason(Invalid):
    """There is a reason of this code."""

    code = "known-reason"
    sentence = _("There is a reason with this code already: change its words.")
    field = "code"


class BadReason(Invalid):
    """A reason without words, without a use, or with an address that leads nowhere."""

    code = "bad-reason"
    sentence = _("A rule is a page of this site, or an address that begins with https://")
    field = "rule"


class LastReason(Invalid):
    """Without it nothing could be given as a reason for one of its uses."""

    code = "last-reason"
    sentence = _("It is the last reason of its kind: add another one first.")


@operation
def add_reason(
    *,
    by: Person | None,
    at: dt.datetime,
    code: str,
    names: Mapping[str, str],
    sentences: Mapping[str, str],
    used_for: Sequence[str],
    rule: str = "",
) -> Reason:
    """Add a reason, behind the others.

    Raises:
        KnownReason: there is one of this code, in use or not.
        BadReason: the address of the rule leads nowhere.
        veche.core.moderation.access.OnlyItsSetters: the person sets none.
    """
    check_sets_rules(by, at)
    known = reasons.every()
    if any(one.code == code for one in known):
        raise KnownReason
    return set_reason(
        by=by,
        at=at,
        code=code,
        names=names,
        sentences=sentences,
        used_for=used_for,
        rule=rule,
        position=max(one.position for one in known) + 10,
    )


@operation
def use_reason(*, by: Person | None, at: dt.datetime, code: str, active: bool) -> Reason:
    """Give a reason no more, or again; it is never deleted, because decisions name it.

    Raises:
        veche.texts.UnknownReason: there is none of this code.
        LastReason: without it nothing could be given for one of its uses.
        veche.core.moderation.access.OnlyItsSetters: the person sets none.
    """
    check_sets_rules(by, at)
    one = next((row for row in reasons.every() if row.code == code), None)
    if one is None:
        raise UnknownReason
    if not active and any(reasons.codes(use) == {code} for use in one.used_for):
        raise LastReason
    return set_reason(
        by=by,
        at=at,
        code=one.code,
        names=one.names,
        sentences=one.sentences,
        used_for=one.used_for,
        rule=one.rule,
        position=one.position,
        active=active,
    )


@operation
def set_reason(
    *,
    by: Person | None,
    at: dt.datetime,
    code: str,
    names: Mapping[str, str],
    sentences: Mapping[str, str],
    used_for: Sequence[str],
    rule: str = "",
    position: int = 0,
    active: bool = True,
) -> Reason:
    """Add a reason or change its words; a reason is never deleted, because decisions name it.

    Raises:
        BadReason: the address of the rule leads nowhere.
        veche.core.moderation.access.OnlyItsSetters: the person sets none.
    """
    check_sets_rules(by, at)
    inside = rule.startswith("/") and not rule.startswith(("//", "/\\"))
    if rule and not inside and not rule.startswith("https://"):
        raise BadReason
    row, _created = Reason.objects.update_or_create(
        code=code,
        defaults={
            "names": dict(names),
            "sentences": dict(sentences),
            "used_for": list(used_for),
            "rule": rule,
            "position": position,
            "active": active,
        },
    )
    record(kind="moderation.reason-set", by=by, at=at, subject="moderation", public={"code": code})
    return row


@operation
def _prune(*, by: None, at: dt.datetime) -> int:
    """Delete what has served its purpose, in one statement each."""
    spent = Spent.objects.filter(
        pk__in=Spent.objects.filter(at__lt=at - KEEP).values("pk")[:PRUNE_BATCH]
    ).delete()[0]
    prints = TextPrint.objects.filter(at__lt=at - KEEP)
    spent += TextPrint.objects.filter(pk__in=prints.values("pk")[:PRUNE_BATCH]).delete()[0]
    old = Origin.objects.filter(at__lt=at - dt.timedelta(days=ORIGIN_DAYS))
    origins = Origin.objects.filter(pk__in=old.values("pk")[:PRUNE_BATCH]).delete()[0]
    record(
        kind="moderation.pruned",
        by=by,
        at=at,
        subject="moderation",
        public={"counts": spent, "origins": origins},
    )
    return spent + origins


def prune(*, at: dt.datetime) -> int:
    """Throw away counts and digests whose term is over; returns how many. A timer calls it."""
    old = (
        Spent.objects.filter(at__lt=at - KEEP).exists()
        or TextPrint.objects.filter(at__lt=at - KEEP).exists()
        or Origin.objects.filter(at__lt=at - dt.timedelta(days=ORIGIN_DAYS)).exists()
    )
    return _prune(by=None, at=at) if old else 0

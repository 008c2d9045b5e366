"""What a city sets, and what is thrown away in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.core.journal.operations import record
from veche.core.moderation.limits import KEEP
from veche.core.moderation.models import Limit, Origin, Reason, Spent
from veche.errors import Invalid
from veche.operation import operation

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
    """
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
    """Add a reason or change its words; a reason is never deleted, because decisions name it."""
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
        or Origin.objects.filter(at__lt=at - dt.timedelta(days=ORIGIN_DAYS)).exists()
    )
    return _prune(by=None, at=at) if old else 0

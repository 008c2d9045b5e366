"""What moderation holds about a person, for their download and their erasure."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from veche.core.moderation.models import Decision, Origin, Original, OriginalLook
from veche.core.moderation.operations.erasure import forget_person

if TYPE_CHECKING:
    from veche.core.people.models import Person


def collect(person: Person) -> dict[str, Any]:
    """Objections, what was hidden of their matters, and who looked at it."""
    said = Q(case__author=person) & (Q(original=None) | Q(original__writer=None))
    decisions = Decision.objects.filter(said | Q(original__writer=person)).select_related("case")
    wrote = Q(case__author=person, writer=None) | Q(writer=person)
    originals = Original.objects.filter(wrote).select_related("case")
    looked = OriginalLook.objects.filter(original__case__author=person)
    return {
        "decisions": [
            {
                "matter": one.case.number,
                "decision": one.kind,
                "reason": one.reason,
                "at": one.at.isoformat(),
                "objection": one.appeal_text,
                "outcome": one.appeal,
                "told": one.judge_text,
            }
            for one in decisions.order_by("id")
        ],
        "originals": [
            {
                "matter": one.case.number,
                "kind": one.kind,
                "words": one.text,
                "kept_until": one.until.isoformat(),
                "deleted": one.gone_at is not None,
            }
            for one in originals.order_by("id")
        ],
        "looks_at_originals": [
            {"at": one.at.isoformat(), "role": one.role, "why": one.why}
            for one in looked.order_by("id")
        ],
        "network_addresses_kept_as_digests": Origin.objects.filter(case__author=person).count(),
    }


def erase(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """Delete originals, objections and digests of their matters at once."""
    forget_person(by=by, at=at, person=person)

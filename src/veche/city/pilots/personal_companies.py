"""What companies hold about a person: for whom they act, whom they invited, what they scouted."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from veche.core.people.models import Person


def collect(person: Person) -> dict[str, Any]:
    """Invitations somebody wrote or used, what they scouted, and the support they wrote down. For
    which companies they act stands among their roles."""
    from django.db.models import Q

    from veche.city.pilots.models import CompanyInvite, Scouted, Support

    told: dict[str, Any] = {}
    invites = CompanyInvite.objects.filter(Q(by=person) | Q(used_by=person))
    if invites.exists():
        told["pilot_invitations"] = [
            {
                "company": one.company.legal_name,
                "to": one.email if one.by_id == person.pk else None,
                "at": one.at.isoformat(),
                "used_at": one.used_at.isoformat() if one.used_at else None,
            }
            for one in invites.select_related("company").order_by("pk")
        ]
    scouted = Scouted.objects.filter(by=person)
    if scouted.exists():
        told["pilot_scouted"] = [
            {"solution": one.name, "maker": one.maker, "at": one.found_at.isoformat()}
            for one in scouted.order_by("pk")
        ]
    support = Support.objects.filter(by=person)
    if support.exists():
        told["pilot_support"] = [
            {"what": one.words, "at": one.at.isoformat()} for one in support.order_by("pk")
        ]
    return told


def erase(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """The addresses of the invitations they wrote, and of those to them, are forgotten. What a
    company says of itself, and what was scouted and given in office, stays."""
    from veche.city.pilots.operations.colleagues import erase_inviter

    erase_inviter(by=by, at=at, person=person)

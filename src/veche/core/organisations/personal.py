"""What organisations hold about a person: roles, lists and ties."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from veche.core.organisations.models import Holding, ListMember, Tie
from veche.core.organisations.operations.lists import leave_lists
from veche.core.organisations.operations.ties import forget_ties
from veche.core.organisations.queries import holdings
from veche.core.people.models import Person
from veche.errors import Refused


class StillHoldsRoles(Refused):
    """Who works for the city cannot be forgotten before the work is handed over."""

    code = "still-holds-roles"
    sentence = _("You still hold a role for the city. An administrator must end it first.")


def collect(person: Person) -> list[dict[str, Any]]:
    """The roles held, the lists stood on and the ties, now and before."""
    roles = [
        {
            "role": row.role,
            "organisation": row.organisation.code if row.organisation else None,
            "territory": row.territory.code if row.territory else None,
            "since": row.since.isoformat(),
            "until": row.until.isoformat() if row.until else None,
        }
        for row in Holding.objects.filter(person_id=person.pk).select_related(
            "organisation", "territory"
        )
    ]
    lists = [
        {
            "list": row.list.code,
            "since": row.since.isoformat(),
            "until": row.until.isoformat() if row.until else None,
        }
        for row in ListMember.objects.filter(person_id=person.pk).select_related("list")
    ]
    ties = [
        {
            "tie": row.kind,
            "organisation": row.organisation.code if row.organisation else row.named,
            "since": row.since.isoformat(),
            "until": row.until.isoformat() if row.until else None,
            "source": row.source,
            "words": row.words,
            "struck_out": row.struck_at.isoformat() if row.struck_at else None,
        }
        for row in Tie.objects.filter(person_id=person.pk).select_related("organisation")
    ]
    return roles + lists + ties


def erase(*, by: Person, at: dt.datetime, person: Person) -> None:
    """Who held which role when stays, without the name of the account; lists are left, and
    ties go.

    Raises:
        StillHoldsRoles: a role is held now.
    """
    if any(held.role != "volunteer" for held in holdings(person, at)):
        raise StillHoldsRoles
    leave_lists(by=by, at=at, person=person)
    forget_ties(by=by, at=at, person=person)

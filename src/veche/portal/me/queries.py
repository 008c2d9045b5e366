"""What my page reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from veche import module
from veche.core.organisations.models import Holding
from veche.core.organisations.roles import role_word
from veche.core.people.looks import word as word_of
from veche.core.people.models import Look, Person, SignIn

SHOWN = 200
"""Looks shown on one page, the newest first."""


@dataclass(frozen=True)
class Seen:
    """A look at my data: when, by whom in which role, at what."""

    at: dt.datetime
    name: str
    role: str
    office: str
    what: str | Promise
    matter: str


def looks(person: Person, limit: int = SHOWN) -> list[Seen]:
    """Who looked at what is known about a person; two queries."""
    rows = list(
        Look.objects.filter(person_id=person.pk).select_related("by").order_by("-at", "-id")[:limit]
    )
    held = _held([row.by_id for row in rows if row.by_id is not None])
    found = []
    for row in rows:
        roles = [h for h in held.get(row.by_id or 0, []) if _held_at(h, row.at)]
        words = dict.fromkeys(str(role_word(h.role)) for h in roles)
        where = dict.fromkeys(str(h.organisation or h.territory or "") for h in roles)
        found.append(
            Seen(
                at=row.at,
                name=str(row.by) if row.by and row.by.name else "",
                role=", ".join(words) or (str(_("an erased account")) if row.by is None else ""),
                office=", ".join(word for word in where if word),
                what=word_of(row.what),
                matter=row.case_number,
            )
        )
    return found


def _held(people: list[int]) -> Mapping[int, list[Holding]]:
    found: dict[int, list[Holding]] = {}
    rows = Holding.objects.filter(person_id__in=set(people)).select_related(
        "organisation", "territory"
    )
    for row in rows.order_by("id") if people else ():
        found.setdefault(row.person_id, []).append(row)
    return found


def _held_at(holding: Holding, at: dt.datetime) -> bool:
    return holding.since <= at and (holding.until is None or holding.until > at)


def sign_ins(person: Person, at: dt.datetime) -> list[SignIn]:
    """Where a person is signed in, the newest first."""
    rows = SignIn.objects.filter(person_id=person.pk, expire_date__gt=at)
    return sorted(rows, key=lambda row: (row.since is None, row.since), reverse=True)


def everything(person: Person) -> dict[str, Any]:
    """All that any module holds about a person, by the module's name."""
    return {name: personal.collect(person) for name, personal in module.personal()}

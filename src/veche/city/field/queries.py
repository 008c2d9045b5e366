"""What an officer sees on site."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from veche.city.field import rules
from veche.city.field.models import OneTimeLink
from veche.city.problems.models import Problem
from veche.core.cases.models import Case
from veche.core.organisations.models import Holding
from veche.look import words

MOST_SORTED = 3000


@dataclass(frozen=True)
class Spot:
    """A matter on site: how far it is, and until when."""

    problem: Problem
    metres: int | None

    @property
    def far(self) -> str:
        """The distance as people say it: 350 m, 1.2 km."""
        if self.metres is None:
            return ""
        if self.metres < 1000:
            return gettext("{n} m").format(n=words.number(round(self.metres, -1)))
        return gettext("{n} km").format(n=words.number(self.metres / 1000, 1))


def spots(
    held: Sequence[Holding], here: tuple[float, float] | None, most: int = 30
) -> tuple[list[Spot], int]:
    """The matters in work of the officer's offices, the nearest first (without a position the most
    urgent first), and how many there are."""
    offices = {h.organisation_id for h in held if h.role == "officer" and h.organisation_id}
    if not offices:
        return [], 0
    rows = (
        Problem.objects.filter(
            case__organisation__in=offices, case__state__in=rules.ON_SITE, case__hidden_at=None
        )
        .select_related("case", "category", "case__territory")
        .order_by("case__due_at", "pk")
    )
    if here is None:
        return [Spot(row, None) for row in rows[:most]], rows.count()
    points = list(rows.values_list("pk", "longitude", "latitude")[:MOST_SORTED])
    far = {pk: rules.metres(here, (lon, lat)) for pk, lon, lat in points}
    near = sorted(far, key=lambda pk: (far[pk], pk))[:most]
    found = {row.pk: row for row in rows.filter(pk__in=near)}
    return [Spot(found[pk], int(far[pk])) for pk in near if pk in found], len(points)


@dataclass(frozen=True)
class LinkRow:
    """A link on the officer's page."""

    link: OneTimeLink
    standing: str


def links(case: Case, at: dt.datetime) -> list[LinkRow]:
    """The links of a matter, newest first."""
    return [
        LinkRow(
            one,
            rules.standing(
                at, expires_at=one.expires_at, revoked_at=one.revoked_at, used_at=one.used_at
            ),
        )
        for one in OneTimeLink.objects.filter(case=case).order_by("-id")
    ]

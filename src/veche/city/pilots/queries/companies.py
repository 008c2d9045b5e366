"""Companies as lists and pages show them: only what is public, besides what is their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from veche.city.pilots.access.applications import PUBLIC
from veche.city.pilots.access.companies import companies
from veche.city.pilots.access.contracts import contracts
from veche.city.pilots.models import (
    Application,
    Company,
    CompanyInvite,
    Contract,
    Product,
    Scouted,
    Support,
)
from veche.city.pilots.procedure import FOUNDER
from veche.core.organisations.models import Holding

PAGE = 50


@dataclass(frozen=True)
class Choice:
    """Which companies somebody wants to see."""

    words: str = ""
    size: str = ""
    country: str = ""
    women: bool = False
    confirmed: str = ""
    """``yes`` or ``no``; empty: all."""
    page: int = 1

    def parameters(self, **changes: Any) -> str:
        """The address of this choice, with changes."""
        other = replace(self, **{"page": 1, **changes})
        pairs = {
            "q": other.words,
            "size": other.size,
            "country": other.country,
            "women": "1" if other.women else "",
            "confirmed": other.confirmed,
            "page": str(other.page) if other.page > 1 else "",
        }
        kept = {name: value for name, value in pairs.items() if value}
        return f"?{urlencode(kept)}" if kept else ""


def read(query: Mapping[str, str]) -> Choice:
    """The choice of an address; what it does not understand it leaves out."""
    size, country = query.get("size", ""), query.get("country", "").upper()
    page = query.get("page", "")
    return Choice(
        words=" ".join(query.get("q", "").replace("\x00", " ").split())[:80],
        size=size if size in Company.Size.values else "",
        country=country if len(country) == 2 and country.isascii() and country.isalpha() else "",
        women=query.get("women") == "1",
        confirmed=query.get("confirmed", "") if query.get("confirmed") in ("yes", "no") else "",
        page=int(page) if page.isascii() and page.isdigit() and 0 < int(page[:6]) < 10_000 else 1,
    )


def chosen(which: Choice) -> QuerySet[Company]:
    """The companies of a choice by name, each with ``made`` (products) and ``decided``
    (applications that are public)."""
    rows = companies()
    if which.words:
        made = Product.objects.filter(
            company=OuterRef("pk"), retired_at__isnull=True, name__icontains=which.words
        )
        rows = rows.filter(
            Q(legal_name__icontains=which.words)
            | Q(identifier__istartswith=which.words)
            | Q(text__icontains=which.words)
            | Exists(made)
        )
    if which.size:
        rows = rows.filter(size=which.size)
    if which.country:
        rows = rows.filter(country=which.country)
    if which.women:
        rows = rows.filter(women_led=True)
    if which.confirmed:
        rows = rows.filter(confirmed_at__isnull=which.confirmed == "no")
    return rows.order_by("legal_name", "pk")


@dataclass(frozen=True)
class Line:
    """A company in a list."""

    company: Company
    products: int
    decided: int
    """Applications that everybody may read."""


def lines(rows: Sequence[Company]) -> list[Line]:
    """Companies with their counts: two queries for a page of them."""
    keys = [one.pk for one in rows]
    made = dict(
        Product.objects.filter(company__in=keys, retired_at__isnull=True)
        .values_list("company")
        .annotate(n=Count("pk"))
    )
    decided = dict(
        Application.objects.filter(PUBLIC, company__in=keys)
        .values_list("company")
        .annotate(n=Count("pk"))
    )
    return [Line(one, made.get(one.pk, 0), decided.get(one.pk, 0)) for one in rows]


def countries() -> list[str]:
    """The countries that companies come from."""
    return list(Company.objects.order_by("country").values_list("country", flat=True).distinct())


def products_of(company: Company) -> list[Product]:
    """What a company makes now, with technologies and targets."""
    rows = company.products.filter(retired_at__isnull=True)
    return list(rows.prefetch_related("technologies", "targets").order_by("name", "pk"))


def decided_of(company: Company) -> list[Application]:
    """The applications of a company that everybody may read, the newest first."""
    rows = Application.objects.filter(PUBLIC, company=company).select_related("case", "call__case")
    return list(rows.order_by("-decided_at", "-pk"))


def contracts_of(company: Company) -> list[Contract]:
    """The contracts that followed from a company's pilots, the newest first; none of a hidden
    pilot."""
    rows = contracts().filter(supplier=company.pk)
    return list(rows.order_by("-signed_on", "-pk"))


@dataclass(frozen=True)
class Given:
    """The support of a company."""

    lines: Sequence[Support]
    """All lines, the newest first; those superseded stand among them."""
    money: Decimal
    """What stands, added up."""


def support_of(company: Company) -> Given:
    """What the programme did for a company."""
    rows = Support.objects.filter(company=company).select_related("superseded_by")
    stands = rows.filter(superseded_by__isnull=True)
    return Given(
        list(rows.order_by("-on", "-pk")),
        stands.aggregate(sum=Sum("amount"))["sum"] or Decimal(),
    )


def people_of(company: Company, at: dt.datetime) -> list[Holding]:
    """Who acts for a company now."""
    rows = Holding.objects.filter(role=FOUNDER, organisation=company.pk, since__lte=at)
    live = rows.filter(Q(until__isnull=True) | Q(until__gt=at))
    return list(live.select_related("person").order_by("since", "pk"))


def invites_of(company: Company) -> list[CompanyInvite]:
    """Invitations that nobody has used yet."""
    rows = CompanyInvite.objects.filter(
        company=company, used_at__isnull=True, ended_at__isnull=True
    )
    return list(rows.order_by("-at"))


def scouted(state: str = "") -> QuerySet[Scouted]:
    """What scouts found, the newest first; of a state, where one is named."""
    rows = Scouted.objects.select_related("company__organisation", "call__case", "by")
    if state in STATES:
        rows = rows.filter(STATES[state])
    return rows.order_by("-found_at", "-pk")


STATES: Mapping[str, Q] = {
    "found": Q(invited_at__isnull=True, company__isnull=True, declined_at__isnull=True),
    "invited": Q(invited_at__isnull=False, company__isnull=True, declined_at__isnull=True),
    "came": Q(company__isnull=False),
    "declined": Q(declined_at__isnull=False),
}


def state_of(one: Scouted) -> str:
    """What became of something scouted: one of `STATES`."""
    if one.company_id is not None:
        return "came"
    if one.declined_at is not None:
        return "declined"
    return "invited" if one.invited_at is not None else "found"

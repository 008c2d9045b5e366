"""Contracts that followed: found by words, summed by currency, one with all that changed in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet, Sum

from veche.city.pilots.access.contracts import contracts
from veche.city.pilots.models import Contract, Payment

PAGE = 30
ORDER = ("-signed_on", "-pk")


@dataclass(frozen=True)
class Filter:
    """Which contracts a list shows; its parameters stand in the address."""

    text: str = ""
    year: int | None = None
    standing: str = ""
    page: int = 1

    def parameters(self) -> str:
        """The filter as it stands in an address."""
        given = {"q": self.text, "year": self.year or "", "standing": self.standing}
        known = {name: value for name, value in given.items() if value}
        return f"?{urlencode(known)}" if known else ""


def read_filter(given: Mapping[str, str]) -> Filter:
    """The filter of an address; what is not known is left out."""
    year, page = given.get("year", ""), given.get("page", "1")
    standing = given.get("standing", "")
    return Filter(
        text=" ".join(given.get("q", "")[:100].replace("\x00", "").split()),
        year=int(year) if year.isdecimal() and len(year) == 4 and int(year) else None,
        standing=standing if standing in Contract.Standing.values else "",
        page=max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1,
    )


def matching(which: Filter) -> QuerySet[Contract]:
    """The contracts of a choice, the newest first."""
    rows = contracts()
    for word in which.text.split()[:6]:
        rows = rows.filter(
            Q(title__icontains=word)
            | Q(number__icontains=word)
            | Q(ocid__icontains=word)
            | Q(buyer__names__icontains=word)
            | Q(supplier__names__icontains=word)
            | Q(application__title__icontains=word)
        )
    if which.year:
        rows = rows.filter(signed_on__year=which.year)
    if which.standing:
        rows = rows.filter(standing=which.standing)
    return rows.order_by(*ORDER)


@dataclass(frozen=True)
class Sums:
    """Contracts of one currency: how many, over how much, and how much was paid."""

    currency: str
    count: int
    amount: Decimal
    paid: Decimal


def sums(which: Filter) -> list[Sums]:
    """The sums of a choice, by currency; the most contracts first."""
    rows = matching(which).order_by()
    money = rows.values("currency").annotate(n=Count("pk"), sum=Sum("amount"))
    paid = dict(
        Payment.objects.filter(contract__in=rows.values("pk"), superseded_by=None)
        .values_list("contract__currency")
        .annotate(Sum("amount"))
    )
    found = [
        Sums(one["currency"], one["n"], one["sum"], paid.get(one["currency"]) or Decimal(0))
        for one in money
    ]
    return sorted(found, key=lambda one: (-one.count, one.currency))


def years() -> list[int]:
    """The years in which contracts were signed, the newest first."""
    rows = contracts().order_by().values_list("signed_on__year", flat=True).distinct()
    return sorted(rows, reverse=True)


def paid_of(rows: list[Contract]) -> dict[int, Decimal]:
    """What was paid by each of these contracts."""
    found = Payment.objects.filter(contract__in=rows, superseded_by=None).values_list("contract")
    return dict(found.annotate(Sum("amount")))


def cells(which: Filter) -> Iterator[tuple[Any, ...]]:
    """Every contract of a choice as a row of a table, after the names of its columns."""
    yield (
        "number", "ocid", "title", "pilot", "buyer", "supplier", "method", "standing", "amount",
        "currency", "paid", "signed_on", "starts_on", "ends_on",
    )  # fmt: skip
    size = 500
    rows = matching(which)
    for first in range(0, rows.count(), size):
        page = list(rows[first : first + size])
        paid = paid_of(page)
        for one in page:
            yield (
                one.number, one.ocid, one.title,
                one.application.case.number if one.application else "",
                one.buyer.code, one.supplier.code, one.method, one.standing, one.amount,
                one.currency, paid.get(one.pk, Decimal(0)), one.signed_on, _iso(one.starts_on),
                _iso(one.ends_on),
            )  # fmt: skip


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day else ""

"""What the pages of methodologies and agreements show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from veche.city.pilots.documents.agreement import PARTS
from veche.city.pilots.models import (
    Agreement,
    Party,
    RevocationList,
    Signature,
    SignatureLook,
    TrustedRoot,
)
from veche.city.pilots.queries.methodologies import given
from veche.city.pilots.rules.methodologies import Change, IndicatorGiven, changes, digest
from veche.city.pilots.words import agreements as said
from veche.city.pilots.words.agreements import said_of_revocation
from veche.look import words

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from veche.city.pilots.models import Methodology

HEAD = (
    "version", "code", "name", "unit", "measure", "direction", "baseline", "threshold",
    "by_testers",
)  # fmt: skip
"""Columns of the table of indicators."""


@dataclass(frozen=True)
class Line:
    """An indicator in words."""

    given: IndicatorGiven
    measure: Any
    before: str
    """Where it stands without the solution; empty: not known."""
    success: str


def lines(methodology: Methodology) -> list[Line]:
    """The indicators of a version, in words."""
    return [
        Line(
            one,
            said.MEASURES.get(one.measure, one.measure),
            "" if one.baseline is None else f"{words.number(one.baseline)} {one.unit}",
            str(said.LIMITS[one.direction])
            % {"number": f"{words.number(one.threshold)} {one.unit}"},
        )
        for one in given(methodology).indicators
    ]


def cells(methodologies: Sequence[Methodology]) -> Iterator[Sequence[object]]:
    """The indicators of versions as a table, with its head."""
    yield HEAD
    for methodology in methodologies:
        for one in given(methodology).indicators:
            yield (
                methodology.version, one.code, one.name, one.unit, one.measure, one.direction,
                one.baseline, one.threshold, one.by_testers,
            )  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A change in words."""

    change: Change
    part: Any
    kind: Any
    what: Any
    before: str
    after: str


def told_changes(before: Methodology, after: Methodology) -> list[Told]:
    """What is different between two versions, in words."""
    return [
        Told(
            one,
            said.PARTS[one.part],
            said.KINDS[one.kind],
            said.WHAT.get(one.what, ""),
            _value(one, one.before),
            _value(one, one.after),
        )
        for one in changes(given(before), given(after))
    ]


def _value(change: Change, value: object) -> str:
    if value is None:
        return "—"
    if isinstance(value, IndicatorGiven):
        return str(said.LIMITS[value.direction]) % {
            "number": f"{words.number(value.threshold)} {value.unit}"
        }
    if isinstance(value, bool):
        return str(said.YES if value else said.NO)
    if change.what == "measure":
        return str(said.MEASURES.get(str(value), value))
    if change.what == "direction":
        return str(said.DIRECTIONS.get(str(value), value))
    if isinstance(value, str):
        return value
    return words.number(value)  # type: ignore[arg-type]  # int, float or Decimal by now


def digest_of(methodology: Methodology) -> str:
    """SHA-256 of what a version says."""
    return digest(given(methodology))


@dataclass(frozen=True)
class PartyShown:
    """One of the three, as the page shows it."""

    party: Party
    part: Any
    """Company, site or agency, in words."""
    signature: Signature | None
    form: Any
    mine: bool
    """Whether the reader brings its signature now."""
    why: str = ""
    """Why its signature does not hold; empty: it holds, or was not asked about."""
    look: SignatureLook | None = None
    """What the lists of revoked certificates said last."""

    @property
    def revocation(self) -> str:
        """The same in words; empty: nothing was signed."""
        if self.signature is None:
            return ""
        look = self.look
        said = str(said_of_revocation(look.standing if look else "unknown"))
        return said % {
            "day": words.day(look.list_at, "year") if look and look.list_at else "",
            "since": words.day(look.since, "year") if look and look.since else "",
        }


def parties(agreement: Agreement, mine: Sequence[str], why: dict[str, str]) -> list[PartyShown]:
    """The three parties in their order; ``mine`` are those whose signature the reader brings."""
    rows = Party.objects.filter(agreement=agreement).select_related("organisation")
    signed = {
        one.party_id: one
        for one in Signature.objects.filter(party__agreement=agreement).defer("detached")
    }
    looks = SignatureLook.objects.filter(signature__party__agreement=agreement)
    last = {one.signature_id: one for one in looks.order_by("at", "pk")}
    found = []
    for party in sorted(rows, key=lambda one: PARTS.index(one.part)):
        signature = signed.get(party.pk)
        found.append(
            PartyShown(
                party,
                said.PARTIES[party.part],
                signature,
                said.FORMS.get(signature.form, "") if signature else "",
                party.part in mine and signature is None,
                why.get(party.part, ""),
                last.get(signature.pk) if signature else None,
            )
        )
    return found


def authorities(at: dt.datetime) -> tuple[QuerySet[TrustedRoot], QuerySet[TrustedRoot]]:
    """The authorities the city trusts at a moment, and those it trusted before."""
    now = Q(since__lte=at) & (Q(until__isnull=True) | Q(until__gt=at))
    rows = TrustedRoot.objects.order_by("name", "pk")
    return rows.filter(now), rows.exclude(now)


def lists() -> QuerySet[RevocationList]:
    """The lists of revoked certificates that the city holds, without their bytes."""
    rows = RevocationList.objects.filter(kind=RevocationList.Kind.LIST)
    return rows.defer("body").order_by("issuer", "pk")

"""The contracts of the city as OCDS 1.1: packages of releases and of records.

Our own releases are made of rows each time: the same rows give the same releases. What was read
from other publishers stands beside them as it came.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from veche.city.pilots.access.contracts import contracts
from veche.city.pilots.engines import ocds_build as build
from veche.city.pilots.engines import ocds_packages as packages
from veche.city.pilots.engines.ocds_check import moment
from veche.city.pilots.engines.ocds_merge import in_turn
from veche.city.pilots.models import (
    Amendment,
    Company,
    Contract,
    ContractDocument,
    Evaluation,
    ImportedPackage,
    ImportedRelease,
    Payment,
)
from veche.core.notices.letters import link
from veche.core.organisations.models import Organisation
from veche.languages import here

LICENSE = "https://creativecommons.org/licenses/by/4.0/"
"""Under which the city publishes its own releases."""
EMPTY = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

Release = Mapping[str, Any]


@dataclass(frozen=True)
class Packages:
    """Everything that is published: releases in turn, and a record of each process."""

    releases: Sequence[Release]
    records: Sequence[Mapping[str, Any]]

    @property
    def newest(self) -> dt.datetime:
        """When the newest release was published."""
        return max((moment(one["date"]) for one in self.releases), default=EMPTY)


def published(ocid: str = "") -> Packages:
    """All releases and records, or those of one process."""
    with override(settings.LANGUAGE_CODE):
        own = list(_own(ocid))
    by_ocid: dict[str, list[Release]] = {}
    for one in own:
        by_ocid.setdefault(one["ocid"], []).append(one)
    linked: dict[str, Mapping[str, Any]] = {}
    others: dict[tuple[str, str], Release] = {}
    rows = ImportedRelease.objects.filter(ocid=ocid) if ocid else ImportedRelease.objects.all()
    for row in rows.order_by("pk").iterator(chunk_size=500):
        if row.identifier:  # one that was published twice in other words stands as read last
            others[row.ocid, row.identifier] = row.body
        else:
            linked[row.ocid] = row.body
    # What others tell of a process of ours is kept as it came, and changes nothing that we publish.
    ours = frozenset(by_ocid)
    for (name, _identifier), body in others.items():
        if name not in ours:
            by_ocid.setdefault(name, []).append(body)
    records = [
        *(packages.record_of(found) for found in by_ocid.values()),
        *(body for name, body in linked.items() if name not in by_ocid),
    ]
    releases = in_turn(one for found in by_ocid.values() for one in found)
    return Packages(releases, sorted(records, key=lambda one: str(one["ocid"])))


def _own(ocid: str) -> Iterator[dict[str, Any]]:
    rows = contracts().filter(application__isnull=False)
    if ocid:
        rows = rows.filter(ocid=ocid)
    found: dict[str, list[Contract]] = {}
    whole = rows.select_related("application__call__case", "application__company")
    for one in whole.order_by("at", "pk"):
        found.setdefault(one.ocid, []).append(one)
    if not found:
        return
    facts = _Facts([one for rows_ in found.values() for one in rows_])
    for rows_ in found.values():
        yield from build.releases_of(facts.process(rows_))


class _Facts:
    """What the releases of many contracts need, asked for once."""

    def __init__(self, rows: Sequence[Contract]) -> None:
        self.amendments = _by_contract(Amendment.objects.filter(contract__in=rows), "place")
        self.payments = _by_contract(Payment.objects.filter(contract__in=rows), "pk")
        papers = ContractDocument.objects.filter(contract__in=rows, public=True)
        self.documents = _by_contract(papers, "place")
        pilots = {one.application_id for one in rows}
        reports = Evaluation.objects.filter(
            trial__application__in=pilots, published_at__isnull=False
        )
        self.reports = dict(
            reports.order_by("trial__number").values_list("trial__application", "published_at")
        )
        offices = {one.buyer_id for one in rows} | {one.supplier_id for one in rows}
        self.companies = Company.objects.in_bulk(offices)

    def process(self, rows: Sequence[Contract]) -> build.ProcessTold:
        """One contracting process."""
        pilot = rows[0].application
        assert pilot is not None  # only our own are asked for
        number = pilot.case.number
        report = self.reports.get(pilot.pk)
        return build.ProcessTold(
            ocid=rows[0].ocid,
            prefix=settings.OCID_PREFIX,
            project=pilot.title or number,
            project_id=number,
            rationale=pilot.because if pilot.answer == "buy" else "",
            contracts=[self._contract(one) for one in rows],
            tender=_tender(pilot.call),
            report=link(reverse("pilots:evaluation", args=[number])) if report else "",
            reported_at=report,
            language=_language(),
        )

    def _contract(self, one: Contract) -> build.ContractTold:
        changes = self.amendments.get(one.pk, [])
        first = changes[0] if changes else None
        return build.ContractTold(
            key=str(one.pk),
            number=one.number,
            title=one.title,
            method=one.method,
            status=first.standing_before if first else one.standing,
            amount=first.amount_before if first else one.amount,
            currency=one.currency,
            buyer=self._party(one.buyer),
            supplier=self._party(one.supplier),
            signed_on=one.signed_on,
            starts_on=one.starts_on,
            ends_on=first.ends_before if first else one.ends_on,
            at=one.at,
            amendments=[
                build.AmendmentTold(
                    str(row.pk), row.on, row.at, row.because, row.amount, row.ends_on, row.standing
                )
                for row in changes
            ],
            payments=list(_payments(self.payments.get(one.pk, []))),
            documents=[
                build.DocumentTold(
                    str(row.pk),
                    row.kind,
                    row.title,
                    link(reverse("pilots:contract-document", args=[one.pk, row.place])),
                    row.media_type,
                    row.at,
                    row.taken_off_at,
                    row.taken_off_because,
                )
                for row in self.documents.get(one.pk, [])
            ],
        )

    def _party(self, office: Organisation) -> build.PartyTold:
        company = self.companies.get(office.pk)
        if company is None:
            name = here(office.names) or office.code
            return build.PartyTold(office.code, name, _names(office.names))
        return build.PartyTold(
            office.code,
            company.legal_name or office.code,
            scheme=company.scheme,
            identifier=company.identifier,
            country=company.country,
        )


def _by_contract(rows: Any, order: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows.order_by(order):
        found.setdefault(row.contract_id, []).append(row)
    return found


def _payments(rows: Sequence[Payment]) -> Iterator[build.PaymentTold]:
    """Payments in turn; one that took another's place bears the transaction of that one."""
    instead = {row.superseded_by_id: row for row in rows if row.superseded_by_id}
    for row in rows:
        first = row
        while first.pk in instead:
            first = instead[first.pk]
        yield build.PaymentTold(str(row.pk), str(first.pk), row.on, row.at, Decimal(row.amount))


def _tender(call: Any) -> build.TenderTold:
    public = call.case.state not in ("draft", "") and call.case.hidden_at is None
    number = call.case.number
    return build.TenderTold(
        number=number,
        title=here(call.titles),
        titles=_names(call.titles),
        opens_at=call.opens_at,
        closes_at=call.closes_at,
        page=link(reverse("pilots:call", args=[number])) if public else "",
    )


def _names(names: Mapping[str, str]) -> dict[str, str]:
    return {code: str(said) for code, said in names.items() if said}


def _language() -> str:
    return settings.LANGUAGE_CODE.split("-")[0]


def publisher() -> packages.PublisherTold:
    """The city, as the publisher of its packages."""
    with override(settings.LANGUAGE_CODE):
        policy = link(reverse("pilots:contracts"))
        return packages.PublisherTold(here(settings.TOWN_NAMES), settings.ADDRESS, LICENSE, policy)


PAGE = 500
"""Releases in one package; the releases of a process follow each other over its pages."""
RECORDS = 100
"""Records in one package: each holds the releases of a process besides what they make together."""

WHOLE = 10**9
"""For a file: all in one package."""


@dataclass(frozen=True)
class Page:
    """A package, and where those before and after it are."""

    package: dict[str, Any]
    links: Mapping[str, str]
    """``next`` and ``prev`` (OCDS 1.1, Packaging, pagination); what there is not is left out."""


def releases_package(found: Packages, uri: str, page: int = 1, size: int = PAGE) -> Page | None:
    """A page of the releases; None where it would hold none: OCDS knows no empty package."""
    return _page(found.releases, packages.release_package, found.newest, uri, page, size)


def records_package(found: Packages, uri: str, page: int = 1, size: int = RECORDS) -> Page | None:
    """A page of the records; None where it would hold none."""
    return _page(found.records, packages.record_package, found.newest, uri, page, size)


def _page(
    rows: Sequence[Mapping[str, Any]],
    make: Callable[..., dict[str, Any]],
    newest: dt.datetime,
    uri: str,
    page: int,
    size: int,
) -> Page | None:
    part = rows[(page - 1) * size : page * size]
    if page < 1 or not part:
        return None

    def address(number: int) -> str:
        return uri if number == 1 else f"{uri}?page={number}"

    links = {}
    if page * size < len(rows):
        links["next"] = address(page + 1)
    if page > 1:
        links["prev"] = address(page - 1)
    made = make(part, uri=address(page), at=newest, publisher=publisher())
    return Page({**made, "links": links} if links else made, links)


def imported() -> Iterable[ImportedPackage]:
    """The packages of other publishers, as they came."""
    return ImportedPackage.objects.order_by("pk").iterator(chunk_size=20)

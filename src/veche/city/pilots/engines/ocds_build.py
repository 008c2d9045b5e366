"""Contracts told as OCDS 1.1: releases of one contracting process, and packages of them.

A release tells what became true at one moment, and is made of rows that never change: made again,
it is the same. A pilot is one contracting process: its call is the tender, each contract has its
award, an amendment and a payment are releases of their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from veche.city.pilots.engines.ocds_merge import in_turn


@dataclass(frozen=True)
class PartyTold:
    """An organisation: its identifier in a register where it has one, else the city's own code."""

    code: str
    name: str
    names: Mapping[str, str] = field(default_factory=dict)
    """The name in other languages."""
    scheme: str = ""
    identifier: str = ""
    country: str = ""

    def id(self, prefix: str) -> str:
        """What names it within and across releases."""
        if self.scheme:
            return f"{self.scheme}-{self.identifier}"
        return f"{prefix}-{self.code}"


@dataclass(frozen=True)
class AmendmentTold:
    """A change of a contract."""

    key: str
    on: dt.date
    at: dt.datetime
    because: str
    amount: Decimal
    ends_on: dt.date | None
    status: str


@dataclass(frozen=True)
class PaymentTold:
    """A payment; one that takes the place of another bears its ``transaction``."""

    key: str
    transaction: str
    on: dt.date
    at: dt.datetime
    amount: Decimal
    """Zero where another took its place under another number."""


@dataclass(frozen=True)
class DocumentTold:
    """A public document of a contract."""

    key: str
    kind: str
    """A code of the open list ``documentType``."""
    title: str
    url: str
    media_type: str
    at: dt.datetime
    gone_at: dt.datetime | None = None
    """When it was taken off; None: it is there."""
    because: str = ""
    """Why it was."""


@dataclass(frozen=True)
class ContractTold:
    """A contract as it was signed, and what followed."""

    key: str
    number: str
    title: str
    method: str
    status: str
    amount: Decimal
    currency: str
    buyer: PartyTold
    supplier: PartyTold
    signed_on: dt.date
    starts_on: dt.date | None
    ends_on: dt.date | None
    at: dt.datetime
    amendments: Sequence[AmendmentTold] = ()
    payments: Sequence[PaymentTold] = ()
    documents: Sequence[DocumentTold] = ()


@dataclass(frozen=True)
class TenderTold:
    """The call by which the solution came, and how it went on to a contract."""

    number: str
    title: str
    titles: Mapping[str, str] = field(default_factory=dict)
    opens_at: dt.datetime | None = None
    closes_at: dt.datetime | None = None
    page: str = ""
    """The address of the call; empty: it is not public."""


@dataclass(frozen=True)
class ProcessTold:
    """A contracting process: one pilot, with all contracts that followed."""

    ocid: str
    prefix: str
    project: str
    project_id: str
    rationale: str
    """Why the department buys."""
    contracts: Sequence[ContractTold]
    tender: TenderTold | None = None
    report: str = ""
    """The address of the report of the trial."""
    reported_at: dt.datetime | None = None
    language: str = "ru"


def releases_of(process: ProcessTold) -> list[dict[str, Any]]:
    """All releases of a process, from the oldest to the newest."""
    found: list[dict[str, Any]] = []
    for one in process.contracts:
        found.append(_signed(process, one, first=not found))
        found += [_amended(process, one, change) for change in one.amendments]
        found += [_paid(process, one, payment) for payment in one.payments]
        for document in one.documents:
            found.append(_brought(process, one, document))
            if document.gone_at is not None:
                found.append(_taken_off(process, one, document, document.gone_at))
    return [dict(one) for one in in_turn(found)]


def _signed(process: ProcessTold, one: ContractTold, *, first: bool) -> dict[str, Any]:
    tags = ["planning", "tender", "award", "contract"] if first else ["award", "contract"]
    body = _release(process, f"contract-{one.key}", one.at, tags)
    body["parties"] = _parties(process, one)
    body["buyer"] = _named(one.buyer, process.prefix)
    if first:
        body["planning"] = _planning(process)
        body["tender"] = _tender(process, one)
    money = _value(one.amount, one.currency)
    body["awards"] = [
        {
            "id": _award(one),
            "title": one.title,
            "status": "active",
            "date": _day(one.signed_on),
            "value": money,
            "suppliers": [_named(one.supplier, process.prefix)],
        }
    ]
    body["contracts"] = [
        {
            "id": one.number,
            "awardID": _award(one),
            "title": one.title,
            "status": one.status,
            "value": money,
            "dateSigned": _day(one.signed_on),
            **_period(one.starts_on or one.signed_on, one.ends_on),
        }
    ]
    return body


def _amended(process: ProcessTold, one: ContractTold, change: AmendmentTold) -> dict[str, Any]:
    ended = change.status in ("terminated", "cancelled")
    tag = "contractTermination" if ended else "contractAmendment"
    body = _release(process, f"amendment-{change.key}", change.at, [tag])
    body["contracts"] = [
        {
            "id": one.number,
            "awardID": _award(one),
            "status": change.status,
            "value": _value(change.amount, one.currency),
            **_period(one.starts_on or one.signed_on, change.ends_on),
            "amendments": [
                {"id": change.key, "date": _day(change.on), "rationale": change.because}
            ],
        }
    ]
    return body


def _paid(process: ProcessTold, one: ContractTold, payment: PaymentTold) -> dict[str, Any]:
    first = payment.key == payment.transaction
    tag = "implementation" if first else "implementationUpdate"
    body = _release(process, f"payment-{payment.key}", payment.at, [tag])
    body["contracts"] = [
        {
            "id": one.number,
            "awardID": _award(one),
            "implementation": {
                "transactions": [
                    {
                        "id": f"payment-{payment.transaction}",
                        "date": _day(payment.on),
                        "value": _value(payment.amount, one.currency),
                        "payer": _named(one.buyer, process.prefix),
                        "payee": _named(one.supplier, process.prefix),
                    }
                ]
            },
        }
    ]
    return body


def _brought(process: ProcessTold, one: ContractTold, told: DocumentTold) -> dict[str, Any]:
    body = {
        "id": told.key,
        "documentType": told.kind,
        "title": told.title,
        "url": told.url,
        "datePublished": stamp(told.at),
        "format": told.media_type,
    }
    return _documented(process, one, f"document-{told.key}", told.at, body)


def _taken_off(
    process: ProcessTold, one: ContractTold, told: DocumentTold, at: dt.datetime
) -> dict[str, Any]:
    # By null a value is taken away where releases are merged; what it was stays in its release.
    body = {
        "id": told.key, "url": None, "format": None, "dateModified": stamp(at),
        "description": told.because,
    }  # fmt: skip
    return _documented(process, one, f"document-{told.key}-taken-off", at, body)


def _documented(
    process: ProcessTold, one: ContractTold, name: str, at: dt.datetime, document: dict[str, Any]
) -> dict[str, Any]:
    body = _release(process, name, at, ["contractUpdate"])
    body["contracts"] = [{"id": one.number, "awardID": _award(one), "documents": [document]}]
    return body


def _release(process: ProcessTold, name: str, at: dt.datetime, tags: list[str]) -> dict[str, Any]:
    return {
        "ocid": process.ocid,
        "id": f"{process.ocid}-{name}",
        "date": stamp(at),
        "tag": tags,
        "initiationType": "tender",
        "language": process.language,
    }


def _parties(process: ProcessTold, one: ContractTold) -> list[dict[str, Any]]:
    rows = []
    for party, roles in (
        (one.buyer, ["buyer", "procuringEntity", "payer"]),
        (one.supplier, ["tenderer", "supplier", "payee"]),
    ):
        row: dict[str, Any] = {"id": party.id(process.prefix), "name": party.name}
        row |= _translated("name", party.names, process.language)
        row["identifier"] = {
            "scheme": party.scheme or process.prefix,
            "id": party.identifier or party.code,
            "legalName": party.name,
        }
        if party.country:
            row["address"] = {"countryName": party.country}
        rows.append({**row, "roles": roles})
    return rows


def _planning(process: ProcessTold) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if process.rationale:
        found["rationale"] = process.rationale
    found["budget"] = {"project": process.project, "projectID": process.project_id}
    if process.report:
        report: dict[str, Any] = {
            "id": "report",
            "documentType": "feasibilityStudy",
            "title": process.project,
            "url": process.report,
            "format": "text/html",
        }
        if process.reported_at is not None:
            report["datePublished"] = stamp(process.reported_at)
        found["documents"] = [report]
    return found


def _tender(process: ProcessTold, one: ContractTold) -> dict[str, Any]:
    told = process.tender
    found: dict[str, Any] = {"id": told.number if told else f"{process.ocid}-tender"}
    found["title"] = told.title if told else one.title
    if told:
        found |= _translated("title", told.titles, process.language)
    found |= {
        "status": "complete",
        "procuringEntity": _named(one.buyer, process.prefix),
        "procurementMethod": one.method,
    }
    if told and told.opens_at:
        period = {"startDate": stamp(told.opens_at)}
        if told.closes_at:
            period["endDate"] = stamp(told.closes_at)
        found["tenderPeriod"] = period
    if told and told.page:
        found["documents"] = [
            {
                "id": "call",
                "documentType": "tenderNotice",
                "title": told.title,
                "url": told.page,
                "format": "text/html",
            }
        ]
    return found


def _translated(name: str, names: Mapping[str, str], language: str) -> dict[str, str]:
    return {f"{name}_{code}": said for code, said in names.items() if said and code != language}


def _award(one: ContractTold) -> str:
    return f"award-{one.key}"


def _named(party: PartyTold, prefix: str) -> dict[str, Any]:
    return {"id": party.id(prefix), "name": party.name}


def _value(amount: Decimal, currency: str) -> dict[str, Any]:
    # JSON has one kind of number: cents are exact in a double up to ninety million millions.
    whole = amount == amount.to_integral_value()
    return {"amount": int(amount) if whole else float(amount), "currency": currency}


def _period(since: dt.date | None, until: dt.date | None) -> dict[str, Any]:
    ends = {"startDate": since, "endDate": until}
    told = {name: _day(day) for name, day in ends.items() if day is not None}
    return {"period": told} if told else {}


def _day(day: dt.date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def stamp(at: dt.datetime) -> str:
    """A moment as RFC 3339, in UTC, to the second."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

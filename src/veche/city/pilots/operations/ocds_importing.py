"""Contracts of other publishers are read from OCDS 1.1, release by release, and kept as they came.

A package that is not valid is refused as a whole, with the place of each fault. Nothing is fetched.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext as _

from veche.city.pilots.access.contracts import check_imports
from veche.city.pilots.engines import ocds_check as checker
from veche.city.pilots.engines.ocds_merge import compile_release
from veche.city.pilots.models import (
    Amendment,
    Company,
    Contract,
    ImportedPackage,
    ImportedRelease,
    Payment,
)
from veche.city.pilots.operations.refusals_evaluations import (
    BrokenPackage,
    NoMoreToImport,
    NotJson,
    PackageTooLarge,
)
from veche.city.pilots.rules.evaluations import LARGEST_IMPORT, MOST_MONEY
from veche.city.pilots.words.evaluations import fault_words
from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.core.organisations.models import Organisation
from veche.core.organisations.operations import add_organisation
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

SHOWN = 5
"""So many faults stand in a refusal."""


@dataclass(frozen=True)
class Imported:
    """What an import came to."""

    package: ImportedPackage
    releases: int
    """Releases that were not known before."""
    known: int
    """Releases that were."""
    contracts: int
    """Contracts that are told in the list now."""
    untold: int
    """Contracts without a buyer, a supplier, a sum or a day: kept in their release alone."""


@operation
def import_releases(
    *, by: Person | None, at: dt.datetime, data: bytes | None = None, path: Path | None = None
) -> Imported:
    """Read a release package or record package of another publisher: its bytes, or its file.

    Every release is kept as it came. A contract that names a buyer, a supplier, a sum, a currency
    and the day of its signature is told in the list of contracts as its newest release leaves it.

    Raises:
        veche.city.pilots.access.contracts.NotAnImporter: they do not run a programme; commands
            (nobody) may.
        PackageTooLarge, NotJson: it cannot be read.
        BrokenPackage: it is not valid OCDS 1.1; the details hold ``pointers``.
        NoMoreToImport: the same package was read before.
    """
    check_imports(by, at)
    document = _document(data if data is not None else _read(path))
    _check(document)
    # Two at once: the second waits, and then finds the package known.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('pilots-ocds'))")
    digest = digest_of(document)
    before = ImportedPackage.objects.filter(digest=digest).first()
    if before is not None:
        raise NoMoreToImport(day=before.at.date().isoformat())
    records = checker.kind_of(document) == "RecordPackage"
    kind = ImportedPackage.Kind.RECORDS if records else ImportedPackage.Kind.RELEASES
    package = ImportedPackage.objects.create(kind=kind, digest=digest, body=document, at=at, by=by)
    parts = _parts(document, package)
    fresh = _keep(parts)
    ocids = sorted({one.ocid for one in parts})
    told = untold = 0
    for ocid in ocids:
        done, left = _tell(by, at, ocid)
        told, untold = told + done, untold + left
    record(
        kind="pilots.contracts-imported", by=by, at=at, subject=f"ocds:{digest[:16]}",
        public={
            "digest": digest, "kind": kind.value, "releases": fresh, "contracts": told,
            "publisher": str(document["publisher"].get("name", ""))[:200],
        },
    )  # fmt: skip
    return Imported(package, fresh, len(parts) - fresh, told, untold)


def digest_of(document: Any) -> str:
    """SHA-256 of a document's canonical JSON."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _read(path: Path | None) -> bytes:
    if path is None:
        raise NotJson(fault=_("there is no file"))
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_IMPORT + 1)
    except OSError as error:
        raise NotJson(fault=error.strerror or str(error)) from error


def _document(data: bytes) -> Any:
    if len(data) > LARGEST_IMPORT:
        raise PackageTooLarge(most=LARGEST_IMPORT // 2**20)
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise NotJson(fault=_("it is not written in UTF-8")) from error
    except json.JSONDecodeError as error:
        place = _("line {line}, column {column}").format(line=error.lineno, column=error.colno)
        raise NotJson(fault=place) from error
    except (ValueError, RecursionError) as error:
        raise NotJson(fault=_("a number or a nesting in it has no end")) from error


def _check(document: Any) -> None:
    faults = checker.check(document)
    if faults:
        told = "; ".join(f"{one.pointer or '/'}: {fault_words(one)}" for one in faults[:SHOWN])
        raise BrokenPackage(faults=told, pointers=[one.pointer for one in faults])


def _parts(document: Mapping[str, Any], package: ImportedPackage) -> list[ImportedRelease]:
    """The releases of a package; of a record that only links to its releases, the record."""
    found: dict[str, ImportedRelease] = {}

    def add(body: Mapping[str, Any], ocid: str, identifier: str, date: str) -> None:
        row = ImportedRelease(
            package=package, ocid=ocid[:200], identifier=identifier[:200],
            date=checker.moment(date), body=body, digest=digest_of(body),
        )  # fmt: skip
        found.setdefault(row.digest, row)

    for one in document.get("releases", ()):
        add(one, one["ocid"], one["id"], one["date"])
    for one in document.get("records", ()):
        rows = one["releases"]
        if "ocid" in rows[0]:
            for release in rows:
                add(release, release["ocid"], release["id"], release["date"])
        else:
            add(one, one["ocid"], "", max((row["date"] for row in rows), key=checker.moment))
    return list(found.values())


@inside
def _keep(parts: Sequence[ImportedRelease]) -> int:
    """Keep what is not known yet; returns how many."""
    digests = [one.digest for one in parts]
    known = set(ImportedRelease.objects.filter(digest__in=digests).values_list("digest", flat=True))
    fresh = [one for one in parts if one.digest not in known]
    ImportedRelease.objects.bulk_create(fresh, batch_size=500)
    return len(fresh)


@inside
def _tell(by: Person | None, at: dt.datetime, ocid: str) -> tuple[int, int]:
    """Bring the contracts of a process in line with its releases; how many are told, how many lack
    something."""
    rows = list(ImportedRelease.objects.filter(ocid=ocid).order_by("date", "pk"))
    releases = [one.body for one in rows if one.identifier]
    if releases:
        state, source = compile_release(releases), releases[-1]
    else:
        source = rows[-1].body
        state = source.get("compiledRelease") or {}
    told = untold = 0
    for one in state.get("contracts", ()):
        values = _values(state, one)
        if values is None:
            untold += 1
            continue
        _put(by, at, ocid, values, source)
        told += 1
    return told, untold


@dataclass(frozen=True)
class _Values:
    number: str
    title: str
    buyer: Mapping[str, Any]
    supplier: Mapping[str, Any]
    method: str
    standing: str
    amount: Decimal
    currency: str
    signed_on: dt.date
    starts_on: dt.date | None
    ends_on: dt.date | None
    paid: Sequence[tuple[str, Decimal, dt.date]]
    """Number, sum and day of each transaction that tells all three."""


def _values(state: Mapping[str, Any], one: Mapping[str, Any]) -> _Values | None:
    """What the list tells of a contract; None where something is missing."""
    award: Mapping[str, Any] = next(
        (row for row in state.get("awards", ()) if str(row["id"]) == str(one["awardID"])), {}
    )
    parties = {str(row.get("id")): row for row in state.get("parties", ())}

    def party(reference: Mapping[str, Any] | None) -> dict[str, Any] | None:
        if not reference:
            return None
        found = {**reference, **parties.get(str(reference.get("id")), {})}
        return found if found.get("name") or found.get("identifier") else None

    tender = state.get("tender") or {}
    buyer = party(state.get("buyer")) or party(tender.get("procuringEntity"))
    supplier = party(next(iter(award.get("suppliers", ())), None))
    value = one.get("value") or award.get("value") or {}
    amount, currency = _amount(value.get("amount")), value.get("currency")
    signed = _day(one.get("dateSigned") or award.get("date"))
    if not buyer or not supplier or amount is None or not currency or signed is None:
        return None
    period = one.get("period") or {}
    title = one.get("title") or award.get("title") or tender.get("title") or str(one["id"])
    return _Values(
        number=str(one["id"])[:80],
        title=" ".join(str(title).split())[:300],
        buyer=buyer,
        supplier=supplier,
        method=tender.get("procurementMethod") or "",
        standing=one.get("status") or Contract.Standing.ACTIVE.value,
        amount=amount,
        currency=currency,
        signed_on=signed,
        starts_on=_day(period.get("startDate")),
        ends_on=_day(period.get("endDate")),
        paid=_paid(one, currency),
    )


def _paid(one: Mapping[str, Any], currency: str) -> list[tuple[str, Decimal, dt.date]]:
    found = []
    for row in (one.get("implementation") or {}).get("transactions", ()):
        value = row.get("value") or row.get("amount") or {}
        amount, day = _amount(value.get("amount"), least=None), _day(row.get("date"))
        if amount and day is not None and value.get("currency") in (None, currency):
            found.append((str(row["id"])[:80], amount, day))
    return found


def _amount(value: Any, least: int | None = 0) -> Decimal | None:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    if not amount.is_finite() or abs(amount) >= MOST_MONEY:
        return None
    if least is not None and amount < least:
        return None
    return amount.quantize(Decimal("0.01"))


def _day(text: str | None) -> dt.date | None:
    """The day a moment lies on, as its publisher writes it."""
    return dt.date.fromisoformat(text[:10]) if text else None


@inside
def _put(
    by: Person | None, at: dt.datetime, ocid: str, values: _Values, source: Mapping[str, Any]
) -> None:
    """Write the contract down, or amend what stands of it."""
    contract = Contract.objects.select_for_update().filter(ocid=ocid, number=values.number).first()
    if contract is None:
        contract = Contract.objects.create(
            application=None,
            number=values.number,
            ocid=ocid,
            title=values.title,
            buyer=_organisation(by, at, values.buyer, Organisation.Kind.DEPARTMENT),
            supplier=_organisation(by, at, values.supplier, Organisation.Kind.COMPANY),
            method=values.method,
            standing=values.standing,
            amount=values.amount,
            currency=values.currency,
            signed_on=values.signed_on,
            starts_on=values.starts_on,
            ends_on=values.ends_on,
            source=source,
            at=at,
            by=by,
        )
    elif contract.application_id is not None:
        return  # our own: what others say of it is kept in their release alone
    new = (values.amount, values.ends_on, values.standing)
    if new != (contract.amount, contract.ends_on, contract.standing):
        Amendment.objects.create(
            contract=contract,
            place=contract.amendments.count() + 1,
            on=_day(source.get("date")) or at.astimezone(city_zone()).date(),
            because=_("Told by release {name}.").format(name=source.get("id", "")),
            amount_before=contract.amount,
            amount=new[0],
            ends_before=contract.ends_on,
            ends_on=new[1],
            standing_before=contract.standing,
            standing=new[2],
            at=at,
            by=by,
        )
        contract.amount, contract.ends_on, contract.standing = new
    contract.source = source
    contract.save(update_fields=["amount", "ends_on", "standing", "source"])
    _pay(by, at, contract, values)


@inside
def _pay(by: Person | None, at: dt.datetime, contract: Contract, values: _Values) -> None:
    """Write down what was paid; a later release takes the place of what it tells otherwise."""
    rows = Payment.objects.filter(contract=contract, superseded_by=None)
    standing = {row.number: row for row in rows}
    for number, amount, day in values.paid:
        old = standing.get(number)
        if old is not None and (old.amount, old.on) == (amount, day):
            continue
        row = Payment(
            pk=next_payment(), contract=contract, number=number, amount=amount, on=day, at=at
        )
        row.by = by
        if old is not None:
            row.because = _("Told by a later release.")
        put_payment(row, old)
        standing[number] = row


@inside
def put_payment(row: Payment, old: Payment | None) -> None:
    """Write a payment, in the place of an old one if one is named.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    if old is not None:
        # First the old one: two with one number stand at no moment. The reference is judged at the
        # end of the transaction.
        Payment.objects.filter(pk=old.pk).update(superseded_by=row.pk)
    row.save(force_insert=True)


def next_payment() -> int:
    """The number of the next payment, where it must be known before the row is written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('pilots_payment', 'id'))")
        return int(cursor.fetchone()[0])


@inside
def _organisation(
    by: Person | None, at: dt.datetime, party: Mapping[str, Any], kind: Organisation.Kind
) -> Organisation:
    """The organisation of a party: a company of ours by its register, or one met before, or a new
    one that nobody here has confirmed."""
    identifier = party.get("identifier") or {}
    scheme, number = str(identifier.get("scheme") or ""), str(identifier.get("id") or "")
    ours = Company.objects.filter(scheme=scheme, identifier=number).first() if number else None
    if ours is not None:
        return ours.organisation
    name = str(party.get("name") or identifier.get("legalName") or number)[:200]
    named = f"{scheme}-{number}" if number else str(party.get("id") or name)
    digest = hashlib.sha256(named.encode()).hexdigest()[:12]
    slug = re.sub(r"[^a-z0-9]+", "-", named.lower()).strip("-")[:50]
    code = f"ocds-{slug}-{digest}" if slug else f"ocds-{digest}"
    found = Organisation.objects.filter(code=code).first()
    if found is not None:
        return found
    return add_organisation(
        by=by, at=at, code=code, kind=kind, names={"en": name, "ru": name, "zh": name},
        imported=True,
    )  # fmt: skip

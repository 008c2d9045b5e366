"""Contracts that follow a pilot: written down, amended, paid; nothing is changed in silence."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction

from veche.city.pilots.access.applications import HEADS, acts_for
from veche.city.pilots.access.conflicts import check_may_see
from veche.city.pilots.engines.ocds_shapes import CURRENCIES
from veche.city.pilots.models import Amendment, Application, Contract, Payment
from veche.city.pilots.operations.applications import locked
from veche.city.pilots.operations.ocds_importing import import_releases, next_payment, put_payment
from veche.city.pilots.operations.refusals_evaluations import (
    AlreadyWritten,
    ContractEnded,
    CurrencyUnknown,
    DatesWrong,
    MoneyWrong,
    NoSuchPayment,
    NotForContracts,
    NothingChanged,
    NotPublicYet,
    NumberTaken,
    PaymentWrong,
    TheirOwn,
)
from veche.city.pilots.operations.telling_applications import tell_company
from veche.city.pilots.procedure import PROGRAMME, SECRET
from veche.city.pilots.rules import evaluations as rules
from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.core.organisations.queries import holdings
from veche.operation import inside, operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person

BEFORE = (*SECRET, "rejected")
"""States of an application that no contract follows."""
ENDED = (Contract.Standing.CANCELLED, Contract.Standing.TERMINATED)


def subject_of(contract: Contract) -> str:
    """How the journal names a contract."""
    return f"pilot_contract:{contract.pk}"


def writes_contracts(by: Person | None, application: Application, at: dt.datetime) -> bool:
    """Whether somebody speaks for the department that buys, or runs the programme."""
    roles = holdings(by, at)
    return acts_for(roles, PROGRAMME, application.programme.agency_id) or any(
        acts_for(roles, role, application.department_id) for role in HEADS
    )


def ocid_of(application: Application) -> str:
    """The identifier of the contracting process of a pilot."""
    return f"{settings.OCID_PREFIX}-{application.case.number}"


@operation
def add_contract(
    *,
    by: Person,
    at: dt.datetime,
    application: Application,
    number: str,
    title: str,
    method: str,
    amount: Decimal,
    signed_on: dt.date,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
    buyer: Organisation | None = None,
    standing: str = Contract.Standing.ACTIVE,
    submission: uuid.UUID | None = None,
) -> Contract:
    """Write down a contract between the department (or another ``buyer``) and the company; its sum
    is in the currency of the programme.

    Raises:
        veche.city.pilots.access.conflicts.UnknownApplication: they may not know of it.
        NotForContracts: they neither speak for the department nor run the programme.
        NotPublicYet: the panel has not chosen it.
        CurrencyUnknown: no contract can be published in the currency of the programme.
        MoneyWrong, DatesWrong, NumberTaken, veche.texts.TextLength: of what was written.
        AlreadyWritten: the same press wrote it before.
    """
    application = locked(application)
    check_may_see(by, application, at)
    if not writes_contracts(by, application, at):
        raise NotForContracts
    if application.decided_at is None or application.case.state in BEFORE:
        raise NotPublicYet
    if submission is not None and Contract.objects.filter(submission=submission).exists():
        raise AlreadyWritten
    if application.programme.currency not in CURRENCIES:
        raise CurrencyUnknown(currency=application.programme.currency)
    office = buyer or application.department or application.programme.agency
    contract = Contract(
        application=application,
        number=sized(" ".join(number.split()), 1, rules.LONGEST_NUMBER),
        ocid=ocid_of(application),
        title=sized(" ".join(title.split()), 5, rules.LONGEST_TITLE),
        buyer=office,
        supplier=application.company.organisation,
        method=Contract.Method(method),
        standing=Contract.Standing(standing),
        amount=_money(amount),
        currency=application.programme.currency,
        signed_on=signed_on,
        starts_on=starts_on,
        ends_on=ends_on,
        at=at,
        by=by,
        submission=submission,
    )
    today = at.astimezone(city_zone()).date()
    if signed_on > today or (ends_on is not None and ends_on < (starts_on or signed_on)):
        raise DatesWrong
    if Contract.objects.filter(ocid=contract.ocid, number=contract.number).exists():
        raise NumberTaken(number=contract.number)
    try:
        with transaction.atomic():
            contract.save(force_insert=True)
    except IntegrityError as error:  # two presses at the same moment
        raise AlreadyWritten from error
    record(
        kind="pilots.contract-added", by=by, at=at, subject=subject_of(contract),
        public={
            "pilot": application.case.number, "number": contract.number, "ocid": contract.ocid,
            "buyer": office.code, "supplier": contract.supplier.code, "method": method,
            "amount": f"{contract.amount:.2f}", "currency": contract.currency,
            "signed_on": signed_on.isoformat(),
        },
    )  # fmt: skip
    tell_company(by=by, at=at, application=application, kind="pilots.contract-added")
    return contract


def _money(amount: Decimal) -> Decimal:
    if not amount.is_finite() or not 0 <= amount < rules.MOST_MONEY:
        raise MoneyWrong
    return amount.quantize(Decimal("0.01"))


@inside
def held(by: Person, at: dt.datetime, contract: Contract) -> Contract:
    """The contract, held until the operation ends, for who may write about it.

    Raises:
        TheirOwn: it was read from another publisher.
        NotForContracts, veche.city.pilots.access.conflicts.UnknownApplication: not theirs.
        veche.operation.OutsideOperation: no operation is under way.
    """
    rows = Contract.objects.select_for_update(of=("self",))
    contract = rows.select_related(
        "application__programme", "application__case__territory", "application__company"
    ).get(pk=contract.pk)
    application = contract.application
    if application is None:
        raise TheirOwn
    check_may_see(by, application, at)
    if not writes_contracts(by, application, at):
        raise NotForContracts
    return contract


@operation
def amend_contract(
    *,
    by: Person,
    at: dt.datetime,
    contract: Contract,
    on: dt.date,
    because: str,
    amount: Decimal | None = None,
    ends_on: dt.date | None = None,
    standing: str = "",
    submission: uuid.UUID | None = None,
) -> Amendment:
    """Change the sum, the end or the standing of a contract; what stood before stays told. What is
    None or empty stays as it is.

    Raises:
        TheirOwn: it was read from another publisher.
        NotForContracts, veche.city.pilots.access.conflicts.UnknownApplication: not theirs.
        ContractEnded: it was cancelled or terminated.
        NothingChanged, MoneyWrong, DatesWrong, veche.texts.TextLength: of what was written.
        AlreadyWritten: the same press wrote it before.
    """
    contract = held(by, at, contract)
    if submission is not None and Amendment.objects.filter(submission=submission).exists():
        raise AlreadyWritten
    if contract.standing in ENDED:
        raise ContractEnded
    new = (
        contract.amount if amount is None else _money(amount),
        contract.ends_on if ends_on is None else ends_on,
        Contract.Standing(standing or contract.standing),
    )
    if new == (contract.amount, contract.ends_on, Contract.Standing(contract.standing)):
        raise NothingChanged
    today = at.astimezone(city_zone()).date()
    begins = contract.starts_on or contract.signed_on
    if not contract.signed_on <= on <= today or (new[1] is not None and new[1] < begins):
        raise DatesWrong
    row = Amendment.objects.create(
        contract=contract,
        place=contract.amendments.count() + 1,
        on=on,
        because=sized(because, rules.SHORTEST_WHY, rules.LONGEST_WHY),
        amount_before=contract.amount,
        amount=new[0],
        ends_before=contract.ends_on,
        ends_on=new[1],
        standing_before=contract.standing,
        standing=new[2],
        at=at,
        by=by,
        submission=submission,
    )
    contract.amount, contract.ends_on, contract.standing = new
    contract.save(update_fields=["amount", "ends_on", "standing"])
    record(
        kind="pilots.contract-amended", by=by, at=at, subject=subject_of(contract),
        public={
            "number": contract.number, "amount": f"{new[0]:.2f}", "standing": new[2].value,
            "ends_on": new[1].isoformat() if new[1] else "", "because": row.because,
        },
    )  # fmt: skip
    return row


@operation
def pay(
    *,
    by: Person,
    at: dt.datetime,
    contract: Contract,
    number: str,
    amount: Decimal,
    on: dt.date,
    instead: int | None = None,
    because: str = "",
    submission: uuid.UUID | None = None,
) -> Payment:
    """Write down a payment; ``instead`` is a wrong one whose place it takes, which stays shown with
    the reason.

    Raises:
        TheirOwn: the contract was read from another publisher.
        NotForContracts, veche.city.pilots.access.conflicts.UnknownApplication: not theirs.
        PaymentWrong, DatesWrong, NumberTaken, NoSuchPayment, veche.texts.TextLength: of what was
            written.
        AlreadyWritten: the same press wrote it before.
    """
    contract = held(by, at, contract)
    if submission is not None and Payment.objects.filter(submission=submission).exists():
        raise AlreadyWritten
    if not amount.is_finite() or amount == 0 or abs(amount) >= rules.MOST_MONEY:
        raise PaymentWrong
    if not contract.signed_on <= on <= at.astimezone(city_zone()).date():
        raise DatesWrong
    number = sized(" ".join(number.split()), 1, rules.LONGEST_NUMBER)
    standing = Payment.objects.filter(contract=contract, superseded_by=None)
    old = None
    if instead is not None:
        old = standing.filter(pk=instead).first()
        if old is None:
            raise NoSuchPayment
        because = sized(because, rules.SHORTEST_WHY, 500)
    others = standing.exclude(pk=old.pk) if old is not None else standing
    if others.filter(number=number).exists():
        raise NumberTaken(number=number)
    row = Payment(
        pk=next_payment(),
        contract=contract,
        number=number,
        amount=amount.quantize(Decimal("0.01")),
        on=on,
        at=at,
        by=by,
        because=because if old else "",
        submission=submission,
    )
    put_payment(row, old)
    record(
        kind="pilots.paid", by=by, at=at, subject=subject_of(contract),
        public={
            "contract": contract.number, "number": number, "amount": f"{row.amount:.2f}",
            "on": on.isoformat(), "instead": old.number if old else "", "because": row.because,
        },
    )  # fmt: skip
    return row


__all__ = [
    "add_contract",
    "amend_contract",
    "held",
    "import_releases",
    "ocid_of",
    "pay",
    "subject_of",
    "writes_contracts",
]

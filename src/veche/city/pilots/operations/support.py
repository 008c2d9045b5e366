"""What the programme did for a company, line by line; a wrong line is superseded by another."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.pilots.access.companies import check_agency_for, programme
from veche.city.pilots.models import Company, Support
from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.errors import Invalid, Refused
from veche.operation import operation
from veche.texts import TextLength, sized

if TYPE_CHECKING:
    from veche.core.people.models import Person

MOST_AMOUNT = Decimal("99999999999999.99")


class SupportWords(TextLength):
    """What was done is not said."""

    code = "support-words"
    field = "words"


class SupportAmount(Invalid):
    """A sum is more than nothing, and what a column holds."""

    code = "support-amount"
    sentence = _("A sum is more than zero; leave it empty where no money was given.")
    field = "amount"


class SupportDay(Invalid):
    """Only what was done is written down."""

    code = "support-day"
    sentence = _("Choose the day it was given on: today or before.")
    field = "on"


class SupersededAlready(Refused):
    """Another line stands in its place."""

    code = "support-superseded"
    sentence = _("Another line stands in the place of this one already.")


@dataclass(frozen=True)
class SupportGiven:
    """One thing the programme did for a company."""

    kind: str
    """One of `Support.Kind`."""
    words: str
    on: dt.date
    amount: Decimal | None = None
    """In the currency of the programme; None: no money."""


def _row(
    by: Person | None,
    at: dt.datetime,
    company: Company,
    given: SupportGiven,
    submission: uuid.UUID | None,
) -> Support:
    if given.amount is not None and not 0 < given.amount <= MOST_AMOUNT:
        raise SupportAmount
    if given.on > at.astimezone(city_zone()).date():
        raise SupportDay
    return Support(
        company=company,
        kind=Support.Kind(given.kind),
        words=sized(" ".join(given.words.split()), 3, 500, SupportWords),
        amount=given.amount,
        on=given.on,
        by=by,
        at=at,
        submission=submission,
    )


@operation
def give_support(
    *,
    by: Person | None,
    at: dt.datetime,
    company: Company,
    given: SupportGiven,
    submission: uuid.UUID | None = None,
) -> Support:
    """Write down what was done for a company. The same form sent twice is one line.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they run no programme.
        veche.core.organisations.conflicts.Conflicted: they are tied to the company.
        SupportWords, SupportAmount, SupportDay: it cannot be so.
    """
    check_agency_for(by, at, programme(), company)
    row = _row(by, at, company, given, submission)
    Company.objects.select_for_update(of=("self",)).get(pk=company.pk)  # two presses wait
    made = Support.objects.filter(submission=submission).first() if submission else None
    if made is None:
        row.save(force_insert=True)
        made = row
    record(
        kind="pilots.support-given",
        by=by,
        at=at,
        subject=f"company:{company.organisation.code}",
        public={"support": made.pk, "kind": made.kind},
    )
    return made


@operation
def supersede_support(
    *, by: Person | None, at: dt.datetime, support: Support, given: SupportGiven
) -> Support:
    """Put another line in the place of a wrong one; both stay to be read.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they run no programme.
        veche.core.organisations.conflicts.Conflicted: they are tied to the company.
        SupersededAlready: another stands in its place.
        SupportWords, SupportAmount, SupportDay: it cannot be so.
    """
    rows = Support.objects.select_for_update(of=("self",))
    old = rows.select_related("company__organisation").get(pk=support.pk)
    check_agency_for(by, at, programme(), old.company)
    if old.superseded_by_id is not None:
        raise SupersededAlready
    made = _row(by, at, old.company, given, None)
    made.save(force_insert=True)
    old.superseded_by = made
    old.save(update_fields=["superseded_by"])
    record(
        kind="pilots.support-superseded",
        by=by,
        at=at,
        subject=f"company:{old.company.organisation.code}",
        public={"support": old.pk, "by": made.pk},
    )
    return made

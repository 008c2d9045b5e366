"""A company registers, says what it is and what it makes, and the agency confirms it."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.access.companies import check_agency_for, check_founder, programme
from veche.city.pilots.models import Application, Company, Product, Target, Technology
from veche.city.pilots.operations.company_refusals import (
    CheckDigits,
    IdentifierTaken,
    IdentifierWrong,
    IdentityFixed,
    NameLength,
    ProductName,
    ProfileChanged,
    ReadinessWrong,
    SchemeUnknown,
    UnknownProduct,
    YoursAlready,
)
from veche.city.pilots.procedure import FOUNDER
from veche.city.pilots.rules import identifiers
from veche.core.journal.operations import record
from veche.core.moderation.limits import declare, spend
from veche.core.organisations.models import Organisation
from veche.core.organisations.operations import add_organisation, appoint
from veche.core.organisations.queries import holdings
from veche.languages import everywhere
from veche.operation import inside, operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.people.models import Person

LONGEST_NAME, LONGEST_TEXT, LONGEST_PART = 200, 5_000, 2_000
declare("pilots.company", "person", 5, title=_("companies registered for the pilot programme"))


@dataclass(frozen=True)
class CompanyGiven:
    """What a company says of itself."""

    legal_name: str
    scheme: str
    identifier: str
    country: str = "RU"
    size: str = Company.Size.SMALL
    women_led: bool | None = None
    """None: it would not say."""
    founded: int | None = None
    website: str = ""
    text: str = ""
    language: str = "ru"


@dataclass(frozen=True)
class ProductGiven:
    """What a company says of something it makes."""

    name: str
    text: str
    readiness: int
    evidence: str = ""
    serves: str = ""
    accessibility: str = ""
    technologies: Sequence[Technology] = ()
    targets: Sequence[Target] = ()


def mark_of(thing: Company | Product) -> str:
    """What a page remembers of a profile, to find out that a colleague changed it meanwhile."""
    names = [f.attname for f in thing._meta.concrete_fields if not f.attname.endswith("_at")]
    said = "\x1f".join(str(getattr(thing, name)) for name in names)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


@inside
def _checked(profile: CompanyGiven) -> tuple[str, str, str, str]:
    """Name, scheme, identifier and text as they are kept."""
    name = sized(" ".join(profile.legal_name.split()), 2, LONGEST_NAME, NameLength)
    scheme = profile.scheme.strip().upper()
    identifier = identifiers.tidy(profile.identifier, scheme)
    wrong = identifiers.fault(scheme, identifier)
    if wrong:
        fault = {"scheme": SchemeUnknown, "check": CheckDigits}.get(wrong, IdentifierWrong)
        raise fault
    return name, scheme, identifier, sized(profile.text, 0, LONGEST_TEXT)


def _code_of(scheme: str, identifier: str) -> str:
    """A code for the organisation that no other has."""
    base = slugify(f"{scheme}-{identifier}")[:60]
    if not slugify(identifier) or Organisation.objects.filter(code=base).exists():
        digest = hashlib.sha256(f"{scheme} {identifier}".encode()).hexdigest()
        base = f"{base}-{digest[:12]}"
    return base


@operation
def register_company(*, by: Person | None, at: dt.datetime, profile: CompanyGiven) -> Company:
    """A person registers their company: an organisation of kind company is made with it, and they
    become a founder in it.

    Raises:
        SchemeUnknown, IdentifierWrong, CheckDigits, NameLength: the profile cannot be so.
        YoursAlready: they act for it already (a second press of the button, too).
        IdentifierTaken: somebody else registered it.
        veche.core.moderation.limits.TooMany: too many companies in a day.
    """
    name, scheme, identifier, text = _checked(profile)
    taken = Company.objects.filter(scheme=scheme, identifier=identifier).first()
    if taken is not None:
        held = holdings(by, at)
        if any(one.role == FOUNDER and one.organisation_id == taken.pk for one in held):
            raise YoursAlready(code=taken.organisation.code)
        raise IdentifierTaken
    if by is not None:
        spend(by=by, at=at, what="pilots.company", keys={})
    office = add_organisation(
        by=by,
        at=at,
        code=_code_of(scheme, identifier),
        kind=Organisation.Kind.COMPANY,
        names=everywhere(name),
    )
    company = Company(
        organisation=office,
        scheme=scheme,
        identifier=identifier,
        legal_name=name,
        country=profile.country,
        size=Company.Size(profile.size),
        women_led=profile.women_led,
        founded=profile.founded,
        website=profile.website,
        text=text,
        language=profile.language,
        registered_at=at,
    )
    try:
        company.save(force_insert=True)
    except IntegrityError as error:  # two at the same moment
        raise IdentifierTaken from error
    if by is not None:
        appoint(by=by, at=at, person=by, role=FOUNDER, organisation=office)
    record(
        kind="pilots.company-registered",
        by=by,
        at=at,
        subject=f"company:{office.code}",
        public={"scheme": scheme, "identifier": identifier},
    )
    return company


@operation
def set_profile(
    *, by: Person | None, at: dt.datetime, company: Company, profile: CompanyGiven, seen: str = ""
) -> Company:
    """Change what a company says of itself; another name takes the agency's confirmation back.

    ``seen`` is the mark (`mark_of`) of the profile that the page showed.

    Raises:
        veche.city.pilots.access.companies.NotTheCompany: they do not act for it.
        ProfileChanged: a colleague changed it meanwhile.
        IdentityFixed: the number was confirmed or applied with.
        SchemeUnknown, IdentifierWrong, CheckDigits, NameLength, IdentifierTaken: as at first.
    """
    check_founder(by, at, company)
    rows = Company.objects.select_for_update(of=("self",)).select_related("organisation")
    row = rows.get(pk=company.pk)
    if seen and seen != mark_of(row):
        raise ProfileChanged
    name, scheme, identifier, text = _checked(profile)
    if (scheme, identifier) != (row.scheme, row.identifier):
        applied = Application.objects.filter(company=row, submitted_at__isnull=False).exists()
        if row.confirmed_at is not None or applied:
            raise IdentityFixed
        same = Company.objects.filter(scheme=scheme, identifier=identifier)
        if same.exclude(pk=row.pk).exists():
            raise IdentifierTaken
    if name != row.legal_name:
        add_organisation(
            by=by,
            at=at,
            code=row.organisation.code,
            kind=Organisation.Kind.COMPANY,
            names=everywhere(name),
        )
        row.confirmed_at = None
    row.legal_name, row.scheme, row.identifier, row.text = name, scheme, identifier, text
    row.country, row.size = profile.country, Company.Size(profile.size)
    row.women_led, row.founded = profile.women_led, profile.founded
    row.website, row.language = profile.website, profile.language
    try:
        row.save(force_update=True)
    except IntegrityError as error:  # another took the number at the same moment
        raise IdentifierTaken from error
    record(kind="pilots.company-set", by=by, at=at, subject=f"company:{row.organisation.code}")
    return row


@operation
def confirm_company(
    *, by: Person | None, at: dt.datetime, company: Company, confirmed: bool = True
) -> Company:
    """The agency says that it compared a company with the register, or takes that back.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they run no programme.
        veche.core.organisations.conflicts.Conflicted: they are tied to the company.
    """
    check_agency_for(by, at, programme(), company)
    row = Company.objects.select_for_update(of=("self",)).select_related("organisation")
    found = row.get(pk=company.pk)
    if confirmed != (found.confirmed_at is not None):
        found.confirmed_at = at if confirmed else None
        found.save(update_fields=["confirmed_at"])
    record(
        kind="pilots.company-confirmed",
        by=by,
        at=at,
        subject=f"company:{found.organisation.code}",
        public={"confirmed": confirmed},
    )
    return found


def _tidied(given: ProductGiven) -> dict[str, str | int]:
    if given.readiness not in range(1, 10):
        raise ReadinessWrong
    return {
        "name": sized(" ".join(given.name.split()), 2, 120, ProductName),
        "text": sized(given.text, 10, LONGEST_TEXT),
        "readiness": given.readiness,
        "evidence": sized(given.evidence, 0, LONGEST_PART),
        "serves": sized(given.serves, 0, LONGEST_PART),
        "accessibility": sized(given.accessibility, 0, LONGEST_PART),
    }


@operation
def add_product(
    *,
    by: Person | None,
    at: dt.datetime,
    company: Company,
    product: ProductGiven,
    submission: uuid.UUID | None = None,
) -> Product:
    """A company adds something it makes. The same form sent twice is one product.

    Raises:
        veche.city.pilots.access.companies.NotTheCompany: they do not act for it.
        ProductName, ReadinessWrong, veche.texts.TextLength: it cannot be so.
    """
    check_founder(by, at, company)
    values = _tidied(product)
    # The company's row is locked: two presses of one button wait for each other.
    Company.objects.select_for_update(of=("self",)).get(pk=company.pk)
    made = Product.objects.filter(submission=submission).first() if submission else None
    if made is None:
        made = Product.objects.create(company=company, submission=submission, **values)
        made.technologies.set(product.technologies)
        made.targets.set(product.targets)
    record(
        kind="pilots.product-added",
        by=by,
        at=at,
        subject=f"company:{company.organisation.code}",
        public={"product": made.pk},
    )
    return made


@operation
def set_product(
    *, by: Person | None, at: dt.datetime, product: Product, given: ProductGiven, seen: str = ""
) -> Product:
    """Change what is said of a product; what was applied with stays in the application.

    Raises:
        veche.city.pilots.access.companies.NotTheCompany: they do not act for the company.
        UnknownProduct: it was retired.
        ProfileChanged: a colleague changed it meanwhile.
        ProductName, ReadinessWrong, veche.texts.TextLength: it cannot be so.
    """
    check_founder(by, at, product.company)
    values = _tidied(given)
    row = _locked(product)
    if seen and seen != mark_of(row):
        raise ProfileChanged
    for name, value in values.items():
        setattr(row, name, value)
    row.save(force_update=True)
    row.technologies.set(given.technologies)
    row.targets.set(given.targets)
    record(
        kind="pilots.product-set",
        by=by,
        at=at,
        subject=f"company:{row.company.organisation.code}",
        public={"product": row.pk},
    )
    return row


@operation
def retire_product(*, by: Person | None, at: dt.datetime, product: Product) -> Product:
    """A company makes something no more: nobody can apply with it; what was applied stays.

    Raises:
        veche.city.pilots.access.companies.NotTheCompany: they do not act for the company.
        UnknownProduct: it was retired already.
    """
    check_founder(by, at, product.company)
    row = _locked(product)
    row.retired_at = at
    row.save(update_fields=["retired_at"])
    record(
        kind="pilots.product-retired",
        by=by,
        at=at,
        subject=f"company:{row.company.organisation.code}",
        public={"product": row.pk},
    )
    return row


@inside
def _locked(product: Product) -> Product:
    rows = Product.objects.select_for_update(of=("self",)).select_related("company__organisation")
    found = rows.filter(pk=product.pk, retired_at__isnull=True).first()
    if found is None:
        raise UnknownProduct
    return found

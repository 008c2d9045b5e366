"""Writing about organisations, roles and responsibilities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.core.journal.operations import record
from veche.core.organisations.access import check_keeps_rules
from veche.core.organisations.models import Holding, Organisation, Responsibility, SupplierRule
from veche.core.people.operations import add_person
from veche.errors import Invalid
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person
    from veche.core.places.models import ObjectKind, Territory


@operation
def add_organisation(
    *,
    by: Person | None,
    at: dt.datetime,
    code: str,
    kind: Organisation.Kind,
    names: Mapping[str, str],
    imported: bool = False,
) -> Organisation:
    """Add an organisation, or give the one with this code new names."""
    organisation, _created = Organisation.objects.update_or_create(
        code=code, defaults={"kind": kind, "names": dict(names), "imported": imported}
    )
    record(
        kind="organisations.set",
        by=by,
        at=at,
        subject=f"organisation:{code}",
        public={"names": dict(names), "kind": kind, "imported": imported},
    )
    return organisation


@operation
def appoint(
    *,
    by: Person | None,
    at: dt.datetime,
    person: Person,
    role: str,
    organisation: Organisation | None = None,
    territory: Territory | None = None,
    until: dt.datetime | None = None,
    since: dt.datetime | None = None,
) -> Holding:
    """Give a person a role from now (or from ``since``) on, in an organisation or a territory, or
    in the whole city."""
    holding = Holding.objects.create(
        person=person,
        role=role,
        organisation=organisation,
        territory=territory,
        since=since or at,
        until=until,
    )
    record(
        kind="organisations.appointed",
        by=by,
        at=at,
        subject=f"person:{person.pk}",
        public={
            "role": role,
            "organisation": organisation.code if organisation else None,
            "territory": territory.code if territory else None,
            "until": until.isoformat() if until else None,
            **({"since": since.isoformat()} if since else {}),
        },
    )
    return holding


@operation
def set_end(*, by: Person | None, at: dt.datetime, holding: Holding, until: dt.datetime) -> Holding:
    """Let a role end at another moment than was written when it was given; checks no rights.

    A role that would end before it begins ends in the moment it begins.
    """
    row: Holding = (
        Holding.objects.select_for_update(of=("self",))
        .select_related("organisation", "territory")
        .get(pk=holding.pk)
    )
    # The term is never empty: what begins and ends in the same moment lasts a microsecond.
    row.until = max(until, row.since + dt.timedelta(microseconds=1))
    row.save(update_fields=["until"])
    subject = f"person:{row.person_id}"
    public = {
        "role": row.role,
        "organisation": row.organisation.code if row.organisation else None,
        "territory": row.territory.code if row.territory else None,
        "until": row.until.isoformat(),
    }
    if until <= at:
        record(kind="organisations.role-ended", by=by, at=at, subject=subject, public=public)
    else:
        record(kind="organisations.term-set", by=by, at=at, subject=subject, public=public)
    return row


@operation
def add_holder(
    *,
    by: Person | None,
    at: dt.datetime,
    name: str,
    email: str,
    password: str,
    role: str,
    language: str = "en",
    organisation: Organisation | None = None,
    territory: Territory | None = None,
) -> Holding:
    """Open an account that begins with a role; both or neither.

    Raises:
        veche.core.people.operations.EmailTaken: the address belongs to an account.
    """
    person = add_person(by=by, at=at, name=name, email=email, password=password, language=language)
    return appoint(
        by=by, at=at, person=person, role=role, organisation=organisation, territory=territory
    )


@operation
def make_responsible(
    *,
    by: Person | None,
    at: dt.datetime,
    organisation: Organisation,
    theme: str,
    territory: Territory,
) -> Responsibility:
    """From now on this organisation answers for the theme in the territory."""
    row, _created = Responsibility.objects.update_or_create(
        theme=theme, territory=territory, defaults={"organisation": organisation}
    )
    record(
        kind="organisations.made-responsible",
        by=by,
        at=at,
        subject=f"organisation:{organisation.code}",
        public={"theme": theme, "territory": territory.code},
    )
    return row


@operation
def add_organisations(
    *, by: Person | None, at: dt.datetime, organisations: Sequence[Organisation]
) -> dict[str, Organisation]:
    """Add many organisations at once, or rename those whose code is known; by code."""
    Organisation.objects.bulk_create(
        organisations,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["kind", "names", "imported"],
    )
    record(
        kind="organisations.set-many",
        by=by,
        at=at,
        subject="organisations",
        public={"organisations": len(organisations)},
    )
    codes = [organisation.code for organisation in organisations]
    return {o.code: o for o in Organisation.objects.filter(code__in=codes)}


@operation
def appoint_many(
    *, by: Person | None, at: dt.datetime, holdings: Sequence[Holding]
) -> list[Holding]:
    """Give many people their roles from now on."""
    for holding in holdings:
        holding.since = at
    made = Holding.objects.bulk_create(holdings)
    record(
        kind="organisations.appointed-many",
        by=by,
        at=at,
        subject="organisations",
        public={"holdings": len(made)},
    )
    return made


@operation
def make_many_responsible(
    *, by: Person | None, at: dt.datetime, rows: Iterable[Responsibility]
) -> int:
    """From now on these organisations answer for these themes in these territories."""
    made = Responsibility.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["theme", "territory"],
        update_fields=["organisation"],
    )
    record(
        kind="organisations.made-responsible-many",
        by=by,
        at=at,
        subject="organisations",
        public={"rows": len(made)},
    )
    return len(made)


class NotATerm(Invalid):
    """A contract's term has a number without a unit, or a unit nobody knows."""

    code = "not-a-term"
    sentence = _("A term is a number of hours, calendar_days or working_days.")
    field = "term"


@operation
def set_supplier(
    *,
    by: Person | None,
    at: dt.datetime,
    kind: ObjectKind,
    organisation: Organisation,
    theme: str = "",
    owner: Organisation | None = None,
    number: int | None = None,
    unit: str = "",
) -> SupplierRule:
    """From now on this organisation is called to objects of the kind (for a theme, of an owner).

    The rule that held before for the same ends.

    Raises:
        NotATerm: the term of the contract is none.
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules of the city.
    """
    check_keeps_rules(by, at)
    whole = number is None and not unit
    if not whole and (number is None or number < 1 or unit not in TERM_UNITS):
        raise NotATerm
    end_supplier_rules(by=by, at=at, kind=kind, theme=theme, owner=owner)
    rule = SupplierRule.objects.create(
        kind=kind,
        theme=theme,
        owner=owner,
        organisation=organisation,
        number=number,
        unit=unit,
        since=at,
    )
    record(
        kind="organisations.supplier-set",
        by=by,
        at=at,
        subject=f"organisation:{organisation.code}",
        public={
            "kind": kind.code,
            "theme": theme,
            "owner": owner.code if owner else None,
            "term": f"{number} {unit}" if number else "",
        },
    )
    return rule


TERM_UNITS = ("hours", "calendar_days", "working_days")


@operation
def end_supplier_rules(
    *,
    by: Person | None,
    at: dt.datetime,
    kind: ObjectKind,
    theme: str = "",
    owner: Organisation | None = None,
) -> int:
    """The rule for the kind (for a theme, of an owner) holds no more: the owner answers again.

    Raises:
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules of the city.
    """
    check_keeps_rules(by, at)
    ended = SupplierRule.objects.filter(
        kind=kind, theme=theme, owner=owner, until__isnull=True
    ).update(until=at)
    record(
        kind="organisations.supplier-ended",
        by=by,
        at=at,
        subject=f"kind:{kind.code}",
        public={"theme": theme, "owner": owner.code if owner else None, "rules": ended},
    )
    return ended

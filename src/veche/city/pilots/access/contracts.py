"""Who reads contracts of other publishers in, and who sees which contract."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.access.applications import relations
from veche.city.pilots.models import Contract, Programme
from veche.city.pilots.procedure import PROGRAMME
from veche.core.organisations.queries import holdings
from veche.errors import NotAllowed, NotFound

if TYPE_CHECKING:
    from veche.core.people.models import Person


class NotAnImporter(NotAllowed):
    """They run no programme."""

    code = "not-an-importer"
    sentence = _("Only who runs the pilot programme reads contracts of other publishers in.")


class UnknownContract(NotFound):
    """There is no such contract, or it is not shown."""

    code = "unknown-contract"
    sentence = _("There is no contract of this number.")


def runs_programme(person: Person | None, at: dt.datetime) -> bool:
    """Whether somebody runs a programme of the city."""
    agencies = {one.organisation_id for one in holdings(person, at) if one.role == PROGRAMME}
    return bool(agencies) and Programme.objects.filter(agency__in=agencies).exists()


def check_imports(person: Person | None, at: dt.datetime) -> None:
    """Let commands (nobody) and who runs a programme pass.

    Raises:
        NotAnImporter: the person does not.
    """
    if person is not None and not runs_programme(person, at):
        raise NotAnImporter


def reads_inside(contract: Contract, person: Person | None, at: dt.datetime) -> bool:
    """Whether somebody reads the documents of a contract that are not public: the agency, the
    department and the company, without whoever may not know of the application."""
    pilot = contract.application
    if person is None or pilot is None:
        return False
    return bool(relations(pilot, person, at) & {"agency", "department", "company"})


def contracts() -> QuerySet[Contract]:
    """The contracts that everybody reads: all but those of a hidden pilot."""
    rows = Contract.objects.exclude(application__case__hidden_at__isnull=False)
    return rows.select_related("buyer", "supplier", "application__case")


def contract_for(pk: int) -> Contract:
    """The contract of this number.

    Raises:
        UnknownContract: there is none, or its pilot is hidden.
    """
    found = (
        contracts()
        .select_related(
            "application__programme", "application__department", "application__company",
            "application__case__territory",
        )
        .filter(pk=pk)
        .first()
    )  # fmt: skip
    if found is None:
        raise UnknownContract
    return found

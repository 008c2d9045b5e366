"""Who reads an appeal of a company, and who judges it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.city.pilots.access.applications import is_public, standing
from veche.city.pilots.access.conflicts import may_see
from veche.city.pilots.models import Appeal
from veche.city.pilots.procedure import ARBITER
from veche.core.cases.operations import in_scope
from veche.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from veche.core.organisations.models import Holding
    from veche.core.people.models import Person


class UnknownAppeal(NotFound):
    """There is no such appeal, or not for whoever asks."""

    code = "unknown-appeal"


def _arbiter(held: Sequence[Holding], appeal: Appeal) -> bool:
    return any(one.role == ARBITER and in_scope(one, appeal.case, "territory") for one in held)


def appeal_for(
    number: str, person: Person | None, held: Sequence[Holding], at: dt.datetime
) -> Appeal:
    """The appeal of this number: for its company, the agency and the department, for arbiters who
    may know of it, and for everybody once it was judged and the application is public.

    Raises:
        UnknownAppeal: there is none, or not for whoever asks.
    """
    rows = Appeal.objects.select_related(
        "case__territory", "application__case__territory", "application__company__organisation",
        "application__programme__agency", "application__department", "application__call__case",
    )  # fmt: skip
    found = rows.filter(case__number=number).first()
    if found is None:
        raise UnknownAppeal
    application = found.application
    stand = standing(application, person, at)
    if stand.relations & {"company", "agency", "department"}:
        return found
    shown = found.case.hidden_at is None
    if found.granted is not None and is_public(application) and shown:
        return found
    if _arbiter(held, found) and may_see(person, application, at):
        return found
    raise UnknownAppeal


def judges(appeal: Appeal, person: Person | None, held: Sequence[Holding], at: dt.datetime) -> bool:
    """Whether somebody may judge an appeal now: an arbiter of the place who does not work for the
    agency and has no tie to the company."""
    agency = appeal.application.programme.agency_id
    return (
        appeal.case.state == "raised"
        and _arbiter(held, appeal)
        and all(one.organisation_id != agency for one in held)
        and may_see(person, appeal.application, at)
    )

"""Who runs the programme and does something with an application: what both sides looked at."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.city.pilots.access.applications import acts_for
from veche.city.pilots.access.conflicts import check_may_see
from veche.city.pilots.operations.applications import locked
from veche.city.pilots.operations.refusals_applications import NotTheAgency
from veche.city.pilots.procedure import PROGRAMME
from veche.core.cases.operations import Changed
from veche.core.cases.queries import procedure_of
from veche.core.organisations.queries import holdings
from veche.operation import inside

if TYPE_CHECKING:
    from veche.city.pilots.models import Application
    from veche.core.people.models import Person


@inside
def for_agency(
    by: Person | None, at: dt.datetime, application: Application, seen: int | None = None
) -> Application:
    """The application, held until the operation ends, for who runs its programme and may know of
    it; what they looked at is compared before anything is refused, so that of two officers one
    hears of the other.

    Raises:
        veche.city.pilots.access.conflicts.UnknownApplication: they may not know of it.
        NotTheAgency: they do not run it.
        veche.core.cases.operations.Changed: somebody moved it after they looked.
        veche.operation.OutsideOperation: no operation is under way.
    """
    application = locked(application)
    check_may_see(by, application, at)
    if not acts_for(holdings(by, at), PROGRAMME, application.programme.agency_id):
        raise NotTheAgency
    check_unchanged(application, seen)
    return application


def check_unchanged(application: Application, seen: int | None) -> None:
    """Let pass who looked at the application as it stands.

    Raises:
        veche.core.cases.operations.Changed: somebody moved it after they looked.
    """
    case = application.case
    if seen is not None and seen != case.seq:
        raise Changed(state=procedure_of(case).by_code[case.state].title)

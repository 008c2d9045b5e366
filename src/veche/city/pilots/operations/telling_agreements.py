"""Who is told of a methodology or an agreement: the parties besides the one that acted."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Q

from veche.city.pilots.access.applications import SITE_OWNER
from veche.city.pilots.models import Application
from veche.city.pilots.operations.telling_applications import tell_agency, tell_company
from veche.core.notices import operations as notices
from veche.core.organisations.models import Holding
from veche.operation import inside

if TYPE_CHECKING:
    from veche.core.people.models import Person


@inside
def tell_site(
    *, by: Person | None, at: dt.datetime, application: Application, owner: int, kind: str
) -> int:
    """Tell the keepers of a site's organisation; how many.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    held = Q(since__lte=at) & (Q(until__isnull=True) | Q(until__gt=at))
    rows = Holding.objects.filter(held, organisation=owner, role=SITE_OWNER)
    people = set(rows.values_list("person", flat=True)) - {by.pk if by is not None else 0}
    told = [(one, application.case_id) for one in sorted(people)]
    return notices.tell_people(by=by, at=at, told=told, kind=kind) if told else 0


@inside
def tell_parties(
    *, by: Person | None, at: dt.datetime, application: Application, owner: int, kind: str
) -> None:
    """Tell the company, the agency and the site.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    tell_company(by=by, at=at, application=application, kind=kind)
    tell_agency(by=by, at=at, application=application, kind=kind)
    tell_site(by=by, at=at, application=application, owner=owner, kind=kind)

"""Who may not know of an application: whoever is tied to the company, by the city's one rule.

Every list, count, score, export and search of the staff goes through `open_to` or `may_see`; a
barred person is answered as if there were no such application.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.models import Application
from veche.core.organisations.queries import holdings
from veche.errors import NotFound

if TYPE_CHECKING:
    from veche.core.people.models import Person


class UnknownApplication(NotFound):
    """There is no such application, or none that the person may know of.

    It names no number: who came by another address, such as that of a task, would learn it.
    """

    code = "unknown-application"
    sentence = _("There is no such application.")


_BARRED = """
SELECT a.case_id FROM pilots_application a
JOIN pilots_programme p ON p.id = a.programme_id
JOIN (
    SELECT y.cooling_years, c.organisation_id
    FROM (SELECT DISTINCT cooling_years FROM pilots_programme) y,
    LATERAL organisations_conflicted(%s, y.cooling_years, ARRAY[%s]::bigint[]) c
) tied ON tied.organisation_id = a.company_id AND tied.cooling_years = p.cooling_years
"""


def barred(person: Person | None, at: dt.datetime) -> frozenset[int]:
    """Numbers (of the cases) of applications that a person may not know of; asked of the ties
    themselves, so that what was declared this moment counts already. Nobody is barred from none.
    """
    if person is None or not person.is_authenticated:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(_BARRED, [at, person.pk])
        return frozenset(pk for (pk,) in cursor.fetchall())


def may_see(person: Person | None, application: Application, at: dt.datetime) -> bool:
    """Whether a person may know of an application as staff: no tie to its company stands against
    it.

    Says nothing of roles. What is public after the decision is public for everybody, and a company
    sees its own by `applies`: ask that first, and this before anything is shown to staff.
    """
    return application.pk not in barred(person, at)


def open_to(
    rows: QuerySet[Application], person: Person | None, at: dt.datetime
) -> QuerySet[Application]:
    """The applications of a list that a person may know of; one question more, whatever the
    length."""
    shut = barred(person, at)
    return rows.exclude(pk__in=shut) if shut else rows


def check_may_see(person: Person | None, application: Application, at: dt.datetime) -> None:
    """Let pass who may know of an application.

    Raises:
        UnknownApplication: the person may not: as if there were none.
    """
    if not may_see(person, application, at):
        raise UnknownApplication


def applies(person: Person | None, application: Application, at: dt.datetime) -> bool:
    """Whether a person acts for the company that applied: its own is theirs to see."""
    return any(
        held.role == "founder" and held.organisation_id == application.company_id
        for held in holdings(person, at)
    )

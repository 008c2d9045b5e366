"""What the operations of trials share: the trial that goes on, a reason in words, who is told."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.models import Application, Trial
from veche.core.notices import operations as notices
from veche.errors import Invalid
from veche.operation import inside

if TYPE_CHECKING:
    from veche.core.people.models import Person

SHORTEST_REASON, LONGEST_REASON = 5, 500


class ReasonNeeded(Invalid):
    """Everybody will read why."""

    code = "trial-reason-needed"
    sentence = _("Say why, in a sentence: everybody will read it.")
    field = "because"


def reason(text: str) -> str:
    """A reason in words, trimmed.

    Raises:
        ReasonNeeded: it says nothing.
    """
    text = text.strip()[:LONGEST_REASON]
    if len(text) < SHORTEST_REASON:
        raise ReasonNeeded
    return text


def open_trial(application: Application) -> Trial | None:
    """The trial that goes on; None where there is none."""
    rows = Trial.objects.filter(application=application, ended_at__isnull=True)
    return rows.select_related("methodology", "site").order_by("-number").first()


@inside
def held_together(number: int) -> Application:
    """The application of this number as it stands now. Its case cannot be moved until the operation
    ends, for every step locks it; yet any number of people may hold it so at once, as those who
    join a trial do: that nobody joins twice is a constraint's to say.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM cases_case WHERE id = %s FOR SHARE", [number])
    rows = Application.objects.select_related("case", "programme", "company__organisation")
    return rows.get(pk=number)


@inside
def tell_testers(*, by: Person | None, at: dt.datetime, trial: Trial, kind: str) -> int:
    """Tell everybody who tests, in a few statements however many; how many."""
    people = trial.testers.filter(left_at__isnull=True, person__isnull=False)
    told = [(person, trial.application_id) for person in people.values_list("person_id", flat=True)]
    return notices.tell_people(by=by, at=at, told=told, kind=kind) if told else 0

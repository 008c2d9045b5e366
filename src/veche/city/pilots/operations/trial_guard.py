"""What the operations of trials share: the trial that goes on, a reason in words, who is told."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

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
def tell_testers(*, by: Person | None, at: dt.datetime, trial: Trial, kind: str) -> int:
    """Tell everybody who tests, in a few statements however many; how many."""
    people = trial.testers.filter(left_at__isnull=True, person__isnull=False)
    told = [(person, trial.application_id) for person in people.values_list("person_id", flat=True)]
    return notices.tell_people(by=by, at=at, told=told, kind=kind) if told else 0

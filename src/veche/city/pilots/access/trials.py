"""Who reads a trial, who runs it, and who measures."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.access.applications import Standing, application_for, standing
from veche.city.pilots.access.companies import NotTheAgency
from veche.city.pilots.models import Application, Trial
from veche.city.pilots.procedure import SECRET
from veche.errors import NotAllowed, NotFound

if TYPE_CHECKING:
    from veche.core.people.models import Person

MEASURED = ("running", "evaluating")
"""The states in which measurements and answers are taken: until the report is published."""


PUBLIC_TRIAL = Q(application__decided_at__isnull=False, application__case__hidden_at=None) & ~Q(
    application__case__state__in=SECRET
)
"""Trials that everybody reads: those of applications that are public."""


class UnknownTrial(NotFound):
    """There is no such trial, or not for whoever asks."""

    code = "unknown-trial"
    sentence = _("There is no trial of this number.")


class NotOfTheTrial(NotAllowed):
    """Only the agency and the department that supervises measure and tell of incidents."""

    code = "not-of-the-trial"
    sentence = _("Only the agency and the department that supervises the trial may do this.")


@dataclass(frozen=True)
class Shown:
    """A trial and how somebody stands to its application."""

    trial: Trial
    standing: Standing

    @property
    def newest(self) -> bool:
        """Whether no other trial of the application came after it."""
        return not self.trial.application.trials.filter(number__gt=self.trial.number).exists()

    @property
    def goes_on(self) -> bool:
        """Whether it is tested there now."""
        return self.trial.ended_at is None and self.trial.application.case.state == "running"

    @property
    def measured(self) -> bool:
        """Whether measurements and answers are still taken."""
        trial = self.trial
        if trial.application.case.state not in MEASURED or not self.newest:
            return False
        return trial.ended_how in ("", Trial.How.DONE, Trial.How.SAFETY)


def _full() -> tuple[str, ...]:
    return ("methodology", "site__owner", "site__territory", "agreement")


def trial_for(number: str, which: int | None, person: Person | None, at: dt.datetime) -> Shown:
    """A trial of the application of this number: the newest, or the one with the number ``which``.

    Raises:
        veche.city.pilots.access.applications.UnknownApplication: not for whoever asks.
        UnknownTrial: the application has no such trial.
    """
    stand = application_for(number, person, at)
    rows = Trial.objects.filter(application=stand.application).select_related(*_full())
    rows = rows.filter(number=which) if which is not None else rows.order_by("-number")
    found = rows.first()
    if found is None:
        raise UnknownTrial
    found.application = stand.application
    return Shown(found, stand)


def shown(trial: Trial, person: Person | None, at: dt.datetime) -> Shown:
    """A trial that is known, and how somebody stands to its application."""
    return Shown(trial, standing(trial.application, person, at))


def trial_by_word(word: str) -> Trial:
    """The trial whose QR code holds this word; its testers need not know its number.

    Raises:
        UnknownTrial: there is none, or its application was hidden.
    """
    rows = Trial.objects.select_related(
        *_full(), "application__case__territory", "application__programme__agency",
        "application__company__organisation", "application__department",
    )  # fmt: skip
    found = rows.filter(key=word, application__case__hidden_at=None).first()
    if found is None:
        raise UnknownTrial
    return found


def check_measures(by: Person | None, at: dt.datetime, application: Application) -> None:
    """Let timers and imports (nobody), the agency and the supervising department pass.

    Raises:
        NotOfTheTrial: anybody else, and whoever may not know of the application.
    """
    if by is not None and not standing(application, by, at).staff:
        raise NotOfTheTrial


def check_agency(by: Person | None, at: dt.datetime, application: Application) -> None:
    """Let timers (nobody) and the agency pass.

    Raises:
        NotTheAgency: anybody else, and whoever may not know of the application.
    """
    if by is not None and not standing(application, by, at).agency:
        raise NotTheAgency

"""What the agency, the department, the company and the keeper of a site can do about a trial."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.forms import trial_ends
from veche.city.pilots.forms import trials as forms
from veche.city.pilots.models import Agreement
from veche.city.pilots.operations import (
    incidents,
    measured_tables,
    measurements,
    streams,
    testers,
    trials,
)

if TYPE_CHECKING:
    from veche.city.pilots.access.applications import Standing
    from veche.city.pilots.models import Trial

AGENCY = frozenset({"agency"})
STAFF = frozenset({"agency", "department"})


@dataclass(frozen=True)
class Act:
    """One act; its page stands at ``/pilots/trials/<number>/<code>/``."""

    code: str
    relations: frozenset[str]
    """How one must stand to the application: one of these."""
    states: tuple[str, ...]
    """In which states of the application."""
    of: str
    """What the operation is given: ``application`` (with ``seen``) or ``trial``."""
    run: Callable[..., Any]
    form: type[forms.TrialForm]
    title: str | Text
    done: str | Text
    said: str | Text = ""
    """What it means, above the form."""
    grave: bool = False
    main: bool = False


ACTS: tuple[Act, ...] = (
    Act("start", AGENCY, ("agreement",), "application", trials.start_trial, forms.StartForm,
        _("Begin the trial"), _("The trial has begun."),
        _("All three have signed. Every signature is verified once more; from now on residents can"
          " join, and values are measured."), main=True),
    Act("measure", STAFF, ("running", "evaluating"), "trial", measurements.measure,
        forms.MeasureForm, _("Enter a value"), _("The value is kept."),
        _("A value is never changed: a wrong one is superseded with a reason, and both stay."),
        main=True),
    Act("table", STAFF, ("running", "evaluating"), "trial", measured_tables.load_measurements,
        forms.TableForm, _("Send a table"), _("The table was read."),
        _("Good rows are taken; the others are listed with the reason. The same file is taken"
          " once.")),
    Act("stream", STAFF, ("running",), "trial", streams.watch_stream, forms.StreamForm,
        _("Read from a stream"), _("The indicator is read from the stream, hour by hour.")),
    Act("testers", AGENCY, ("running",), "trial", testers.set_quota, forms.QuotaForm,
        _("Plan the testers"), _("The plan is kept."),
        _("How many testers of each kind are wanted. A kind left empty is not planned.")),
    Act("incident", frozenset(incidents.TELLERS), ("running",), "application",
        incidents.raise_incident, forms.IncidentForm,
        _("Something went wrong"), _("The incident was opened."),
        _("An incident is opened: the city's dispatchers verify it and say who leads."),
        grave=True),
    Act("prolong", AGENCY, ("running",), "application", trials.prolong_trial,
        trial_ends.ProlongForm,
        _("Let it go on longer"), _("The trial goes on longer; whom it concerns is told."),
        _("It ends by itself when its last day is over. It can go on as long as its site is"
          " booked.")),
    Act("end", AGENCY, ("running",), "application", trials.end_trial, trial_ends.EndForm,
        _("End the trial"), _("The trial has ended."),
        _("Nobody joins or answers any more. Values are taken until the report is published.")),
    Act("lose-site", AGENCY, ("methodology", "agreement", "running"), "application",
        trials.lose_site, trial_ends.LoseSiteForm,
        _("The site is lost"), _("The place was given back, and a site is looked for."),
        _("The booking is given back, the agreement over this site ends, and another site is looked"
          " for. What was measured is kept; the clock of the programme runs on."), grave=True),
)  # fmt: skip
BY_CODE = {one.code: one for one in ACTS}


def possible(act: Act, stand: Standing, trial: Trial | None) -> bool:
    """Whether somebody who stands so can do it now; ``trial`` is the newest."""
    if not act.relations & stand.relations:
        return False
    if stand.application.case.state not in act.states:
        return False
    if act.code in ("start", "lose-site"):
        return True
    if trial is None or trial.ended_how in ("site", "withdrawn"):
        return False
    return trial.ended_at is None or "evaluating" in act.states


def acts_for(stand: Standing, trial: Trial | None) -> list[Act]:
    """What somebody who stands so can do now; a trial is begun once all three have signed."""
    found = [one for one in ACTS if possible(one, stand, trial)]
    if any(one.code == "start" for one in found):
        signed = Agreement.objects.filter(
            application=stand.application, ended_at=None, complete_at__isnull=False
        )
        if not signed.exists():
            found = [one for one in found if one.code != "start"]
    return found

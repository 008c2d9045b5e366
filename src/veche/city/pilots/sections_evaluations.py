"""What this part shows on the page of an application: the report, the answer, what followed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from veche.city.pilots.acts_evaluations import acts_of
from veche.city.pilots.section import STAFF, Section

if TYPE_CHECKING:
    from veche.city.pilots.models import Application
    from veche.core.people.models import Person

AFTER = ("evaluating", "answering", "rolled_out", "not_rolled_out", "methodology", "agreement",
         "running", "matching")  # fmt: skip
"""States in which there may be a report; before the end of the first trial nothing is shown."""


def _report(
    application: Application, person: Person | None, at: dt.datetime
) -> Mapping[str, Any] | None:
    from veche.city.pilots.access.applications import standing
    from veche.city.pilots.documents import report as printed
    from veche.city.pilots.models import RollOut
    from veche.city.pilots.operations.contracts import writes_contracts
    from veche.city.pilots.queries import evaluations as queries
    from veche.city.pilots.words import evaluations as said
    from veche.core.organisations.queries import holdings

    case = application.case
    found = queries.evaluations_of(application)
    contracts = list(application.contracts.select_related("buyer").order_by("signed_on", "pk"))
    if case.state != "evaluating" and not found and not application.answer and not contracts:
        return None
    stand = standing(application, person, at)
    trial = queries.trial_of(application) if stand.staff else None
    draft = queries.draft_of(trial) if trial is not None else None
    report = queries.report_of(found[0], application, at) if found else None
    number = case.number
    links = []
    if stand.agency and case.state == "evaluating":
        links.append((reverse("pilots:evaluation-write", args=[number]), _("Write the report")))
        if draft is not None:
            address = reverse("pilots:evaluation-preview", args=[number])
            links.append((address, _("Look at the draft")))
    if person is not None and stand.staff:
        links += [
            (reverse(f"pilots:pilot-{one.code}", args=[number]), str(one.title))
            for one in acts_of(stand, holdings(person, at))
        ]
        if writes_contracts(person, application, at):
            links.append(
                (reverse("pilots:contract-new", args=[number]), _("Write down a contract"))
            )
    return {
        "report": report,
        "draft": draft,
        "lead": printed.lead(report) if report else "",
        "interest": printed.interest(),
        "words": said,
        "rollouts": list(
            RollOut.objects.filter(application=application)
            .select_related("territory")
            .order_by("since", "pk")
        ),
        "contracts": contracts,
        "late": case.state == "answering" and case.due_at is not None and case.due_at < at,
        "links": links,
    }


SECTIONS: tuple[Section, ...] = (
    Section(
        part="report",
        states=AFTER,
        template="pilots/evaluations_section.html",
        context=_report,
        public=True,
        relations=(*STAFF, "company", "site"),
    ),
)

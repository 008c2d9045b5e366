"""Audits in the one queue of those who work for the city."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche.city.audits import operations
from veche.city.audits.models import Audit
from veche.city.audits.queries import audit_of
from veche.core.cases.models import Case
from veche.core.desk.adapter import Desk, DeskAction, DeskForm, DeskLine, Panel
from veche.errors import NotFound
from veche.look.context import place


class FindingsForm(DeskForm):
    """What was found, or what will change."""

    words = "text"
    text = forms.CharField(
        label=_("In words that everybody will read"),
        widget=forms.Textarea,
        min_length=operations.LEAST_WORDS,
        max_length=operations.MOST_WORDS,
        error_messages={"required": _("Write what you found: two sentences are enough.")},
    )

    def step(self) -> dict[str, Any]:
        """With the words."""
        return {"text": self.cleaned_data["text"]}


def lines(cases: Sequence[int]) -> dict[int, DeskLine]:
    """What the queue says of these audits."""
    page = place("audits:list")
    return {
        audit.case_id: DeskLine(
            title=gettext("Audit: {office}").format(office=audit.office),
            place=gettext("{faulty} of {given} matters with faults").format(
                faulty=audit.faulty, given=audit.given
            ),
            url=f"{page}{audit.case.number}/",
        )
        for audit in Audit.objects.filter(pk__in=cases).select_related("case", "office")
    }


def panel(request: HttpRequest, case: Case) -> Panel:
    """The audit in the side panel.

    Raises:
        NotFound: the case is no audit.
    """
    audit = audit_of(case.number)
    if audit is None:
        raise NotFound
    return Panel("audits/panel.html", {"audit": audit, "case": case})


DESK = Desk(
    title=_("Audits"),
    procedures=("audit",),
    lines=lines,
    panel=panel,
    actions=(
        DeskAction("conclude", _("Faults were found"), run=operations.conclude, form=FindingsForm),
        DeskAction("clear", _("No fault was found"), run=operations.clear, form=FindingsForm),
        DeskAction("remedy", _("Say what will change"), run=operations.remedy, form=FindingsForm),
    ),
)

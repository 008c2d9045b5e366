"""Forms by which a call for ideas is drafted and called off: they save nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.ideas import rules, words
from veche.city.ideas.models import Call
from veche.city.ideas.operations.calls import plans
from veche.city.ideas.rules import PhasePlan
from veche.core.organisations.models import Organisation
from veche.languages import LANGUAGES, said
from veche.look.fields import Worded, moment_field

MOST_QUESTIONS = 4
"""Questions the form offers; an import may bring as many as the rules allow."""
FAULTS = {
    "collect": _("Say from when to when ideas are collected."),
    "closes": _("A phase closes after it opens."),
    "order": _("A phase cannot begin before the one it follows."),
    "answer": _("The office answers after the other phases have closed."),
    "long": _("All phases together last at most 400 days."),
    "standing": _("A standing call has no phases."),
    "kind": _("There is no such phase."),
}
WHO = (
    ("anyone", _("Everybody with an account")),
    ("residents", _("Residents of the territory only")),
)


class CallForm(Worded):
    """A call as a whole: what it asks, of whom, when, and what is done with the result."""

    spoken = (
        ("title", _("Title"), False, True),
        ("text", _("What it is about"), True, True),
        ("promise", _("What the city does with the result"), True, True),
        *(
            (f"question{n}", _("Question to every author"), False, False)
            for n in range(1, MOST_QUESTIONS + 1)
        ),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    territory = forms.ChoiceField(
        label=_("Where it asks"), error_messages={"required": _("Choose a territory.")}
    )
    office = forms.ChoiceField(
        label=_("The office that answers every idea"),
        error_messages={"required": _("Choose an office.")},
    )
    who = forms.ChoiceField(label=_("Who may write"), widget=forms.RadioSelect, choices=WHO)
    standing = forms.BooleanField(
        label=_("A standing call: ideas are taken at any time, without phases"), required=False
    )
    required = forms.MultipleChoiceField(
        label=_("Questions that must be answered"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(str(n), str(n)) for n in range(1, MOST_QUESTIONS + 1)],
    )

    def __init__(self, *args: Any, territories: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places, office = self.fields["territory"], self.fields["office"]
        assert isinstance(places, forms.ChoiceField) and isinstance(office, forms.ChoiceField)
        places.choices = list(territories)
        known = Organisation.objects.filter(imported=False, kind=Organisation.Kind.DEPARTMENT)
        office.choices = [
            ("", _("Choose an office")),
            *sorted(((one.code, str(one)) for one in known), key=lambda row: row[1]),
        ]
        for kind in rules.PHASES:
            for edge, label in (("opens", _("from")), ("closes", _("until"))):
                field = moment_field(label)
                field.required = False
                self.fields[f"{kind}_{edge}"] = field

    @property
    def phases(self) -> list[tuple[Any, forms.BoundField, forms.BoundField]]:
        """For the page: the words of each phase and its two fields."""
        return [
            (words.PHASES[kind], self[f"{kind}_opens"], self[f"{kind}_closes"])
            for kind in rules.PHASES
        ]

    @property
    def questions(self) -> list[tuple[int, list[forms.BoundField]]]:
        """For the page: the fields of each question."""
        return [(n, self.words_of(f"question{n}")) for n in range(1, MOST_QUESTIONS + 1)]

    def clean(self) -> dict[str, Any]:
        """Phases that can follow each other."""
        values = super().clean()
        for kind in rules.PHASES:
            opens, closes = values.get(f"{kind}_opens"), values.get(f"{kind}_closes")
            if bool(opens) != bool(closes):
                missing = "closes" if opens else "opens"
                self.add_error(f"{kind}_{missing}", _("Choose a day and an hour."))
        if not self.errors:
            fault = rules.phase_fault(self.plans(), standing=bool(values.get("standing")))
            if fault:
                self.add_error("collect_opens", FAULTS[fault])
        return values

    def plans(self) -> list[PhasePlan]:
        """The phases that were typed."""
        given = self.cleaned_data
        return [
            PhasePlan(kind, given[f"{kind}_opens"], given[f"{kind}_closes"])
            for kind in rules.PHASES
            if given.get(f"{kind}_opens") and given.get(f"{kind}_closes")
        ]

    def told(self) -> dict[str, Any]:
        """What the operations take of it besides place and office."""
        given = self.cleaned_data
        asked = []
        for n in range(1, MOST_QUESTIONS + 1):
            names = said(given, f"question{n}")
            if names:
                must = str(n) in given["required"]
                asked.append({"code": f"q{n}", "names": names, "required": must})
        return {
            "titles": said(given, "title"),
            "texts": said(given, "text"),
            "promises": said(given, "promise"),
            "questions": asked,
            "phases": self.plans(),
            "standing": bool(given["standing"]),
            "who": given["who"],
        }


def initial_of(call: Call) -> dict[str, Any]:
    """A call as the form shows it."""
    start: dict[str, Any] = {
        "territory": call.case.territory.code,
        "office": call.office.code,
        "who": call.who,
        "standing": call.standing,
        "seen": call.case.seq,
        "required": [],
    }
    spoken = {"title": call.titles, "text": call.texts, "promise": call.promises}
    for n, question in enumerate(call.questions[:MOST_QUESTIONS], 1):
        spoken[f"question{n}"] = question["names"]
        if question.get("required"):
            start["required"].append(str(n))
    for name, names in spoken.items():
        start |= {f"{name}_{code}": names.get(code, "") for code in LANGUAGES}
    for one in plans(call):
        start[f"{one.kind}_opens"], start[f"{one.kind}_closes"] = one.opens_at, one.closes_at
    return start


def first_phases(at: dt.datetime) -> dict[str, dt.datetime]:
    """What a new form proposes: a month of ideas, two weeks to sum up, a month for the answer."""
    day = (at + dt.timedelta(days=3)).replace(hour=6, minute=0, second=0, microsecond=0)
    lengths = {"collect": (0, 30), "discuss": (0, 37), "synthesise": (30, 51), "answer": (51, 81)}
    return {
        f"{kind}_{edge}": day + dt.timedelta(days=days)
        for kind, span in lengths.items()
        for edge, days in zip(("opens", "closes"), span, strict=True)
    }


class ReasonForm(forms.Form):
    """Why a call is called off."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(
        label=_("Why it is called off"),
        widget=forms.Textarea,
        max_length=rules.LONGEST_REASON,
        help_text=_("Everybody reads it, and everybody who wrote is told."),
        error_messages={"required": _("Say why.")},
    )

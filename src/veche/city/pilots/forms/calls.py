"""Forms by which a call is drafted, given criteria and moved: they save nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.forms.companies import Sorted
from veche.city.pilots.models import Call, Criterion, FormVersion
from veche.city.pilots.operations.calls import CallGiven
from veche.city.pilots.operations.criteria import CriterionGiven
from veche.city.pilots.rules import calls as rules
from veche.core.organisations.models import Organisation
from veche.languages import LANGUAGES, said
from veche.look.fields import Worded, moment_field

SHOWN_ROWS = 24
"""Rows of demand that a draft can be given as its reason."""


class CallForm(Worded, Sorted):
    """A call as a whole: the task, who sets it, until when, by which form one applies."""

    spoken = (("title", _("Title"), False, True), ("task", _("The task"), True, True))
    submission = forms.UUIDField(required=False, widget=forms.HiddenInput)
    department = forms.ChoiceField(
        label=_("The department that sets the task"),
        required=False,
        help_text=_("It supervises the trial and may buy; everybody sees that."),
    )
    standing = forms.BooleanField(
        label=_("The standing intake: open all year, without a department and a last day"),
        required=False,
    )
    wanted = forms.IntegerField(
        label=_("How many solutions are to be tested"), required=False, min_value=1, max_value=1000
    )
    reviews = forms.IntegerField(
        label=_("How many experts read each application"),
        required=False,
        min_value=1,
        max_value=15,
        help_text=_("Empty: as many as the programme says."),
    )
    form = forms.ChoiceField(label=_("The form by which one applies"))
    criteria_of = forms.ChoiceField(label=_("Begin with the criteria of"), required=False)
    evidence = forms.MultipleChoiceField(
        label=_("What in the city points to the task"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Counted once more when the call opens, and shown with it."),
    )

    def __init__(
        self,
        *args: Any,
        departments: Sequence[tuple[str, str]],
        demand: Sequence[tuple[str, str]],
        forms_of: Sequence[FormVersion],
        earlier: Sequence[Call] = (),
        agency: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        closes = moment_field(_("Applications are taken until"))
        closes.required = False
        self.fields["closes_at"] = closes
        self._choose("department", [("", _("Choose a department")), *departments])
        self._choose("form", [(str(one.pk), str(one)) for one in forms_of])
        self._choose(
            "criteria_of",
            [("", _("no earlier call")), *((one.case.number, str(one)) for one in earlier)],
        )
        self._choose("evidence", demand)
        if not agency:
            del self.fields["standing"]
        if not earlier:
            del self.fields["criteria_of"]

    def _choose(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)

    def given(self) -> CallGiven:
        """The draft as the operations take it."""
        one = self.cleaned_data
        code = one["department"]
        return CallGiven(
            titles=said(one, "title"),
            tasks=said(one, "task"),
            form=FormVersion.objects.get(pk=one["form"]),
            department=Organisation.objects.get(code=code) if code else None,
            standing=bool(one.get("standing")),
            closes_at=one["closes_at"],
            wanted=one["wanted"],
            reviews=one["reviews"],
            evidence=one["evidence"],
            **self.sorts(),
        )


def call_as_given(call: Call) -> dict[str, Any]:
    """A draft as the form shows it."""
    rows = call.evidence.select_related("territory")
    return {
        **{f"title_{code}": call.titles.get(code, "") for code in LANGUAGES},
        **{f"task_{code}": call.tasks.get(code, "") for code in LANGUAGES},
        "department": call.department.code if call.department else "",
        "standing": call.standing,
        "closes_at": call.closes_at,
        "wanted": call.wanted,
        "reviews": call.reviews,
        "form": str(call.form_id),
        "technologies": [one.code for one in call.technologies.all()],
        "targets": [one.code for one in call.targets.all()],
        "evidence": sorted({f"{one.theme}@{one.territory.code}" for one in rows}),
    }


class CriterionForm(Worded):
    """A criterion with the words of its six marks."""

    spoken = (
        ("name", _("Criterion"), False, True),
        *((f"mark{mark}", _("What the mark means"), False, False) for mark in rules.MARKS),
    )
    weight = forms.DecimalField(
        label=_("Weight"),
        min_value=Decimal("0.01"),
        max_value=rules.MOST_WEIGHT,
        max_digits=5,
        decimal_places=2,
        initial=1,
        help_text=_("Against the weights of the other criteria: 2 counts twice as much as 1."),
        error_messages={"required": _("Give it a weight.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for mark in rules.MARKS:
            for bound in self.words_of(f"mark{mark}"):
                assert isinstance(bound.field, forms.CharField)
                bound.field.max_length = rules.LONGEST_ANCHOR

    @property
    def marks(self) -> list[tuple[int, list[forms.BoundField]]]:
        """For the page: each mark with the fields of its words, the highest first."""
        return [(mark, self.words_of(f"mark{mark}")) for mark in reversed(rules.MARKS)]

    def given(self) -> CriterionGiven:
        """The criterion as the operations take it."""
        one = self.cleaned_data
        return CriterionGiven(
            said(one, "name"),
            one["weight"],
            {mark: said(one, f"mark{mark}") for mark in rules.MARKS},
        )


def criterion_as_given(one: Criterion) -> dict[str, Any]:
    """A criterion as the form shows it."""
    start: dict[str, Any] = {f"name_{code}": one.names.get(code, "") for code in LANGUAGES}
    for anchor in one.anchors.all():
        start |= {f"mark{anchor.mark}_{code}": anchor.words.get(code, "") for code in LANGUAGES}
    return {**start, "weight": one.weight}


class ActForm(forms.Form):
    """A step of a call that needs no words."""

    use_required_attribute = False
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)


class ReasonForm(ActForm):
    """A step that is taken for a reason everybody reads."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=4_000,
        widget=forms.Textarea,
        help_text=_("Everybody reads this."),
        error_messages={"required": _("Give the reason.")},
    )


class ProlongForm(ReasonForm):
    """A call takes applications longer."""

    field_order = ("closes_at", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["closes_at"] = moment_field(_("Applications are taken until"))
        self.order_fields(self.field_order)


def closing(at: dt.datetime) -> str:
    """A last day proposed for a new draft: the evening six weeks ahead."""
    return (at + dt.timedelta(days=42)).strftime("%Y-%m-%dT18:00")


def departments(only: Sequence[int] = ()) -> list[tuple[str, str]]:
    """The offices that may set a task, by code; only some of them, where numbers are given."""
    rows = Organisation.objects.filter(imported=False).exclude(kind=Organisation.Kind.COMPANY)
    if only:
        rows = rows.filter(pk__in=only)
    return sorted(((one.code, str(one)) for one in rows), key=lambda row: row[1])

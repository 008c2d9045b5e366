"""Input of the strategy; never saves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.delivery.models import Goal
from veche.city.delivery.operations.strategy import KEPT, Knot
from veche.core.organisations.models import Organisation

KIND_WORDS = {
    Goal.Kind.GOAL: _("goal"),
    Goal.Kind.TASK: _("task"),
    Goal.Kind.MEASURE: _("measure"),
}
FIELD_WORDS = {
    "begins": _("First day"),
    "ends": _("Last day"),
    "planned": _("Money planned"),
    "spent": _("Money spent"),
    "baseline": _("Baseline"),
    "baseline_on": _("Day of the baseline"),
    "target": _("Target"),
    "target_on": _("Day of the target"),
    "measured": _("Measured value"),
}
LANGUAGE_WORDS = {"en": _("in English"), "ru": _("in Russian"), "zh": _("in Chinese")}
CODE = r"^[A-Za-z0-9_.\-]+$"


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget)


def _kept_field(name: str) -> forms.Field:
    """The field of a date, a sum or a number that is superseded."""
    if KEPT[name] == "date":
        return _day(FIELD_WORDS[name])
    if KEPT[name] == "float8":
        return forms.FloatField(label=FIELD_WORDS[name], required=False)
    return forms.DecimalField(
        label=FIELD_WORDS[name], required=False, min_value=0, max_digits=16, decimal_places=2
    )


def _in_languages(name: str, label: Any, most: int) -> dict[str, forms.Field]:
    """The same words in each language, none of them required."""
    return {
        f"{name}_{code}": forms.CharField(
            label=_("{what} ({language})").format(what=label, language=word),
            max_length=most,
            required=False,
        )
        for code, word in LANGUAGE_WORDS.items()
    }  # fmt: skip


class SupersedeForm(forms.Form):
    """Other dates, sums and targets of a knot, and why."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"] = forms.IntegerField(widget=forms.HiddenInput, required=False)
        for name in KEPT:
            self.fields[name] = _kept_field(name)
        self.fields["reason"] = forms.CharField(
            label=_("Why"), max_length=2000, min_length=3, widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("Stands beside what is replaced, for everybody to read."),
        )  # fmt: skip

    def changes(self) -> dict[str, Any]:
        """The values that were given, by the names of the fields."""
        return {name: self.cleaned_data[name] for name in KEPT}


class MeasureForm(forms.Form):
    """What the indicator of an item was found to be."""

    on = forms.DateField(
        label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    value = forms.FloatField(label=_("Value"))
    source = forms.CharField(
        label=_("Where it comes from"), max_length=200, min_length=3,
        help_text=_("The survey, the register or the report that says so."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Why it replaces another value of that day"), max_length=2000, required=False
    )


class StrategyForm(forms.Form):
    """A new strategy, without knots."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= _in_languages("title", _("What it is called"), 300)
        self.fields["code"] = forms.SlugField(
            label=_("Short code"), max_length=40, help_text=_("Latin letters, digits and hyphens.")
        )
        self.fields["begins"], self.fields["ends"] = (
            _day(FIELD_WORDS["begins"]),
            _day(FIELD_WORDS["ends"]),
        )
        self.fields["begins"].required = self.fields["ends"].required = True

    def words(self, name: str) -> dict[str, str]:
        """What was written in each language."""
        return words(self.cleaned_data, name)


class GoalForm(forms.Form):
    """A new knot of a strategy."""

    def __init__(self, *args: Any, above: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.value, word) for kind, word in KIND_WORDS.items()]
        self.fields["kind"] = forms.ChoiceField(label=_("Kind"), choices=kinds)
        self.fields["above"] = forms.ChoiceField(
            label=_("Hangs under"), choices=[("", _("nothing: it stands at the top")), *above],
            required=False,
        )  # fmt: skip
        self.fields["code"] = forms.RegexField(
            CODE,
            label=_("Number in the plan"),
            max_length=40,
            help_text=_("As the plan numbers it: 2.1.3."),
        )
        self.fields |= _in_languages("title", _("What it is called"), 300)
        offices = Organisation.objects.exclude(kind=Organisation.Kind.COMPANY)
        self.fields["owner"] = forms.ModelChoiceField(
            offices.order_by("code"),
            label=_("Responsible office"),
            required=False,
            to_field_name="code",
        )
        for name in ("begins", "ends", "planned", "spent"):
            self.fields[name] = _kept_field(name)
        self.fields |= _in_languages("indicator", _("What is measured"), 200)
        self.fields |= _in_languages("unit", _("Unit"), 40)
        for name in ("baseline", "baseline_on", "target", "target_on"):
            self.fields[name] = _kept_field(name)

    def knot(self) -> Knot:
        """What the knot says."""
        given: Mapping[str, Any] = self.cleaned_data
        return Knot(
            titles=words(given, "title"),
            owner=given["owner"],
            indicator=words(given, "indicator"),
            units=words(given, "unit"),
            **{name: given[name] for name in KEPT},
        )


def words(given: Mapping[str, Any], name: str) -> dict[str, str]:
    """What was written in each language, empty ones left out."""
    return {code: text for code in LANGUAGE_WORDS if (text := given[f"{name}_{code}"].strip())}


def first_values(goal: Goal) -> dict[str, dt.date | Decimal | float | None]:
    """What stands there now, as the form begins with it."""
    return {name: getattr(goal, name) for name in KEPT}

"""Forms of administrators: terms and the calendar; checked here, never saved."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.core.cases.queries import UNIT_NAMES


class TermForm(forms.Form):
    """How long a state lasts."""

    use_required_attribute = False
    what = forms.ChoiceField(
        label=_("Step"), error_messages={"required": _("Choose the step from the list.")}
    )
    theme = forms.CharField(
        label=_("Only for the theme"),
        required=False,
        max_length=80,
        help_text=_("The code of a category; empty: for all."),
    )
    number = forms.IntegerField(
        label=_("How many"),
        min_value=1,
        max_value=3000,
        error_messages={"required": _("Write a number."), "invalid": _("Write a number.")},
    )
    unit = forms.ChoiceField(
        label=_("of what"), choices=[(u.value, w) for u, w in UNIT_NAMES.items()]
    )

    def __init__(self, *args: Any, steps: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        what = self.fields["what"]
        assert isinstance(what, forms.ChoiceField)
        what.choices = [("", _("Choose the step from the list.")), *steps]


class DayForm(forms.Form):
    """A day that is not what its weekday says."""

    use_required_attribute = False
    day = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={
            "required": _("Choose the day."),
            "invalid": _("Write the date like this: 2026-12-03."),
        },
    )
    works = forms.ChoiceField(
        label=_("Is it worked?"), choices=[("no", _("free")), ("yes", _("worked"))]
    )
    name = forms.CharField(label=_("Its name"), max_length=80, required=False)


class ClimbForm(forms.Form):
    """After how many days an overdue promise climbs."""

    use_required_attribute = False
    level = forms.TypedChoiceField(
        label=_("Level"), choices=[(1, "1"), (2, "2"), (3, "3")], coerce=int
    )
    days = forms.IntegerField(
        label=_("Days after the promise"),
        min_value=0,
        max_value=365,
        error_messages={"required": _("Write a number."), "invalid": _("Write a number.")},
    )

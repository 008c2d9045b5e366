"""Forms of points: they check what was typed and save nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.points import rules
from veche.languages import LANGUAGES

_NUMBER = {
    "required": _("Write a number."),
    "invalid": _("Write a number."),
}


def _number(label: Any, least: int, most: int, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, error_messages=_NUMBER, **more
    )


class CodeForm(forms.Form):
    """A code, as it was typed or read at a counter."""

    use_required_attribute = False
    code = forms.CharField(
        label=_("The code"),
        max_length=40,
        help_text=_("Ten letters and digits; small or large does not matter."),
        error_messages={"required": _("Write the code.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


class RuleForm(forms.Form):
    """The numbers of one rule."""

    use_required_attribute = False
    points = _number(_("How many points"), 1, rules.MOST_POINTS)
    per_day = _number(_("Times a day at most"), 1, rules.MOST_TIMES)
    per_month = _number(_("Times a month at most"), 1, rules.MOST_TIMES)
    active = forms.BooleanField(label=_("Points are given for it"), required=False)


class LimitsForm(forms.Form):
    """What holds for all rules."""

    use_required_attribute = False
    young_days = _number(_("An account is new for so many days"), 0, 365)
    young_most = _number(_("So many points a new account can earn"), 0, 10_000)
    code_days = _number(_("A code can be used for so many days"), 1, 365)


class RewardForm(forms.Form):
    """A reward, in the languages of the city."""

    use_required_attribute = False
    code = forms.SlugField(
        label=_("Code of the reward"),
        max_length=40,
        help_text=_("Stands in its address: small letters, digits and hyphens."),
        error_messages={"required": _("Write a code."), "invalid": _("Write a code.")},
    )
    name_en = forms.CharField(label=_("Name, in English"), max_length=120, required=False)
    name_ru = forms.CharField(label=_("Name, in Russian"), max_length=120, required=False)
    name_zh = forms.CharField(label=_("Name, in Chinese"), max_length=120, required=False)
    text_en = forms.CharField(
        label=_("What it is and where it is given out, in English"),
        max_length=1000, required=False, widget=forms.Textarea,
    )  # fmt: skip
    text_ru = forms.CharField(
        label=_("What it is and where it is given out, in Russian"),
        max_length=1000, required=False, widget=forms.Textarea,
    )  # fmt: skip
    text_zh = forms.CharField(
        label=_("What it is and where it is given out, in Chinese"),
        max_length=1000, required=False, widget=forms.Textarea,
    )  # fmt: skip
    cost = _number(_("What it costs, in points"), 1, 1_000_000)
    stock = _number(
        _("How many are left"), 0, 1_000_000, required=False, help_text=_("Empty: no limit.")
    )
    until = forms.DateField(
        label=_("Last day"), required=False, help_text=_("Empty: no last day."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    active = forms.BooleanField(label=_("It is offered"), required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        """At least one name.

        Raises:
            forms.ValidationError: there is none.
        """
        data = super().clean() or {}
        if not any(str(data.get(f"name_{one}") or "").strip() for one in LANGUAGES):
            self.add_error("name_en", forms.ValidationError(_("Write a name.")))
        return data

"""Forms of the spheres: they check what was typed and save nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.spheres import words
from veche.city.spheres.rules.tasking import BOOLEAN, COUNT, QUANTITY, Field
from veche.core.files.fields import PhotographsField

_NUMBER = {"required": _("Write a number."), "invalid": _("Write a number.")}
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class MeterForm(forms.Form):
    """A meter of one's own home."""

    use_required_attribute = False
    kind = forms.ChoiceField(label=_("What it counts"), choices=lambda: list(words.METERS.items()))
    serial = forms.CharField(
        label=_("Number on its face"),
        max_length=40,
        help_text=_("Printed on the meter itself, and in its passport."),
        error_messages={"required": _("Write the number of the meter.")},
    )
    place = forms.CharField(
        label=_("Where it is"),
        max_length=120,
        required=False,
        help_text=_("In your own words: kitchen, mother’s flat."),
    )
    digits = forms.IntegerField(
        label=_("Digits before the point"), min_value=3, max_value=9, initial=5,
        help_text=_("The black ones; after the last number the meter begins at nought again."),
        error_messages=_NUMBER,
    )  # fmt: skip


class NumberForm(forms.Form):
    """What a meter shows."""

    use_required_attribute = False
    number = forms.DecimalField(
        label=_("What the meter shows"), min_value=0, max_digits=12, decimal_places=3,
        localize=True, error_messages=_NUMBER,
    )  # fmt: skip
    photograph = PhotographsField(
        label=_("Photograph of the meter"), most=1,
        help_text=_("Nobody but you sees it. Where and with what it was taken is not kept."),
    )  # fmt: skip
    sure = forms.BooleanField(label=_("Yes, it is right: the meter shows this"), required=False)

    def clean_number(self) -> Any:
        """The number; a comma is a point."""
        return self.cleaned_data["number"]


class TariffForm(forms.Form):
    """What a unit costs from a day on."""

    use_required_attribute = False
    kind = forms.ChoiceField(label=_("What for"), choices=lambda: list(words.METERS.items()))
    since = forms.DateField(label=_("First day"), widget=_DAY)
    price = forms.DecimalField(
        label=_("Price of a unit"), min_value=0, max_digits=10, decimal_places=4,
        error_messages=_NUMBER,
    )  # fmt: skip
    norm = forms.DecimalField(
        label=_("Units a month at this price"), min_value=0, max_digits=10, decimal_places=3,
        required=False, help_text=_("Empty: all of them."), error_messages=_NUMBER,
    )  # fmt: skip
    price_above = forms.DecimalField(
        label=_("Price of a unit above them"), min_value=0, max_digits=10, decimal_places=4,
        required=False, error_messages=_NUMBER,
    )  # fmt: skip
    ground = forms.CharField(label=_("The decision that sets it"), max_length=200, required=False)


class DecisionForm(forms.Form):
    """What a person says of a camera's event."""

    use_required_attribute = False
    answer = forms.ChoiceField(choices=[("confirm", "confirm"), ("refute", "refute")])
    why = forms.CharField(max_length=300, required=False)


class LinkForm(forms.Form):
    """Two occurrences belong together."""

    use_required_attribute = False
    other = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    why = forms.CharField(
        label=_("Why they belong together"), max_length=300,
        error_messages={"required": _("Write in a few words why.")},
    )  # fmt: skip


FIRST_DAY, LAST_DAY = dt.date(1970, 1, 1), dt.date(2199, 12, 31)
"""Days before and after are not asked for: calendars end somewhere."""


class ChoiceForm(forms.Form):
    """A place, days and hours."""

    since = forms.DateField(required=False)
    until = forms.DateField(required=False)
    place = forms.CharField(required=False, max_length=80)
    kind = forms.CharField(required=False, max_length=40)
    from_hour = forms.IntegerField(required=False, min_value=0, max_value=23)
    to_hour = forms.IntegerField(required=False, min_value=1, max_value=24)

    def chosen(self, today: dt.date) -> dict[str, Any]:
        """What was asked for; what cannot be read counts as not said."""
        self.is_valid()
        data = self.cleaned_data
        until = min(max(data.get("until") or today, FIRST_DAY), LAST_DAY)
        since = max(data.get("since") or until - dt.timedelta(days=29), FIRST_DAY)
        from_hour, to_hour = data.get("from_hour"), data.get("to_hour")
        return {
            "since": min(since, until),
            "until": until,
            "place": data.get("place") or "",
            "kind": data.get("kind") or "",
            "from_hour": 0 if from_hour is None else from_hour,
            "to_hour": 24 if to_hour is None else to_hour,
        }


class OrderForm(forms.Form):
    """An order to a thing: a field for each that it must be told."""

    use_required_attribute = False
    why = forms.CharField(
        label=_("Why"), max_length=300, error_messages={"required": _("Write in a few words why.")}
    )

    def __init__(self, fields: Iterable[Field], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.told = list(fields)
        for one in self.told:
            self.fields[f"p_{one.name}"] = _control(one)
        self.order_fields([*(f"p_{one.name}" for one in self.told), "why"])

    def parameters(self) -> dict[str, Any]:
        """What the thing is to be told."""
        found = {}
        for one in self.told:
            value = self.cleaned_data[f"p_{one.name}"]
            found[one.name] = value == "true" if one.kind == BOOLEAN else value
        return found


def _control(field: Field) -> forms.Field:
    label = f"{field.label}, {field.unit}" if field.unit else field.label
    if field.kind == BOOLEAN:
        on_off = [("true", _("on")), ("false", _("off"))]
        return forms.ChoiceField(label=label, choices=on_off, widget=forms.RadioSelect)
    if field.kind == COUNT:
        return forms.IntegerField(
            label=label, min_value=_whole(field.low), max_value=_whole(field.high),
            error_messages=_NUMBER,
        )  # fmt: skip
    if field.kind == QUANTITY:
        return forms.FloatField(
            label=label, min_value=field.low, max_value=field.high, error_messages=_NUMBER
        )
    if field.values:
        return forms.ChoiceField(label=label, choices=[(one, one) for one in field.values])
    return forms.CharField(label=label, max_length=200)


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)

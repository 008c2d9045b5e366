"""Forms of what an office and the control department do about a promise; they save nothing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche.city.delivery import rules
from veche.city.delivery.models import Amount, Promise
from veche.city.delivery.operations.steps import StepGiven
from veche.city.delivery.words import MONEY
from veche.core.desk.adapter import DeskForm
from veche.core.files.fields import PhotographsField
from veche.core.moderation.pointed import Pointed
from veche.look.words import day

ROWS = 8
"""Steps that can be written at once."""
EVERYBODY = _("Everybody can read it.")


def day_field(label: Any, hint: Any = "", *, required: bool = True) -> forms.DateField:
    """A day, as browsers and people write it."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=hint,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={
            "required": _("Choose the date."),
            "invalid": _("Write the date like this: 2026-12-03."),
        },
    )


def words_field(
    label: Any, hint: Any = EVERYBODY, *, most: int = rules.MOST_REASON
) -> forms.CharField:
    """Words that everybody will read."""
    return forms.CharField(
        label=label,
        help_text=hint,
        widget=forms.Textarea,
        min_length=rules.LEAST_REASON,
        max_length=most,
        error_messages={"required": _("Write it: one sentence is enough.")},
    )


class PlainForm(DeskForm):
    """A step that needs no words."""


class ReasonForm(Pointed, DeskForm):
    """A reason that everybody will read."""

    words = "text"
    text = words_field(_("Why"))

    def step(self) -> dict[str, Any]:
        """With the reason."""
        return {"text": self.cleaned_data["text"]}


class LaterForm(ReasonForm):
    """Another date, and why."""

    due_on = day_field(
        _("New date"), _("The first date stays shown, and lateness is counted by it.")
    )
    field_order = ("seen", "next", "looked", "due_on", "text")

    def step(self) -> dict[str, Any]:
        """With the date."""
        return {**super().step(), "due_on": self.cleaned_data["due_on"]}


class FinishForm(ReasonForm):
    """What was done, and photographs that show it."""

    text = words_field(_("What can be seen there now"), most=rules.MOST_TEXT)
    before = PhotographsField(
        most=rules.MOST_PHOTOGRAPHS, label=_("Photographs from before"),
        help_text=_("JPEG, PNG or WebP. Place and device are removed."),
    )  # fmt: skip
    after = PhotographsField(
        most=rules.MOST_PHOTOGRAPHS, label=_("Photographs of what is done"),
        help_text=_("JPEG, PNG or WebP. Place and device are removed."),
    )  # fmt: skip

    def step(self) -> dict[str, Any]:
        """With the photographs."""
        return {
            **super().step(),
            "before": self.cleaned_data.get("before") or (),
            "after": self.cleaned_data.get("after") or (),
        }


class DoneForm(ReasonForm):
    """The office says that the promise is kept."""

    text = words_field(
        _("What residents will find"),
        _("Those who took part and who live there read it and say whether it is so."),
        most=rules.MOST_TEXT,
    )
    photographs = PhotographsField(
        most=rules.MOST_PHOTOGRAPHS, label=_("Photographs of what is done"),
        help_text=_("JPEG, PNG or WebP. Place and device are removed."),
    )  # fmt: skip

    def step(self) -> dict[str, Any]:
        """With the photographs."""
        return {**super().step(), "photographs": self.cleaned_data.get("photographs") or ()}


class StepsForm(DeskForm):
    """Several steps with their dates: as many as are filled in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(1, ROWS + 1):
            self.fields[f"title_{n}"] = forms.CharField(
                label=gettext("Step {n}: what will be done").format(n=n),
                required=n == 1,
                min_length=rules.LEAST_TITLE,
                max_length=rules.MOST_TITLE,
                error_messages={"required": _("Write at least one step.")},
            )
            self.fields[f"due_{n}"] = day_field(
                gettext("Step {n}: until when").format(n=n), required=n == 1
            )

    def rows(self) -> list[tuple[Any, Any]]:
        """The fields in pairs."""
        return [(self[f"title_{n}"], self[f"due_{n}"]) for n in range(1, ROWS + 1)]

    def clean(self) -> dict[str, Any]:
        """Every step has both."""
        cleaned = super().clean() or self.cleaned_data
        for n in range(1, ROWS + 1):
            title, due = cleaned.get(f"title_{n}"), cleaned.get(f"due_{n}")
            if title and not due and f"due_{n}" not in self.errors:
                self.add_error(f"due_{n}", _("Choose the date."))
            if due and not title and f"title_{n}" not in self.errors:
                self.add_error(f"title_{n}", _("Say what will be done."))
        return cleaned

    def step(self) -> dict[str, Any]:
        """The steps that are filled in."""
        data = self.cleaned_data
        return {
            "steps": [
                StepGiven(data[f"title_{n}"], data[f"due_{n}"])
                for n in range(1, ROWS + 1)
                if data.get(f"title_{n}")
            ]
        }


class MoneyForm(DeskForm):
    """A line of money, or one that takes the place of another."""

    words = "text"
    kind = forms.ChoiceField(label=_("Kind"), choices=list(MONEY.items()))
    amount = forms.DecimalField(
        label=_("Sum in the city's currency"), max_digits=16, decimal_places=2,
        error_messages={"required": _("Write the sum."), "invalid": _("Write a number.")},
    )  # fmt: skip
    on = day_field(_("Day"))
    text = forms.CharField(label=_("What it is for"), min_length=3, max_length=200)
    instead = forms.ChoiceField(label=_("In the place of"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["instead"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("a new line")), *self._lines()]

    def _lines(self) -> list[tuple[str, str]]:
        if self.case is None:
            return []
        rows = Amount.objects.filter(promise=self.case.pk, superseded_by=None).order_by("id")
        return [
            (str(row.pk), f"{MONEY[row.kind]}, {day(row.on, 'year')}: {row.amount}") for row in rows
        ]

    def step(self) -> dict[str, Any]:
        """The line."""
        data: dict[str, Any] = self.cleaned_data
        amount: Decimal = data["amount"]
        on: dt.date = data["on"]
        return {
            "kind": data["kind"],
            "amount": amount,
            "on": on,
            "text": data["text"],
            "instead": int(data["instead"]) if data["instead"] else None,
        }


class TargetForm(ReasonForm):
    """What is measured, and what it should come to; later only the target, with the reason."""

    indicator = forms.CharField(label=_("What is measured"), max_length=160, min_length=3)
    unit = forms.CharField(label=_("Unit"), max_length=40, required=False)
    baseline = forms.FloatField(label=_("What it is now"), required=False)
    target = forms.FloatField(
        label=_("What it should come to"),
        error_messages={"required": _("Write a number."), "invalid": _("Write a number.")},
    )
    field_order = ("seen", "next", "looked", "indicator", "unit", "baseline", "target", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.case is not None and Promise.objects.filter(
            pk=self.case.pk, target__isnull=False
        ).exists():  # fmt: skip
            for name in ("indicator", "unit", "baseline"):
                del self.fields[name]

    def step(self) -> dict[str, Any]:
        """The target, and what is measured where it is the first."""
        names = ("indicator", "unit", "baseline", "target")
        given = {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
        return {**super().step(), **given}


class MeasureForm(DeskForm):
    """What the indicator was found to be."""

    value = forms.FloatField(
        label=_("What was found"),
        error_messages={"required": _("Write a number."), "invalid": _("Write a number.")},
    )
    on = day_field(_("Day"))

    def step(self) -> dict[str, Any]:
        """Value and day."""
        return {"value": self.cleaned_data["value"], "on": self.cleaned_data["on"]}


class ReplaceForm(ReasonForm):
    """Another promise in the place of this one, and why."""

    title = forms.CharField(
        label=_("The new promise in one line"),
        min_length=rules.LEAST_TITLE, max_length=rules.MOST_TITLE,
    )  # fmt: skip
    new = words_field(_("What is promised now"), most=rules.MOST_TEXT)
    text = words_field(_("Why the old one cannot be kept"))

    def step(self) -> dict[str, Any]:
        """The new promise and the reason."""
        return {
            **super().step(),
            "title": self.cleaned_data["title"],
            "new": self.cleaned_data["new"],
        }

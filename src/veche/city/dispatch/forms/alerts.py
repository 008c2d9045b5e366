"""The forms by which a message to the public is written; they save nothing."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import alert_contents as said
from veche.city.dispatch.alert_contents import Contents
from veche.city.dispatch.models import AlertSeries
from veche.core.organisations.choices import territories
from veche.languages import LANGUAGES
from veche.look.fields import LANGUAGE_WORDS, languages, moment_field

_WORDS = (
    ("event", _("What it is, in two words"), said.LONGEST_EVENT, 1),
    ("headline", _("In one line: what is happening and where"), said.LONGEST_HEADLINE, 2),
    ("instruction", _("What to do now"), said.LONGEST_INSTRUCTION, 5),
    ("description", _("What is known"), said.LONGEST_DESCRIPTION, 5),
)
"""Name, label, the most characters, lines of the field."""
STATUSES = {
    AlertSeries.Status.ACTUAL: _("real"),
    AlertSeries.Status.EXERCISE: _("a drill: only those on duty there are told"),
    AlertSeries.Status.TEST: _("a test: only those on duty there are told"),
}


def _choose(label: Any, words: Mapping[str, Any], hint: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=list(words.items()), help_text=hint,
        error_messages={"required": _("Choose one.")},
    )  # fmt: skip


class AlertForm(forms.Form):
    """What is said, to whom and how long."""

    use_required_attribute = False
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)
    status = forms.ChoiceField(
        label=_("Is it real?"), choices=list(STATUSES.items()), widget=forms.RadioSelect
    )
    severity = _choose(_("How grave it is"), said.SEVERITY_WORDS)
    urgency = _choose(_("How soon to act"), said.URGENCY_WORDS)
    certainty = _choose(_("How certain it is"), said.CERTAINTY_WORDS)
    category = _choose(_("What kind of thing it is"), said.CATEGORY_WORDS)
    response = _choose(_("What people are asked for"), said.RESPONSE_WORDS)
    territories = forms.MultipleChoiceField(
        label=_("For which places"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever lives there or follows them is told; nobody else is."),
        error_messages={"required": _("Choose at least one place.")},
    )
    longitude = forms.FloatField(
        label=_("Longitude of the middle"), required=False, min_value=-180, max_value=180
    )
    latitude = forms.FloatField(
        label=_("Latitude of the middle"), required=False, min_value=-90, max_value=90
    )
    radius = forms.FloatField(
        label=_("Radius, km"), required=False, min_value=0.1, max_value=said.LARGEST_CIRCLE
    )
    onset = moment_field(_("When it begins, if later than now"))
    expires = moment_field(_("Until when it is in force"))
    contact = forms.CharField(
        label=_("Whom to ask"), required=False, max_length=said.LONGEST_CONTACT,
        help_text=_("A telephone of the city, for instance."),
    )  # fmt: skip

    def __init__(self, *args: Any, begun: bool = False, drill: bool = False, **kwargs: Any) -> None:
        """``begun``: the draft is there and what it is (real or not) can no longer be changed;
        ``drill``: its incident is one."""
        kwargs["initial"] = {"submission": uuid.uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["onset"].required = False
        if begun:
            del self.fields["status"]
        elif drill:
            field = self.fields["status"]
            assert isinstance(field, forms.ChoiceField)
            exercise = AlertSeries.Status.EXERCISE
            field.choices = [(exercise, STATUSES[exercise])]
            field.initial = exercise
        places = self.fields["territories"]
        assert isinstance(places, forms.MultipleChoiceField)
        places.choices = territories(city=True)
        for name, label, most, lines in _WORDS:
            for code in languages():
                self.fields[f"{name}_{code}"] = forms.CharField(
                    label=f"{label} · {LANGUAGE_WORDS[code]}",
                    max_length=most,
                    required=name in ("event", "headline"),
                    widget=forms.Textarea if lines > 2 else forms.TextInput,
                    error_messages={"required": _("Write it: everybody reads their own language.")},
                )
                self.fields[f"{name}_{code}"].widget.attrs.update(
                    {"data-most": str(most), "lang": {"zh": "zh-Hans"}.get(code, code)}
                    | ({"rows": str(lines)} if lines > 2 else {})
                )

    @property
    def worded(self) -> list[tuple[str, list[forms.BoundField]]]:
        """For templates: the fields of each language, the reader's first."""
        return [
            (LANGUAGE_WORDS[code], [self[f"{name}_{code}"] for name, *_rest in _WORDS])
            for code in languages()
        ]

    def clean(self) -> dict[str, Any]:
        """A circle has all three of its numbers, or none."""
        cleaned = super().clean() or self.cleaned_data
        numbers = [cleaned.get(name) for name in ("longitude", "latitude", "radius")]
        if None in numbers and any(one is not None for one in numbers):
            self.add_error("radius", _("A circle has all three numbers, or none."))
        return cleaned

    def contents(self) -> Contents:
        """What was written, not yet checked against each other."""
        data = self.cleaned_data
        circle = None
        if data.get("radius") is not None:
            circle = (data["longitude"], data["latitude"], data["radius"])
        chosen: dict[str, Any] = {
            name: data[name]
            for name in ("category", "response", "urgency", "severity", "certainty")
        }
        for name, *_rest in _WORDS:
            chosen[name] = {code: data.get(f"{name}_{code}") or "" for code in LANGUAGES}
        return Contents(
            **chosen,
            territories=tuple(data["territories"]),
            expires=data["expires"],
            onset=data.get("onset"),
            contact=data["contact"],
            circle=circle,
        )


def initial(contents: Contents) -> dict[str, Any]:
    """What a form shows of what is written already."""
    found: dict[str, Any] = {
        name: getattr(contents, name)
        for name in (
            "category", "response", "urgency", "severity", "certainty", "onset", "expires",
            "contact",
        )
    }  # fmt: skip
    found["territories"] = list(contents.territories)
    if contents.circle is not None:
        found["longitude"], found["latitude"], found["radius"] = contents.circle
    for name, *_rest in _WORDS:
        for code in LANGUAGES:
            found[f"{name}_{code}"] = getattr(contents, name).get(code, "")
    return found


def empty(at: dt.datetime) -> dict[str, Any]:
    """What a form shows before anything is written."""
    return {
        "status": AlertSeries.Status.ACTUAL,
        "severity": "Moderate",
        "urgency": "Expected",
        "certainty": "Likely",
        "category": "Safety",
        "response": "Execute",
        "expires": (at + dt.timedelta(hours=6)).replace(second=0, microsecond=0),
    }


class CancelForm(forms.Form):
    """Why a message is taken back, in all languages."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in languages():
            self.fields[f"why_{code}"] = forms.CharField(
                label=f"{_('Why it is over')} · {LANGUAGE_WORDS[code]}",
                max_length=300,
                widget=forms.Textarea(attrs={"rows": 2, "lang": code}),
                error_messages={"required": _("Write it: everybody reads their own language.")},
            )

    def why(self) -> dict[str, str]:
        """The reason by language."""
        return {code: self.cleaned_data[f"why_{code}"] for code in LANGUAGES}

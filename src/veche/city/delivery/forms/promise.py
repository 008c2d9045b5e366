"""The form by which a planner writes down a promise; it saves nothing."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.delivery import rules, words
from veche.city.delivery.forms.steps import words_field
from veche.city.delivery.models import Goal, Source
from veche.city.delivery.operations.promises import SourceGiven
from veche.core.notices import matters
from veche.core.organisations.choices import territories
from veche.core.organisations.models import Organisation
from veche.core.places.queries import atlas
from veche.languages import here

KINDS = ("word", "programme", "budget", "hearing")
"""Sources that are no matter of this city's own: an idea or a vote makes its promise itself."""
MOST_GOALS = 500


class MakeForm(forms.Form):
    """What is promised, where, by which office, and where it was said."""

    use_required_attribute = False
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(
        label=_("Where the promise comes from"),
        choices=[("", _("Choose where it comes from")), *((k, words.SOURCES[k]) for k in KINDS)],
        error_messages={"required": _("Say where the promise comes from.")},
    )
    source = forms.CharField(
        label=_("What it is and when it was said"),
        max_length=300,
        help_text=_("For instance: the mayor in the town hall, 3 March; budget of 2027, line 14."),
        error_messages={"required": _("Name it, so that everybody can find it.")},
    )
    url = forms.URLField(
        label=_("Where it can be read"), required=False, assume_scheme="https", max_length=200
    )
    title = forms.CharField(
        label=_("The promise in one line"),
        min_length=rules.LEAST_TITLE,
        max_length=rules.MOST_TITLE,
        error_messages={"required": _("Write what is promised.")},
    )
    text = words_field(_("What is promised"), most=rules.MOST_TEXT)
    success = forms.CharField(
        label=_("By what everybody sees that it is kept"),
        required=False,
        widget=forms.Textarea,
        max_length=rules.MOST_TEXT,
    )
    territory = forms.ChoiceField(
        label=_("Where"), error_messages={"required": _("Choose a place.")}
    )
    office = forms.ModelChoiceField(
        label=_("The office that delivers it"),
        queryset=Organisation.objects.none(),
        to_field_name="code",
        empty_label=_("Choose an office"),
        error_messages={"required": _("Choose an office from the list.")},
    )
    theme = forms.ChoiceField(
        label=_("What kind of thing it is about"),
        required=False,
        help_text=_("What residents report of this kind is shown beside the promise."),
    )
    goal = forms.ChoiceField(label=_("Where it belongs in the strategy"), required=False)
    longitude = forms.FloatField(
        label=_("Longitude of the place"), required=False, min_value=-180, max_value=180
    )
    latitude = forms.FloatField(
        label=_("Latitude of the place"), required=False, min_value=-90, max_value=90
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"submission": uuid.uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        offices = Organisation.objects.filter(imported=False)
        self._choose("territory", [("", _("Choose a place")), *territories(city=True)])
        office = self.fields["office"]
        assert isinstance(office, forms.ModelChoiceField)
        office.queryset = offices.exclude(kind=Organisation.Kind.COMPANY).order_by("code")
        themes = [(one.code, here(one.names)) for one in matters.themes() if one.group]
        self._choose("theme", [("", _("nothing the list knows")), *themes])
        goals = Goal.objects.select_related("strategy").order_by("strategy", "code")[:MOST_GOALS]
        self._choose(
            "goal",
            [
                ("", _("nowhere")),
                *((str(one.pk), f"{one.code} {here(one.titles)}") for one in goals),
            ],
        )

    def _choose(self, name: str, rows: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = rows

    def clean(self) -> dict[str, Any]:
        """A point has both of its numbers."""
        cleaned = super().clean() or self.cleaned_data
        if (cleaned.get("longitude") is None) != (cleaned.get("latitude") is None):
            self.add_error("latitude", _("A point has both numbers, or none."))
        return cleaned

    def step(self) -> dict[str, Any]:
        """What the operation takes."""
        data = self.cleaned_data
        point = None
        if data["longitude"] is not None:
            point = (data["longitude"], data["latitude"])
        return {
            "territory": atlas().by_code[data["territory"]],
            "office": data["office"],
            "title": data["title"],
            "text": data["text"],
            "success": data["success"],
            "theme": data["theme"],
            "goal": Goal.objects.filter(pk=data["goal"]).first() if data["goal"] else None,
            "point": point,
            "sources": [
                SourceGiven(Source.Kind(data["kind"]), text=data["source"], url=data["url"])
            ],
            "submission": data["submission"],
        }

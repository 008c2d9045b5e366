"""Forms of those who call several offices to a problem."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch.models import IncidentKind
from veche.city.dispatch.words import VULNERABLE
from veche.core.moderation.pointed import Pointed


class CallForm(Pointed, forms.Form):
    """What kind of incident a problem is, and what those who are sent must know."""

    kind = forms.ModelChoiceField(
        label=_("Kind of incident"),
        queryset=IncidentKind.objects.filter(until=None).order_by("code"),
        to_field_name="code",
        error_messages={
            "required": _("Choose what kind of incident it is."),
            "invalid_choice": _("Choose what kind of incident it is."),
        },
    )
    title = forms.CharField(
        label=_("In a few words, for everybody"),
        required=False,
        max_length=160,
        help_text=_("Left empty: the problem’s own title and address."),
    )
    text = forms.CharField(
        label=_("What else is known, for those on duty"),
        required=False,
        widget=forms.Textarea,
        max_length=4000,
    )
    people = forms.IntegerField(
        label=_("How many people are concerned, if known"),
        required=False,
        min_value=1,
        max_value=9_999_999,
    )
    vulnerable = forms.ChoiceField(
        label=_("Who is in danger first"), required=False, choices=list(VULNERABLE.items())
    )

    def clean(self) -> dict[str, Any]:
        """A title that is given can be read."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("title") and len(data["title"].strip()) < 4:
            self.add_error("title", _("Say in a few words what happened."))
        return data


class AddForm(forms.Form):
    """The number of an incident that is open."""

    number = forms.CharField(
        label=_("Number of the incident"),
        max_length=20,
        error_messages={"required": _("Write the number of the incident.")},
    )

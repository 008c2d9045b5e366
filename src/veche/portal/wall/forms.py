"""A new screen."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ScreenForm(forms.Form):
    """Where it hangs, and what it shows."""

    name = forms.CharField(
        label=_("Where it hangs"), max_length=80, help_text=_("For example: duty room, 2nd floor")
    )
    inside = forms.BooleanField(
        label=_("It shows who is on duty and alarms"),
        required=False,
        help_text=_("Only where nobody but the staff can see it."),
    )

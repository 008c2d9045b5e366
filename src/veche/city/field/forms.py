"""Forms of work on site."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.field import rules
from veche.core.files.fields import FilesField
from veche.core.moderation.pointed import Pointed


class SiteForm(forms.Form):
    """What was done there, with photographs."""

    use_required_attribute = False
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    photographs = FilesField(label=_("Photographs"), required=False)
    text = forms.CharField(
        label=_("What was done?"),
        widget=forms.Textarea,
        min_length=rules.LEAST_WORDS,
        max_length=rules.MOST_WORDS,
        error_messages={"required": _("Write what was done: one sentence is enough.")},
    )


class AnswerForm(Pointed, SiteForm):
    """The same as an answer that everybody will read."""


class ForwardForm(forms.Form):
    """Who is sent there."""

    use_required_attribute = False
    firm = forms.CharField(
        label=_("Who is sent there"),
        min_length=2,
        max_length=120,
        error_messages={"required": _("Write who is sent there.")},
    )
    note = forms.CharField(
        label=_("What you say to them"),
        widget=forms.Textarea,
        required=False,
        max_length=rules.MOST_NOTE,
        help_text=_("Whoever has the link reads it: write nothing about private persons."),
    )
    days = forms.IntegerField(
        label=_("Good for how many days"), min_value=1, max_value=rules.MOST_DAYS, initial=7
    )

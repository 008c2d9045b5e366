"""The forms of my page."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class NameForm(forms.Form):
    """How the city may call me, and in which language it writes."""

    use_required_attribute = False
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        required=False,
        help_text=_("How the city may call you. It is not shown beside what you report."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        label=_("Language of letters to you"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )


class EraseForm(forms.Form):
    """The wish to be forgotten, said twice."""

    use_required_attribute = False
    sure = forms.BooleanField(
        label=_("Erase my account. I know that this cannot be undone."),
        error_messages={"required": _("Tick this to go on.")},
    )

"""The form of an appeal against a vote."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.ballots.reasons import REASONS
from veche.city.ballots.rules import LEAST_WORDS, MOST_WORDS


class AppealForm(forms.Form):
    """What went wrong."""

    use_required_attribute = False
    reason = forms.ChoiceField(
        label=_("What went wrong?"),
        widget=forms.RadioSelect,
        choices=[*REASONS.items()],
        error_messages={"required": _("Choose what went wrong.")},
    )
    text = forms.CharField(
        label=_("What happened, when and where"),
        widget=forms.Textarea,
        min_length=LEAST_WORDS,
        max_length=MOST_WORDS,
        help_text=_(
            "Only the voting commission reads your words. Everybody reads what it decides and why."
        ),
        error_messages={"required": _("Write what happened.")},
    )


class StrikeForm(forms.Form):
    """Why somebody is struck off a roll."""

    use_required_attribute = False
    email = forms.EmailField(
        label=_("E-mail address of the person"),
        error_messages={"required": _("Write the address."), "invalid": _("Write the address.")},
    )
    reason = forms.CharField(
        label=_("The reason, as everybody will read it; it names nobody"),
        widget=forms.Textarea,
        min_length=LEAST_WORDS,
        max_length=MOST_WORDS,
        error_messages={"required": _("Write why: two sentences are enough.")},
    )

"""Forms of what the commission decides about single ballots and about ties."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.ballots.operations.outcome import LEAST_WORDS, LONGEST_DICE, MOST_WORDS
from veche.city.ballots.queries.standing import code_in


class AnnulForm(forms.Form):
    """Which ballots count no longer, and why."""

    use_required_attribute = False
    code = forms.CharField(
        label=_("Code of the ballots"),
        max_length=80,
        help_text=_("32 letters and digits; gaps do not matter."),
        error_messages={"required": _("Write the code.")},
    )
    appeal = forms.CharField(
        label=_("Number of the appeal that was decided"),
        max_length=20,
        error_messages={"required": _("Write the number of the appeal.")},
    )
    reason = forms.CharField(
        label=_("The reason, as everybody will read it; it names nobody"),
        widget=forms.Textarea,
        min_length=LEAST_WORDS,
        max_length=MOST_WORDS,
        error_messages={"required": _("Write why: two sentences are enough.")},
    )

    def clean_code(self) -> Any:
        """The code without the gaps. Raises: ValidationError where it is none."""
        code = code_in(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(_("A code has 32 letters from 0 to 9 and a to f."))
        return code


class DiceForm(forms.Form):
    """What the dice showed."""

    use_required_attribute = False
    dice = forms.CharField(
        label=_("What the dice showed, in the order in which they were thrown"),
        max_length=LONGEST_DICE,
        error_messages={"required": _("Write what the dice showed.")},
    )

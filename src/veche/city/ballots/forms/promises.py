"""The form by which a key of promises is withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.ballots.operations.promises import LEAST_WORDS, MOST_WORDS


class WithdrawKeyForm(forms.Form):
    """Which key holds no longer, and why."""

    use_required_attribute = False
    verifier = forms.ChoiceField(
        label=_("Key"),
        error_messages={
            "required": _("Choose one."),
            "invalid_choice": _("This key is withdrawn already."),
        },
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Everybody can read it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        min_length=LEAST_WORDS,
        max_length=MOST_WORDS,
        error_messages={"required": _("Write the reason: everybody will read it.")},
    )

    def __init__(self, *args: Any, keys: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["verifier"]
        assert isinstance(field, forms.ChoiceField)
        # Where there are several, none is chosen by chance.
        field.choices = [("", "–")] * (len(keys) > 1) + [(key, key) for key in keys]

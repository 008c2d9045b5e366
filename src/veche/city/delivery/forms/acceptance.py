"""The form by which a resident says whether a promise was kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.delivery import rules, words
from veche.city.delivery.words import PLACES
from veche.core.files.fields import PhotographsField
from veche.core.moderation.pointed import Pointed


class RuleForm(forms.Form):
    """When what was done counts as refused, in a kind of place."""

    use_required_attribute = False
    kind = forms.ChoiceField(
        label=_("Where"), required=False, choices=[("", _("everywhere else")), *PLACES.items()]
    )
    percent = forms.IntegerField(
        label=_("Per cent of those asked who must refuse"), min_value=0, max_value=100
    )
    least = forms.IntegerField(label=_("Never fewer people than"), min_value=1, max_value=1000)
    most = forms.IntegerField(label=_("Never more people than"), min_value=1, max_value=100_000)
    share = forms.IntegerField(
        label=_("Per cent of all answers that are refusals"), min_value=1, max_value=100
    )

    def clean(self) -> dict[str, Any]:
        """The most is no less than the least."""
        cleaned = super().clean() or self.cleaned_data
        least, most = cleaned.get("least"), cleaned.get("most")
        if least is not None and most is not None and most < least:
            self.add_error("most", _("The greatest number is less than the smallest."))
        return cleaned


class VerdictForm(Pointed, forms.Form):
    """Yes, or no with a reason."""

    use_required_attribute = False
    answer = forms.ChoiceField(
        label=_("Is it done as it was promised?"),
        choices=[("yes", _("Yes, it is done")), ("no", _("No, it is not"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no.")},
    )
    reason = forms.ChoiceField(
        label=_("If not: why"),
        required=False,
        choices=[("", _("Choose a reason")), *words.REFUSALS.items()],
    )
    text = forms.CharField(
        label=_("What the office should put right"),
        required=False,
        widget=forms.Textarea,
        max_length=rules.MOST_REASON,
        help_text=_(
            "The office reads it. Everybody reads it without your name once at least five have"
            " refused."
        ),
    )
    photograph = PhotographsField(
        most=1,
        label=_("A photograph"),
        help_text=_("JPEG, PNG or WebP. Place and device are removed. Everybody can see it."),
    )

    def clean(self) -> dict[str, Any]:
        """A refusal has a reason."""
        cleaned = super().clean()
        if cleaned.get("answer") == "no" and not cleaned.get("reason"):
            self.add_error("reason", _("Choose a reason from the list."))
        return cleaned

    def step(self) -> dict[str, Any]:
        """What the operation takes."""
        data = self.cleaned_data
        pictures = data.get("photograph") or []
        return {
            "accepts": data["answer"] == "yes",
            "reason": data.get("reason", ""),
            "text": data.get("text", ""),
            "photograph": pictures[0] if pictures else None,
        }

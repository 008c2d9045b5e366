"""Forms of the opinion map: they check what was typed and save nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.ideas.operations.opinion import LONGEST, SHORTEST
from veche.core.moderation.reasons import REJECT, choices


class StatementForm(forms.Form):
    """One statement, new or in other words."""

    use_required_attribute = False

    text = forms.CharField(
        label=_("Your statement"),
        widget=forms.Textarea,
        min_length=SHORTEST,
        max_length=LONGEST,
        help_text=_("One thought in one sentence with which others can agree or disagree."),
        error_messages={"required": _("Write one sentence.")},
    )


class ReadingForm(forms.Form):
    """What is decided about a statement."""

    use_required_attribute = False

    meta = forms.BooleanField(
        label=_("It says who one is, not what one thinks: it makes no groups"), required=False
    )
    reason = forms.ChoiceField(label=_("Why it is not shown"), required=False)
    words = forms.CharField(
        label=_("What its author should know besides"), required=False, max_length=1_000
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rejects = bool(args and args[0] and args[0].get("do") == "reject")
        reason = self.fields["reason"]
        assert isinstance(reason, forms.ChoiceField)
        reason.choices = [("", _("choose")), *choices(REJECT)]
        reason.required = self.rejects or not self.is_bound
        reason.error_messages["required"] = _("Choose a reason.")

"""Forms of those who look, who rate and who join."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.problems import rules
from veche.city.problems.queries.satisfaction import standard_answers
from veche.core.files.fields import FilesField
from veche.core.moderation.pointed import Pointed

FOUND = {
    "done": _("It is done"),
    "undone": _("It is not done"),
    "not_found": _("I cannot find the place"),
}
"""What a volunteer can say."""
FACES = {
    5: _("5: very good"),
    4: _("4: good"),
    3: _("3: so so"),
    2: _("2: bad"),
    1: _("1: very bad"),
}


class CheckForm(Pointed, forms.Form):
    """A volunteer says what they found."""

    said = forms.ChoiceField(
        label=_("What did you find?"),
        choices=list(FOUND.items()),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Say what you found."),
            "invalid_choice": _("Say what you found."),
        },
    )
    text = forms.CharField(
        label=_("In a few words"),
        widget=forms.Textarea,
        required=False,
        max_length=rules.LONGEST_REASON,
        help_text=_("Everybody reads it; nobody learns who wrote it."),
    )
    photographs = FilesField(
        label=_("Photographs"),
        required=False,
        help_text=_("Up to five. Without faces and number plates, please."),
    )

    def clean(self) -> dict[str, Any]:
        """Not done needs words; what in them tells private persons is pointed out first."""
        data = super().clean()
        text = str(data.get("text") or "").strip()
        if data.get("said") in ("undone", "not_found") and len(text) < rules.SHORTEST_TEXT:
            self.add_error("text", _("Write what you saw there: one sentence is enough."))
        return data


class RateForm(Pointed, forms.Form):
    """The author says how it went."""

    score = forms.TypedChoiceField(
        label=_("How did it go?"),
        choices=list(FACES.items()),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a mark from 1 to 5."),
            "invalid_choice": _("Choose a mark from 1 to 5."),
        },
    )
    answers = forms.MultipleChoiceField(
        label=_("What was it like?"), required=False, widget=forms.CheckboxSelectMultiple
    )
    text = forms.CharField(
        label=_("In your own words"),
        widget=forms.Textarea,
        required=False,
        max_length=rules.LONGEST_REASON,
        help_text=_("The office reads it, nobody else, unless you allow it below."),
    )
    text_public = forms.BooleanField(
        label=_("Everybody may read my words, without my name."), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose = self.fields["answers"]
        assert isinstance(choose, forms.MultipleChoiceField)
        choose.choices = [(one.code, str(one)) for one in standard_answers()]

    def said(self) -> dict[str, Any]:
        """The arguments of the operation, besides who, when and which problem."""
        return {
            name: self.cleaned_data[name] for name in ("score", "answers", "text", "text_public")
        }

    def read_by_all(self) -> bool:
        """Whether the author lets everybody read the words."""
        return bool(self.cleaned_data.get("text_public"))


class JoinForm(forms.Form):
    """The number of the earlier problem."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    number = forms.CharField(
        label=_("Number of the earlier problem"),
        max_length=20,
        error_messages={"required": _("Write the number, or choose one of those near by.")},
    )

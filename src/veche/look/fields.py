"""Fields of forms that several modules share: words in three languages, a day and an hour."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from veche.languages import LANGUAGES, said

LANGUAGE_WORDS = {"en": "English", "ru": "Русский", "zh": "中文"}


def languages() -> list[str]:
    """The languages of the words, the reader's first."""
    mine = (get_language() or "en").split("-")[0]
    return sorted(LANGUAGES, key=lambda code: code != mine)


class _OneLanguage(forms.CharField):
    """Words that may stand in another language instead: the form looks at all of them."""

    def validate(self, value: Any) -> None:
        """Left to the form."""


class Worded(forms.Form):
    """A form with words in three languages; at least one of them must be there."""

    use_required_attribute = False
    spoken: tuple[tuple[str, Any, bool, bool], ...] = ()
    """Name, label, whether it is long, whether it is needed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, long, needed in self.spoken:
            for code in languages():
                first = needed and code == languages()[0]
                self.fields[f"{name}_{code}"] = _OneLanguage(
                    label=f"{label} · {LANGUAGE_WORDS[code]}",
                    required=first,
                    max_length=20_000 if long else 200,
                    widget=forms.Textarea if long else forms.TextInput,
                    help_text=_("Other languages show this one where they are left empty.")
                    if first
                    else "",
                )

    def clean(self) -> dict[str, Any]:
        """At least one language of what is needed."""
        values = super().clean() or self.cleaned_data
        for name, _label, _long, needed in self.spoken:
            if needed and not said(values, name):
                self.add_error(f"{name}_{languages()[0]}", _("Write it in one language at least."))
        return values

    def words_of(self, name: str) -> list[forms.BoundField]:
        """The fields of one name, the reader's language first."""
        return [self[f"{name}_{code}"] for code in languages()]

    @property
    def worded(self) -> dict[str, list[forms.BoundField]]:
        """For templates: every name with its fields."""
        return {name: self.words_of(name) for name, *_rest in self.spoken}


class _Moment(forms.DateTimeInput):
    input_type = "datetime-local"


def moment_field(label: Any) -> forms.DateTimeField:
    """A day and an hour, in the city's time."""
    return forms.DateTimeField(
        label=label,
        widget=_Moment(format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        error_messages={
            "required": _("Choose a day and an hour."),
            "invalid": _("Write the moment as 2026-12-31 18:00."),
        },
    )


def say_refusal(form: forms.BaseForm, refusal: Exception) -> None:
    """Put the sentence of a refusal beside the field that it names, else above the form."""
    field = getattr(refusal, "field", "")
    form.add_error(field if field in form.fields else None, str(refusal))

"""Forms of reviews, lessons, packets and assessments; they save nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules_packets
from veche.city.dispatch.models import LessonWord
from veche.city.dispatch.operations import afteraction, lessons, packets
from veche.core.organisations.choices import offices
from veche.look.fields import Worded, moment_field

EVERYBODY = _("Everybody can read it.")
SAID = {
    LessonWord.Said.DONE: _("done, and this shows it"),
    LessonWord.Said.NOT_DONE: _("not done, because"),
    LessonWord.Said.DROPPED: _("dropped, because"),
}


def day_field(label: Any, hint: Any = "", *, required: bool = True) -> forms.DateField:
    """A day, as browsers and people write it."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=hint,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={
            "required": _("Choose the date."),
            "invalid": _("Write the date like this: 2026-12-03."),
        },
    )


def words_field(label: Any, least: int, most: int, hint: Any = EVERYBODY) -> forms.CharField:
    """Words that everybody will read."""
    return forms.CharField(
        label=label,
        help_text=hint,
        widget=forms.Textarea,
        min_length=least,
        max_length=most,
        error_messages={"required": _("Write it: one sentence is enough.")},
    )


class WordForm(forms.Form):
    """What the review says of an earlier lesson."""

    use_required_attribute = False
    said = forms.ChoiceField(
        label=_("How it stands"),
        choices=[("", "—"), *SAID.items()],
        error_messages={"required": _("Choose one.")},
    )
    text = words_field(_("The evidence, or the reason"), lessons.LEAST, lessons.MOST)
    due_on = day_field(_("New day, where it is not done"), required=False)


class LessonForm(forms.Form):
    """A lesson: whose, what, until when."""

    use_required_attribute = False
    office = forms.ChoiceField(label=_("Whose it is"))
    text = words_field(_("What must change"), lessons.LEAST, lessons.MOST)
    due_on = day_field(_("Until when"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["office"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *offices()]


class HoldForm(forms.Form):
    """The review was held."""

    use_required_attribute = False
    summary = words_field(
        _("What went well, and what did not"), afteraction.SHORTEST, afteraction.LONGEST
    )


class ToldForm(forms.Form):
    """What the office has done about a lesson."""

    use_required_attribute = False
    text = words_field(_("What was done"), lessons.LEAST, lessons.MOST)


class AnswerForm(forms.Form):
    """The answer of a head."""

    use_required_attribute = False
    text = words_field(_("Answer"), packets.LEAST, packets.MOST)


class MemoForm(forms.Form):
    """The memo after a meeting: a line each."""

    use_required_attribute = False
    met_on = day_field(_("Day of the meeting"))
    public = forms.CharField(
        label=_("To follow up, for everybody: a line each"), required=False, widget=forms.Textarea
    )
    internal = forms.CharField(
        label=_("To follow up, for the house alone: a line each"),
        required=False,
        widget=forms.Textarea,
    )

    def items(self) -> list[tuple[str, bool]]:
        """Each line, and whether everybody is shown it."""
        return [
            (line.strip(), name == "public")
            for name in ("public", "internal")
            for line in self.cleaned_data[name].splitlines()
            if line.strip()
        ][: rules_packets.MOST_ITEMS + 1]


class RoundForm(Worded):
    """A new assessment of offices."""

    spoken = (("names", _("Name"), False, True),)
    code = forms.SlugField(
        label=_("Code"),
        max_length=40,
        error_messages={"required": _("Write a code."), "invalid": _("Write a code.")},
    )
    since = day_field(_("Residents mark whose matter was closed from this day on"))
    closes_at = moment_field(_("Marks are taken until"))
    criteria = forms.CharField(
        label=_("What is asked: a line each, in the three languages with a stroke between"),
        help_text="speed | Speed | Быстрота | 速度",
        widget=forms.Textarea,
        error_messages={"required": _("Write it: one sentence is enough.")},
    )

    def asked(self) -> list[tuple[str, dict[str, str]]]:
        """Code and names of each criterion; a language that is left out shows the first."""
        found = []
        for line in self.cleaned_data["criteria"].splitlines():
            parts = [part.strip() for part in line.split("|")]
            if not parts[0]:
                continue
            names = dict(zip(("en", "ru", "zh"), parts[1:] or parts, strict=False))
            found.append((parts[0][:40], {code: text for code, text in names.items() if text}))
        return found

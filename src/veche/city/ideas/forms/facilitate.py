"""Forms of facilitators: what is typed is checked and kept, never saved here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.ideas import answers
from veche.city.ideas.choosing import (
    CRITERIA,
    LEAST_MEASURE,
    LEAST_TITLE,
    LEAST_WORDS,
    MOST_MEASURE,
    MOST_TITLE,
    MOST_WORDS,
)
from veche.city.ideas.models import Comment, Idea
from veche.city.ideas.operations.synthesis import Cited


def words_field(label: Any, **more: Any) -> forms.CharField:
    """Words that everybody will read."""
    return forms.CharField(
        label=label,
        widget=forms.Textarea,
        min_length=LEAST_WORDS,
        max_length=MOST_WORDS,
        error_messages={"required": _("Write why: two sentences are enough.")},
        **more,
    )


class ReasonForm(forms.Form):
    """A reason that everybody will read."""

    use_required_attribute = False
    text = words_field(_("The reason, as everybody will read it beside your name"))


class HelpForm(forms.Form):
    """A question to the author and the supporters of an idea."""

    use_required_attribute = False
    text = words_field(_("Your question"))


class JoinForm(ReasonForm):
    """Which of the ideas goes on, and why they say the same."""

    into = forms.TypedChoiceField(
        label=_("Which one goes on?"),
        widget=forms.RadioSelect,
        coerce=int,
        error_messages={"required": _("Choose the idea that goes on.")},
    )
    field_order = ("into", "text")

    def __init__(self, *args: Any, ideas: Sequence[Idea], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["into"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(one.pk, f"{one.case.number}. {one.title}") for one in ideas]


class ScoreForm(forms.Form):
    """One to five by each criterion, each with its reason."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in CRITERIA:
            self.fields[f"value_{code}"] = forms.TypedChoiceField(
                label=str(answers.CRITERIA[code]),
                choices=[(n, str(n)) for n in range(1, 6)],
                widget=forms.RadioSelect,
                coerce=int,
                help_text=_("1 is poor, 5 is good."),
                error_messages={"required": _("Choose a number from 1 to 5.")},
            )
            self.fields[f"words_{code}"] = words_field(_("Why"))

    def given(self) -> tuple[dict[str, int], dict[str, str]]:
        """The numbers and the reasons by criterion."""
        data = self.cleaned_data
        return (
            {code: data[f"value_{code}"] for code in CRITERIA},
            {code: data[f"words_{code}"] for code in CRITERIA},
        )

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The two fields of each criterion."""
        return [(self[f"value_{code}"], self[f"words_{code}"]) for code in CRITERIA]


class MeasureForm(forms.Form):
    """A measure, and the words of others that it was written out of."""

    use_required_attribute = False

    title = forms.CharField(
        label=_("In a few words"),
        min_length=LEAST_TITLE,
        max_length=MOST_TITLE,
        error_messages={"required": _("Say in a few words what is to be done.")},
    )
    text = forms.CharField(
        label=_("The measure"),
        widget=forms.Textarea,
        min_length=LEAST_MEASURE,
        max_length=MOST_MEASURE,
        help_text=_("Part paragraphs by empty lines: each citation names the paragraph."),
        error_messages={"required": _("Write what is to be done.")},
    )

    def __init__(
        self, *args: Any, ideas: Sequence[Idea], comments: Sequence[Comment] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.ideas, self.comments = list(ideas), list(comments)
        for key, usual in [
            *((f"i{one.pk}", one.title) for one in self.ideas),
            *((f"c{one.pk}", "") for one in self.comments),
        ]:
            self.fields[f"words_{key}"] = forms.CharField(
                label=_("Its words that went in"),
                required=False,
                max_length=1000,
                initial=usual,
                widget=forms.Textarea,
            )
            self.fields[f"passage_{key}"] = forms.IntegerField(
                label=_("Paragraph"), required=False, min_value=1, max_value=200, initial=1
            )

    def sources(self) -> list[Cited]:
        """What is cited: of every idea and comment whose words are not empty."""
        found = []
        for key, idea, comment in [
            *((f"i{one.pk}", one.pk, None) for one in self.ideas),
            *((f"c{one.pk}", None, one.pk) for one in self.comments),
        ]:
            words = self.cleaned_data.get(f"words_{key}", "")
            if words:
                passage = self.cleaned_data.get(f"passage_{key}") or 1
                found.append(Cited(words, passage, idea=idea, comment=comment))
        return found

    def rows(self) -> list[tuple[str, str, str, forms.BoundField, forms.BoundField]]:
        """For the page: number, title and text of each source, and its two fields."""
        rows = [(one.case.number, one.title, one.text, f"i{one.pk}") for one in self.ideas] + [
            (one.matter.number, "", one.text, f"c{one.pk}") for one in self.comments
        ]
        return [
            (number, title, text, self[f"words_{key}"], self[f"passage_{key}"])
            for number, title, text, key in rows
        ]

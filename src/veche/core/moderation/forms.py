"""Forms of moderation: what is typed is checked and kept, never saved here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.core.files.photographs import Rectangle
from veche.core.moderation import reasons
from veche.core.moderation.operations.appeals import LONGEST, SHORTEST
from veche.core.moderation.words import DECISIONS, OUTCOMES

MOST_RECTANGLES = 6


class _Plain(forms.Form):
    """Without the browser's own checks: ours say more."""

    use_required_attribute = False


class _ReasonForm(_Plain):
    """A reason from the city's list."""

    use = reasons.REDACT
    reason = forms.ChoiceField(
        label=_("Reason"),
        error_messages={
            "required": _("Choose a reason from the list."),
            "invalid_choice": _("Choose a reason from the list."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose a reason")), *reasons.choices(self.use)]


class PartsForm(_ReasonForm):
    """Parts of the words to hide: what was found, and phrases of one's own."""

    parts = forms.MultipleChoiceField(required=False)
    phrases = forms.CharField(
        label=_("Hide these words too"),
        required=False,
        max_length=2000,
        widget=forms.Textarea,
        help_text=_("One phrase a line, letter for letter as it stands there."),
    )

    def __init__(self, *args: Any, offered: list[str], reasoned: bool = True, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field = self.fields["parts"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(one, one) for one in offered]
        if not reasoned:
            del self.fields["reason"]


class HideForm(_ReasonForm):
    """Hide the whole matter."""

    use = reasons.HIDE


class SweepForm(_ReasonForm):
    """Take away everything of one sender."""

    use = reasons.SPAM
    text = forms.CharField(
        label=_("What every author is told"),
        widget=forms.Textarea,
        min_length=SHORTEST,
        max_length=LONGEST,
        error_messages={"required": _("Write to the author why: one sentence is enough.")},
    )


class AppealForm(_Plain):
    """The author objects."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(
        label=_("Why is the decision wrong?"),
        widget=forms.Textarea,
        min_length=SHORTEST,
        max_length=LONGEST,
        help_text=_("Only those who decide read it."),
        error_messages={"required": _("Write why: one sentence is enough.")},
    )


class JudgeForm(_Plain):
    """Another moderator decides."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    outcome = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[
            ("overturn", _("The author is right: publish it")),
            ("uphold", _("The decision stands")),
        ],
        error_messages={"required": _("Choose one of the two.")},
    )
    text = forms.CharField(
        label=_("Why, in words for the author"),
        widget=forms.Textarea,
        min_length=SHORTEST,
        max_length=LONGEST,
        error_messages={"required": _("Write to the author why: one sentence is enough.")},
    )


class JudgeWordsForm(JudgeForm):
    """Another moderator decides about hidden words, or about a hidden matter."""

    outcome = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[
            ("overturn", _("The objection is right: show it again")),
            ("uphold", _("The decision stands")),
        ],
        error_messages={"required": _("Choose one of the two.")},
    )


class LookForm(_Plain):
    """Why somebody looks at an original."""

    why = forms.CharField(
        label=_("Why do you look?"),
        min_length=5,
        max_length=240,
        help_text=_("The author reads this, with your role and the hour, but not your name."),
        error_messages={"required": _("Write why you look: the author will read it.")},
    )


class CoverForm(_ReasonForm):
    """Rectangles on a photograph, in hundredths of its width and height."""

    def __init__(self, *args: Any, reasoned: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not reasoned:
            del self.fields["reason"]
        for n in range(MOST_RECTANGLES):
            for name, words in _SIDES.items():
                self.fields[f"r{n}-{name}"] = forms.FloatField(
                    label=words,
                    required=False,
                    min_value=0,
                    max_value=100,
                    widget=forms.NumberInput(attrs={"step": "0.1", "inputmode": "decimal"}),
                )

    def clean(self) -> dict[str, Any]:
        """Four numbers or none in a row."""
        data = super().clean() or {}
        self.rectangles: list[Rectangle] = []
        for n in range(MOST_RECTANGLES):
            given = [data.get(f"r{n}-{name}") for name in _SIDES]
            if all(value in (None, 0) for value in given):
                continue
            try:
                left, top, width, height = (float(value or 0) for value in given)
                one = Rectangle(left, top, min(width, 100 - left), min(height, 100 - top))
            except ValueError:
                self.add_error(
                    f"r{n}-width", _("Give all four numbers: where it begins and how large it is.")
                )
            else:
                self.rectangles.append(one)
        return data

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The fields, a rectangle a row."""
        return [
            {name: self[f"r{n}-{name}"] for name in _SIDES} | {"n": n + 1}
            for n in range(MOST_RECTANGLES)
        ]


_SIDES = {
    "left": _("from the left, %"),
    "top": _("from the top, %"),
    "width": _("width, %"),
    "height": _("height, %"),
}


class LogForm(_Plain):
    """What the public log is filtered by."""

    kind = forms.ChoiceField(
        label=_("Decision"), required=False, choices=[("", _("any decision")), *DECISIONS.items()]
    )
    reason = forms.ChoiceField(label=_("Reason"), required=False)
    outcome = forms.ChoiceField(
        label=_("Objection"),
        required=False,
        choices=[("", _("with or without objection")), *list(OUTCOMES.items())[1:]],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("any reason")), *reasons.words().items()]

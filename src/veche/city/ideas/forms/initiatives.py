"""Forms by which an initiative is opened and answered: they check what was typed, save nothing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche.city.ideas import endorsing
from veche.city.ideas.forms.write import WordsForm
from veche.city.ideas.models import Point
from veche.city.ideas.queries.initiatives import OUTCOMES
from veche.core.files.fields import FilesField
from veche.core.organisations.choices import offices, territories

FIRST_POINTS = 3
"""Fields for points that stand there at first."""


class InitiativeForm(WordsForm):
    """What is asked of whom, in points."""

    field_order = ("office", "place", "title", "text")
    submission = forms.UUIDField(widget=forms.HiddenInput)
    office = forms.ChoiceField(
        label=_("Which office should answer?"),
        error_messages={"required": _("Choose the office.")},
    )
    place = forms.ChoiceField(
        label=_("Whose residents endorse it?"),
        help_text=_("Only residents of this place count; the larger it is, the more are needed."),
        error_messages={"required": _("Choose the place.")},
    )
    photographs = FilesField(
        label=_("Photographs"),
        required=False,
        help_text=_(
            "Up to five, JPEG, PNG or WebP, 20 MB each. We take the place and the device out of "
            "them before anything is kept."
        ),
    )

    def __init__(self, *args: Any, points: int = FIRST_POINTS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].label = _("The initiative in a few words")
        self.fields["text"].label = _("Why is it needed?")
        self._choices("office", [("", _("Choose an office")), *offices()])
        self._choices("place", [("", _("Choose a place")), *territories(city=True)])
        self._points = [f"point-{n}" for n in range(1, min(points, endorsing.MOST_POINTS) + 1)]
        for n, name in enumerate(self._points, 1):
            self.fields[name] = forms.CharField(
                label=gettext("Point %(n)s") % {"n": n},
                required=n == 1,
                widget=forms.Textarea,
                min_length=endorsing.SHORTEST_POINT,
                max_length=endorsing.LONGEST_POINT,
                error_messages={"required": _("Write what the office should do.")},
            )
        if not self.is_bound:
            self.initial.setdefault("submission", uuid.uuid4())

    def _choices(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)

    @property
    def asked(self) -> list[BoundField]:
        """The fields of the points."""
        return [self[name] for name in self._points]

    @property
    def public(self) -> list[str]:
        """The names of the fields whose words everybody will read."""
        return ["title", "text", *self._points]

    def points(self) -> list[str]:
        """The points that were written."""
        given = [str(self.cleaned_data.get(name) or "") for name in self._points]
        return [one for one in given if one.strip()]

    def clean_submission(self) -> Any:
        """A number that was tampered with is a form of its own."""
        return self.cleaned_data.get("submission") or uuid.uuid4()


class AnswerPointsForm(forms.Form):
    """What the office answers to each point."""

    use_required_attribute = False
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, points: Sequence[Point], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._points = points
        for one in points:
            self.fields[f"outcome-{one.number}"] = forms.ChoiceField(
                label=gettext("What will you do?"),
                widget=forms.RadioSelect,
                choices=list(OUTCOMES.items()),
                error_messages={"required": gettext("Choose what you will do.")},
            )
            self.fields[f"text-{one.number}"] = forms.CharField(
                label=gettext("How, by when, or why not"),
                widget=forms.Textarea,
                min_length=endorsing.SHORTEST_ANSWER,
                max_length=endorsing.LONGEST_ANSWER,
                error_messages={"required": gettext("Write two sentences to this point.")},
            )

    @property
    def rows(self) -> list[tuple[Point, BoundField, BoundField]]:
        """Each point with its two fields."""
        return [
            (one, self[f"outcome-{one.number}"], self[f"text-{one.number}"]) for one in self._points
        ]

    def answers(self) -> dict[int, tuple[str, str]]:
        """What was answered, by the number of the point."""
        data = self.cleaned_data
        return {
            one.number: (data[f"outcome-{one.number}"], data[f"text-{one.number}"])
            for one in self._points
        }


class NeededForm(forms.Form):
    """How many endorsements oblige an office, by kind of territory."""

    use_required_attribute = False
    LABELS = {
        "city": _("In the whole city"),
        "district": _("In a district"),
        "neighbourhood": _("In a neighbourhood"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, label in self.LABELS.items():
            self.fields[kind] = forms.IntegerField(
                label=label,
                min_value=endorsing.LEAST_NEEDED,
                max_value=endorsing.MOST_NEEDED,
                error_messages={"required": _("Write a number."), "invalid": _("Write a number.")},
            )

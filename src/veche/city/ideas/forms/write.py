"""Forms by which an idea is written and reworded: they check what was typed and save nothing."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.forms import BoundField
from django.forms.utils import ErrorDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche.city.ideas import rules
from veche.core.files.fields import FilesField
from veche.languages import here

PREFIX = "q-"
"""Before the code of a call's question in the names of its fields."""


class WordsForm(forms.Form):
    """The title and the text of an idea."""

    use_required_attribute = False

    def not_sent_yet(self) -> None:
        """A button within the form was pressed: there is nothing to scold yet."""
        self._errors = ErrorDict()

    title = forms.CharField(
        label=_("Your idea in a few words"),
        min_length=rules.SHORTEST_TITLE,
        max_length=rules.LONGEST_TITLE,
        error_messages={"required": _("Say in a few words what should be done.")},
    )
    text = forms.CharField(
        label=_("What should be done, and why?"),
        widget=forms.Textarea,
        min_length=rules.SHORTEST_TEXT,
        max_length=rules.LONGEST_TEXT,
        help_text=_("Everybody can read it: leave out names, telephone numbers and flat numbers."),
        error_messages={"required": _("Write what should be done: two sentences are enough.")},
    )


class IdeaForm(WordsForm):
    """An idea as an answer to a call."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
    longitude = forms.FloatField(
        required=False, widget=forms.HiddenInput, min_value=-180, max_value=180
    )
    latitude = forms.FloatField(
        required=False, widget=forms.HiddenInput, min_value=-90, max_value=90
    )
    photographs = FilesField(
        label=_("Photographs"),
        required=False,
        help_text=_(
            "Up to five, JPEG, PNG or WebP, 20 MB each. We take the place and the device out of "
            "them before anything is kept."
        ),
    )

    def __init__(self, *args: Any, questions: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._asked = [f"{PREFIX}{one['code']}" for one in questions]
        for one in questions:
            label, required = here(one["names"]), bool(one.get("required"))
            self.fields[f"{PREFIX}{one['code']}"] = forms.CharField(
                label=label,
                required=required,
                widget=forms.Textarea,
                max_length=rules.LONGEST_ANSWER,
                error_messages={"required": gettext("Answer: %(question)s") % {"question": label}},
            )
        if not self.is_bound:
            self.initial.setdefault("submission", uuid.uuid4())

    @property
    def asked(self) -> list[BoundField]:
        """The fields of the call's questions."""
        return [self[name] for name in self._asked]

    @property
    def public(self) -> list[str]:
        """The names of the fields whose words everybody will read."""
        return ["title", "text", *self._asked]

    def answers(self) -> dict[str, str]:
        """What was answered to the questions, by their code."""
        given = {name: self.cleaned_data.get(name) or "" for name in self._asked}
        return {name.removeprefix(PREFIX): text for name, text in given.items() if text}

    def point(self) -> tuple[float, float] | None:
        """The chosen point; None where there is none."""
        lon, lat = self.cleaned_data.get("longitude"), self.cleaned_data.get("latitude")
        return None if lon is None or lat is None else (lon, lat)

    def clean_submission(self) -> Any:
        """A number that was tampered with is a form of its own."""
        return self.cleaned_data.get("submission") or uuid.uuid4()


class RewordForm(WordsForm):
    """The same idea in other words."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

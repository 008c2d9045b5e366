"""A later date for a letter, at the desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.appeals import operations, rules, words
from veche.city.appeals.models import Appeal
from veche.core.cases.models import Case
from veche.core.cases.queries import waiting_prolongation
from veche.core.desk.adapter import DeskAction, DeskForm
from veche.core.moderation.pointed import Pointed


class LetterWords(Pointed, DeskForm):
    """Words that everybody reads where the letter is public; a private one only its author."""

    words = "text"

    def read_by_all(self) -> bool:
        """Whether the letter is public, or it is a correction, which always is."""
        return (
            self.case is None or not Appeal.objects.filter(pk=self.case.pk, public=False).exists()
        )


class LaterForm(LetterWords):
    """An officer asks for a later date."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[
            ("", _("Choose a reason")),
            *((code, words.LATER[code]) for code in rules.LATER_REASONS),
        ],
        error_messages={"required": _("Choose a reason from the list.")},
    )
    until = forms.DateField(
        label=_("New date"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        help_text=_("A working day. The first term stays visible, and lateness is counted by it."),
        error_messages={
            "required": _("Choose the new date."),
            "invalid": _("Write the date like this: 2026-12-03."),
        },
    )
    text = forms.CharField(
        label=_("What the author will read"),
        widget=forms.Textarea,
        min_length=rules.SHORTEST_TEXT,
        max_length=rules.LONGEST_REASON,
        error_messages={"required": _("Write why: one sentence is enough.")},
    )

    def step(self) -> dict[str, Any]:
        """With the reason, the date and the words."""
        data = self.cleaned_data
        return {"reason": data["reason"], "until": data["until"], "text": data["text"]}


class RefuseLaterForm(LetterWords):
    """The head does not sign, and says why."""

    text = forms.CharField(
        label=_("Why, in words for the office"),
        widget=forms.Textarea,
        min_length=rules.SHORTEST_TEXT,
        max_length=rules.LONGEST_REASON,
        error_messages={"required": _("Write why: one sentence is enough.")},
    )

    def step(self) -> dict[str, Any]:
        """The words."""
        return {"text": self.cleaned_data["text"]}


def _asked(case: Case) -> bool:
    return waiting_prolongation(case) is not None


def _free(case: Case) -> bool:
    return not _asked(case)


LATER = (
    DeskAction(
        "ask_later",
        _("Ask for a later date"),
        run=operations.ask_later,
        form=LaterForm,
        done=_("The head of your office has been asked."),
        offered=_free,
    ),
    DeskAction(
        "prolong",
        _("Sign the later date"),
        run=operations.sign_later,
        done=_("Signed: everybody reads the new date, and the first term beside it."),
        offered=_asked,
    ),
    DeskAction(
        "refuse_later",
        _("Refuse the later date"),
        run=operations.refuse_later,
        form=RefuseLaterForm,
        done=_("Refused: the promise stays."),
        grave=True,
        offered=_asked,
    ),
)

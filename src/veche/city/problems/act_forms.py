"""Forms of responsibility: what is typed is checked and kept, never saved here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from veche.city.problems import rules
from veche.city.problems.models import Problem
from veche.city.problems.queries.desk import offices_to_choose
from veche.city.problems.queries.reasons import NOT_OURS, PROLONGED
from veche.core.cases.models import Case
from veche.core.cases.queries import disputes
from veche.core.desk.adapter import DeskForm
from veche.core.files.fields import FilesField
from veche.core.moderation.pointed import Pointed
from veche.core.organisations.models import Organisation


def _chosen(pairs: dict[str, str | Promise]) -> list[tuple[str, str | Promise]]:
    return [("", _("Choose a reason")), *pairs.items()]


def _words(label: Any, told: Any, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        widget=forms.Textarea,
        help_text=hint,
        min_length=rules.SHORTEST_TEXT,
        max_length=rules.LONGEST_REASON,
        error_messages={"required": told},
    )


_EVERYBODY = _("Everybody can read it.")
_REASON = {
    "required": _("Choose a reason from the list."),
    "invalid_choice": _("Choose a reason from the list."),
}
_OFFICE = {
    "required": _("Choose an office from the list."),
    "invalid_choice": _("Choose an office from the list."),
}


def _offices(
    case: Case | None, first: list[tuple[Any, Any]], near: str | Promise
) -> list[tuple[Any, Any]]:
    """The offices to choose from: ``first``, then those that answer for this elsewhere."""
    choices = list(first)
    problem = Problem.objects.select_related("case").get(case=case) if case else None
    titles = {"near": near, "other": _("Other offices")}
    for group, rows in offices_to_choose(problem) if problem else []:
        if rows:
            choices.append((titles[group], [(o.code, str(o)) for o in rows]))
    return choices


class TextForm(Pointed, DeskForm):
    """Words that everybody will read."""

    words = "text"
    text = _words(_("In your own words"), _("Write why: one sentence is enough."), _EVERYBODY)

    def step(self) -> dict[str, Any]:
        """With the words."""
        return {"text": self.cleaned_data["text"]}


class NotOursForm(Pointed, DeskForm):
    """The office says that it is not theirs, why, and whose it is."""

    words = "text"
    reason = forms.ChoiceField(label=_("Reason"), error_messages=_REASON)
    proposed = forms.ModelChoiceField(
        label=_("Whose is it?"),
        queryset=Organisation.objects.filter(imported=False),
        to_field_name="code",
        required=False,
        help_text=_("If nobody decides in time, this office is given it."),
        error_messages=_OFFICE,
    )
    text = _words(_("In your own words"), _("Write why: one sentence is enough."), _EVERYBODY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason = self.fields["reason"]
        assert isinstance(reason, forms.ChoiceField)
        reason.choices = _chosen(NOT_OURS)
        self.fields["proposed"].widget.choices = _offices(
            self.case, [("", _("I do not know"))], _("Answer for this elsewhere")
        )

    def step(self) -> dict[str, Any]:
        """With the reason, the office proposed and the words."""
        data = self.cleaned_data
        return {"reason": data["reason"], "text": data["text"], "proposed": data["proposed"]}


class WhoseForm(Pointed, DeskForm):
    """A dispatcher or an arbiter decides whose it is."""

    words = "text"
    organisation = forms.ModelChoiceField(
        label=_("Whose is it?"),
        queryset=Organisation.objects.filter(imported=False),
        to_field_name="code",
        error_messages=_OFFICE,
    )
    text = _words(_("Why"), _("Write why: one sentence is enough."), _EVERYBODY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first: list[tuple[Any, Any]] = [("", _("Choose an office"))]
        open_now = [d for d in disputes(self.case) if d.decided_at is None] if self.case else []
        for one in open_now:
            parties = [(one.office.code, str(one.office))]
            if one.proposed is not None:
                parties.insert(0, (one.proposed.code, str(one.proposed)))
            first.append((_("In this dispute"), parties))
        self.fields["organisation"].widget.choices = _offices(
            self.case, first, _("Answer for this elsewhere")
        )

    def step(self) -> dict[str, Any]:
        """With the office and the words."""
        return {
            "organisation": self.cleaned_data["organisation"],
            "text": self.cleaned_data["text"],
        }


class LaterForm(Pointed, DeskForm):
    """An officer asks for a later date."""

    words = "text"
    reason = forms.ChoiceField(label=_("Reason"), error_messages=_REASON)
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
    text = _words(
        _("What residents will read"), _("Write why: one sentence is enough."), _EVERYBODY
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason = self.fields["reason"]
        assert isinstance(reason, forms.ChoiceField)
        reason.choices = _chosen(PROLONGED)

    def step(self) -> dict[str, Any]:
        """With the reason, the date and the words."""
        data = self.cleaned_data
        return {"reason": data["reason"], "until": data["until"], "text": data["text"]}


class QuestionForm(TextForm):
    """The office, or a moderator, asks the author."""

    text = _words(
        _("Question to the author"),
        _("Write what you need to know."),
        _("The term stands still until the author replies. Everybody can read it."),
    )


class ReplyForm(Pointed, DeskForm):
    """The author replies."""

    words = "text"
    text = forms.CharField(
        label=_("Your reply"),
        widget=forms.Textarea,
        max_length=rules.LONGEST_REASON,
        error_messages={"required": _("Write your reply.")},
    )

    def step(self) -> dict[str, Any]:
        """With the words."""
        return {"text": self.cleaned_data["text"]}


class ReopenForm(TextForm):
    """The author says that what was closed is not fixed."""

    takes_pictures = True
    text = _words(_("What is wrong there?"), _("Write what is not done: one sentence is enough."))
    photographs = FilesField(
        label=_("Photographs"),
        required=False,
        help_text=_("Up to five, JPEG, PNG or WebP, 20 MB each."),
    )


class ObjectForm(TextForm):
    """The author says why a refusal is wrong."""

    text = _words(
        _("Why is the refusal wrong?"),
        _("Write why: one sentence is enough."),
        _("The head of the office reads it and decides within four working days."),
    )


class SignForm(DeskForm):
    """The head signs; there is nothing to write."""

"""Forms of the staff: what is typed is checked and kept, never saved here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from veche.city.problems import rules
from veche.city.problems.models import Problem
from veche.city.problems.queries.desk import offices_to_choose
from veche.city.problems.queries.matter import REASONS
from veche.core.desk.adapter import DeskForm
from veche.core.files.fields import FilesField
from veche.core.moderation import reasons as moderation
from veche.core.moderation.pointed import Pointed
from veche.core.organisations.models import Organisation


def _reasons(codes: tuple[str, ...]) -> list[tuple[str, str | Promise]]:
    return [("", _("Choose a reason")), *((code, REASONS[code]) for code in codes)]


def _rejections() -> list[tuple[str, str | Promise]]:
    """The city's own list of reasons for not publishing."""
    return [("", _("Choose a reason")), *moderation.choices(moderation.REJECT)]


class ActForm(forms.Form):
    """A step of the staff; ``seen`` is the number of steps of the case they saw."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    next = forms.CharField(widget=forms.HiddenInput, required=False, max_length=500)
    words = ""
    """The field that holds what was typed."""

    def __init__(self, *args: Any, problem: Problem, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("seen", problem.case.seq)
        kwargs["use_required_attribute"] = False
        super().__init__(*args, **kwargs)
        self.problem = problem

    def step(self) -> dict[str, Any]:
        """The arguments of the operation, besides who, when and which case."""
        return {"seen": self.cleaned_data.get("seen")}


class AcceptForm(ActForm):
    """Publish it."""


class _ReasonForm(ActForm):
    """A reason from the list, and words."""

    words = "text"
    reason = forms.ChoiceField(
        label=_("Reason"),
        error_messages={
            "required": _("Choose a reason from the list."),
            "invalid_choice": _("Choose a reason from the list."),
        },
    )
    text = forms.CharField(
        label=_("In your own words"),
        widget=forms.Textarea,
        min_length=rules.SHORTEST_TEXT,
        max_length=rules.LONGEST_REASON,
    )

    def step(self) -> dict[str, Any]:
        """With the reason and the words."""
        data = self.cleaned_data
        return {**super().step(), "reason": data["reason"], "text": data["text"]}


class RejectForm(_ReasonForm):
    """A moderator does not publish it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason, text = self.fields["reason"], self.fields["text"]
        assert isinstance(reason, forms.ChoiceField)
        reason.choices = _rejections()
        text.help_text = _("Only the author reads it: say what to change, or where to turn.")
        text.error_messages["required"] = _("Write to the author why: one sentence is enough.")


class RefuseForm(Pointed, _ReasonForm):
    """The office says that it will not be done."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason, text = self.fields["reason"], self.fields["text"]
        assert isinstance(reason, forms.ChoiceField)
        reason.choices = _reasons(rules.REFUSAL_REASONS)
        text.help_text = _("Everybody can read it: name the rule, and who can help.")
        text.error_messages["required"] = _("Write to the author why: one sentence is enough.")


class AssignForm(ActForm):
    """A dispatcher chooses the office."""

    organisation = forms.ModelChoiceField(
        label=_("Office"),
        queryset=Organisation.objects.filter(imported=False),
        to_field_name="code",
        error_messages={
            "required": _("Choose an office from the list."),
            "invalid_choice": _("Choose an office from the list."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        titles = {"near": _("Answer for this elsewhere"), "other": _("Other offices")}
        choices: list[tuple[Any, Any]] = [("", _("Choose an office"))]
        for group, rows in offices_to_choose(self.problem):
            if rows:
                choices.append((titles[group], [(o.code, str(o)) for o in rows]))
        field.widget.choices = choices

    def step(self) -> dict[str, Any]:
        """With the office."""
        return {**super().step(), "organisation": self.cleaned_data["organisation"]}


class AnswerForm(Pointed, ActForm):
    """The office says what was done, with evidence."""

    words = "text"
    text = forms.CharField(
        label=_("Answer to residents"),
        widget=forms.Textarea,
        min_length=rules.SHORTEST_TEXT,
        max_length=rules.LONGEST_ANSWER,
        help_text=_("Everybody can read it: what was done, when, and by whom."),
        error_messages={"required": _("Write what was done: one sentence is enough.")},
    )
    photographs = FilesField(
        label=_("Photographs of the result"),
        required=False,
        help_text=_("Up to five, JPEG, PNG or WebP, 20 MB each."),
    )

    def step(self) -> dict[str, Any]:
        """With the words; the photographs are added by the page."""
        return {**super().step(), "text": self.cleaned_data["text"]}


FORMS: dict[str, type[ActForm]] = {
    "accept": AcceptForm,
    "reject": RejectForm,
    "assign": AssignForm,
    "answer": AnswerForm,
    "refuse": RefuseForm,
}
"""The form of each step."""


# --- for many at once -------------------------------------------------------------------------


class ManyForm(DeskForm):
    """A step for many without words: publish."""


class ManyAnswerForm(Pointed, DeskForm):
    """The same answer to many, with places that are filled in for each."""

    words = "text"
    text = forms.CharField(
        label=_("Answer to residents"),
        widget=forms.Textarea,
        min_length=rules.SHORTEST_TEXT,
        max_length=rules.LONGEST_ANSWER,
        help_text=_("Everybody can read it: what was done, when, and by whom."),
        error_messages={"required": _("Write what was done: one sentence is enough.")},
    )


class _ManyReasonForm(DeskForm):
    """One reason and the same words for many."""

    words = "text"
    codes: tuple[str, ...] = ()
    reason = forms.ChoiceField(
        label=_("Reason"),
        error_messages={
            "required": _("Choose a reason from the list."),
            "invalid_choice": _("Choose a reason from the list."),
        },
    )
    text = forms.CharField(
        label=_("In your own words"),
        widget=forms.Textarea,
        min_length=rules.SHORTEST_TEXT,
        max_length=rules.LONGEST_REASON,
        error_messages={"required": _("Write to the author why: one sentence is enough.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason = self.fields["reason"]
        assert isinstance(reason, forms.ChoiceField)
        reason.choices = _reasons(self.codes)

    def step(self) -> dict[str, Any]:
        """The reason; the words are kept with each matter."""
        return {"reason": self.cleaned_data["reason"]}


class ManyRefuseForm(Pointed, _ManyReasonForm):
    """The office refuses many."""

    codes = rules.REFUSAL_REASONS


class ManyRejectForm(_ManyReasonForm):
    """A moderator turns many down."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason = self.fields["reason"]
        assert isinstance(reason, forms.ChoiceField)
        reason.choices = _rejections()


class ManyAssignForm(DeskForm):
    """Many go to one office."""

    organisation = forms.ModelChoiceField(
        label=_("Office"),
        queryset=Organisation.objects.filter(imported=False),
        to_field_name="code",
        empty_label=_("Choose an office"),
        error_messages={
            "required": _("Choose an office from the list."),
            "invalid_choice": _("Choose an office from the list."),
        },
    )

    def step(self) -> dict[str, Any]:
        """The code of the office."""
        return {"organisation": self.cleaned_data["organisation"].code}


MANY: dict[str, type[DeskForm]] = {
    "accept": ManyForm,
    "reject": ManyRejectForm,
    "assign": ManyAssignForm,
    "answer": ManyAnswerForm,
    "refuse": ManyRefuseForm,
}
"""The form of each step for many."""

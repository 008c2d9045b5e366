"""Forms of offices that choose among ideas, and of authors who object."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.delivery import rules as delivery
from veche.city.ideas import answers
from veche.city.ideas.choosing import ACCEPTED, REASONS, REFUSED
from veche.city.ideas.forms.facilitate import words_field
from veche.languages import LANGUAGES, said
from veche.look.fields import moment_field

SHAPES = {
    "decision": _("Yes or no about it"),
    "single": _("One of them"),
    "approval": _("As many of them as one likes"),
    "ranked": _("An order of them"),
}
_IN = {"en": _("in English"), "ru": _("in Russian"), "zh": _("in Chinese")}


class AnswerForm(forms.Form):
    """What the office answers, and why."""

    use_required_attribute = False
    outcome = forms.ChoiceField(
        label=_("Your answer"),
        widget=forms.RadioSelect,
        choices=[
            (ACCEPTED, _("We accept: a promise follows")),
            (REFUSED, _("We do not take this up")),
        ],
        error_messages={"required": _("Choose what you answer.")},
    )
    reason = forms.ChoiceField(
        label=_("Why not"),
        required=False,
        choices=[("", "–"), *((code, answers.REASONS[code]) for code in REASONS)],
        help_text=_("Only where you do not take it up."),
    )
    text = words_field(_("The answer, as every author will read it"))

    def clean(self) -> dict[str, Any]:
        """A refusal gives its reason; an acceptance has none."""
        data = super().clean() or {}
        if data.get("outcome") == REFUSED and not data.get("reason"):
            self.add_error("reason", _("Choose a reason from the list."))
        if data.get("outcome") == ACCEPTED:
            data["reason"] = ""
        return data


class VoteForm(forms.Form):
    """A vote on the ideas, as the organiser will find its draft."""

    use_required_attribute = False
    opens = moment_field(_("Opens"))
    closes = moment_field(_("Closes"))
    shape = forms.ChoiceField(label=_("How people answer"), widget=forms.RadioSelect)
    words = words_field(_("What you say to the authors"))

    def __init__(self, *args: Any, many: int, now: dt.datetime, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "opens": now + dt.timedelta(days=8),
            "closes": now + dt.timedelta(days=22),
            "shape": "decision" if many == 1 else "approval",
            **(kwargs.pop("initial", None) or {}),
        }
        super().__init__(*args, **kwargs)
        shape = self.fields["shape"]
        assert isinstance(shape, forms.ChoiceField)
        wanted = ("decision",) if many == 1 else ("approval", "single", "ranked")
        shape.choices = [(code, SHAPES[code]) for code in wanted]
        for code in LANGUAGES:
            self.fields[f"title_{code}"] = forms.CharField(
                label=_("The question of the vote"),
                required=False,
                max_length=200,
                help_text=_IN[code],
            )
        self.order_fields([*(f"title_{code}" for code in LANGUAGES), "shape", "opens", "closes"])

    def titles(self) -> list[forms.BoundField]:
        """The question in each language."""
        return [self[f"title_{code}"] for code in LANGUAGES]

    def clean(self) -> dict[str, Any]:
        """The question stands there in one language at least."""
        data = super().clean() or {}
        if not said(data, "title"):
            self.add_error("title_en", _("Write the question in one language at least."))
        return data

    def given(self) -> dict[str, Any]:
        """The arguments of the operation."""
        data = self.cleaned_data
        return {
            "title": said(data, "title"),
            "text": {},
            **{name: data[name] for name in ("opens", "closes", "shape", "words")},
        }


class PromiseForm(forms.Form):
    """What the city promises."""

    use_required_attribute = False
    submission = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(
        label=_("The promise in a few words"),
        min_length=delivery.LEAST_TITLE,
        max_length=delivery.MOST_TITLE,
        error_messages={"required": _("Say in a few words what is promised.")},
    )
    text = forms.CharField(
        label=_("What will be done"),
        widget=forms.Textarea,
        min_length=delivery.LEAST_TEXT,
        max_length=delivery.MOST_TEXT,
        error_messages={"required": _("Write what will be done.")},
    )
    success = forms.CharField(
        label=_("By what one sees that it was kept"),
        required=False,
        widget=forms.Textarea,
        max_length=delivery.MOST_TEXT,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial.setdefault("submission", uuid.uuid4())


class ObjectForm(forms.Form):
    """Why the refusal is wrong."""

    use_required_attribute = False
    text = words_field(_("Why you think the refusal is wrong"))

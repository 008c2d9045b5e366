"""The form of forms: the questions of one version, a place for each on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.rules import questions as rules
from veche.city.pilots.words.calls import KINDS
from veche.languages import said
from veche.look.fields import Worded

SPARE = 3
"""Empty places below the questions there are."""


class QuestionForm(Worded):
    """One question; a place without words is left out."""

    spoken = (
        ("name", _("Question"), False, False),
        ("hint", _("A hint below it"), False, False),
    )
    code = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("Answered by"), required=False)
    needed = forms.BooleanField(label=_("It must be answered"), required=False)
    choices = forms.CharField(
        label=_("Choices, one a line"),
        required=False,
        max_length=6_000,
        widget=forms.Textarea,
        help_text=_(
            "Only for “one of several choices”. In three languages: English | Русский | 中文."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [(code, KINDS[code]) for code in rules.KINDS]

    def question(self, number: int) -> dict[str, Any] | None:
        """The question as a version keeps it; None where the place was left empty."""
        one = self.cleaned_data
        names = said(one, "name")
        if not names:
            return None
        kind = one["kind"] or "text"
        return {
            "code": one["code"] or f"q{number}",
            "kind": kind,
            "names": names,
            "hints": said(one, "hint"),
            "needed": one["needed"],
            "choices": rules.choices_from(one["choices"]) if kind == "choice" else [],
        }


def places(
    data: Mapping[str, Any] | None, questions: Sequence[Mapping[str, Any]], count: int
) -> list[QuestionForm]:
    """The places of a page: one for each question and some empty ones, ``count`` in all."""
    made = []
    for place in range(count):
        known = questions[place] if place < len(questions) else None
        made.append(
            QuestionForm(data, prefix=f"q{place}", initial=_initial(known) if known else None)
        )
    return made


def _initial(one: Mapping[str, Any]) -> dict[str, Any]:
    names, hints = one.get("names") or {}, one.get("hints") or {}
    return {
        **{f"name_{code}": text for code, text in names.items()},
        **{f"hint_{code}": text for code, text in hints.items()},
        "code": one.get("code", ""),
        "kind": one.get("kind", "text"),
        "needed": bool(one.get("needed")),
        "choices": rules.choices_as_text(one.get("choices") or ()),
    }


def questions_of(made: Sequence[QuestionForm]) -> list[dict[str, Any]]:
    """The questions of places that were sent and are valid, in their order; each has a code of its
    own."""
    found: list[dict[str, Any]] = []
    taken: set[str] = {str(one.cleaned_data.get("code") or "") for one in made}
    used: set[str] = set()
    for number, place in enumerate(made, 1):
        one = place.question(number)
        if one is None:
            continue
        if not place.cleaned_data["code"] or one["code"] in used:
            code, extra = f"q{number}", number
            while code in taken or code in used:
                extra += 1
                code = f"q{extra}"
            one["code"] = code
        used.add(one["code"])
        found.append(one)
    return found


class FormCodeForm(forms.Form):
    """The code of a new form."""

    use_required_attribute = False
    code = forms.RegexField(
        r"^[a-z0-9][a-z0-9-]{0,39}$",
        label=_("A code for the form"),
        help_text=_("Small Latin letters, digits and dashes: energy, school-food."),
        error_messages={
            "required": _("Give the form a code."),
            "invalid": _("Small Latin letters, digits and dashes only."),
        },
    )

"""The form of one question: its words, its options, how it is counted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.ballots.counting.majority import SHARE
from veche.city.ballots.counting.rule import RULES
from veche.city.ballots.drafting import POINTED, SHAPES, USUAL_RULE, option_lines
from veche.city.ballots.vote.config import MOST_OPTIONS
from veche.look.fields import Worded, languages

SHAPE_WORDS = {
    "decision": _("Yes or no: a proposal passes or fails"),
    "single": _("One of several options"),
    "several": _("Several options, between a least and a most number"),
    "approval": _("All options one agrees with"),
    "ranked": _("An order of options, the best first"),
    "score": _("Points for each option"),
    "cumulative": _("Points to give away among the options"),
    "knapsack": _("A budget to spend on projects that cost something"),
    "distribution": _("A sum to divide among the options, all of it"),
}
RULE_WORDS = {
    "plurality": _("Most votes wins"),
    "approval": _("Most crosses win"),
    "score": _("Most points win"),
    "irv": _("Runoff by eliminating the last"),
    "stv-scottish": _("Several seats in proportion (single transferable vote)"),
    "schulze": _("Who beats each other one (Schulze)"),
}
FITS = {
    "decision": ("plurality",),
    "single": ("plurality",),
    "several": ("approval",),
    "approval": ("approval",),
    "ranked": ("irv", "stv-scottish", "schulze"),
    "score": ("score",),
    "cumulative": ("score",),
    "knapsack": ("approval",),
    "distribution": ("score",),
}
"""The rules that can count each shape of question."""
OF_WORDS = {
    "votes": _("of those who say yes or no"),
    "cast": _("of everything cast, abstentions too"),
    "roll": _("of everybody on the roll"),
}


def _whole(label: Any, *, least: int = 0, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=least, max_value=10**12, help_text=help_text
    )


def _share(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=19, help_text=help_text)


class QuestionForm(Worded):
    """One question of a vote."""

    spoken = (
        ("title", _("Question"), False, True),
        ("text", _("Explanation"), True, False),
        ("options", _("Options, one a line"), True, False),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    shape = forms.ChoiceField(
        label=_("What is asked for"),
        widget=forms.RadioSelect,
        choices=[(code, SHAPE_WORDS[code]) for code in SHAPES],
        error_messages={"required": _("Choose what is asked for.")},
    )
    abstain = forms.BooleanField(label=_("Abstaining is offered too"), required=False)
    costs = forms.CharField(
        label=_("What each option costs, one number a line"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea,
    )
    budget = _whole(_("Budget"), least=1)
    least = _whole(_("Choose at least"))
    most = _whole(_("Choose at most"), least=1, help_text=_("Empty: as many as there are."))
    points = _whole(
        _("Points"),
        least=1,
        help_text=_("The highest mark of one option, or what there is to give away in all."),
    )
    per_option = _whole(_("At most for one option"), least=1)
    rule = forms.ChoiceField(
        label=_("How it is counted"),
        required=False,
        choices=[("", _("As usual for this kind")), *((r, RULE_WORDS[r]) for r in RULES)],
    )
    seats = _whole(_("How many win"), least=1)
    ties = forms.ChoiceField(
        label=_("When two are equal"),
        required=False,
        choices=[
            ("declared", _("The one that stands first on the ballot")),
            ("lottery", _("A lottery that anybody can repeat")),
        ],
    )
    share = _share(_("Share of yes that is needed"), _("As a fraction: 1/2, 2/3."))
    of = forms.ChoiceField(label=_("Share of what"), required=False, choices=[*OF_WORDS.items()])
    strictly = forms.BooleanField(label=_("More than this share, not just as much"), required=False)
    quorum = _share(_("Quorum"), _("The share of the roll that must take part: 1/5. Empty: none."))
    territories = _share(
        _("Share of the districts that must say yes as well"), _("As 1/2. Empty: none.")
    )

    def clean(self) -> dict[str, Any]:
        """What nobody could answer or count."""
        values = super().clean()
        shape = values.get("shape")
        if shape is None:
            return values
        for name in ("share", "quorum", "territories"):
            text = (values.get(name) or "").replace(" ", "")
            values[name] = text
            top, _bar, bottom = text.partition("/")
            if text and (not SHARE.fullmatch(text) or int(top) > int(bottom or 1)):
                self.add_error(name, _("Write a part of the whole as a fraction: 1/2, 2/3."))
        if shape != "decision":
            self._check_options(values, shape)
        if values.get("rule") and values["rule"] not in FITS[shape]:
            self.add_error("rule", _("This way of counting does not fit what is asked for."))
        if shape in POINTED and not values.get("points"):
            self.add_error("points", _("Say how many points there are."))
        if shape == "knapsack" and not values.get("budget"):
            self.add_error("budget", _("Say how much there is to spend."))
        least, most = values.get("least"), values.get("most")
        if least is not None and most is not None and most < least:
            self.add_error("most", _("It is less than the least number."))
        seats = values.get("seats") or 1
        if seats > 1 and (values.get("rule") or USUAL_RULE[shape]) == "irv":
            self.add_error("seats", _("A runoff has one winner; for several take seats."))
        return values

    def _check_options(self, values: dict[str, Any], shape: str) -> None:
        lines = option_lines(values)
        number = max(len(rows) for rows in lines.values())
        first = f"options_{languages()[0]}"
        if not 2 <= number <= MOST_OPTIONS:
            self.add_error(first, _("Write between 2 and 300 options, one a line."))
            return
        for code, rows in lines.items():
            if rows and len(rows) != number:
                self.add_error(
                    f"options_{code}",
                    _("Each language has the same options in the same order, or none at all."),
                )
            elif any(not title for title, _text in rows):
                self.add_error(f"options_{code}", _("A line between the options is empty."))
            elif len({title for title, _text in rows}) != len(rows):
                self.add_error(f"options_{code}", _("Two options have the same name."))
        if shape == "knapsack":
            costs = [line.strip() for line in str(values.get("costs") or "").split("\n")]
            costs = costs[:-1] if costs and not costs[-1] else costs
            if len(costs) != number or any(not one.isdecimal() for one in costs):
                self.add_error("costs", _("Write a whole number for each option, one a line."))

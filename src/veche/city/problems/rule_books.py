"""The rules a city sets for its problems, as lists with a form: nearness, ready answers.

Each book reads its rows, checks what was typed, and calls one operation; the page is one for all.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche.city.problems.models import NearRule, StandardAnswer
from veche.city.problems.operations import city_rules
from veche.city.problems.queries.categories import Kinds, kinds
from veche.core.cases.queries import UNIT_WORDS
from veche.core.cases.rules import Term
from veche.core.journal.models import Record
from veche.core.people.models import Person
from veche.languages import here

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise
_TOPICS: dict[str, Text] = {
    "result": _("What was done"),
    "time": _("How long it took"),
    "words": _("What was answered"),
    "people": _("The people"),
}


@dataclass(frozen=True)
class Row:
    """One rule: its cells in the order of the heads."""

    key: str
    cells: Sequence[str]
    may_end: bool = True
    over: bool = False
    """Kept for the past only."""


class Book(ABC):
    """One kind of rules."""

    code: ClassVar[str]
    title: ClassVar[Text]
    sentence: ClassVar[Text]
    heads: ClassVar[Sequence[Text]]
    kinds: ClassVar[Sequence[str]]
    """Kinds of records of the journal that tell its history."""

    def __init__(self) -> None:
        self.known: Kinds = kinds(imported=False)

    @abstractmethod
    def rows(self) -> list[Row]:
        """The rules in force first, then what is over."""

    @abstractmethod
    def form(self, data: Any = None, key: str = "") -> forms.Form:
        """The form, empty, filled with the rule of this key, or with what was typed."""

    @abstractmethod
    def save(self, by: Person, at: dt.datetime, data: Mapping[str, Any]) -> None:
        """Set the rule that was typed."""

    @abstractmethod
    def end(self, by: Person, at: dt.datetime, key: str) -> None:
        """End the rule of this key."""

    @abstractmethod
    def told(self, record: Record) -> str:
        """What a record of the journal says, in words."""

    def theme(self, code: str) -> str:
        """The word of a category or a group."""
        if not code:
            return gettext("all categories")
        found = self.known.by_code.get(code)
        return str(found) if found else code

    def themes(self) -> list[tuple[str, Any]]:
        """Groups and categories to choose from."""
        found: list[tuple[str, Any]] = [("", gettext("all categories"))]
        for group, inside in self.known.groups:
            if group is not None:
                found.append((group.code, str(group)))
            found += [(one.code, f"– {one}" if group else str(one)) for one in inside]
        return found


class RuleForm(forms.Form):
    """A form that knows which rule it changes."""

    use_required_attribute = False
    key = forms.CharField(widget=forms.HiddenInput, required=False)


def _number(label: Text, most: int) -> forms.IntegerField:
    wrong = format_lazy(_("Write a number from 1 to {most}."), most=most)
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=most,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), wrong),
    )


class NearForm(RuleForm):
    """How near is the same place."""

    theme = forms.ChoiceField(label=_("Category"), required=False)
    metres = _number(_("Perhaps the same thing, within metres"), city_rules.FARTHEST)
    came_back_metres = _number(_("The same place, within metres"), city_rules.FARTHEST)
    came_back_days = _number(_("Came back, within days"), city_rules.LONGEST)


class Near(Book):
    """Rules of nearness."""

    code = "near"
    title = _("How near is the same place")
    sentence = _(
        "When two reports may be about the same thing, and when what was called finished has come "
        "back. A category's own rule comes before its group's, and that before the city's."
    )
    heads = (
        _("Category"),
        _("Perhaps the same thing"),
        _("The same place"),
        _("Came back within"),
    )
    kinds = ("problems.near-rule-set", "problems.near-rule-ended")

    def rows(self) -> list[Row]:
        """The rule for all first."""
        return [
            Row(
                rule.theme or "*",
                (
                    self.theme(rule.theme),
                    _metres(rule.metres),
                    _metres(rule.came_back_metres),
                    _days(rule.came_back_days),
                ),
                may_end=bool(rule.theme),
            )
            for rule in NearRule.objects.order_by("theme")
        ]

    def form(self, data: Any = None, key: str = "") -> forms.Form:
        """See `Book.form`."""
        rule = NearRule.objects.filter(theme="" if key == "*" else key).first() if key else None
        start = {
            name: getattr(rule, name)
            for name in ("theme", "metres", "came_back_metres", "came_back_days")
            if rule is not None
        }
        made = NearForm(data, initial={**start, "key": key})
        made.fields["theme"].choices = self.themes()  # type: ignore[attr-defined]
        return made

    def save(self, by: Person, at: dt.datetime, data: Mapping[str, Any]) -> None:
        """See `Book.save`."""
        city_rules.set_near_rule(
            by=by, at=at, **{name: value for name, value in data.items() if name != "key"}
        )

    def end(self, by: Person, at: dt.datetime, key: str) -> None:
        """See `Book.end`."""
        city_rules.end_near_rule(by=by, at=at, theme="" if key == "*" else key)

    def told(self, record: Record) -> str:
        """See `Book.told`."""
        said = record.public
        theme = self.theme(said.get("theme", ""))
        if record.kind.endswith("-ended"):
            return gettext("{theme}: the rule was ended.").format(theme=theme)
        return gettext("{theme}: {near}; {same}, {days}.").format(
            theme=theme,
            near=_metres(said["metres"]),
            same=_metres(said["came_back_metres"]),
            days=_days(said["came_back_days"]),
        )


_MISSING: dict[str, Text] = {"required": _("Write the words in all three languages.")}


class AnswerForm(RuleForm):
    """What an author can tick."""

    topic = forms.ChoiceField(label=_("What it is about"), choices=list(_TOPICS.items()))
    good = forms.ChoiceField(
        label=_("Is it praise?"), choices=[("yes", _("praise")), ("no", _("a complaint"))]
    )
    en = forms.CharField(label="English", max_length=60, error_messages=_MISSING)
    ru = forms.CharField(label="Русский", max_length=60, error_messages=_MISSING)
    zh = forms.CharField(label="中文", max_length=60, error_messages=_MISSING)
    position = forms.IntegerField(
        label=_("Its place in the list"),
        min_value=0,
        max_value=999,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), _("Write a number from 0 to 999.")
        ),
    )


class Answers(Book):
    """Ready answers about how it went."""

    code = "answers"
    title = _("What an author can tick")
    sentence = _(
        "Ready words with which an author says how the city's work was. What was ticked before "
        "keeps its words."
    )
    heads = (_("Words"), _("What it is about"), _("Is it praise?"), _("Offered"))
    kinds = ("problems.standard-answer-set", "problems.standard-answer-ended")

    def rows(self) -> list[Row]:
        """Praise first, in the order of the form."""
        found = StandardAnswer.objects.order_by("-active", "-good", "position", "code")
        return [
            Row(
                one.code,
                (
                    here(one.names),
                    str(_TOPICS[one.topic]),
                    gettext("praise") if one.good else gettext("a complaint"),
                    gettext("yes") if one.active else gettext("no more"),
                ),
                may_end=one.active,
                over=not one.active,
            )
            for one in found
        ]

    def form(self, data: Any = None, key: str = "") -> forms.Form:
        """See `Book.form`."""
        one = StandardAnswer.objects.filter(code=key).first() if key else None
        start: dict[str, Any] = {"position": StandardAnswer.objects.count()}
        if one is not None:
            start = {
                "topic": one.topic,
                "good": "yes" if one.good else "no",
                "position": one.position,
                **one.names,
            }
        return AnswerForm(data, initial={**start, "key": key})

    def save(self, by: Person, at: dt.datetime, data: Mapping[str, Any]) -> None:
        """See `Book.save`."""
        city_rules.set_standard_answer(
            by=by,
            at=at,
            topic=data["topic"],
            good=data["good"] == "yes",
            names={code: data[code] for code in ("en", "ru", "zh")},
            position=data["position"],
            code=data["key"],
        )

    def end(self, by: Person, at: dt.datetime, key: str) -> None:
        """See `Book.end`."""
        city_rules.end_standard_answer(by=by, at=at, code=key)

    def told(self, record: Record) -> str:
        """See `Book.told`."""
        said = record.public
        if record.kind.endswith("-ended"):
            one = StandardAnswer.objects.filter(code=said["code"]).first()
            return gettext("“{words}” is offered no more.").format(words=one or said["code"])
        return gettext("“{words}” is offered.").format(words=here(said["names"]))


def _metres(number: int) -> str:
    return gettext("{n} m").format(n=number)


def _days(number: int) -> str:
    return length(Term(number))


def length(term: Term) -> str:
    """A term in words: “8 calendar days”."""
    return UNIT_WORDS[term.unit](term.number)

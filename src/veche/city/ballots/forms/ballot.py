"""What was marked on one question: read from a form, changed by a button, judged in words.

Nothing is thrown away while a ballot is filled in: a wrong answer is kept as it was given, and a
sentence beside it says what is wrong. The last judge is `veche.city.ballots.vote.choice`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language, gettext, ngettext

from veche.city.ballots.vote.choice import POINTED
from veche.city.ballots.vote.config import Asked
from veche.languages import here
from veche.look.words import number

Answer = list[str] | dict[str, int]
"""Options (in the order of the ballot, or of the voter), or points of each option."""
MOST_POINTS = 2**53


def empty(asked: Asked) -> Answer:
    """A blank answer of the question's kind."""
    return {} if asked.kind.kind in POINTED else []


def clean(asked: Asked, answer: object) -> Answer:
    """An answer as it was kept, without what does not belong to the question."""
    known = set(asked.codes)
    if asked.kind.kind in POINTED:
        given = answer if isinstance(answer, Mapping) else {}
        return {c: n for c, n in given.items() if c in known and isinstance(n, int) and n}
    if not isinstance(answer, list):
        return []
    order = [code for code in dict.fromkeys(answer) if code in known]
    return order if asked.kind.kind == "ranked" else [c for c in asked.codes if c in order]


def read_answer(asked: Asked, data: QueryDict) -> tuple[Answer, list[str]]:
    """What a form says, and what of it could not be read, in sentences."""
    if asked.kind.kind == "ranked":
        return clean(asked, data.get("order", "")[:20_000].split(",")), []
    if asked.kind.kind not in POINTED:
        return clean(asked, data.getlist("choice")), []
    marks: dict[str, int] = {}
    wrong = []
    for option in asked.options:
        text = "".join(data.get(f"points-{option.code}", "")[:40].split())
        if not text:
            continue
        if text.isascii() and text.isdigit() and int(text) <= MOST_POINTS:
            marks[option.code] = int(text)
        else:
            wrong.append(
                gettext("“%(title)s”: points are whole numbers from 0 up.")
                % {"title": here(option.title)}
            )
    return {code: points for code, points in marks.items() if points}, wrong


def pressed(asked: Asked, answer: Answer, do: str) -> Answer:
    """The answer after one button beside an option: add, up, down, out, more, less."""
    verb, _, code = do.partition(":")
    if code not in asked.codes:
        return answer
    if isinstance(answer, dict):
        step = {"more": 1, "less": -1}.get(verb, 0) * step_of(asked)
        points = max(0, answer.get(code, 0) + step)
        most = asked.kind.per_option if asked.kind.kind != "score" else asked.kind.points
        if step > 0:
            room = int(asked.kind.points or 0) - sum(answer.values())
            if asked.kind.kind != "score":
                points = answer.get(code, 0) + max(0, min(step, room))
            if most is not None:
                points = min(points, int(most))
        return {
            **{c: n for c, n in answer.items() if c != code},
            **({code: points} if points else {}),
        }
    order = [one for one in answer if one != code]
    at = answer.index(code) if code in answer else None
    if verb == "add" and at is None:
        order.append(code)
    elif verb == "up" and at is not None:
        order.insert(max(0, at - 1), code)
    elif verb == "down" and at is not None:
        order.insert(at + 1, code)
    elif verb != "out" and at is not None:
        return answer
    return order


def step_of(asked: Asked) -> int:
    """How many points one press of a button gives: a twentieth of what there is, one at least."""
    if asked.kind.kind != "distribution":
        return 1
    return max(1, int(asked.kind.points or 0) // 20)


@dataclass(frozen=True)
class Purse:
    """What there is to give away, and how much of it is left."""

    whole: int
    left: int
    money: bool

    @property
    def over(self) -> int:
        """How much too much was given."""
        return max(0, -self.left)


def purse(asked: Asked, answer: Answer) -> Purse | None:
    """The purse of a question; None where nothing is given away."""
    kind = asked.kind
    if kind.kind == "knapsack":
        costs = {option.code: option.cost for option in asked.options}
        whole = int(kind.budget or 0)
        return Purse(whole, whole - sum(costs[code] for code in answer), money=True)
    if kind.kind in ("cumulative", "distribution") and isinstance(answer, dict):
        whole = int(kind.points or 0)
        return Purse(whole, whole - sum(answer.values()), money=False)
    return None


def faults(asked: Asked, answer: Answer) -> list[str]:
    """What keeps an answer from being cast, in sentences; a blank one always may be."""
    if not answer:
        return []
    kind, found = asked.kind, []
    most = 1 if kind.kind == "single" else kind.most
    n = len(answer)
    if n < kind.least:
        found.append(
            ngettext(
                "You chose %(n)s. Choose at least %(least)s, or nothing at all.",
                "You chose %(n)s. Choose at least %(least)s, or nothing at all.",
                n,
            )
            % {"n": number(n), "least": number(kind.least)}
        )
    if most is not None and n > most:
        found.append(
            ngettext(
                "You chose %(n)s, and no more than %(most)s may be.",
                "You chose %(n)s, and no more than %(most)s may be.",
                n,
            )
            % {"n": number(n), "most": number(most)}
        )
    if isinstance(answer, dict):
        found += _points(asked, answer)
    left = purse(asked, answer)
    if left is not None and left.over:
        text = (
            gettext("What you chose costs %(n)s more than there is.")
            if left.money
            else gettext("You gave %(n)s points more than there are.")
        )
        found.append(text % {"n": number(left.over)})
    elif left is not None and kind.kind == "distribution" and left.left:
        found.append(
            gettext("All of it must be given away: %(n)s are still left.")
            % {"n": number(left.left)}
        )
    return found


def _points(asked: Asked, answer: Mapping[str, int]) -> list[str]:
    kind = asked.kind
    highest = kind.points if kind.kind == "score" else kind.per_option
    if highest is None:
        return []
    titles = {option.code: here(option.title) for option in asked.options}
    return [
        gettext("“%(title)s” can get no more than %(n)s.")
        % {"title": titles[code], "n": number(int(highest))}
        for code, points in answer.items()
        if points > highest
    ]


def told(asked: Asked) -> str:
    """What the voter is to do with this question, in a sentence or two."""
    kind = asked.kind
    most = kind.most if kind.most is not None else len(asked.options)
    if kind.kind == "single":
        return gettext("Choose one.")
    if kind.kind == "ranked":
        text = gettext(
            "Put the options in your order, the best first. Leave out what you do not want."
        )
        return text + _limits(kind.least, most, len(asked.options))
    if kind.kind == "score":
        return gettext("Give each option from 0 to %(n)s points; more is better.") % {
            "n": number(int(kind.points or 0))
        }
    if kind.kind == "cumulative":
        text = gettext("You have %(n)s points. Give them as you like.") % {
            "n": number(int(kind.points or 0))
        }
        if kind.per_option is not None:
            text += _gap() + gettext("One option can get no more than %(n)s.") % {
                "n": number(int(kind.per_option))
            }
        return text
    if kind.kind == "distribution":
        return gettext("Divide %(n)s among the options; all of it must be given away.") % {
            "n": number(int(kind.points or 0))
        }
    if kind.kind == "knapsack":
        return gettext("There is %(n)s to spend. Choose what it should go to.") % {
            "n": number(int(kind.budget or 0))
        }
    if most >= len(asked.options) and kind.least <= 1:
        return gettext("Choose as many as you like.")
    if kind.least == most:
        return gettext("Choose %(n)s.") % {"n": number(most)}
    if kind.least <= 1:
        return gettext("Choose up to %(n)s.") % {"n": number(most)}
    return gettext("Choose from %(least)s to %(most)s.") % {
        "least": number(kind.least),
        "most": number(most),
    }


def _gap() -> str:
    """What stands between two sentences in the reader's language."""
    return "" if (get_language() or "").startswith("zh") else " "


def _limits(least: int, most: int, options: int) -> str:
    told = ""
    if least > 1:
        told += _gap() + gettext("At least %(n)s.") % {"n": number(least)}
    if most < options:
        told += _gap() + gettext("No more than %(n)s.") % {"n": number(most)}
    return told


@dataclass(frozen=True)
class Row:
    """One option as the ballot shows it."""

    code: str
    title: str
    text: str
    cost: int
    chosen: bool
    points: int
    rank: int
    """From one; nothing where it is not ranked."""
    last: bool
    scale: tuple[int, ...] = ()
    """The marks to choose from, where they are few."""


def rows(asked: Asked, answer: Answer) -> list[Row]:
    """The options of a question with what was marked."""
    listed = list(answer) if isinstance(answer, list) else []
    marks = answer if isinstance(answer, dict) else {}
    scale: tuple[int, ...] = ()
    if asked.kind.kind == "score" and int(asked.kind.points or 0) <= 10:
        scale = tuple(range(int(asked.kind.points or 0) + 1))
    return [
        Row(
            code=option.code,
            title=here(option.title),
            text=here(option.text),
            cost=option.cost,
            chosen=option.code in listed,
            points=marks.get(option.code, 0),
            rank=listed.index(option.code) + 1 if option.code in listed else 0,
            last=bool(listed) and listed[-1] == option.code,
            scale=scale,
        )
        for option in asked.options
    ]


def in_words(asked: Asked, answer: Any) -> list[str]:
    """An answer as lines a voter can read; nothing for a blank one."""
    titles: dict[str, str] = {option.code: here(option.title) for option in asked.options}
    if isinstance(answer, Mapping):
        pairs: Sequence[tuple[str, int]] = [(c, answer[c]) for c in asked.codes if answer.get(c)]
        return [titles[code] + gettext(": ") + number(points) for code, points in pairs]
    listed = [titles[code] for code in answer or [] if code in titles]
    if asked.kind.kind == "ranked":
        return [f"{place}. {title}" for place, title in enumerate(listed, start=1)]
    return listed

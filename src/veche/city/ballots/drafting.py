"""A configuration as forms hold it, and back: pure, so that nothing typed is lost on the way.

Words are kept in three languages as ``title_en``, ``title_ru``, ``title_zh``; what is empty falls
back to another language when it is shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from veche.city.ballots.vote.config import VOTE_FORMAT
from veche.languages import LANGUAGES, said

SHAPES = (
    "decision", "single", "several", "approval", "ranked", "score", "cumulative", "knapsack",
    "distribution",
)  # fmt: skip
"""Kinds of question as an organiser chooses them; a decision is a choice of yes, no, abstain."""
USUAL_RULE = {
    "decision": "plurality",
    "single": "plurality",
    "several": "approval",
    "approval": "approval",
    "ranked": "irv",
    "score": "score",
    "cumulative": "score",
    "knapsack": "approval",
    "distribution": "score",
}
DECISION = {
    "yes": {"en": "Yes", "ru": "За", "zh": "赞成"},
    "no": {"en": "No", "ru": "Против", "zh": "反对"},
    "abstain": {"en": "I abstain", "ru": "Воздерживаюсь", "zh": "弃权"},
}
POINTED = ("score", "cumulative", "distribution")


def spread(names: Mapping[str, str] | None, name: str) -> dict[str, str]:
    """Words by language as the fields of a form."""
    return {f"{name}_{code}": (names or {}).get(code, "") for code in LANGUAGES}


# The vote as a whole ----------------------------------------------------------------------------


def general(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the form of the whole vote shows of a configuration."""
    roll, age = document["roll"], document["roll"].get("age") or {}
    return {
        **spread(document["title"], "title"),
        **spread(document.get("text"), "text"),
        "opens": dt.datetime.fromisoformat(document["opens"]),
        "closes": dt.datetime.fromisoformat(document["closes"]),
        "level": document["level"],
        "live": document["live"]["mode"],
        **spread(document["live"].get("reason"), "reason"),
        "change": document["change"],
        "channels": list(document["channels"]),
        "grain": document["grain"],
        "territory": roll.get("territory", ""),
        "known": roll.get("level", "resident"),
        "least": age.get("least"),
        "most": age.get("most"),
        "on": dt.date.fromisoformat(age["on"]) if age.get("on") else None,
        "lists": list(roll.get("lists") or ()),
        "came": roll.get("came") is True,
    }


def with_general(
    values: Mapping[str, Any], questions: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The configuration that a form of the whole vote says, with these questions."""
    live: dict[str, Any] = {"mode": values["live"]}
    if values["live"] != "live":
        live["reason"] = said(values, "reason")
    roll: dict[str, Any] = {"territory": values["territory"], "level": values["known"]}
    if values.get("least") is not None or values.get("most") is not None:
        day = values.get("on") or values["opens"].date()
        roll["age"] = {"on": day.isoformat()} | {
            name: values[name] for name in ("least", "most") if values.get(name) is not None
        }
    if values.get("lists"):
        roll["lists"] = list(values["lists"])
    if values.get("came"):
        roll["came"] = True
    return {
        "format": VOTE_FORMAT,
        "title": said(values, "title"),
        "text": said(values, "text"),
        "level": values["level"],
        "opens": values["opens"].isoformat(),
        "closes": values["closes"].isoformat(),
        "live": live,
        "change": bool(values.get("change")),
        "channels": list(values["channels"]),
        "grain": values["grain"],
        "roll": roll,
        "questions": [dict(one) for one in questions],
    }


def moved(document: Mapping[str, Any], now: dt.datetime) -> dict[str, Any]:
    """A configuration for another vote: the same length, a week from now, the same hour."""
    opens = dt.datetime.fromisoformat(document["opens"])
    closes = dt.datetime.fromisoformat(document["closes"])
    days = max(7, (now - opens).days + 8)
    shift = dt.timedelta(days=days if opens < now + dt.timedelta(days=1) else 0)
    return {
        **document,
        "opens": (opens + shift).isoformat(),
        "closes": (closes + shift).isoformat(),
    }


# One question -----------------------------------------------------------------------------------


def shape_of(document: Mapping[str, Any]) -> str:
    """The kind of a question as an organiser chose it."""
    codes = [one["code"] for one in document["options"]]
    decision = document.get("majority") is not None or codes in (
        ["yes", "no"], ["yes", "no", "abstain"],
    )  # fmt: skip
    return "decision" if decision else str(document["kind"])


def question_values(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the form of a question shows of it."""
    options, rule = document["options"], document["rule"]
    majority = document.get("majority") or {}
    lines = {
        f"options_{code}": "\n".join(_line(one, code) for one in options) for code in LANGUAGES
    }
    shape = shape_of(document)
    return {
        **spread(document["title"], "title"),
        **spread(document.get("text"), "text"),
        "shape": shape,
        **({} if shape == "decision" else lines),
        "costs": "\n".join(str(one.get("cost", 0)) for one in options)
        if document["kind"] == "knapsack"
        else "",
        "abstain": any(one["code"] == "abstain" for one in options),
        "least": document.get("least", 1),
        "most": document.get("most"),
        "points": document.get("points"),
        "per_option": document.get("per_option"),
        "budget": document.get("budget"),
        "rule": "" if rule["rule"] == USUAL_RULE[shape] else rule["rule"],
        "seats": rule.get("seats", 1),
        "ties": rule.get("ties", "declared"),
        "by_majority": document.get("majority") is not None,
        "share": majority.get("share", "1/2"),
        "of": majority.get("of", "votes"),
        "strictly": majority.get("strictly", True),
        "quorum": majority.get("quorum") or "",
        "territories": majority.get("territories") or "",
    }


def _line(option: Mapping[str, Any], code: str) -> str:
    title, text = option["title"].get(code, ""), (option.get("text") or {}).get(code, "")
    return f"{title} | {text}" if text else title


def question(
    values: Mapping[str, Any], code: str, before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The question that a form says; ``before`` is what stood there, whose codes are kept."""
    shape = values["shape"]
    kind = "single" if shape == "decision" else shape
    rule: dict[str, Any] = {"rule": values.get("rule") or USUAL_RULE[shape]}
    if (values.get("seats") or 1) > 1:
        rule["seats"] = values["seats"]
    if values.get("ties") == "lottery":
        rule["ties"] = "lottery"
    asked: dict[str, Any] = {
        "code": code,
        "kind": kind,
        "title": said(values, "title"),
        "text": said(values, "text"),
        "options": _decision(values) if shape == "decision" else _options(values, before),
        "rule": rule,
    }
    if kind in ("several", "approval", "ranked"):
        asked |= {name: values[name] for name in ("least", "most") if values.get(name) is not None}
    if kind in POINTED and values.get("points") is not None:
        asked["points"] = values["points"]
    if kind in ("cumulative", "distribution") and values.get("per_option") is not None:
        asked["per_option"] = values["per_option"]
    if kind == "knapsack":
        asked["budget"] = values.get("budget")
    if shape == "decision":
        majority = {
            "share": values.get("share") or "1/2",
            "of": values.get("of") or "votes",
            "strictly": values.get("strictly", True),
        }
        for name in ("quorum", "territories"):
            if values.get(name):
                majority[name] = values[name]
        asked["majority"] = majority
    return asked


def _decision(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    codes = ["yes", "no", *(["abstain"] if values.get("abstain") else [])]
    return [{"code": code, "title": DECISION[code]} for code in codes]


def option_lines(values: Mapping[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """The lines of the options in each language: title and explanation."""
    found: dict[str, list[tuple[str, str]]] = {}
    for code in LANGUAGES:
        lines = [line.strip() for line in str(values.get(f"options_{code}") or "").splitlines()]
        while lines and not lines[-1]:
            lines.pop()
        parts = [line.partition("|") for line in lines]
        found[code] = [(title.strip(), text.strip()) for title, _bar, text in parts]
    return found


def _options(values: Mapping[str, Any], before: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    lines = option_lines(values)
    number = max(len(rows) for rows in lines.values())
    costs = [line.strip() for line in str(values.get("costs") or "").splitlines()]
    old = {} if before is None else _codes_by_title(before)
    taken: set[str] = set()
    made = []
    for n in range(number):
        titles = {c: rows[n][0] for c, rows in lines.items() if n < len(rows) and rows[n][0]}
        texts = {c: rows[n][1] for c, rows in lines.items() if n < len(rows) and rows[n][1]}
        code = next((old[t] for t in titles.values() if t in old and old[t] not in taken), "")
        made.append((code, titles, texts))
        taken.add(code)
    spare = (str(n) for n in range(1, 10_000) if str(n) not in taken)
    options: list[dict[str, Any]] = []
    for n, (code, titles, texts) in enumerate(made):
        one: dict[str, Any] = {"code": code or next(spare), "title": titles}
        if texts:
            one["text"] = texts
        if values["shape"] == "knapsack":
            one["cost"] = int(costs[n]) if n < len(costs) and costs[n].isdecimal() else 0
        options.append(one)
    return options


def _codes_by_title(before: Mapping[str, Any]) -> dict[str, str]:
    """Title in any language → code: an option that is moved keeps its code."""
    return {
        title: one["code"]
        for one in before["options"]
        if one["code"] not in DECISION
        for title in one["title"].values()
    }

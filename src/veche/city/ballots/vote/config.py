"""The configuration of a vote: everything that decides the outcome, in one document.

It is written while the vote is a draft, frozen when the vote is published, and is the first leaf
of the vote's log. Whoever counts again needs it and the ballots, and nothing else.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from veche.city.ballots.counting.kinds import KINDS, Kind
from veche.city.ballots.counting.majority import Majority
from veche.city.ballots.counting.rule import Rule

VOTE_FORMAT = "veche-vote/1"
OPEN_POLL, AUDITED = "open", "audited"
LEVELS = (OPEN_POLL, AUDITED)
LIVE_MODES = ("live", "after-own-vote", "turnout")
WAYS = ("web", "kiosk", "paper")
"""The channels by which one can vote."""
GRAINS = ("city", "district", "neighbourhood")
"""The finest territory a ballot tells."""
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
MOST_QUESTIONS, MOST_OPTIONS = 50, 300
DECISION_CODES = ("yes", "no", "abstain")


class WrongConfig(ValueError):
    """A configuration by which no vote can be held; the sentence says why."""


@dataclass(frozen=True)
class Choosable:
    """One option of a question. ``cost`` is in whole units of money, where there is a budget."""

    code: str
    title: Mapping[str, str]
    text: Mapping[str, str] = field(default_factory=dict)
    cost: int = 0


@dataclass(frozen=True)
class Asked:
    """One question: its options, what one ballot may hold, and the rule it is counted by."""

    code: str
    title: Mapping[str, str]
    text: Mapping[str, str]
    options: tuple[Choosable, ...]
    kind: Kind
    rule: Rule
    majority: Majority | None = None
    """The rule of a decision by yes and no; the options are then yes, no and perhaps abstain."""

    @property
    def codes(self) -> tuple[str, ...]:
        """The options by code, in the order of the ballot."""
        return tuple(option.code for option in self.options)


@dataclass(frozen=True)
class VoteConfig:
    """A configuration as it was read; ``whole`` is the document itself."""

    number: str
    title: Mapping[str, str]
    level: str
    opens: dt.datetime
    closes: dt.datetime
    live: str
    change: bool
    """Whether a ballot may be changed until the close; the last one counts."""
    channels: tuple[str, ...]
    grain: str
    roll: Mapping[str, Any]
    questions: tuple[Asked, ...]
    whole: Mapping[str, Any]

    @property
    def audited(self) -> bool:
        """Whether every ballot is a leaf of the log."""
        return self.level == AUDITED

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical document, in hexadecimal."""
        return hashlib.sha256(canonical_text(self.whole).encode()).hexdigest()

    def question(self, code: str) -> Asked:
        """The question of this code. Raises: KeyError."""
        return next_of(self.questions, code)


def next_of(questions: Sequence[Asked], code: str) -> Asked:
    """The question of this code among some. Raises: KeyError."""
    for asked in questions:
        if asked.code == code:
            return asked
    raise KeyError(code)


def canonical_text(value: Any) -> str:
    """Canonical JSON (RFC 8785) of what holds no fractions: sorted names, no spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_config(document: Mapping[str, Any], *, draft: bool = False) -> VoteConfig:
    """Read and check a configuration; a ``draft`` may ask nothing yet.

    Raises:
        WrongConfig: what is wrong, in a sentence.
    """
    try:
        return _read_config(document, least=0 if draft else 1)
    except WrongConfig:
        raise
    except KeyError as missing:
        raise WrongConfig(f"The configuration says nothing of {missing}.") from missing
    except (ValueError, TypeError, AttributeError) as fault:
        raise WrongConfig(str(fault)) from fault


def _read_config(document: Mapping[str, Any], least: int) -> VoteConfig:
    if document["format"] != VOTE_FORMAT:
        raise WrongConfig(f"The format is {VOTE_FORMAT}, not {document['format']!r}.")
    opens, closes = _moment(document["opens"]), _moment(document["closes"])
    if closes <= opens:
        raise WrongConfig("A vote closes after it opens.")
    live = document["live"]
    for name, value, known in (
        ("level", document["level"], LEVELS),
        ("live", live["mode"], LIVE_MODES),
        ("grain", document["grain"], GRAINS),
        *(("channel", one, WAYS) for one in document["channels"]),
    ):
        if value not in known:
            raise WrongConfig(f"{name} is one of {', '.join(known)}, not {value!r}.")
    if live["mode"] != "live" and not any(live.get("reason", {}).values()):
        raise WrongConfig("Who hides the count while the vote is open gives a reason.")
    questions = tuple(_asked(one) for one in document["questions"])
    if not least <= len(questions) <= MOST_QUESTIONS:
        raise WrongConfig(f"A vote asks between one and {MOST_QUESTIONS} questions.")
    if len({one.code for one in questions}) != len(questions):
        raise WrongConfig("Two questions share a code.")
    if not isinstance(document["change"], bool):
        raise WrongConfig("change is true or false.")
    return VoteConfig(
        number=str(document["vote"]),
        title=_words(document["title"]),
        level=document["level"],
        opens=opens,
        closes=closes,
        live=live["mode"],
        change=document["change"],
        channels=tuple(document["channels"]),
        grain=document["grain"],
        roll=dict(document["roll"]),
        questions=questions,
        whole=document,
    )


def _asked(document: Mapping[str, Any]) -> Asked:
    options = tuple(
        Choosable(
            code=_code(one["code"]),
            title=_words(one["title"]),
            text=dict(one.get("text") or {}),
            cost=_whole(one.get("cost", 0)),
        )
        for one in document["options"]
    )
    if not 1 <= len(options) <= MOST_OPTIONS:
        raise WrongConfig(f"A question has between one and {MOST_OPTIONS} options.")
    if len({one.code for one in options}) != len(options):
        raise WrongConfig("Two options share a code.")
    if document["kind"] not in KINDS:
        raise WrongConfig(f"A question is one of {', '.join(KINDS)}.")
    majority = document.get("majority")
    if majority is not None and (
        document["kind"] != "single"
        or not {"yes", "no"} <= {one.code for one in options} <= set(DECISION_CODES)
    ):
        raise WrongConfig("A decision is put as yes, no and perhaps abstain, one of them.")
    rule = Rule.read(document["rule"])
    ranked = rule.rule in ("irv", "stv-scottish", "schulze")
    if ranked != (document["kind"] == "ranked"):
        raise WrongConfig(f"{rule.rule} does not count ballots of the kind {document['kind']}.")
    if rule.rule == "plurality" and document["kind"] not in ("single",):
        raise WrongConfig("Plurality counts one cross on each ballot.")
    return Asked(
        code=_code(document["code"]),
        title=_words(document["title"]),
        text=dict(document.get("text") or {}),
        options=options,
        kind=Kind(
            kind=document["kind"],
            least=_whole(document.get("least", 1)),
            most=_whole_or_none(document.get("most")),
            points=_fraction(document.get("points")),
            per_option=_fraction(document.get("per_option")),
            budget=_fraction(document.get("budget")),
            costs=tuple(Fraction(one.cost) for one in options),
        ),
        rule=rule,
        majority=None if majority is None else Majority.read(majority),
    )


def _code(value: object) -> str:
    if not isinstance(value, str) or not CODE.fullmatch(value):
        raise WrongConfig(f"{value!r} is no code: small letters, digits and hyphens.")
    return value


def _words(value: Mapping[str, str]) -> Mapping[str, str]:
    if not any(value.values()) or not all(isinstance(one, str) for one in value.values()):
        raise WrongConfig("Every question and option has a title.")
    return dict(value)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 2**53:
        raise WrongConfig(f"{value!r} is not a whole number from nothing up.")
    return value


def _whole_or_none(value: object) -> int | None:
    return None if value is None else _whole(value)


def _fraction(value: object) -> Fraction | None:
    return None if value is None else Fraction(_whole(value))


def _moment(value: object) -> dt.datetime:
    found = dt.datetime.fromisoformat(str(value))
    if found.tzinfo is None:
        raise WrongConfig("A moment has a time zone.")
    return found

"""An outcome as a page shows it: a sentence, bars, a table, the conditions, the places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext, ngettext

from veche.city.ballots.vote.config import WAYS, Asked, VoteConfig
from veche.city.ballots.vote.result import TOGETHER
from veche.core.places.queries import Atlas
from veche.languages import here
from veche.look.words import number, percent

RANKED = ("irv", "stv-scottish", "schulze")


@dataclass(frozen=True)
class Bar:
    """One option in the picture."""

    code: str
    title: str
    value: float
    share: float
    """Of one: how long the bar is."""
    label: str
    won: bool


@dataclass(frozen=True)
class Line:
    """A condition of a decision: what was needed, what there was, whether it was met."""

    title: str
    have: float
    need: float
    label: str
    met: bool


@dataclass(frozen=True)
class Told:
    """One question and its outcome."""

    asked: Asked
    title: str
    verdict: str
    base: str
    """Of what the bars are shares: ``sum``, ``ballots`` or ``top`` (the longest bar is whole)."""
    bars: Sequence[Bar]
    heads: Sequence[str]
    """The rounds, where there are several."""
    table: Sequence[tuple[str, bool, Sequence[str]]]
    conditions: Sequence[Line]
    places: Sequence[tuple[str, Sequence[str]]]
    ties: Sequence[str]
    ballots: int
    valid: int
    empty: int


def base_of(asked: Asked) -> str:
    """Of what the bars of a question are shares."""
    if asked.rule.rule == "plurality" or asked.rule.rule in RANKED:
        return "sum"
    return "top" if asked.rule.rule == "score" else "ballots"


def told(config: VoteConfig, body: Mapping[str, Any], places: Atlas, *, final: bool) -> list[Told]:
    """Every question with its outcome, as far as it is shown."""
    found = {one["code"]: one for one in body["questions"]}
    return [
        _told(asked, found[asked.code], places, final)
        for asked in config.questions
        if asked.code in found
    ]


def _told(asked: Asked, one: Mapping[str, Any], places: Atlas, final: bool) -> Told:
    titles = {option.code: here(option.title) for option in asked.options}
    record = one["count"]
    last = record["rounds"][-1]["tally"] if record["rounds"] else {}
    shown = _final_tally(record)
    bars = _bars(asked, shown, record, titles)
    return Told(
        asked=asked,
        title=here(asked.title),
        verdict=_verdict(asked, one, titles, bars, final),
        base=base_of(asked),
        bars=bars,
        heads=_heads(record),
        table=_table(record, titles),
        conditions=_conditions(asked, one.get("decision"), places),
        places=_places(one["territories"], titles, places),
        ties=_ties(record, titles),
        ballots=record["ballots"],
        valid=record["valid"],
        empty=max(record["empty"], record["ballots"] - record["valid"] if not last else 0),
    )


def _final_tally(record: Mapping[str, Any]) -> dict[str, float]:
    """What each option stood at last: of one that was left out, where it was left out."""
    shown: dict[str, float] = {}
    for step in record["rounds"]:
        shown.update(step["tally"])
    return shown


def _bars(
    asked: Asked, shown: Mapping[str, float], record: Mapping[str, Any], titles: Mapping[str, str]
) -> list[Bar]:
    base = base_of(asked)
    last = record["rounds"][-1]["tally"] if record["rounds"] else {}
    whole = {
        "sum": sum(last.values()),
        "ballots": record["ballots"],
        "top": max(shown.values(), default=0),
    }[base]
    bars = []
    for code, title in titles.items():
        value = shown.get(code, 0)
        share = value / whole if whole else 0.0
        label = number(value) if base == "top" else f"{number(value)} · {percent(share, 1)}"
        bars.append(Bar(code, title, value, min(1.0, share), label, code in record["winners"]))
    if asked.majority is not None:
        return bars  # yes, no, abstain: in the order of the ballot
    return sorted(bars, key=lambda bar: (not bar.won, -bar.value))


def _verdict(
    asked: Asked,
    one: Mapping[str, Any],
    titles: Mapping[str, str],
    bars: Sequence[Bar],
    final: bool,
) -> str:
    record = one["count"]
    if not record["valid"]:
        return (
            gettext("Nobody has chosen anything yet.")
            if not final
            else gettext("Nobody chose anything: there is no result.")
        )
    if "decision" in one:
        return _decided(one["decision"], final)
    names = [titles[code] for code in record["winners"]]
    listed = gettext("; ").join(names)
    best = next((bar for bar in bars if bar.won), None)
    if not names or best is None:
        return gettext("No option was chosen.")
    if len(names) > 1:
        return (gettext("Chosen: %(names)s") if final else gettext("Ahead so far: %(names)s")) % {
            "names": listed
        }
    values = {"name": names[0], "share": percent(best.share, 1), "n": number(best.value)}
    if base_of(asked) == "top":
        text = (
            gettext("Chosen: %(name)s, with %(n)s points")
            if final
            else gettext("Ahead so far: %(name)s, with %(n)s points")
        )
    elif asked.rule.rule in RANKED and len(record["rounds"]) > 1:
        text = (
            gettext("Chosen: %(name)s, %(share)s in the last round")
            if final
            else gettext("Ahead so far: %(name)s, %(share)s in the last round")
        )
    elif asked.rule.rule == "schulze":
        text = gettext("Chosen: %(name)s") if final else gettext("Ahead so far: %(name)s")
    else:
        text = (
            gettext("Chosen: %(name)s, %(share)s")
            if final
            else gettext("Ahead so far: %(name)s, %(share)s")
        )
    return text % values


def _decided(decision: Mapping[str, Any], final: bool) -> str:
    side = decision["sides"]["whole"]
    votes = side["yes"] + side["no"]
    share = percent(side["yes"] / votes, 1) if votes else percent(0)
    quorum = next((one for one in decision["conditions"] if one["name"] == "quorum"), None)
    text = {
        (True, True): gettext("Passed: %(share)s in favour"),
        (False, True): gettext("Not passed: %(share)s in favour"),
        (True, False): gettext("It would pass: %(share)s in favour so far"),
        (False, False): gettext("It would not pass: %(share)s in favour so far"),
    }[decision["passed"], final] % {"share": share}
    if quorum is not None:
        text += gettext(", ") + (
            gettext("quorum reached") if quorum["met"] else gettext("quorum not reached")
        )
    return text


def _heads(record: Mapping[str, Any]) -> list[str]:
    n = len(record["rounds"])
    return [gettext("Round %(n)s") % {"n": place} for place in range(1, n + 1)] if n > 1 else []


def _table(
    record: Mapping[str, Any], titles: Mapping[str, str]
) -> list[tuple[str, bool, list[str]]]:
    rounds = record["rounds"]
    shown = _final_tally(record)
    order = sorted(titles, key=lambda code: (code not in record["winners"], -shown.get(code, 0)))
    rows = [
        (
            titles[code],
            code in record["winners"],
            [number(step["tally"][code]) if code in step["tally"] else "–" for step in rounds],
        )
        for code in order
    ]
    if any(step["exhausted"] for step in rounds):
        rows.append(
            (
                gettext("No further preference"),
                False,
                [number(step["exhausted"]) for step in rounds],
            )
        )
    return rows


def _ties(record: Mapping[str, Any], titles: Mapping[str, str]) -> list[str]:
    words = {
        "earlier rounds": gettext("earlier rounds decided"),
        "declared order": gettext("the order declared before the vote decided"),
        "lottery": gettext("a public lottery decided"),
    }
    return [
        gettext("%(names)s stood alike; %(how)s, and %(name)s was taken.")
        % {
            "names": gettext(", ").join(titles.get(code, code) for code in tie["among"]),
            "how": words.get(tie["decided_by"], tie["decided_by"]),
            "name": titles.get(tie["taken"], tie["taken"]),
        }
        for step in record["rounds"]
        for tie in step.get("ties", ())
    ]


def _conditions(asked: Asked, decision: Mapping[str, Any] | None, places: Atlas) -> list[Line]:
    if decision is None:
        return []
    words = {
        "yes of votes": gettext("In favour, of those who said yes or no"),
        "yes of cast": gettext("In favour, of all ballots"),
        "yes of roll": gettext("In favour, of everybody on the roll"),
        "quorum": gettext("Took part, of everybody on the roll"),
        "territories": gettext("Places in which it has the majority"),
    }
    lines = []
    for one in decision["conditions"]:
        have, need = Fraction(one["have"]), Fraction(one["need"])
        name = one["name"]
        title = words.get(name) or gettext("Took part in %(place)s") % {
            "place": place_name(name.removeprefix("quorum of "), places)
        }
        text = (
            gettext("%(have)s; more than %(need)s is needed")
            if one["more_than"]
            else gettext("%(have)s; at least %(need)s is needed")
        )
        label = text % {"have": percent(float(have), 1), "need": percent(float(need), 1)}
        lines.append(Line(title, float(have), float(need), label, one["met"]))
    return lines


def _places(
    territories: Mapping[str, Mapping[str, float]], titles: Mapping[str, str], places: Atlas
) -> list[tuple[str, list[str]]]:
    if len(territories) < 2:
        return []
    return [
        (place_name(code, places), [number(standing.get(option, 0)) for option in titles])
        for code, standing in territories.items()
    ]


def place_name(code: str, places: Atlas) -> str:
    """The name of a place of an outcome, in the reader's language."""
    if code == TOGETHER:
        return gettext("Small places together")
    found = places.by_code.get(code)
    return str(found) if found is not None else code


@dataclass(frozen=True)
class Turnout:
    """How many took part in one place."""

    code: str
    name: str
    roll: int
    number: int
    ways: Sequence[int]

    @property
    def share(self) -> float:
        """Of one: the part of the roll that took part."""
        return self.number / self.roll if self.roll else 0.0


def turnout(body: Mapping[str, Any], places: Atlas) -> list[Turnout]:
    """The turnout of every place."""
    rolls, ways = body["roll"]["territories"], body["turnout"]["territories"]
    return [
        Turnout(
            code,
            place_name(code, places),
            rolls.get(code, 0),
            sum(ways.get(code, {}).values()),
            [ways.get(code, {}).get(way, 0) for way in WAYS],
        )
        for code in sorted({*rolls, *ways})
    ]


def turnout_sentence(body: Mapping[str, Any]) -> str:
    """How many of how many voted."""
    n, whole = body["turnout"]["number"], body["roll"]["number"]
    share = percent(n / whole, 1) if whole else percent(0)
    return ngettext(
        "%(n)s of %(whole)s people on the roll voted: %(share)s.",
        "%(n)s of %(whole)s people on the roll voted: %(share)s.",
        n,
    ) % {"n": number(n), "whole": number(whole), "share": share}

"""A count that was published with its ballots, counted again.

The folder holds ``count.json``: the name of the file of ballots beside it, its format and SHA-256,
the rule, what broke ties, and the count as it was announced. Whoever counts again needs nothing
else.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from veche.city.ballots.counting.ballots import Papers
from veche.city.ballots.counting.record import Count
from veche.city.ballots.counting.rule import Rule, WrongRule, count
from veche.city.ballots.counting.ties import seed
from veche.city.ballots.files.reading import FORMATS, read_ballots
from veche.city.ballots.files.text import WrongFile

COUNT_FORMAT = "veche-count/1"
COUNT_FILE = "count.json"


def count_record(
    papers: Papers,
    found: Count,
    rule: Rule,
    *,
    file: str,
    form: str,
    sha256: str,
    write_ins: str,
    order: tuple[int, ...] | None,
    lottery: tuple[bytes, str] | None,
) -> dict[str, Any]:
    """What ``count.json`` holds. ``lottery`` is the root of the final checkpoint, and the dice."""
    return {
        "format": COUNT_FORMAT,
        "ballots": {"file": file, "format": form, "sha256": sha256, "write_ins": write_ins},
        "rule": json.loads(rule.canonical()),
        "order": None if order is None else [papers.options[one] for one in order],
        "lottery": None if lottery is None else {"root": lottery[0].hex(), "dice": lottery[1]},
        "count": found.as_json(),
    }


def recount(folder: Path) -> tuple[list[str], str]:
    """Count again what the folder announces: the differences, and what was checked, in words."""
    try:
        told = json.loads((folder / COUNT_FILE).read_text(encoding="utf-8"))
        differences, summary = _recount(folder, told)
    except (WrongFile, WrongRule) as fault:
        return [f"The count cannot be repeated: {fault}"], "No count was repeated."
    except OSError as fault:
        return [f"The count cannot be repeated: {fault.strerror}."], "No count was repeated."
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        return [f"{COUNT_FILE} is not a count: {fault!r}."], "No count was repeated."
    return differences, summary


def _recount(folder: Path, told: dict[str, Any]) -> tuple[list[str], str]:
    ballots = told["ballots"]
    name = ballots["file"]
    if told["format"] != COUNT_FORMAT or Path(name).name != name or name in ("", ".", ".."):
        raise ValueError("its format or the name of its ballots is not known here")
    if ballots["format"] not in FORMATS:
        raise ValueError(f"{ballots['format']} is no format of ballots")
    path = folder / name
    if hashlib.sha256(path.read_bytes()).hexdigest() != ballots["sha256"]:
        return [f"{name}: these are not the ballots that were counted."], "Nothing was counted."
    papers = read_ballots(path, ballots["format"], write_ins=ballots["write_ins"])
    order = told["order"]
    places = None if order is None else tuple(papers.options.index(one) for one in order)
    drawn_by = told["lottery"]
    drawn = None if drawn_by is None else seed(bytes.fromhex(drawn_by["root"]), drawn_by["dice"])
    found = count(Rule.read(told["rule"]), papers, order=places, seed=drawn).as_json()
    summary = (
        f"Counted again: {found['ballots']:,} ballots, {len(found['rounds'])} rounds by the rule"
        f" {told['rule']['rule']}; elected: {', '.join(found['winners']) or 'nobody'}."
    )
    if drawn_by is not None:
        summary += (
            f" Ties by a lottery of the checkpoint {drawn_by['root']} and the dice"
            f" {drawn_by['dice']}: compare both with what was shown in public."
        )
    return _compare(told["count"], json.loads(json.dumps(found))), summary


def _compare(announced: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """How the announced count differs from ours, in sentences; the first is the weightiest."""
    if announced == found:
        return []
    told = []
    if announced.get("winners") != found["winners"]:
        told.append(
            f"Announced as elected: {', '.join(announced['winners'])}; counted again:"
            f" {', '.join(found['winners'])}."
        )
    rounds = announced.get("rounds", [])
    for number, (one, other) in enumerate(zip(rounds, found["rounds"], strict=False), start=1):
        if one != other:
            told.append(f"Round {number} was announced otherwise: {_first(one, other)}.")
            break
    if len(rounds) != len(found["rounds"]):
        told.append(f"Announced {len(rounds)} rounds, counted again {len(found['rounds'])}.")
    for name in sorted({*announced, *found} - {"winners", "rounds"}):
        if announced.get(name) != found.get(name):
            told.append(
                f"{name}: announced {announced.get(name)!r:.80}, counted {found.get(name)!r:.80}."
            )
    return told


def _first(one: dict[str, Any], other: dict[str, Any]) -> str:
    for name in sorted({*one, *other}):
        a, b = one.get(name), other.get(name)
        if a == b:
            continue
        if isinstance(a, dict) and isinstance(b, dict):
            who = next((key for key in sorted({*a, *b}) if a.get(key) != b.get(key)), "somebody")
            return f"{who} had {a.get(who)}, counted again {b.get(who)}"
        return f"{name} {a!r:.80}, counted again {b!r:.80}"
    return "in nothing that is known here"

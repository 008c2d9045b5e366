"""Classes of indicators as they stand in files: read, checked, and nothing else. No Django."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from veche.city.pulse import rules

LANGUAGES = ("en", "ru", "zh")
NEEDED = frozenset({"code", "names", "sphere", "unit", "level", "formula", "runbook"})
KNOWN = NEEDED | {
    "theme", "iso_code", "unit_names", "cadence", "fresh_for", "direction", "limits", "season",
    "margin", "hold_samples", "hold_seconds", "owner", "case", "public", "digits",
}  # fmt: skip


class BadClass(ValueError):
    """A class of indicators says something that cannot be, and what."""


def check(given: Mapping[str, Any]) -> None:
    """Let a class pass that says what can be reckoned.

    Raises:
        BadClass: something needed is missing or unknown, a name lacks a language, the limits or the
            formula make no sense, or nothing could ever be too much.
    """
    code = given.get("code", "?")
    missing, unknown = NEEDED - given.keys(), given.keys() - KNOWN
    if missing or unknown:
        raise BadClass(f"{code}: missing {sorted(missing)}, unknown {sorted(unknown)}")
    for name in ("names", "runbook"):
        if not all(str(given[name].get(language, "")).strip() for language in LANGUAGES):
            raise BadClass(f"{code}: {name} in three languages")
    if given["level"] not in rules.PLACES:
        raise BadClass(f"{code}: level {given['level']}")
    if given.get("direction", "high") not in ("high", "low", "both"):
        raise BadClass(f"{code}: direction {given['direction']}")
    try:
        formula = rules.Formula.of(given["formula"])
        rules.Limits.of(given.get("limits", {}))
    except (ValueError, TypeError) as fault:
        raise BadClass(f"{code}: {fault}") from fault
    if formula.over != "readings" and given["level"] == "thing":
        raise BadClass(f"{code}: only readings are of things")
    if formula.over == "sources" and given["level"] != "city":
        raise BadClass(f"{code}: sources are counted in the whole city")
    season = given.get("season") or {}
    if season.keys() - {"weeks", *rules.LEVELS}:
        raise BadClass(f"{code}: season")


@cache
def classes() -> tuple[dict[str, Any], ...]:
    """Every class of every file, in the order of the files' names.

    Raises:
        BadClass: see `check`; or two have one code.
    """
    found: list[dict[str, Any]] = []
    known: dict[str, str] = {}
    folder = files("veche.city.pulse.classes")
    for path in sorted(folder.iterdir(), key=lambda one: one.name):
        if not path.name.endswith(".toml"):
            continue
        for one in tomllib.loads(path.read_text("utf-8")).get("classes", []):
            one["limits"] = {
                side: [None if v != v else v for v in three]  # TOML has no word for nothing but nan
                for side, three in one.get("limits", {}).items()
            }
            check(one)
            if one["code"] in known:
                raise BadClass(f"{one['code']}: in {known[one['code']]} and {path.name}")
            known[one["code"]] = path.name
            found.append(one)
    return tuple(found)

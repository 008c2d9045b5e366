"""Sentences about how the city is: they are made of numbers, never typed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from veche.city.pulse import rules
from veche.city.pulse.models import Indicator
from veche.city.pulse.queries.now import Row, Sign
from veche.city.pulse.templatetags.signs import said
from veche.city.pulse.words import LEVEL_PLACES
from veche.look import words


def _joined(parts: Sequence[str]) -> str:
    text = _("; ").join(part for part in parts if part)
    return text[:1].upper() + text[1:] + _(".") if text else ""


def attention(n: int) -> str:
    """How many things need attention."""
    return ngettext("%(n)s thing needs attention", "%(n)s things need attention", n) % {"n": n}


def counted(signs: Sequence[Sign]) -> str:
    """How many of these signs stand how, in a few words."""
    return _("; ").join(part for part in _parts(signs) if part)


def _parts(signs: Sequence[Sign]) -> list[str]:
    counts = Counter(sign.state for sign in signs)
    bad, watch = counts["warning"] + counts["critical"], counts["watch"]
    dark = counts["stale"] + counts["none"]
    parts = [attention(bad)] if bad else []
    if watch:
        parts.append(ngettext("%(n)s is watched", "%(n)s are watched", watch) % {"n": watch})
    if counts["normal"]:
        n = counts["normal"]
        parts.append(ngettext("%(n)s as usual", "%(n)s as usual", n) % {"n": n})
    if dark:
        parts.append(
            ngettext("%(n)s without fresh data", "%(n)s without fresh data", dark) % {"n": dark}
        )
    return parts


def how_the_city_is(signs: Sequence[Sign], silent: int) -> str:
    """One sentence: what needs attention, what is as usual, what is silent."""
    parts = _parts(signs)
    if not any(sign.state in ("warning", "critical") for sign in signs) and signs:
        parts.insert(0, _("nothing needs attention"))
    if silent:
        parts.append(
            ngettext("%(n)s source is silent", "%(n)s sources are silent", silent) % {"n": silent}
        )
    return _joined(parts) or _("Nothing is measured yet.")


def how_it_stands(indicator: Indicator, rows: Sequence[Row]) -> str:
    """One sentence about an indicator: where it is worst, and how the rest is."""
    if not rows:
        return _("Nothing has been reckoned yet.")
    worst = rows[0]
    counts = Counter(row.state for row in rows)
    place = worst.thing_name or str(worst.territory)
    parts = []
    if worst.state in rules.LEVELS:
        word = {"watch": _("to be watched"), "warning": _("warning"), "critical": _("critical")}
        parts.append(
            _("{state} in {place} since {when}: {value}").format(
                state=word[worst.state],
                place=place,
                when=words.moment(worst.since, "short"),
                value=said(worst.value, indicator),
            )
        )
    if counts["normal"]:
        n = counts["normal"]
        parts.append(
            ngettext("%(n)s place as usual", "%(n)s places as usual", n) % {"n": words.number(n)}
        )
    dark = counts["stale"] + counts["none"]
    if dark:
        parts.append(
            ngettext(
                "%(n)s place without fresh data", "%(n)s places without fresh data", dark
            )
            % {"n": words.number(dark)}
        )  # fmt: skip
    return _joined(parts)


def _span(seconds: int) -> str:
    import datetime as dt

    return words.span(dt.timedelta(seconds=seconds))


def formula_in_words(indicator: Indicator, property_name: str = "") -> str:
    """What an indicator is made from, as a sentence a resident understands."""
    formula = rules.Formula.of(indicator.formula)
    where = str(LEVEL_PLACES[str(indicator.level)])
    if formula.over == "matters":
        what = {
            "opened": _("how many problems were reported in {span}"),
            "closed": _("how many problems were closed in {span}"),
            "open": _("how many problems are open"),
            "late": _("how many answers are late"),
            "answered_share": _("which share of what was closed in {span} was answered in time"),
        }[formula.measure].format(span=_span(formula.window))
        return _("For {where}: {what}, counted from the city's own matters.").format(
            where=where, what=what
        )
    if formula.over == "sources":
        what = {
            "silent": _("how many connected systems are silent"),
            "silent_share": _("which share of the connected systems is silent"),
            "refused": _("how many readings were refused today"),
        }[formula.measure]
        return _("For {where}: {what}.").format(where=where, what=what)
    each = {
        "last": _("the newest reading"),
        "mean": _("the mean of {span}"),
        "sum": _("the sum of {span}"),
        "min": _("the least of {span}"),
        "max": _("the most of {span}"),
        "count": _("the number of readings in {span}"),
        "rate": _("the change in an hour, over {span}"),
        "anomaly": _("how unlike the past weeks the readings of {span} are, from 0 to 1,"),
    }[formula.measure].format(span=_span(formula.window) if formula.window else "")
    limit = words.number(formula.threshold) if formula.threshold is not None else ""
    across = {
        "mean": _("then the mean of all devices there"),
        "sum": _("then the sum of all devices there"),
        "min": _("then the least of all devices there"),
        "max": _("then the most of all devices there"),
        "share_above": _("then the share of devices above {limit}"),
        "share_below": _("then the share of devices below {limit}"),
        "count_above": _("then how many devices are above {limit}"),
        "count_below": _("then how many devices are below {limit}"),
    }[formula.across].format(limit=limit)
    return _("For {where}: {each} of “{property}” of each device, {across}.").format(
        where=where, each=each, property=property_name or formula.property, across=across
    )


def hold_in_words(indicator: Indicator) -> str:
    """For how long a limit must be crossed before the state changes."""
    parts = []
    if indicator.hold_samples > 1:
        n = indicator.hold_samples
        parts.append(ngettext("%(n)s value", "%(n)s values in a row", n) % {"n": n})
    if indicator.hold_seconds:
        parts.append(_span(indicator.hold_seconds))
    if not parts:
        return _("as soon as a limit is crossed")
    return _("when a limit has been crossed for {hold}").format(hold=_(" and ").join(parts))


def limits_of(indicator: Indicator) -> list[dict[str, Any]]:
    """Every level with its limits in words: fixed ones, and those of the season."""
    limits: Mapping[str, Sequence[float | None]] = indicator.limits or {}
    season = indicator.season or {}
    found = []
    for place, level in enumerate(rules.LEVELS):
        parts = []
        high = (limits.get("high") or [None] * 3)[place]
        low = (limits.get("low") or [None] * 3)[place]
        if high is not None:
            parts.append(_("{value} or more").format(value=said(high, indicator)))
        if low is not None:
            parts.append(_("{value} or less").format(value=said(low, indicator)))
        steps = season.get(level)
        if steps is not None:
            parts.append(
                _("{n} standard deviations from what is usual for the hour").format(
                    n=words.number(steps)
                )
            )
        if parts:
            found.append({"state": level, "text": _(", or ").join(parts)})
    return found

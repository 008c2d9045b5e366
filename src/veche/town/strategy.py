"""The strategy of the town as a planner would write it in a table: goals, tasks, measures.

Years are counted from the present one, so that the plan is always under way. A year ago some
measures were to end earlier and to cost less: the table exists as it was then, and as it is now.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Final

from veche.town.names import Names, data

CODE: Final = "zarechye-2030"
TITLES: Final[Names] = {
    "en": "A town near at hand: the strategy of Zarechye",
    "ru": "Город рядом: стратегия Заречья",
    "zh": "身边的城市：河湾发展战略",
}
REASON: Final = "Совет уточнил бюджет после первого года"
"""Why the table changed, in the language of the town."""
HEADER: Final = (
    "code", "kind", "title", "title_ru", "title_zh", "owner", "begins", "ends", "planned", "spent",
    "indicator", "indicator_ru", "indicator_zh", "unit", "unit_ru", "unit_zh", "baseline",
    "baseline_on", "target", "target_on", "value", "value_on",
)  # fmt: skip


def _month(text: str, year: int, *, last: bool, earlier: bool = False) -> str:
    """A month such as ``1.09``, a year after the present one, as its first or last day."""
    after, month = text.split(".")
    first = dt.date(year + int(after) - earlier, int(month), 1)
    if not last:
        return first.isoformat()
    following = dt.date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return (following - dt.timedelta(days=1)).isoformat()


def _lines(part: str) -> list[list[str]]:
    """The lines of a part of the file, each as its cells."""
    return [line.split("|") for line in data("strategy.toml")[part].strip().splitlines()]


def rows(year: int, *, before: bool = False) -> list[dict[str, str]]:
    """The rows of the table in the present `year`; with `before`, as they were a year earlier."""
    measured = {line[0]: line for line in _lines("indicators")}
    found: list[dict[str, str]] = []
    for code, owner, term, en, ru, zh in _lines("goals"):
        begins, ends = (str(year + int(part)) for part in term.split())
        row: dict[str, str] = {
            "code": code, "kind": "task" if "." in code else "goal", "owner": owner,
            "title": en, "title_ru": ru, "title_zh": zh,
            "begins": f"{begins}-01-01", "ends": f"{ends}-12-31",
        }  # fmt: skip
        found.append(row | _indicator(measured.get(code), year, before=before))
    for code, owner, term, money, en, ru, zh in _lines("measures"):
        moved = zh.endswith("*") and before
        begins_in, ends_in = term.split()
        planned, spent = (float(part) for part in money.split())
        begins = _month(begins_in, year, last=False)
        ends = max(_month(ends_in, year, last=True, earlier=moved), begins)
        found.append({
            "code": code, "kind": "measure", "owner": owner,
            "title": en, "title_ru": ru, "title_zh": zh.rstrip("*"),
            "begins": begins, "ends": ends,
            "planned": f"{planned * (0.8 if moved else 1) * 1e6:.0f}",
            "spent": "0" if before else f"{spent * 1e6:.0f}",
        })  # fmt: skip
    return found


def _indicator(line: list[str] | None, year: int, *, before: bool) -> dict[str, str]:
    """The columns of what is measured; nothing was measured yet in the year before."""
    if line is None:
        return {}
    _code, en, ru, zh, unit, unit_ru, unit_zh, way, value = line
    baseline, target = way.split()
    found = {
        "indicator": en, "indicator_ru": ru, "indicator_zh": zh,
        "unit": unit, "unit_ru": unit_ru, "unit_zh": unit_zh,
        "baseline": baseline, "baseline_on": f"{year - 2}-12-31",
        "target": target, "target_on": f"{year + 4}-12-31",
    }  # fmt: skip
    return found if before else found | {"value": value, "value_on": f"{year - 1}-12-31"}


def table(year: int, *, before: bool = False) -> str:
    """The strategy as a CSV file; see `rows`."""
    out = io.StringIO()
    writer = csv.DictWriter(out, HEADER, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows(year, before=before))
    return out.getvalue()

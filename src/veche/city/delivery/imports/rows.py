"""One row of a strategy's table as what it means: dates, sums and targets, or why it is not so."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from veche.city.delivery.models import Goal
from veche.imported import CannotImport
from veche.languages import LANGUAGES

NEEDED = ("code", "kind", "title")
DATES = ("begins", "ends", "baseline_on", "target_on")
SUMS = ("planned", "spent")
NUMBERS = ("baseline", "target")
WORDS = {"title": "titles", "indicator": "indicator", "unit": "units"}
"""Column of the table → field that holds it in several languages."""
KINDS = {
    "goal": Goal.Kind.GOAL, "цель": Goal.Kind.GOAL, "目标": Goal.Kind.GOAL,
    "task": Goal.Kind.TASK, "задача": Goal.Kind.TASK, "任务": Goal.Kind.TASK,
    "measure": Goal.Kind.MEASURE, "мероприятие": Goal.Kind.MEASURE, "мера": Goal.Kind.MEASURE,
    "措施": Goal.Kind.MEASURE,
}  # fmt: skip
LONGEST = {"title": 300, "indicator": 200, "unit": 40, "owner": 80}
LONGEST_CODE = 40
LARGEST_SUM = Decimal(10) ** 14
EARLIEST = 1900
_CODE = re.compile(r"[\w.\-]+", re.ASCII)
_SPACES = str.maketrans("", "", " \u00a0\u2009\u202f'")
_COMMA = re.compile(r"-?\d+,\d{1,2}")
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_YEAR = re.compile(r"\d{4}")


class Fault(Exception):
    """A row cannot be taken; the text says why."""


class Translator:
    """Reads the rows of a file by its header.

    Raises:
        CannotImport: a column that is needed is not in the header, or one stands there twice.
    """

    def __init__(self, header: Sequence[str]) -> None:
        names = [name.lower() for name in header]
        missing = [
            name
            for name in NEEDED
            if not {name, *(f"{name}_{code}" for code in LANGUAGES)} & set(names)
        ]
        if missing:
            sentence = _("the file has no column “{name}”; it has {all}.")
            raise CannotImport(why=sentence.format(name=missing[0], all=", ".join(header)[:400]))
        twice = next((name for name in names if name and names.count(name) > 1), None)
        if twice:
            raise CannotImport(why=_("the file has the column “{name}” twice.").format(name=twice))
        self.places = {name: names.index(name) for name in names if name}
        self.fields = [name for name in ("owner", *DATES, *SUMS, *NUMBERS) if name in self.places]
        """The fields that this file speaks of; of the others it changes nothing."""
        self.fields += [
            field
            for name, field in WORDS.items()
            if any(column in self.places for column in (name, f"{name}_ru", f"{name}_zh"))
        ]

    def entry(self, cells: Sequence[str]) -> dict[str, Any]:
        """What the row says, as JSON can hold it, by the names of the fields.

        ``above`` is the code of the item above, empty for none; where the file has no such column
        it follows from the code: ``2.1`` is above ``2.1.3``.

        Raises:
            Fault: the row cannot be taken.
        """

        def cell(name: str) -> str:
            place = self.places.get(name)
            return " ".join(cells[place].split()) if place is not None else ""

        code = _checked_code(cell("code"))
        above = cell("above") if "above" in self.places else code.rpartition(".")[0]
        kind = KINDS.get(cell("kind").lower())
        if kind is None:
            raise Fault(_("“kind” must be goal, task or measure: “{value}”.").format(
                value=cell("kind")[:40]))  # fmt: skip
        found: dict[str, Any] = {"code": code, "above": above, "kind": str(kind)}
        for name, field in WORDS.items():
            found[field] = self._words(name, cell)
        if not found["titles"]:
            raise Fault(_("“{name}” is missing.").format(name="title"))
        found["owner"] = _short("owner", cell("owner"))
        for name in DATES:
            found[name] = read_date(name, cell(name))
        for name in SUMS:
            found[name] = read_sum(name, cell(name))
        for name in NUMBERS:
            found[name] = read_number(name, cell(name))
        found["value"] = read_number("value", cell("value"))
        found["value_on"] = read_date("value_on", cell("value_on"))
        if (found["value"] is None) != (found["value_on"] is None):
            raise Fault(_("A measured value needs “value” and “value_on”."))
        if found["begins"] and found["ends"] and found["ends"] < found["begins"]:
            raise Fault(_("“ends” lies before “begins”."))
        return found

    def _words(self, name: str, cell: Callable[[str], str]) -> Mapping[str, str]:
        said = {"en": cell(name) or cell(f"{name}_en")}
        said |= {code: cell(f"{name}_{code}") for code in LANGUAGES if code != "en"}
        return {code: _short(name, text) for code, text in said.items() if text}


def _short(name: str, text: str) -> str:
    if len(text) > LONGEST[name]:
        sentence = _("“{name}” is too long: {count} characters, at most {most}.")
        raise Fault(sentence.format(name=name, count=len(text), most=LONGEST[name]))
    return text


def _checked_code(code: str) -> str:
    if not code:
        raise Fault(_("“{name}” is missing.").format(name="code"))
    if len(code) > LONGEST_CODE or not _CODE.fullmatch(code) or set(code) == {"."}:
        raise Fault(
            _("A code is made of Latin letters, digits, points and hyphens: “{value}”.").format(
                value=code[:60]))  # fmt: skip
    return code


def read_date(name: str, text: str) -> str | None:
    """A date as ISO writes it; a bare year is its first day in ``begins``, else its last.

    Raises:
        Fault: it is none.
    """
    if not text:
        return None
    if _YEAR.fullmatch(text):
        text = f"{text}-01-01" if name == "begins" else f"{text}-12-31"
    elif found := _DAY_FIRST.fullmatch(text):
        text = f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = dt.date.min
    if day.year < EARLIEST:
        sentence = _("“{name}” is not a date such as 2027-12-31: “{value}”.")
        raise Fault(sentence.format(name=name, value=text[:40]))
    return day.isoformat()


def read_sum(name: str, text: str) -> str | None:
    """A sum of money with at most two decimals, as a text.

    Raises:
        Fault: it is none, or larger than can be kept.
    """
    if not text:
        return None
    amount = _decimal(name, text)
    if abs(amount) >= LARGEST_SUM or amount < 0:
        raise Fault(_("“{name}” is not a possible sum: {value}.").format(
            name=name, value=text[:40]))  # fmt: skip
    if amount != round(amount, 2):
        raise Fault(_("“{name}” has more than two decimals: {value}.").format(
            name=name, value=text[:40]))  # fmt: skip
    return f"{amount:.2f}"


def read_number(name: str, text: str) -> float | None:
    """A measured number, or one to be reached.

    Raises:
        Fault: it is none.
    """
    return float(_decimal(name, text)) if text else None


def _decimal(name: str, text: str) -> Decimal:
    plain = text.translate(_SPACES).replace("\u2212", "-")
    if _COMMA.fullmatch(plain):
        plain = plain.replace(",", ".")
    try:
        number = Decimal(plain)
        if not number.is_finite() or not math.isfinite(float(number)):
            raise InvalidOperation
    except (InvalidOperation, OverflowError):
        raise Fault(
            _("“{name}” is not a number: “{value}”.").format(name=name, value=text[:40])
        ) from None
    return number

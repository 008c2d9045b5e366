"""Pure rules of votes: who is on a roll."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KNOWN = ("unverified", "email", "resident", "identified")
"""How far the city must know somebody, each level including the ones before it."""
OLDEST = 125
LEAST_WORDS, MOST_WORDS = 10, 3000
"""Characters of an appeal, of a request, and of their answers."""
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_KEYS = {"territory", "level", "age", "lists", "came"}


class WrongRoll(ValueError):
    """A rule by which nobody can tell who may vote; the sentence says why."""


@dataclass(frozen=True)
class RollRule:
    """Who may vote: a territory, how far somebody is known, an age at a day, lists to stand on."""

    territory: str
    level: str = "resident"
    least: int | None = None
    """The youngest age, in whole years."""
    most: int | None = None
    on: dt.date | None = None
    """The day on which the age is taken."""
    lists: tuple[str, ...] = ()
    """Codes of lists of people; whoever stands on one of them may vote."""
    came: bool = False
    """Whether who confirms an e-mail address may vote as well (open polls only)."""

    @property
    def by_age(self) -> bool:
        """Whether an age is asked for."""
        return self.on is not None and (self.least is not None or self.most is not None)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> RollRule:
        """The rule as a configuration holds it.

        Raises:
            WrongRoll: an unknown word, or a value that is not possible.
        """
        if unknown := sorted(set(document) - _KEYS):
            raise WrongRoll(f"The roll has no {', '.join(unknown)}.")
        territory, level = document.get("territory"), document.get("level", "resident")
        if not isinstance(territory, str) or not _CODE.fullmatch(territory):
            raise WrongRoll("The roll names the territory whose people may vote.")
        if level not in KNOWN:
            raise WrongRoll(f"The level is one of {', '.join(KNOWN)}, not {level!r}.")
        lists = tuple(document.get("lists") or ())
        if any(not isinstance(one, str) or not _CODE.fullmatch(one) for one in lists):
            raise WrongRoll("A list is named by its code.")
        age = dict(document.get("age") or {})
        if sorted(set(age) - {"least", "most", "on"}):
            raise WrongRoll("An age has a least, a most, and the day on which it is taken.")
        least, most = _years(age.get("least")), _years(age.get("most"))
        if least is not None and most is not None and most < least:
            raise WrongRoll("The least age is greater than the greatest.")
        on = None
        if age:
            try:
                on = dt.date.fromisoformat(str(age.get("on")))
            except ValueError as fault:
                raise WrongRoll("An age is taken on a day.") from fault
        return cls(territory, level, least, most, on, lists, document.get("came") is True)


def _years(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= OLDEST:
        raise WrongRoll(f"An age is a whole number of years up to {OLDEST}.")
    return value

"""Numbers of houses as people write them, and how long a caller is remembered. Pure Python."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

MOST_HOUSES = 400
"""Houses of one shut-off; a larger one is told for the whole street or neighbourhood."""
REMEMBERED = dt.timedelta(days=30)
"""How long a caller's name, telephone, address and words are kept."""
LONGEST = dt.timedelta(days=60)
"""No shut-off is announced for longer at once."""
AHEAD = dt.timedelta(days=120)
"""How far ahead one may be announced."""
_ONE = re.compile(r"\d{1,4}[^\W\d_]?(?:/\d{1,4})?")
_RANGE = re.compile(r"(\d{1,4})\s*[-–—]\s*(\d{1,4})")


def theme_of(service: str) -> str:
    """By which one subscribes to the shut-offs of a service."""
    return f"shut-off:{service}"


class NotAHouse(ValueError):
    """A part that is no number of a house; its words are the argument."""


def houses(text: str) -> list[str]:
    """The numbers of houses that people mean by ``1, 3, 5-9, 12a``.

    A range whose ends are both odd or both even is one side of the street, as houses are numbered;
    another range is both sides.

    >>> houses("1, 3, 5-9, 12а, 20/1")
    ['1', '3', '5', '7', '9', '12а', '20/1']
    >>> houses("1-4")
    ['1', '2', '3', '4']

    Raises:
        NotAHouse: a part cannot be read, or there are too many.
    """
    found: dict[str, None] = {}
    for part in re.split(r"[,;，；、\n]", text):
        word = " ".join(part.split()).casefold()
        if not word:
            continue
        span = _RANGE.fullmatch(word)
        if span is not None:
            first, last = int(span[1]), int(span[2])
            if last < first or last - first > 2 * MOST_HOUSES:
                raise NotAHouse(word)
            step = 2 if (last - first) % 2 == 0 else 1
            found.update((str(number), None) for number in range(first, last + 1, step))
        elif _ONE.fullmatch(word):
            found[word] = None
        else:
            raise NotAHouse(word)
        if len(found) > MOST_HOUSES:
            raise NotAHouse(word)
    return list(found)


def houses_in_words(numbers: Sequence[str]) -> str:
    """The numbers, with one side of a street in a row drawn together.

    >>> houses_in_words(['1', '3', '5', '7', '12а'])
    '1–7, 12а'
    """
    out: list[str] = []
    run: list[int] = []

    def close() -> None:
        if len(run) > 2:
            out.append(f"{run[0]}–{run[-1]}")
        else:
            out.extend(str(one) for one in run)
        run.clear()

    for number in numbers:
        if number.isdigit():
            if run and int(number) != run[-1] + 2:
                close()
            run.append(int(number))
        else:
            close()
            out.append(number)
    close()
    return ", ".join(out)


def stands_in(house: str, numbers: Sequence[str]) -> bool:
    """Whether a house is meant: all are where no number is named."""
    return not numbers or " ".join(house.split()).casefold() in numbers

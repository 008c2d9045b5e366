"""What is said of a whole file of texts: the nearest of each, the groups, the pairs."""

from __future__ import annotations

import csv
import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from veche.city.ideas.similar.clusters import clusters
from veche.city.ideas.similar.index import Index, Near

NEAREST = 5
LOOKED_AT_FOR_GROUPS = 10
"""The nearest others of a text that may draw it into a group."""
LEAST_PAIR = 0.3
"""From here on two texts are a pair worth a person's look."""
MANY = 10_000
"""From so many texts on every processor takes a part."""
LONGEST_CELL = 10_000_000


class Unreadable(ValueError):
    """The file is not what it was said to be; the text of it says why, for a person."""


class Texts(NamedTuple):
    """The texts of a file, in its order."""

    ids: list[str]
    texts: list[str]
    authors: list[str] | None


def read(path: Path, text: Sequence[str], number: str, author: str = "") -> Texts:
    """The texts of a CSV file in UTF-8: several columns of words are put one after another.

    Raises:
        Unreadable: there is no such file or column, it is not UTF-8, a row has more or fewer cells
            than the first line names, or an id is missing or stands there twice.
    """
    csv.field_size_limit(LONGEST_CELL)
    found = Texts([], [], [] if author else None)
    met: set[str] = set()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            words = [_place(path, header, one) for one in text]
            ids = _place(path, header, number)
            wrote = _place(path, header, author) if author else None
            for row in reader:
                if not row:
                    continue
                where = f"{path}, line {reader.line_num}"
                if len(row) != len(header):
                    raise Unreadable(
                        f"{where}: {len(row)} cells where the first line names {len(header)}"
                        " columns."
                    )
                if not row[ids].strip():
                    raise Unreadable(f"{where}: the column “{number}” is empty.")
                if row[ids] in met:
                    raise Unreadable(f"{where}: the id “{row[ids][:40]}” stands there twice.")
                met.add(row[ids])
                found.ids.append(row[ids])
                found.texts.append(" ".join(row[place] for place in words))
                if found.authors is not None and wrote is not None:
                    found.authors.append(row[wrote])
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path}: this is not UTF-8 text ({error.reason}).") from error
    except csv.Error as error:
        raise Unreadable(f"{path}: this is not CSV ({error}).") from error
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}.") from error
    return found


def _place(path: Path, header: Sequence[str], column: str) -> int:
    """Where a column stands, which it must do once."""
    if not any(header):
        raise Unreadable(f"{path}: this file is empty.")
    if header.count(column) != 1:
        how = "two columns" if column in header else "no column"
        raise Unreadable(f"{path}: {how} “{column}”; there are {', '.join(header)}.")
    return header.index(column)


def report_of_meaning(
    given: Texts, query: str | None = None, most: int = NEAREST
) -> dict[str, Any]:
    """The same by what the texts mean, across languages: without groups and pairs.

    Raises:
        Unreadable: the extra is not installed.
    """
    from veche.city.ideas.similar.meaning import MeaningIndex, installed

    if not installed():
        raise Unreadable("pip install veche[semantic] first: it knows what texts mean")
    begun = time.perf_counter()
    index = MeaningIndex(given.texts)
    indexed = time.perf_counter()
    found: dict[str, Any] = {"texts": index.size, "index_seconds": round(indexed - begun, 3)}
    if query is not None:
        found["query"] = _said(index.like(query, most), given.ids)
        found["query_seconds"] = round(time.perf_counter() - indexed, 4)
    else:
        found["nearest"] = [
            {"id": given.ids[text], "similar": _said(near, given.ids)}
            for text, near in enumerate(index.nearest(most))
        ]
    found["seconds"] = round(time.perf_counter() - begun, 3)
    return found


def report(
    given: Texts, query: str | None = None, pairs: bool = False, most: int = NEAREST
) -> dict[str, Any]:
    """What is said of the texts; asked for a query, only what is near to it.

    Scores are rounded to six digits, ids are strings; ``seconds`` is the whole time,
    ``index_seconds`` and ``query_seconds`` parts of it.
    """
    begun = time.perf_counter()
    index = Index(given.texts)
    indexed = time.perf_counter()
    found: dict[str, Any] = {"texts": index.size, "index_seconds": round(indexed - begun, 3)}
    if query is not None:
        near = index.like(query, most)
        found["query"] = _said(near, given.ids)
        found["query_seconds"] = round(time.perf_counter() - indexed, 4)
    if query is None or pairs:
        nearest = nearest_of_all(index, max(most, LOOKED_AT_FOR_GROUPS))
        found["nearest"] = [
            {"id": given.ids[text], "similar": _said(near[:most], given.ids)}
            for text, near in enumerate(nearest)
        ]
        found["clusters"] = [
            [given.ids[text] for text in group] for group in clusters(index, nearest, given.authors)
        ]
        if pairs:
            found["pairs"] = _pairs(nearest, given.ids)
    found["seconds"] = round(time.perf_counter() - begun, 3)
    return found


def _said(near: Sequence[Near], ids: Sequence[str]) -> list[dict[str, Any]]:
    return [{"id": ids[one.text], "score": round(one.score, 6)} for one in near]


def _pairs(nearest: Sequence[Sequence[Near]], ids: Sequence[str]) -> list[dict[str, Any]]:
    scores: dict[tuple[int, int], float] = {}
    for text, others in enumerate(nearest):
        for other in others:
            if other.score >= LEAST_PAIR:
                scores[min(text, other.text), max(text, other.text)] = other.score
    return [
        {"ids": [ids[first], ids[second]], "score": round(score, 6)}
        for (first, second), score in sorted(scores.items(), key=lambda one: (-one[1], one[0]))
    ]


_index: Index | None = None


def nearest_of_all(index: Index, most: int) -> list[list[Near]]:
    """The nearest others of every text, by all processors where there are many texts."""
    processors = os.cpu_count() or 1
    if index.size < MANY or processors < 2 or "fork" not in multiprocessing.get_all_start_methods():
        return list(index.nearest(most))
    global _index
    _index = index  # the children see it as it stands: nothing is sent to them
    try:
        with multiprocessing.get_context("fork").Pool(processors) as pool:
            parts = pool.imap(_part, _parts(index.size, most, 4 * processors))
            return [near for part in parts for near in part]
    finally:
        _index = None


def _parts(size: int, most: int, count: int) -> Iterator[tuple[int, int, int]]:
    step = -(-size // count)
    for first in range(0, size, step):
        yield most, first, min(first + step, size)


def _part(asked: tuple[int, int, int]) -> list[list[Near]]:
    most, first, last = asked
    if _index is None:
        raise RuntimeError("a part was asked for without an index")
    return list(_index.nearest(most, first, last))

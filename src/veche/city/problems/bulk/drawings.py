"""Drawings that stand for photographs, put to many problems of the demo town at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from veche.city.problems.bulk import Life
from veche.city.problems.bulk.copying import copy
from veche.core.files.operations import keep
from veche.core.files.photographs import Photograph
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILES = "COPY cases_casefile (case_id, file_id, kind, seq, at) FROM STDIN"


@operation
def attach_drawings(
    *,
    by: None,
    at: dt.datetime,
    drawings: Mapping[tuple[str, str], Sequence[Photograph]],
    lives: Sequence[tuple[Life, str]],
) -> int:
    """Put a drawing of its kind before each of these problems, and after it where it was answered.

    ``drawings`` holds those of each (kind, ``before`` or ``after``); ``lives`` are written already,
    each with its kind. One journal record for all of them, and one for each stored drawing.
    """
    kept = {
        key: [keep(by=by, at=at, photograph=photograph).pk for photograph in found]
        for key, found in drawings.items()
    }
    rows: list[tuple[int, int, str, int, dt.datetime]] = []
    for number, (life, kind) in enumerate(lives):
        assert life.pk is not None
        for seq, step in enumerate(life.steps, 1):
            moment = {"report": "before", "answer": "after"}.get(step.move)
            if moment is not None:
                found = kept[kind, moment]
                rows.append((life.pk, found[number % len(found)], moment, seq, step.at))
    copy(_FILES, rows)
    record(
        kind="problems.drawings-attached",
        by=by,
        at=at,
        subject="problems",
        public={"files": len(rows)},
    )
    return len(rows)

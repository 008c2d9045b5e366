"""The job of the journal: telling who listens."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from veche import clock
from veche.core.journal.models import Record
from veche.jobs import job
from veche.module import listeners, resolve


@job
def tell(*, records: list[int]) -> None:
    """Call every listener of these records, each once with all that it hears, oldest first.

    A job may be done twice, so that every listener must know what it has done already.
    """
    heard = listeners()
    told: dict[str, list[Record]] = {}
    for record in Record.objects.filter(pk__in=records).order_by("pk"):
        for path in heard.get(record.kind, ()):
            told.setdefault(path, []).append(record)
    for path, its in told.items():
        cast(Callable[..., None], resolve(path))(records=its, at=clock.now())

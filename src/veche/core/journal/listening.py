"""Who listens to the journal is told by one job, queued in the transaction of the operation.

An operation that leaves no record anybody listens to does nothing more for it: no query, no job.
"""

from __future__ import annotations

from collections.abc import Sequence

from veche.module import listeners

MOST = 1000
"""Numbers of records in one job; what is more goes into the next."""


def queue(records: Sequence[tuple[int, str]]) -> None:
    """Queue the telling of those records of an operation (number, kind) that somebody hears."""
    heard = listeners()
    numbers = [number for number, kind in records if kind in heard]
    if not numbers:
        return
    from veche.core.journal.tasks import tell

    for start in range(0, len(numbers), MOST):
        tell.defer(records=numbers[start : start + MOST])

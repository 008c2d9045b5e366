"""What the worker does for promises."""

from __future__ import annotations

from veche import clock
from veche.city.delivery.operations.acceptance import tell_asked
from veche.jobs import job


@job
def ask_on(*, promise: int, round: int) -> None:
    """Tell those whom a promise concerns that they are asked, part by part."""
    after: int | None = 0
    while after is not None:
        after = tell_asked(by=None, at=clock.now(), promise=promise, round=round, after=after)

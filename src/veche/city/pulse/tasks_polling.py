"""What the worker does for sources that are asked."""

from __future__ import annotations

from veche import clock
from veche.city.pulse.operations.polling import poll
from veche.jobs import job


@job
def poll_source(*, source: int) -> None:
    """Ask one source."""
    poll(source, clock.now())

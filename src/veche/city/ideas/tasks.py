"""What the worker does for ideas."""

from __future__ import annotations

from veche import clock
from veche.jobs import job


@job
def call_off(*, call: int) -> None:
    """End the ideas of a call that was called off, part by part."""
    from veche.city.ideas.operations.course import call_off_ideas

    while call_off_ideas(by=None, at=clock.now(), call=call):
        pass


@job
def draw_map(*, matter: int) -> None:
    """Make the opinion map of a matter anew."""
    # Numpy is loaded by the worker only, and when the first map is made.
    from veche.city.ideas.operations.opinion_map import redraw

    redraw(by=None, at=clock.now(), matter=matter)

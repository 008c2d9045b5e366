"""What the worker does for votes."""

from __future__ import annotations

from veche import clock
from veche.city.ballots.operations.invitations import tell_some
from veche.jobs import job


@job
def tell_on(*, vote: int) -> None:
    """Write the invitations to a vote, part by part."""
    while tell_some(by=None, at=clock.now(), vote=vote):
        pass

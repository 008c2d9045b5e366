"""What the worker does for the programme."""

from __future__ import annotations

from veche import clock
from veche.city.pilots.operations import authorities
from veche.jobs import job


@job
def fetch_revocations() -> None:
    """Ask authorities for their lists of revoked certificates; where that was switched off
    meanwhile, nothing."""
    from django.conf import settings

    if settings.REVOCATION_FETCH:
        authorities.fetch_lists(at=clock.now())

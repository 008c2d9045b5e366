"""What the worker does about messages to the public."""

from __future__ import annotations

from veche import clock
from veche.jobs import job


@job
def send_alert(*, alert: int) -> None:
    """Tell the people of its places."""
    from veche.city.dispatch.operations.alert_sending import tell_alert

    tell_alert(by=None, at=clock.now(), alert=alert)

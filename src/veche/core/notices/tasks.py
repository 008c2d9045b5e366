"""Jobs of the notices."""

from __future__ import annotations

from veche import clock
from veche.core.notices.operations import mail_waiting
from veche.jobs import job


@job
def send_mail(*, case: int) -> None:
    """Mail what was said about a case and not mailed yet."""
    mailed = mail_waiting(by=None, at=clock.now(), case=case)
    if mailed.fault is not None:
        raise mailed.fault  # the job is tried again, for those who wait still

"""Jobs and timers of people."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping

from django.core.mail import EmailMessage
from django.utils import translation

from veche.core.people.letters import letter
from veche.jobs import job


@job
def send_letter(*, prefix: str, email: str, language: str, words: Mapping[str, str]) -> None:
    """Send one of our letters to an address, in the language it is to be read in."""
    with translation.override(language):
        subject, text = letter(prefix, words)
    EmailMessage(subject, text, to=[email]).send()


_HOUR = 3600.0
_cleaned = -_HOUR
"""When this process cleaned up last, by its own clock."""


def clean_up(*, at: dt.datetime) -> None:
    """Once an hour: sign-ins whose time is over and accounts nobody confirmed go, and residences
    that are over count no more."""
    global _cleaned
    if time.monotonic() - _cleaned < _HOUR:
        return
    _cleaned = time.monotonic()
    from veche.core.people.models import SignIn
    from veche.core.people.operations.residence import end_old_residences, residents_no_more
    from veche.core.people.operations.signing import (
        delete_old_sign_ins,
        delete_unconfirmed,
        unconfirmed,
    )

    if SignIn.objects.filter(expire_date__lte=at).exists():
        delete_old_sign_ins(by=None, at=at)
    if residents_no_more(at).exists():
        end_old_residences(by=None, at=at)
    if unconfirmed(at).exists():
        delete_unconfirmed(by=None, at=at)

"""Jobs and timers of people."""

from __future__ import annotations

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

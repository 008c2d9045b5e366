"""What the pages of problems share: the secrets a browser holds, uploads, the short cache."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext

from veche.city.problems import rules
from veche.city.problems.access import seen_by
from veche.city.problems.models import Problem
from veche.core.files.photographs import MOST_BYTES, Photograph, PhotographTooLarge, clean
from veche.core.moderation.limits import network_address
from veche.core.organisations.middleware import asker
from veche.core.people.held import Held
from veche.core.people.models import Person
from veche.core.people.once import verified
from veche.errors import Refused
from veche.look.http import cached as cached

_HELD = Held("problems")
secret_of, hold_secret = _HELD.of, _HELD.hold
"""What this browser holds for problems reported without an account."""


def problem_for(request: HttpRequest, number: str) -> Problem:
    """The problem of this number, for whoever asks.

    Raises:
        NotFound: there is none, or they may not see it.
    """
    who = asker(request)
    return seen_by(number, who.person, who.holdings, secret_of(request, number))


def pictures(
    request: HttpRequest, chosen: Sequence[UploadedFile[bytes]], name: str = "photographs"
) -> tuple[list[Photograph], list[tuple[int, str]]]:
    """Clean what was sent: the pictures, and for each that was refused its status and sentence."""
    good: list[Photograph] = []
    faults: list[tuple[int, str]] = []
    if name in request.META.get("veche.too_large", ()):
        faults.append((413, str(PhotographTooLarge())))
    for upload in chosen[: 2 * rules.MOST_PHOTOGRAPHS]:
        try:
            if (upload.size or 0) > MOST_BYTES:
                raise PhotographTooLarge
            good.append(clean(upload.read()))
        except Refused as refusal:
            sentence = gettext("{name}: {why}").format(name=upload.name, why=refusal)
            faults.append((refusal.status, sentence))
    return good, faults


SENDER = "sender"
"""In the session: a secret by which one browser is counted; its digest is all that is kept."""


def sender_of(request: HttpRequest, who: Person | None) -> dict[str, str]:
    """Against whose limits a report counts: the account or the browser, and the network."""
    sender = {"address": network_address(request)}
    if who is None and (shown := verified(request)):
        sender["person"] = shown
    elif who is None:
        sender["person"] = request.session.setdefault(SENDER, secrets.token_urlsafe(16))
    return sender

"""Which screens hang where, and when each last looked."""

from __future__ import annotations

import hashlib

from django.db.models import F, Max, QuerySet
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch.models import Screen
from veche.errors import NotFound


class UnknownScreen(NotFound):
    """No screen that still shows something has this address."""

    code = "unknown-screen"
    sentence = _("No screen has this address, or it was withdrawn.")


def digest_of(word: str) -> str:
    """What is kept of the word in a screen's address."""
    return hashlib.sha256(word.encode()).hexdigest()


def screens() -> QuerySet[Screen]:
    """All screens, those that still show something first; ``looked_at`` is the last look."""
    rows = Screen.objects.annotate(looked_at=Max("looks__at"))
    return rows.order_by(F("until").desc(nulls_first=True), "name", "pk")


def screen_of(word: str) -> Screen:
    """The screen whose address has this word.

    Raises:
        UnknownScreen: there is none, or it was withdrawn.
    """
    found = Screen.objects.filter(digest=digest_of(word), until__isnull=True).first()
    if found is None:
        raise UnknownScreen
    return found


def withdrawn() -> frozenset[int]:
    """The numbers of the screens that show nothing any more."""
    return frozenset(Screen.objects.filter(until__isnull=False).values_list("pk", flat=True))

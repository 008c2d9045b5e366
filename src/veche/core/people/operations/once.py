"""“Verify once, act, done”: a code by e-mail for one act, and nothing kept but a keyed digest."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from veche.core.journal.operations import record
from veche.core.people.models import OnceCode
from veche.core.people.tasks import send_letter
from veche.errors import Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

TERM = dt.timedelta(minutes=15)
TRIES = 3


class CodeOver(Refused):
    """The code is too old, was wrong too often, or never was."""

    code = "code-over"
    sentence = _("This code is no longer valid. Ask for a new one.")


def address_digest(email: str) -> str:
    """What may be kept of an address that acted once: a keyed digest, the same each time."""
    secret = settings.SECRET_KEY.encode()
    return hmac.new(secret, f"once:{email.strip().lower()}".encode(), hashlib.sha256).hexdigest()


@operation
def send_once_code(*, by: None, at: dt.datetime, email: str, language: str) -> int:
    """Send a code to an address; returns the number under which it is to be typed.

    Codes whose time is over go at the same time.
    """
    OnceCode.objects.filter(until__lt=at).delete()
    code = f"{secrets.randbelow(1_000_000):06d}"
    row = OnceCode.objects.create(digest=_digest(email, code), until=at + TERM)
    send_letter.defer(prefix="once", email=email, language=language, words={"code": code})
    record(kind="people.once-code-sent", by=by, at=at, subject="people")
    return row.pk


@operation
def use_once_code(*, by: None, at: dt.datetime, number: int, email: str, code: str) -> str | None:
    """The keyed digest of the address when the code is right, else None; a code works once.

    A wrong code is counted, so nothing is raised that would take the count back.

    Raises:
        CodeOver: too old, or wrong too often.
    """
    row = OnceCode.objects.select_for_update().filter(pk=number, until__gte=at).first()
    if row is None or row.tries >= TRIES:
        raise CodeOver
    plain = "".join(c for c in code if c.isdigit())
    if not hmac.compare_digest(_digest(email, plain), row.digest):
        row.tries += 1
        row.save(update_fields=["tries"])
        record(kind="people.once-code-wrong", by=by, at=at, subject="people")
        return None
    row.delete()
    record(kind="people.once-code-used", by=by, at=at, subject="people")
    return address_digest(email)


@operation
def send_way_back(
    *, by: None, at: dt.datetime, email: str, link: str, language: str, kept_days: int = 0
) -> None:
    """Send the address of what was done to whom did it; the e-mail address is not kept here.

    ``kept_days``: the module keeps it so long, to say that there is an answer; the letter says so.
    """
    words = {"link": link, **({"days": str(kept_days)} if kept_days else {})}
    prefix = "once-done-kept" if kept_days else "once-done"
    send_letter.defer(prefix=prefix, email=email, language=language, words=words)
    record(kind="people.once-done", by=by, at=at, subject="people")


@operation
def send_outcome(
    *, by: Person | None, at: dt.datetime, email: str, number: str, language: str
) -> None:
    """Say to an address that was kept for it that its matter has an answer."""
    words = {"number": number}
    send_letter.defer(prefix="once-outcome", email=email, language=language, words=words)
    record(kind="people.once-told", by=None, at=at, subject="people")


def _digest(email: str, code: str) -> str:
    return address_digest(f"{email.strip().lower()}:{code}")

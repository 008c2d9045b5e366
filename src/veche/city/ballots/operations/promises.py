"""The keys of promises become public before the first promise is given, and can be withdrawn."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.ballots.models import PromiseKey
from veche.core.journal.operations import record
from veche.core.organisations.access import holds_over_city
from veche.errors import NotAllowed, NotFound, Refused
from veche.operation import operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.people.models import Person

ADMINISTRATOR = "administrator"
LEAST_WORDS, MOST_WORDS = 10, 2000
"""Characters of the public reason."""


class NotTheKeysAdministrator(NotAllowed):
    """Keys stand for the whole city."""

    code = "not-the-keys-administrator"
    sentence = _("Only an administrator of the whole city withdraws a key.")


class UnknownKey(NotFound):
    """No promises were ever signed by this key here."""

    code = "promise-key-unknown"
    sentence = _("No promises were ever signed by this key here.")


class KeyWithdrawn(Refused):
    """It holds no longer."""

    code = "promise-key-withdrawn"
    sentence = _("This key is withdrawn already.")


@operation
def publish_promise_key(*, by: None, at: dt.datetime, verifier: str) -> None:
    """A web process signs promises by this key; its record is sealed in the city's log.

    Two processes of one machine share a key and may both come first.
    """
    PromiseKey.objects.bulk_create([PromiseKey(verifier=verifier, at=at)], ignore_conflicts=True)
    record(kind="ballots.promise-key", by=by, at=at, subject="log", public={"key": verifier})


@operation
def withdraw_promise_key(*, by: Person, at: dt.datetime, verifier: str, reason: str) -> PromiseKey:
    """Let a key hold no longer: promises it signs from now on are not accepted.

    ``reason`` is public. What was signed before stays good. A key is never let in again; the web
    machine that signs by it is given another (``veche ballots new-promise-key``).

    Raises:
        NotTheKeysAdministrator: ``by`` administers no whole city.
        UnknownKey: it is none of this city's.
        KeyWithdrawn: it holds no longer already.
        veche.texts.TextLength: the reason is too short or too long.
    """
    if not holds_over_city(by, (ADMINISTRATOR,), at):
        raise NotTheKeysAdministrator
    reason = sized(reason, LEAST_WORDS, MOST_WORDS)
    key = PromiseKey.objects.select_for_update().filter(verifier=verifier.strip()).first()
    if key is None:
        raise UnknownKey
    if key.withdrawn_at is not None:
        raise KeyWithdrawn
    # Promises tell whole seconds: those of this very second are still good.
    key.withdrawn_at = at.replace(microsecond=0) + dt.timedelta(seconds=bool(at.microsecond))
    key.reason = reason
    key.save(update_fields=["withdrawn_at", "reason"])
    record(
        kind="ballots.promise-key-withdrawn", by=by, at=at, subject="log",
        public={"key": key.verifier, "reason": reason},
    )  # fmt: skip
    return key

"""The keys of promises, and whether a promise holds."""

from __future__ import annotations

from veche.city.ballots.models import PromiseKey
from veche.city.ballots.vote.promise import Promise, WrongPromise
from veche.core.journal.tlog.note import VerifierKey, WrongNote
from veche.core.journal.tlog.signatures import verify


def promise_keys() -> list[str]:
    """Every key that ever signed promises here, the oldest first, as it is published."""
    return list(PromiseKey.objects.order_by("at", "id").values_list("verifier", flat=True))


def promise_of(text: bytes) -> Promise | None:
    """The promise of a text, if this city gave it; None for anything else."""
    try:
        promise = Promise.read(text)
        held = promise.checked([VerifierKey.read(key) for key in promise_keys()], verify)
    except (WrongPromise, WrongNote):
        return None
    return promise if held else None

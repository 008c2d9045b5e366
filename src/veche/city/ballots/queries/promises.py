"""The keys of promises, and whether a promise holds."""

from __future__ import annotations

from veche.city.ballots.models import PromiseKey
from veche.city.ballots.vote.promise import Promise, PromiseKeyTerm, WrongPromise
from veche.core.journal.tlog.note import VerifierKey, WrongNote
from veche.core.journal.tlog.signatures import verify


def promise_keys() -> list[PromiseKey]:
    """Every key that ever signed promises here, the oldest first."""
    return list(PromiseKey.objects.order_by("at", "id"))


def key_terms() -> list[PromiseKeyTerm]:
    """The same as programs read them, with the moment until which each held."""
    return [
        PromiseKeyTerm(VerifierKey.read(one.verifier), one.withdrawn_at) for one in promise_keys()
    ]


def promise_of(text: bytes) -> Promise | None:
    """The promise of a text, if this city gave it by a key that held; None for anything else."""
    try:
        promise = Promise.read(text)
        held = promise.kept_by(key_terms(), verify)
    except (WrongPromise, WrongNote):
        return None
    return promise if held else None


def withdrawn_key_of(text: bytes) -> PromiseKey | None:
    """The withdrawn key that signed a promise after it held no longer; None for anything else."""
    try:
        promise = Promise.read(text)
        for one in promise_keys():
            if (
                one.withdrawn_at is not None
                and promise.given >= one.withdrawn_at
                and promise.checked([VerifierKey.read(one.verifier)], verify)
            ):
                return one
    except (WrongPromise, WrongNote):
        return None
    return None

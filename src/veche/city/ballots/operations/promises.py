"""The keys of promises become public before the first promise is given."""

from __future__ import annotations

import datetime as dt

from veche.city.ballots.models import PromiseKey
from veche.core.journal.operations import record
from veche.operation import operation


@operation
def publish_promise_key(*, by: None, at: dt.datetime, verifier: str) -> None:
    """A web process signs promises by this key; its record is sealed in the city's log.

    Two processes of one machine share a key and may both come first.
    """
    PromiseKey.objects.bulk_create([PromiseKey(verifier=verifier, at=at)], ignore_conflicts=True)
    record(kind="ballots.promise-key", by=by, at=at, subject="log", public={"key": verifier})

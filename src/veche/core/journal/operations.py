"""Writing the journal."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche import clock
from veche.core.journal.canonical import salted_digest
from veche.core.journal.models import Checkpoint, CityClock, LogKey
from veche.errors import Refused
from veche.operation import note_record, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

_INSERT = """
WITH r AS (
    INSERT INTO journal_record (kind, actor, subject, public, digest, at)
    VALUES (%s, %s, %s, %s, %s, %s) RETURNING id
)
INSERT INTO journal_secret (record_id, salt, personal) SELECT id, %s, %s FROM r
RETURNING record_id
"""


def record(
    *,
    kind: str,
    by: Person | None,
    at: dt.datetime,
    subject: str,
    public: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
) -> int:
    """Append one record and its erasable part in one statement; returns the record's number.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    salt = secrets.token_bytes(16)
    actor = by.pk if by is not None else None
    public, personal = dict(public or {}), dict(personal or {})
    body = {
        "kind": kind,
        "actor": actor,
        "subject": subject,
        "public": public,
        "personal": personal,
        "at": at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
    }
    values = (
        kind,
        actor,
        subject,
        json.dumps(public),
        salted_digest(salt, body),
        at,
        salt,
        json.dumps(personal),
    )
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        number = int(cursor.fetchone()[0])
    note_record(number, kind)
    return number


_INSERT_MANY = """
WITH given AS (
    SELECT * FROM unnest(%s::text[], %s::jsonb[], %s::bytea[], %s::bytea[])
        WITH ORDINALITY AS g (subject, public, digest, salt, place)
), r AS (
    INSERT INTO journal_record (kind, actor, subject, public, digest, at)
    SELECT %s, %s, subject, public, digest, %s FROM given ORDER BY place RETURNING id, digest
)
INSERT INTO journal_secret (record_id, salt, personal)
SELECT r.id, given.salt, '{}'::jsonb FROM r JOIN given USING (digest) RETURNING record_id
"""


def record_many(
    *,
    kind: str,
    by: Person | None,
    at: dt.datetime,
    about: Sequence[tuple[str, Mapping[str, Any]]],
) -> list[int]:
    """Append one record of the same kind for each subject, all in one statement; their numbers.

    ``about`` holds pairs of subject and public part; there is no personal part.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    actor = by.pk if by is not None else None
    moment = at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    salts = [secrets.token_bytes(16) for _pair in about]
    digests = [
        salted_digest(
            salt,
            {
                "kind": kind,
                "actor": actor,
                "subject": subject,
                "public": dict(public),
                "personal": {},
                "at": moment,
            },
        )
        for salt, (subject, public) in zip(salts, about, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT_MANY,
            [
                [subject for subject, _public in about],
                [json.dumps(dict(public)) for _subject, public in about],
                digests,
                salts,
                kind,
                actor,
                at,
            ],
        )
        numbers = [int(row[0]) for row in cursor.fetchall()]
    for number in numbers:
        note_record(number, kind)
    return numbers


class NotADemo(Refused):
    """The clock of a real city is not ours to turn."""

    code = "not-a-demo"
    status = 403
    sentence = _("Only the demo town's clock can be turned.")


class ClockRunsForward(Refused):
    """The clock was to be turned back or not at all."""

    code = "clock-runs-forward"
    sentence = _("The clock can be turned forward only.")


@operation
def turn_clock(*, by: Person | None, at: dt.datetime, forward: dt.timedelta) -> dt.timedelta:
    """Turn the demo town's clock forward; returns how far it now runs ahead.

    Raises:
        NotADemo: this is not a demo town.
        ClockRunsForward: ``forward`` is not positive.
    """
    if not getattr(settings, "DEMO", False):
        raise NotADemo
    if forward <= dt.timedelta():
        raise ClockRunsForward
    row = CityClock.objects.select_for_update().get(pk=1)
    row.ahead += forward
    row.save(update_fields=["ahead"])
    record(
        kind="journal.clock-turned",
        by=by,
        at=at,
        subject="clock",
        public={"seconds": int(forward.total_seconds())},
    )
    clock.forget()
    ahead: dt.timedelta = row.ahead
    return ahead


# --- the keys of the log ----------------------------------------------------------------------


class NoSuchKey(Refused):
    """No key of the log has this number."""

    code = "no-such-log-key"
    status = 404
    sentence = _("The log has no active key of this number.")


class LastKey(Refused):
    """The last key that signs cannot be ended: the log could not go on."""

    code = "last-log-key"
    sentence = _("This is the only key that signs the log. Make another first.")


def sealed_size() -> int:
    """How long the log is, as far as it was signed."""
    last = Checkpoint.objects.order_by("-size").first()
    return last.size if last is not None else 0


@operation
def add_key(*, by: Person | None, at: dt.datetime, verifier: str) -> LogKey:
    """From now on this key, too, signs the log. ``verifier`` is ``name+id+key``.

    Its own record is sealed under the older keys and under itself.
    """
    key = LogKey.objects.create(verifier=verifier, since_size=sealed_size(), at=at)
    record(
        kind="journal.key-added",
        by=by,
        at=at,
        subject="log",
        public={"key": verifier, "since_size": key.since_size},
    )
    return key


@operation
def end_key(
    *, by: Person | None, at: dt.datetime, number: str, revoked_at: int | None = None
) -> LogKey:
    """A key signs no longer. ``revoked_at``: others may have had it since the log was so long.

    A key that was retired can still be revoked: it may be stolen after.

    Raises:
        NoSuchKey: no key that can be ended so has this number (eight hexadecimal digits).
        LastKey: no other would be left.
    """
    keys = list(LogKey.objects.select_for_update().order_by("id"))
    endable = {LogKey.State.ACTIVE} | ({LogKey.State.RETIRED} if revoked_at is not None else set())
    key = next(
        (one for one in keys if one.verifier.split("+")[1] == number and one.state in endable), None
    )
    if key is None:
        raise NoSuchKey
    active = [one for one in keys if one.state == LogKey.State.ACTIVE]
    if active == [key]:
        raise LastKey
    size = sealed_size()
    ended = size if key.until_size is None else key.until_size
    key.until_size = ended if revoked_at is None else min(revoked_at, ended)
    key.state = LogKey.State.RETIRED if revoked_at is None else LogKey.State.REVOKED
    key.save(update_fields=["until_size", "state"])
    record(
        kind="journal.key-ended",
        by=by,
        at=at,
        subject="log",
        public={"key": key.verifier, "state": str(key.state), "until_size": key.until_size},
    )
    return key

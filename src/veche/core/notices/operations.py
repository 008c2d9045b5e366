"""Telling people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.mail import EmailMessage
from django.db import connection
from django.utils import translation

from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.core.notices.models import Following, Notice
from veche.core.notices.words import worded
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.people.models import Person


@operation
def follow(*, by: Person, at: dt.datetime, case: Case) -> None:
    """Be told about a case from now on; following twice is following once."""
    Following.objects.bulk_create(
        [Following(case=case, person=by, since=at)], ignore_conflicts=True
    )
    record(kind="notices.followed", by=by, at=at, subject=subject(case))


@operation
def unfollow(*, by: Person, at: dt.datetime, case: Case) -> None:
    """No longer be told about a case."""
    Following.objects.filter(case=case, person=by).delete()
    record(kind="notices.unfollowed", by=by, at=at, subject=subject(case))


_TELL = """
INSERT INTO notices_notice (person_id, kind, case_id, details, at)
SELECT person_id, %s, case_id, %s::jsonb, %s FROM notices_following
WHERE case_id = %s AND person_id IS NOT NULL AND person_id IS DISTINCT FROM %s
"""


@operation
def tell_followers(
    *,
    by: Person | None,
    at: dt.datetime,
    case: Case,
    kind: str,
    details: Mapping[str, Any] | None = None,
) -> int:
    """Tell everybody who follows a case, except who did it; returns how many.

    The e-mails go out by a job that is queued in the same transaction: nobody is told of what did
    not happen, and a crash forgets nobody.
    """
    import json

    with connection.cursor() as cursor:
        cursor.execute(
            _TELL, [kind, json.dumps(dict(details or {})), at, case.pk, by.pk if by else None]
        )
        told: int = cursor.rowcount
    record(kind="notices.told", by=by, at=at, subject=subject(case), public={"people": told})
    if told:
        from veche.core.notices.tasks import send_mail

        send_mail.defer(case=case.pk)
    return told


@operation
def mail_waiting(*, by: Person | None, at: dt.datetime, case: int) -> int:
    """Send the notices of a case that were not mailed yet; returns how many.

    A notice is marked before the next is sent, so that a job that is repeated does not repeat
    what went out.
    """
    waiting = (
        Notice.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(case_id=case, mailed_at__isnull=True)
        .select_related("person", "case")
        .order_by("id")
    )
    sent = 0
    for notice in waiting:
        if notice.person.email and notice.person.level != "unverified":
            with translation.override(notice.person.language):
                title, text = worded(notice)
            EmailMessage(subject=title, body=text, to=[notice.person.email]).send()
            sent += 1
        notice.mailed_at = at
        notice.save(update_fields=["mailed_at"])
    record(kind="notices.mailed", by=by, at=at, subject=f"case:{case}", public={"sent": sent})
    return sent


@operation
def mark_seen(*, by: Person, at: dt.datetime) -> int:
    """The person has looked at their notices."""
    seen = Notice.objects.filter(person=by, seen_at__isnull=True).update(seen_at=at)
    record(kind="notices.seen", by=by, at=at, subject=f"person:{by.pk}", public={"count": seen})
    return seen

"""Telling people."""

from __future__ import annotations

import datetime as dt
import smtplib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

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


class Mailed(NamedTuple):
    """How many letters went out, and why the last of the others did not."""

    sent: int
    fault: OSError | None


@operation
def mail_waiting(*, by: Person | None, at: dt.datetime, case: int) -> Mailed:
    """Send the notices of a case that were not mailed yet.

    What went out is marked even where a later letter fails, so that a job that is repeated sends
    the others only. A process killed in the middle may send again; it forgets nobody.
    """
    waiting = (
        Notice.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(case_id=case, mailed_at__isnull=True)
        .select_related("person", "case")
        .order_by("id")
    )
    sent = 0
    fault: OSError | None = None
    for notice in waiting:
        if notice.person.email and notice.person.level != "unverified":
            with translation.override(notice.person.language):
                title, text = worded(notice)
            try:
                EmailMessage(subject=title, body=text, to=[notice.person.email]).send()
            except smtplib.SMTPRecipientsRefused as refused:
                fault = refused  # this address is wrong: the others still get their letters
                continue
            except OSError as error:
                fault = error  # the mail server is away: the others would only wait for it
                break
            sent += 1
        notice.mailed_at = at
        notice.save(update_fields=["mailed_at"])
    record(kind="notices.mailed", by=by, at=at, subject=f"case:{case}", public={"sent": sent})
    return Mailed(sent, fault)


@operation
def mark_seen(*, by: Person, at: dt.datetime) -> int:
    """The person has looked at their notices."""
    seen = Notice.objects.filter(person=by, seen_at__isnull=True).update(seen_at=at)
    record(kind="notices.seen", by=by, at=at, subject=f"person:{by.pk}", public={"count": seen})
    return seen

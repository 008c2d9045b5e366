"""Having failed work tried again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.core.journal.operations import record
from veche.core.organisations.access import holds_over_city
from veche.errors import NotAllowed, NotFound
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


def sees_failed(person: Person | None, at: dt.datetime) -> bool:
    """Whether a person looks after the program of the whole city: a district's administrator does
    not."""
    return holds_over_city(person, ("administrator",), at)


class OnlyAdministrators(NotAllowed):
    """Somebody else wants to see or try again what failed."""

    code = "only-administrators-jobs"
    sentence = _("Only an administrator of the city sees failed work and has it tried again.")


# Of work that may be queued once at a time the newest goes first; the others stay on the list.
_AGAIN = """
UPDATE procrastinate_jobs
SET status = 'todo', attempts = attempts + 1, scheduled_at = NULL, worker_id = NULL
WHERE status = 'failed' AND (%(job)s::bigint IS NULL OR id = %(job)s::bigint)
    AND (queueing_lock IS NULL OR NOT EXISTS (
        SELECT FROM procrastinate_jobs o
        WHERE o.queueing_lock = procrastinate_jobs.queueing_lock AND (o.status = 'todo'
            OR o.status = 'failed' AND o.id > procrastinate_jobs.id AND %(job)s::bigint IS NULL)))
RETURNING id, task_name
"""


@operation
def try_again(*, by: Person | None, at: dt.datetime, job: int | None = None) -> int:
    """Queue a failed job once more, or all of them; returns how many.

    One failure brings a job back to the list. ``by`` is None for the command line.

    Raises:
        OnlyAdministrators: somebody else wants it.
        NotFound: this job has not failed, or somebody tried it again a moment ago.
    """
    if by is not None and not sees_failed(by, at):
        raise OnlyAdministrators
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN, {"job": job})
        rows = cursor.fetchall()
    if job is not None and not rows:
        raise NotFound
    names = sorted({str(name) for _id, name in rows})
    record(
        kind="jobs.tried-again",
        by=by,
        at=at,
        subject="jobs",
        public={"jobs": len(rows), "names": names},
    )
    return len(rows)

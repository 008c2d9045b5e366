"""A vote goes its way: it opens and closes when it was announced to, by the city's clock."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import connection

from veche.city.ballots.models import Vote
from veche.city.ballots.operations.log import note_leaf
from veche.core.cases.operations import move_case
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case


@operation
def open_in_time(*, by: None, at: dt.datetime, case: Case) -> Case:
    """The moment has come: people may vote."""
    vote = Vote.objects.get(case=case)
    return move_case(by=by, at=at, case=case, move="open", until=vote.closes_at)


@operation
def close_in_time(*, by: None, at: dt.datetime, case: Case) -> Case:
    """The last moment has passed: nothing is taken any more, and counting begins.

    Waits for the ballots that are being taken at this very moment: after the close every ballot
    that was acknowledged is there.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(ballots_lock(%s))", [case.pk])
    vote = Vote.objects.select_for_update().get(case=case)
    case = move_case(by=by, at=at, case=case, move="close")
    note_leaf(vote, "closed", {})
    return case


@operation
def end_appeals_in_time(*, by: None, at: dt.datetime, case: Case) -> Case:
    """The time for appeals has passed."""
    return move_case(by=by, at=at, case=case, move="end_appeals")


@operation
def archive_in_time(*, by: None, at: dt.datetime, case: Case) -> Case:
    """A year after it was certified the vote goes to the archive."""
    return move_case(by=by, at=at, case=case, move="archive")

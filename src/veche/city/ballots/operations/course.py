"""A vote goes its way: it opens and closes when it was announced to, by the city's clock."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Exists, OuterRef

from veche.city.ballots.models import Booth, Mark, Vote
from veche.city.ballots.operations.corrections import lapse_all
from veche.city.ballots.operations.log import note_leaf, release_leaves
from veche.core.cases.operations import move_case
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case


LATE = dt.timedelta(minutes=5)
"""An opening later than this after its announced moment says in public how late it was."""


@operation
def open_in_time(*, by: None, at: dt.datetime, case: Case) -> Case:
    """The moment has come: people may vote.

    After an outage a vote opens late and says by how many minutes; the announced close stands,
    whatever was lost before it: whether that is fair is for the commission, in public.
    """
    vote = Vote.objects.get(case=case)
    late = at - vote.opens_at
    public = {"late_minutes": int(late.total_seconds() // 60)} if late > LATE else None
    return move_case(by=by, at=at, case=case, move="open", until=vote.closes_at, public=public)


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
    release_leaves(vote)
    note_leaf(vote, "closed", {})
    # Where nobody was given a paper there is none to wait for.
    Booth.objects.filter(~Exists(Mark.objects.filter(booth=OuterRef("pk"))), vote=vote).update(
        done=True
    )
    lapse_all(by=by, at=at, vote=vote)
    return case


@operation
def end_appeals_in_time(*, by: None, at: dt.datetime, case: Case) -> Case:
    """The time for appeals has passed."""
    return move_case(by=by, at=at, case=case, move="end_appeals")


@operation
def archive_in_time(*, by: None, at: dt.datetime, case: Case) -> Case:
    """A year after it was certified the vote goes to the archive."""
    return move_case(by=by, at=at, case=case, move="archive")

"""Invitations: everybody on a roll is told by letter, with a link to their own ballot.

They go through the machinery of notices: one pass of sets for each part of the roll, letters that
share their words, nothing twice however often it is begun, nothing to who wants no invitations.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.city.ballots.models import InvitationPass, Vote
from veche.city.ballots.procedure import BEFORE, ORGANISER, RUNNING
from veche.core.cases.operations import role_holding
from veche.core.journal.operations import record
from veche.core.notices.operations.telling import make_readers, numbers_of_tellings, queue, tell
from veche.errors import Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

KIND = "ballots.invited"
BATCH = 20_000
"""Entries of the roll told in one transaction."""
_WHOM = """
SELECT e.person_id FROM ballots_rollentry e
WHERE e.vote_id = %(vote)s AND e.id > %(after)s AND e.id <= %(until)s AND e.struck_at IS NULL
    AND e.person_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM ballots_part p WHERE p.entry_id = e.id)
"""
_TOLD = f"""
SELECT r.id AS reader_id, 'invited' AS topic, %(case)s AS case_id, '{{}}'::text AS details,
       %(telling)s::bigint AS telling
FROM ({_WHOM}) w JOIN notices_reader r ON r.person_id = w.person_id
"""
_UNTIL = """
SELECT max(id) FROM (
    SELECT id FROM ballots_rollentry WHERE vote_id = %s AND id > %s ORDER BY id LIMIT %s
) x
"""


class InvitedAlready(Refused):
    """The letters were sent."""

    code = "invited-already"
    sentence = _("The invitations to this vote were sent already. Nobody is written to twice.")


class TooLateToInvite(Refused):
    """Nobody can follow an invitation any more."""

    code = "invite-too-late"
    sentence = _("This vote is over: there is nothing to invite to.")


@operation
def invite(*, by: Person, at: dt.datetime, vote: Vote) -> InvitationPass:
    """An organiser has everybody on the roll told; the letters are written by a job.

    Raises:
        veche.core.cases.operations.NoRoleForMove: only an organiser may.
        InvitedAlready: it was done before.
        TooLateToInvite: the vote is over.
    """
    from veche.city.ballots.tasks import tell_on

    role_holding(vote.case, ORGANISER, "territory", by, at)
    row = Vote.objects.select_for_update(of=("self",)).select_related("case").get(pk=vote.pk)
    if row.case.state not in (*BEFORE, *RUNNING):
        raise TooLateToInvite
    if InvitationPass.objects.filter(pk=row.pk).exists():
        raise InvitedAlready
    made = InvitationPass(vote=row, at=at)
    made.save(force_insert=True)
    record(kind="ballots.invited", by=by, at=at, subject=f"vote:{row.config['vote']}")
    tell_on.defer(vote=row.pk)
    return made


@operation
def tell_some(*, by: None, at: dt.datetime, vote: int) -> bool:
    """Tell the next part of the roll; True when there is more to tell.

    A pass that was cut off goes on where the last whole part ended.
    """
    row = InvitationPass.objects.select_for_update(of=("self",)).select_related("vote").get(pk=vote)
    with connection.cursor() as cursor:
        cursor.execute(_UNTIL, [vote, row.reached, BATCH])
        (until,) = cursor.fetchone()
    told = 0
    if until is None:
        row.done_at = row.done_at or at
    else:
        values = {
            "kind": KIND,
            "case": vote,
            "vote": vote,
            "at": row.at,
            "by": None,
            "after": row.reached,
            "until": until,
            "telling": numbers_of_tellings(1)[0],
        }
        make_readers(_WHOM, values)
        told, letters, pushes = tell(_TOLD, values)
        queue(letters, pushes)
        row.reached, row.told = until, row.told + told
    row.save(force_update=True)
    record(
        kind="ballots.invited-some",
        by=by,
        at=at,
        subject=f"vote:{row.vote.config['vote']}",
        public={"people": told},
    )
    return until is not None

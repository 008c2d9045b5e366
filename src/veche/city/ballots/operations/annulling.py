"""Ballots are annulled by a decision: what is cast stays in the log, and counts no longer."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.ballots.models import Ballot, Vote, VoteAppeal
from veche.city.ballots.operations.log import note_leaf
from veche.city.ballots.operations.outcome import LEAST_WORDS, MOST_WORDS
from veche.city.ballots.operations.roll import lock_casting
from veche.city.ballots.procedure import COMMISSIONER
from veche.core.cases.operations import role_holding
from veche.core.journal.operations import record
from veche.errors import Invalid, NotFound, Refused
from veche.operation import operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.people.models import Person

UNTIL = ("closed", "provisional", "appeal")
"""States in which a ballot can be annulled: from when appeals are taken until the certificate."""


class NoSuchBallot(NotFound):
    """Nothing that counts stands under this code."""

    code = "ballot-unknown"
    sentence = _("No ballot that counts stands under this code in this vote.")


class NoAppealDecided(Invalid):
    """No appeal against this vote was decided so."""

    code = "ballot-no-appeal"
    sentence = _("Name an appeal against this vote by whose decision ballots are annulled.")
    field = "appeal"


class TooLateToAnnul(Refused):
    """The result is certified."""

    code = "ballot-certified"
    sentence = _("The result of this vote is final: single ballots are not annulled any more.")


@operation
def annul_ballots(
    *, by: Person, at: dt.datetime, vote: Vote, code: str, reason: str, appeal: str
) -> int:
    """The commission annuls every ballot of one code, by deciding an appeal; returns how many.

    ``code`` is in hexadecimal; ``reason`` is public and names nobody; ``appeal`` is the number of
    one that was upheld so. The sequencer takes them out of the count.

    Raises:
        veche.core.cases.operations.NoRoleForMove: only the commission may.
        TooLateToAnnul: the result is certified, or the vote annulled.
        NoAppealDecided: no appeal against this vote was upheld with that ruling.
        NoSuchBallot: nothing that counts stands under this code.
        veche.texts.TextLength: the reason is too short or too long.
    """
    role_holding(vote.case, COMMISSIONER, "territory", by, at)
    reason = sized(reason, LEAST_WORDS, MOST_WORDS)
    lock_casting(vote)
    vote = Vote.objects.select_for_update(of=("self",)).select_related("case").get(pk=vote.pk)
    if vote.case.state not in UNTIL:
        raise TooLateToAnnul
    decided = VoteAppeal.objects.filter(vote=vote, case__state="upheld", ruling="ballots")
    if not decided.filter(case__number=appeal).exists():
        raise NoAppealDecided
    try:
        held = Ballot.objects.filter(vote=vote, code=bytes.fromhex(code), annulled=False)
    except ValueError:
        raise NoSuchBallot from None
    revisions = sorted(held.values_list("revision", flat=True))
    if not revisions:
        raise NoSuchBallot
    told = {"code": bytes.fromhex(code).hex(), "revisions": revisions, "reason": reason}
    note_leaf(vote, "annulled", told | {"appeal": appeal})
    record(
        kind="ballots.annulled",
        by=by,
        at=at,
        subject=f"vote:{vote.config['vote']}",
        public={"ballots": len(revisions), "reason": reason, "appeal": appeal},
    )
    return len(revisions)

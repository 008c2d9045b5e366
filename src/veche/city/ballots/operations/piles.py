"""Piles of paper that were counted wrong: annulled by the commission, and counted again.

Until the count is announced the commission annuls a pile by itself. Afterwards it does so only as
an appeal was decided, and what is counted instead of the pile is counted by the same decision.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.ballots.models import Batch, Booth, VoteAppeal
from veche.city.ballots.operations.channels import check_clerk, subject_of
from veche.city.ballots.operations.log import note_leaf
from veche.city.ballots.operations.paper import (
    APPEALED,
    COUNTING,
    NotCounting,
    NotWaiting,
    begun,
    locked_batch,
)
from veche.city.ballots.procedure import COMMISSIONER
from veche.core.journal.operations import record
from veche.core.organisations.access import holds
from veche.errors import Invalid, NotAllowed
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.files.documents import Document
    from veche.core.people.models import Person


class NoReasonGiven(Invalid):
    """Annulling needs a reason everybody can read."""

    code = "no-reason-given"
    sentence = _("Write the reason: everybody will read it.")
    field = "reason"


class NotACommissioner(NotAllowed):
    """Only the commission annuls what was counted."""

    code = "not-a-commissioner"
    sentence = _("Only a member of the voting commission of this place may do this.")


class NoAppealAboutPapers(Invalid):
    """After the count is announced a pile is annulled only as an appeal was decided."""

    code = "pile-no-appeal"
    sentence = _(
        "The count is announced: name an appeal against this vote that was upheld with the ruling"
        " that piles of paper are annulled or counted again."
    )
    field = "appeal"


@operation
def annul_batch(
    *, by: Person, at: dt.datetime, batch: Batch, reason: str, appeal: str = ""
) -> Batch:
    """Take a batch out of the count by a decision of the commission, with a public reason.

    ``appeal`` is the number of an appeal that was upheld so; it is needed once the count is
    announced. The certificate then names the pile and the appeal.

    Raises:
        NotACommissioner: ``by`` sits in no commission there.
        NotWaiting: it was not agreed.
        NotCounting: the vote is not open yet, or its result is final.
        NoAppealAboutPapers: the count is announced, and no appeal was decided so.
        NoReasonGiven: no reason.
    """
    batch = locked_batch(batch)
    vote = batch.booth.vote
    if not holds(by, COMMISSIONER, vote.case.territory, at):
        raise NotACommissioner
    if vote.case.state not in (*COUNTING, *APPEALED):
        raise NotCounting
    if batch.state != Batch.State.AGREED:
        raise NotWaiting
    if not reason.strip():
        raise NoReasonGiven
    told = {"batch": batch.name, "reason": reason.strip()}
    if vote.case.state in APPEALED:
        decided = VoteAppeal.objects.filter(vote=vote, case__state="upheld", ruling="papers")
        if not decided.filter(case__number=appeal).exists():
            raise NoAppealAboutPapers
        batch.annulled_by = told["appeal"] = appeal
    batch.state = Batch.State.ANNULLED
    batch.save(update_fields=["state", "annulled_by"])
    note_leaf(vote, "annulled", told)
    record(
        kind="ballots.batch-annulled", by=by, at=at, subject=subject_of(vote),
        public=told,
    )  # fmt: skip
    return batch


@operation
def open_correction(
    *,
    by: Person,
    at: dt.datetime,
    batch: Batch,
    scan: str = "",
    document: Document | None = None,
) -> Batch:
    """Begin to count a pile again that was annulled by an appeal: entered twice like every other.

    Without a scan of its own it has that of the pile. The result is not certified before it is
    counted; the certificate says instead of which pile, and by which appeal.

    Raises:
        veche.city.ballots.operations.channels.NotAPollClerk: ``by`` serves nobody there.
        NotCounting: the result is final.
        NotWaiting: the pile was not annulled by an appeal, or is counted again already.
        veche.city.ballots.operations.paper.WrongScan, ScanCounted: as for every pile.
    """
    batch = locked_batch(batch)
    vote = batch.booth.vote
    check_clerk(by, vote, at)
    if vote.case.state not in APPEALED:
        raise NotCounting
    if not batch.annulled_by or Batch.objects.filter(instead=batch).exists():
        raise NotWaiting
    booth = Booth.objects.select_for_update().get(pk=batch.booth_id)
    again = begun(booth, batch.territory, scan or batch.scan, document)
    again.instead, again.appeal = batch, batch.annulled_by
    again.kept = again.kept or (again.scan == batch.scan and batch.kept)
    again.save(force_insert=True)
    record(
        kind="ballots.batch-opened", by=by, at=at, subject=subject_of(vote),
        public={
            "batch": again.name, "territory": batch.territory.code, "scan": again.scan,
            "instead": batch.name, "appeal": again.appeal,
        },
    )  # fmt: skip
    return again

"""Somebody marked off for paper by mistake is put back: by two clerks, with the paper in hand."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from veche.city.ballots.models import Ballot, Batch, Booth, Mark, Part, PutBack, RollEntry, Voter
from veche.city.ballots.operations.channels import OwnEntry, check_clerk, subject_of
from veche.city.ballots.operations.log import hold_leaf
from veche.city.ballots.operations.outcome import NotPlacedYet
from veche.city.ballots.operations.roll import lock_casting
from veche.city.ballots.procedure import RUNNING
from veche.city.ballots.queries.right import VoteOver
from veche.core.cases.models import Case
from veche.core.journal.operations import record
from veche.errors import Invalid, NotAllowed, Refused
from veche.operation import operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.people.models import Person

LEAST_WORDS, MOST_WORDS = 10, 600
"""Characters of the public reason."""


class NotMarkedOff(Refused):
    """Nobody gave them a paper, or they were put back already."""

    code = "not-marked-off"
    sentence = _("This person is not marked off for paper.")


class PaperNotReturned(Invalid):
    """The clerk has not said that the paper is in hand."""

    code = "paper-not-returned"
    sentence = _("Take the paper back, unmarked, and say that you have it.")
    field = "returned"


class PaperCounted(Refused):
    """Every paper of the place that was given out there is counted: theirs too."""

    code = "paper-counted"
    sentence = _(
        "All papers that people of this place were given at this booth are counted, this one too."
        " Nobody is put back any more."
    )


class PutBackAsked(Refused):
    """Another clerk has asked for it: agree or refuse."""

    code = "put-back-asked"
    sentence = _("Another clerk has asked for this already: agree or refuse.")


class NotAskedFor(Refused):
    """Nobody has asked to put them back, or it was decided."""

    code = "put-back-not-asked"
    sentence = _("Nobody has asked to put this person back, or it is decided already.")


class AgreedByTheSame(NotAllowed):
    """Who asks does not agree."""

    code = "put-back-by-the-same"
    sentence = _("Another clerk agrees: it takes two.")


@operation
def ask_put_back(
    *, by: Person, at: dt.datetime, entry: RollEntry, reason: str, returned: bool
) -> PutBack:
    """Ask to put somebody back who was given a paper by mistake; nothing is changed yet.

    ``reason`` is public and names nobody. Asked again by the same clerk, the reason is the new one.

    Raises:
        veche.city.ballots.operations.channels.NotAPollClerk, OwnEntry: ``by`` may not.
        PaperNotReturned: the paper was not handed back.
        veche.texts.TextLength: the reason is too short or too long.
        VoteOver: the vote does not run any more.
        NotMarkedOff: they were given no paper.
        PaperCounted: the paper may be counted.
        PutBackAsked: another clerk has asked.
    """
    mark = _standing(by, at, entry, returned)
    reason = sized(reason, LEAST_WORDS, MOST_WORDS)
    asked = _asked(entry).first()
    if asked is not None and asked.by_id != by.pk:
        raise PutBackAsked
    if asked is None:
        asked = PutBack(entry=entry, booth=mark.booth, by=by)
    asked.reason = reason
    asked.save()
    record(
        kind="ballots.put-back-asked", by=by, at=at, subject=subject_of(entry.vote),
        public={"booth": mark.booth.code, "reason": reason},
    )  # fmt: skip
    return asked


@operation
def agree_put_back(*, by: Person, at: dt.datetime, entry: RollEntry, returned: bool) -> Voter:
    """Put somebody back: they can vote anew, by any channel, under a code of their own.

    What they cast on the web before they were marked off counts no longer all the same. The log
    says at the close that somebody was put back, where and why, beside all that waits for it.

    Raises:
        veche.city.ballots.operations.channels.NotAPollClerk, OwnEntry: ``by`` may not.
        NotAskedFor: nobody has asked for it.
        AgreedByTheSame: ``by`` has asked.
        PaperNotReturned: the paper is not in hand.
        VoteOver: the vote does not run any more.
        NotMarkedOff: they were given no paper.
        PaperCounted: the paper may be counted.
        veche.city.ballots.operations.outcome.NotPlacedYet: a ballot of theirs waits for its place.
    """
    mark = _standing(by, at, entry, returned)
    asked = _asked(entry).first()
    if asked is None:
        raise NotAskedFor
    if asked.by_id == by.pk:
        raise AgreedByTheSame
    vote = entry.vote
    if Ballot.objects.filter(vote=vote, place=None, entry=entry).exists():
        raise NotPlacedYet
    asked.second = by
    asked.save(update_fields=["second"])
    told = {"booth": mark.booth.code, "territory": entry.territory.code, "reason": asked.reason}
    mark.delete()
    Part.objects.filter(entry=entry, channel="paper").delete()
    voter = Voter(entry=entry, vote=vote, code=secrets.token_bytes(16))
    voter.save(force_insert=True)
    # At the close, as the annulment of what they had cast: no clerk can read whose ballot is next.
    hold_leaf(vote, "put-back", told)
    record(
        kind="ballots.put-back", by=by, at=at, subject=subject_of(vote),
        public={"booth": told["booth"], "reason": asked.reason},
    )  # fmt: skip
    return voter


@operation
def refuse_put_back(*, by: Person, at: dt.datetime, entry: RollEntry) -> None:
    """Refuse what another clerk asked for, or take back what one asked for oneself.

    Raises:
        veche.city.ballots.operations.channels.NotAPollClerk, OwnEntry: ``by`` may not.
        NotAskedFor: nobody has asked for it.
    """
    check_clerk(by, entry.vote, at)
    if entry.person_id == by.pk:
        raise OwnEntry
    asked = _asked(entry).select_related("booth").first()
    if asked is None:
        raise NotAskedFor
    asked.delete()
    record(
        kind="ballots.put-back-refused", by=by, at=at, subject=subject_of(entry.vote),
        public={"booth": asked.booth.code},
    )  # fmt: skip


def _asked(entry: RollEntry) -> QuerySet[PutBack]:
    return PutBack.objects.select_for_update(of=("self",)).filter(entry=entry, second=None)


def _standing(by: Person, at: dt.datetime, entry: RollEntry, returned: bool) -> Mark:
    """The mark, where it can still be taken off; casting and the count of paper wait meanwhile."""
    vote = entry.vote
    check_clerk(by, vote, at)
    if entry.person_id == by.pk:
        raise OwnEntry
    if not returned:
        raise PaperNotReturned
    lock_casting(vote)
    state = Case.objects.values_list("state", flat=True).get(pk=vote.pk)
    if state not in RUNNING or at >= vote.closes_at:
        raise VoteOver
    mark = Mark.objects.select_related("booth").filter(entry=entry).first()
    if mark is None:
        raise NotMarkedOff
    # Batches of a booth are agreed under this lock.
    booth = Booth.objects.select_for_update().get(pk=mark.booth_id)
    agreed = Batch.objects.filter(booth=booth, territory=entry.territory, state=Batch.State.AGREED)
    counted = sum(len(lines or ()) for lines in agreed.values_list("lines", flat=True))
    given = Mark.objects.filter(booth=booth, entry__territory=entry.territory).count()
    if counted >= given:
        raise PaperCounted
    return mark

"""Batches of paper: entered twice by two people who do not see each other's entry, then agreed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from veche.city.ballots.counting.kinds import WrongBallot
from veche.city.ballots.models import Batch, Booth, Mark, Reading, RollEntry, Vote
from veche.city.ballots.operations.channels import BoothDone, check_clerk, subject_of
from veche.city.ballots.operations.log import note_leaf
from veche.city.ballots.paper_lines import counted, read_line, read_lines
from veche.city.ballots.procedure import COMMISSIONER
from veche.city.ballots.vote.config import read_config
from veche.core.files.documents import PDF, Document, digest_of, store
from veche.core.journal.operations import record
from veche.core.organisations.access import holds
from veche.errors import Invalid, NotAllowed, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person
    from veche.core.places.models import Territory

COUNTING = ("open", "suspended", "closed")
"""States of a vote in which paper is entered and agreed."""
APPEALED = ("provisional", "appeal")
"""States in which only piles that an appeal was upheld about are annulled or counted again."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


class NotCounting(Refused):
    """The vote is not open yet, or its count was announced."""

    code = "paper-not-counted-now"
    sentence = _("Paper is counted from the opening of the vote until its count is announced.")


class WrongScan(Invalid):
    """Neither a PDF nor the SHA-256 of one."""

    code = "wrong-scan"
    sentence = _("Give the scan as a PDF, or its SHA-256 as 64 digits and letters from a to f.")
    field = "scan"


class ScanCounted(Invalid):
    """Another batch of this vote has the same scan."""

    code = "scan-counted"
    sentence = _("This pile is counted already, as {batch}: its scan is the same.")
    field = "scan"


class NobodyMarked(Invalid):
    """Nobody of this place was marked off at this booth."""

    code = "nobody-marked"
    sentence = _("Nobody counted in this place was marked off at this booth.")
    field = "territory"


class LinesWrong(Invalid):
    """Lines that cannot be read."""

    code = "paper-lines"
    sentence = _("Line {line} cannot be read: {why}")
    field = "lines"


class SecondByTheSame(NotAllowed):
    """Who entered a batch once does not enter it again."""

    code = "second-by-the-same"
    sentence = _("Another clerk enters this batch the second time.")


class NotWaiting(Refused):
    """The batch is not at this step."""

    code = "batch-not-waiting"
    sentence = _("This batch is at another step now.")


class TooManyPapers(Refused):
    """More papers than people who were given one."""

    code = "too-many-papers"
    sentence = _(
        "{papers} papers would be counted, and {marked} people of this place were given one at"
        " this booth. Count the pile again."
    )


class Undecided(Invalid):
    """A line that differs was not decided."""

    code = "line-undecided"
    sentence = _("Say what paper {line} says.")
    field = "lines"


def _counting(vote: Vote, batch: Batch | None = None) -> None:
    """Whether papers are counted now; after the count is announced, only what an appeal is about.

    Raises:
        NotCounting: they are not.
    """
    corrects = batch is not None and batch.instead_id is not None
    if vote.case.state not in (*COUNTING, *(APPEALED if corrects else ())):
        raise NotCounting


@operation
def open_batch(
    *,
    by: Person,
    at: dt.datetime,
    booth: Booth,
    territory: Territory,
    scan: str = "",
    document: Document | None = None,
) -> Batch:
    """Begin to count a pile of one booth and one place; the number is written on the pile.

    The scan is kept where it is given, and named by its SHA-256 in any case.

    Raises:
        veche.city.ballots.operations.channels.NotAPollClerk: ``by`` serves nobody there.
        NotCounting: the vote is not open yet, or its count was announced.
        BoothDone: the booth was closed.
        NobodyMarked: nobody of that place was given a paper there.
        WrongScan: neither a PDF nor a SHA-256.
        ScanCounted: another batch has this scan.
    """
    vote = booth.vote
    check_clerk(by, vote, at)
    _counting(vote)
    booth = Booth.objects.select_for_update().get(pk=booth.pk)
    if booth.done:
        raise BoothDone
    if not Mark.objects.filter(booth=booth, entry__territory=territory).exists():
        raise NobodyMarked
    batch = begun(booth, territory, scan, document)
    batch.save(force_insert=True)
    record(
        kind="ballots.batch-opened", by=by, at=at, subject=subject_of(vote),
        public={"batch": batch.name, "territory": territory.code, "scan": scan},
    )  # fmt: skip
    return batch


def begun(booth: Booth, territory: Territory, scan: str, document: Document | None) -> Batch:
    """The next pile of a booth that is locked, not written yet; a scan that is given is kept.

    Raises:
        WrongScan, ScanCounted: as for `open_batch`.
    """
    scan = scan.strip().lower()
    if document is not None:
        if document.media_type != PDF:
            raise WrongScan
        scan = digest_of(document)
    if scan and not _SHA256.fullmatch(scan):
        raise WrongScan
    same = Batch.objects.filter(booth__vote=booth.vote_id, scan=scan)
    other = same.exclude(state=Batch.State.ANNULLED).select_related("booth").first()
    if scan and other is not None:
        raise ScanCounted(batch=other.name)
    last = Batch.objects.filter(booth=booth).aggregate(last=Max("number"))["last"] or 0
    if document is not None:
        store(document)
    return Batch(
        booth=booth, number=last + 1, territory=territory, scan=scan, kept=document is not None
    )


@operation
def enter_batch(*, by: Person, at: dt.datetime, batch: Batch, text: str) -> Batch:
    """Enter a batch, for the first time or, by somebody else, for the second.

    Two entries that say the same are agreed at once.

    Raises:
        veche.city.ballots.operations.channels.NotAPollClerk: ``by`` serves nobody there.
        NotWaiting: it was entered twice already.
        SecondByTheSame: ``by`` entered it the first time.
        LinesWrong: a line cannot be read.
        TooManyPapers: more papers than people who were given one.
    """
    batch = locked_batch(batch)
    vote = batch.booth.vote
    check_clerk(by, vote, at)
    _counting(vote, batch)
    if batch.state not in (Batch.State.EMPTY, Batch.State.ONCE):
        raise NotWaiting
    if Reading.objects.filter(batch=batch, by=by).exists():
        raise SecondByTheSame
    papers, faults = read_lines(read_config(vote.config), text)
    if faults:
        raise LinesWrong(line=faults[0].line, why=faults[0].why)
    first = Reading.objects.filter(batch=batch).first()
    Reading(batch=batch, by=by, lines=papers).save(force_insert=True)
    record(
        kind="ballots.batch-entered", by=by, at=at, subject=subject_of(vote),
        public={"batch": batch.name, "papers": len(papers)},
    )  # fmt: skip
    if first is None:
        batch.state = Batch.State.ONCE
        batch.save(update_fields=["state"])
    elif list(first.lines) == papers:
        _agree(by, at, batch, papers, settled=0)
    else:
        batch.state = Batch.State.DIFFERS
        batch.save(update_fields=["state"])
    return batch


@operation
def settle_batch(*, by: Person, at: dt.datetime, batch: Batch, decided: Mapping[int, str]) -> Batch:
    """A third look: say of each line in which the two entries differ what the paper says.

    ``decided`` goes from the number of a line, from one, to the line as it is typed.

    Raises:
        veche.city.ballots.operations.channels.NotAPollClerk: ``by`` serves nobody there.
        SecondByTheSame: ``by`` entered the batch.
        NotWaiting: the entries do not differ, or hold different numbers of papers.
        Undecided, LinesWrong: a line was not decided, or cannot be read.
        TooManyPapers: more papers than people who were given one.
    """
    batch = locked_batch(batch)
    vote = batch.booth.vote
    _third(by, at, batch)
    first, second = _readings(batch)
    if len(first) != len(second):
        raise NotWaiting
    config = read_config(vote.config)
    papers = []
    settled = 0
    for number, (one, other) in enumerate(zip(first, second, strict=True), 1):
        if one == other:
            papers.append(one)
            continue
        if not decided.get(number, "").strip():
            raise Undecided(line=number)
        try:
            papers.append(read_line(config, decided[number]))
        except WrongBallot as fault:
            raise LinesWrong(line=number, why=fault) from fault
        settled += 1
    _agree(by, at, batch, papers, settled)
    return batch


@operation
def begin_anew(*, by: Person, at: dt.datetime, batch: Batch) -> Batch:
    """Throw both entries away and count the pile again.

    Raises:
        veche.city.ballots.operations.channels.NotAPollClerk: ``by`` serves nobody there.
        NotWaiting: it was not entered twice with differences.
    """
    batch = locked_batch(batch)
    vote = batch.booth.vote
    check_clerk(by, vote, at)
    _counting(vote, batch)
    if batch.state != Batch.State.DIFFERS:
        raise NotWaiting
    Reading.objects.filter(batch=batch).delete()
    batch.state = Batch.State.EMPTY
    batch.save(update_fields=["state"])
    record(
        kind="ballots.batch-begun-anew", by=by, at=at, subject=subject_of(vote),
        public={"batch": batch.name},
    )  # fmt: skip
    return batch


@operation
def close_booth(*, by: Person, at: dt.datetime, booth: Booth) -> Booth:
    """Say that all papers of a booth are counted; the count of the vote waits for it.

    Raises:
        veche.city.ballots.operations.channels.NotAPollClerk: ``by`` serves nobody there.
        NotWaiting: a batch of it is not agreed yet, or the vote is still open.
    """
    check_clerk(by, booth.vote, at)
    rows = Booth.objects.select_for_update(of=("self",)).select_related("vote__case")
    booth = rows.get(pk=booth.pk)
    open_states = (Batch.State.EMPTY, Batch.State.ONCE, Batch.State.DIFFERS)
    if (
        booth.vote.case.state != "closed"
        or Batch.objects.filter(booth=booth, state__in=open_states).exists()
    ):
        raise NotWaiting
    booth.done = True
    booth.save(update_fields=["done"])
    record(
        kind="ballots.booth-closed", by=by, at=at, subject=subject_of(booth.vote),
        public={"booth": booth.code},
    )  # fmt: skip
    return booth


def locked_batch(batch: Batch) -> Batch:
    """The batch with what it belongs to, locked, its vote before it."""
    # The vote first: while papers are counted or taken out, its count is not announced. Rows that
    # lead to it are written meanwhile: who writes one holds a booth, which is waited for here.
    Vote.objects.select_for_update(of=("self",), no_key=True).get(pk=batch.booth.vote_id)
    rows = Batch.objects.select_for_update(of=("self",))
    return rows.select_related("booth__vote__case__territory", "territory", "instead__booth").get(
        pk=batch.pk
    )


def _third(by: Person, at: dt.datetime, batch: Batch) -> None:
    vote = batch.booth.vote
    if not holds(by, COMMISSIONER, vote.case.territory, at):
        check_clerk(by, vote, at)
    _counting(vote, batch)
    if batch.state != Batch.State.DIFFERS:
        raise NotWaiting
    if Reading.objects.filter(batch=batch, by=by).exists():
        raise SecondByTheSame


def _readings(batch: Batch) -> tuple[list[str], list[str]]:
    first, second = (
        Reading.objects.filter(batch=batch).order_by("pk").values_list("lines", flat=True)
    )
    return first, second


def _agree(by: Person, at: dt.datetime, batch: Batch, papers: list[str], settled: int) -> None:
    booth, vote = batch.booth, batch.booth.vote
    Booth.objects.select_for_update().get(pk=booth.pk)  # batches of a booth are agreed in turn
    agreed = Batch.objects.filter(
        booth=booth, territory=batch.territory, state=Batch.State.AGREED
    ).values_list("lines", flat=True)
    together = len(papers) + sum(len(lines or ()) for lines in agreed)
    marked = RollEntry.objects.filter(
        vote=vote,
        territory=batch.territory,
        pk__in=Mark.objects.filter(booth=booth).values("entry"),
    ).count()
    if together > marked:
        raise TooManyPapers(papers=together, marked=marked)
    batch.lines, batch.state = papers, Batch.State.AGREED
    batch.save(update_fields=["lines", "state"])
    choices, spoilt = counted(papers)
    note_leaf(
        vote,
        "paper",
        {
            "batch": batch.name,
            "booth": booth.code,
            "territory": batch.territory.code,
            "scan": batch.scan,
            "ballots": len(papers),
            "spoilt": spoilt,
            "settled": settled,
            "choices": choices,
            **(
                {"instead": batch.instead.name, "appeal": batch.appeal}
                if batch.instead is not None
                else {}
            ),
        },
    )
    record(
        kind="ballots.batch-agreed", by=by, at=at, subject=subject_of(vote),
        public={"batch": batch.name, "papers": len(papers), "settled": settled},
    )  # fmt: skip

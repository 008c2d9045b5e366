"""Voting in person: booths, codes for the kiosk, marking somebody off for paper."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.city.ballots.keys import search_digest
from veche.city.ballots.models import Ballot, Booth, KioskPass, Mark, Part, RollEntry, Vote, Voter
from veche.city.ballots.operations.log import hold_leaf
from veche.city.ballots.procedure import BEFORE, POLL_CLERK, RUNNING
from veche.city.ballots.queries.channels import find_on_roll
from veche.city.ballots.queries.right import (
    VotedInPerson,
    VoteOver,
    WayNotOffered,
    right_of,
)
from veche.core.cases.models import Case
from veche.core.journal.operations import record
from veche.core.organisations.access import holds
from veche.core.people.operations import note_look
from veche.errors import Invalid, NotAllowed, Refused
from veche.languages import LANGUAGES
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

PASS_TERM = dt.timedelta(minutes=15)
"""How long a code for the kiosk opens a ballot: the way from the counter to the screen."""
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""What such a code is made of: nothing that is taken for something else."""
PASS_LENGTH = 8
"""32 to the 8th: with fifty codes out, a thousand tries a second for a quarter of an hour hit one
with a chance of one in twenty thousand."""
LONGEST_NAME = 200
"""Letters of where a booth is."""
BOOTH_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")


class NotAPollClerk(NotAllowed):
    """Only poll clerks of the place of the vote serve people at a counter."""

    code = "not-a-poll-clerk"
    sentence = _("Only a poll clerk of this place may do this.")


class NoDocumentSeen(Invalid):
    """The clerk has not said that they saw a document."""

    code = "no-document-seen"
    sentence = _("Look at the person's document first, and say that you did.")
    field = "seen"


class WrongBooth(Invalid):
    """A booth of this code is there already, or the code cannot be."""

    code = "wrong-booth"
    sentence = _("Choose another short code: small letters, digits and hyphens, used once.")
    field = "code"


class BoothUnnamed(Invalid):
    """A booth without a name in any language."""

    code = "booth-unnamed"
    sentence = _("Write where it is.")
    field = "name_en"


class BoothDone(Refused):
    """The booth was closed."""

    code = "booth-done"
    sentence = _("This booth is closed: all of its papers are counted.")


class WrongPass(Invalid):
    """No code of the kiosk is this one now."""

    code = "wrong-kiosk-code"
    sentence = _("This code does not open a ballot. Codes work once, for a few minutes.")
    field = "code"


class OwnEntry(NotAllowed):
    """A clerk marks off other people."""

    code = "own-entry"
    sentence = _("Ask another clerk: nobody serves themselves at the counter.")


def check_clerk(by: Person | None, vote: Vote, at: dt.datetime) -> None:
    """Let poll clerks of the vote's place pass.

    Raises:
        NotAPollClerk: ``by`` is none there now.
    """
    if not holds(by, POLL_CLERK, vote.case.territory, at):
        raise NotAPollClerk


def subject_of(vote: Vote) -> str:
    """How the journal names a vote."""
    return f"vote:{vote.config['vote']}"


@operation
def open_booth(
    *, by: Person, at: dt.datetime, vote: Vote, code: str, names: Mapping[str, str]
) -> Booth:
    """Open a place in which one can vote in person; ``names`` say where it is, by language.

    Raises:
        NotAPollClerk: ``by`` serves nobody there.
        WayNotOffered: this vote is held on the web only.
        VoteOver: it has closed: the count would wait for a booth that serves nobody.
        WrongBooth: the code is taken or cannot be.
        BoothUnnamed: it is not said where it is.
    """
    check_clerk(by, vote, at)
    state = Case.objects.values_list("state", flat=True).get(pk=vote.pk)
    if state not in (*BEFORE, *RUNNING):
        raise VoteOver
    if not {"kiosk", "paper"} & set(vote.config["channels"]):
        raise WayNotOffered
    code = code.strip().lower()
    if not BOOTH_CODE.fullmatch(code) or Booth.objects.filter(vote=vote, code=code).exists():
        raise WrongBooth
    booth = Booth(vote=vote, code=code, names=_names(names))
    booth.save(force_insert=True)
    record(
        kind="ballots.booth-opened", by=by, at=at, subject=subject_of(vote),
        public={"booth": code, "names": booth.names},
    )  # fmt: skip
    return booth


@operation
def name_booth(*, by: Person, at: dt.datetime, booth: Booth, names: Mapping[str, str]) -> Booth:
    """Say anew where a booth is; its short code stays, for it stands on every pile.

    Raises:
        NotAPollClerk: ``by`` serves nobody there.
        BoothUnnamed: it is not said where it is.
    """
    check_clerk(by, booth.vote, at)
    booth = Booth.objects.select_for_update(of=("self",)).select_related("vote").get(pk=booth.pk)
    booth.names = _names(names)
    booth.save(update_fields=["names"])
    record(
        kind="ballots.booth-named", by=by, at=at, subject=subject_of(booth.vote),
        public={"booth": booth.code, "names": booth.names},
    )  # fmt: skip
    return booth


def _names(names: Mapping[str, str]) -> dict[str, str]:
    """Names by language as they are kept. Raises: BoothUnnamed."""
    found = {code: names.get(code, "").strip()[:LONGEST_NAME] for code in LANGUAGES}
    found = {code: name for code, name in found.items() if name}
    if not found:
        raise BoothUnnamed
    return found


@operation
def search_roll(*, by: Person, at: dt.datetime, vote: Vote, said: str) -> list[RollEntry]:
    """Look for somebody on the roll at the counter, by name or e-mail address.

    That it was done, by whom, and how many were found is written down; of the words a digest that
    only this city can make again: the same words give the same one.

    Raises:
        NotAPollClerk: ``by`` serves nobody there.
    """
    check_clerk(by, vote, at)
    found = find_on_roll(vote, said)
    record(
        kind="ballots.roll-searched", by=by, at=at, subject=subject_of(vote),
        personal={"found": len(found), "words": search_digest(said)},
    )  # fmt: skip
    return found


@operation
def look_up(*, by: Person, at: dt.datetime, entry: RollEntry) -> None:
    """Look at somebody's entry of the roll at the counter; they can see that it was done.

    Raises:
        NotAPollClerk: ``by`` serves nobody there.
    """
    check_clerk(by, entry.vote, at)
    if entry.person_id is not None:
        number = entry.vote.config["vote"]
        note_look(by=by, at=at, person_id=entry.person_id, what="roll", case_number=number)
    else:
        record(kind="ballots.roll-looked", by=by, at=at, subject=subject_of(entry.vote))


@operation
def give_kiosk_code(*, by: Person, at: dt.datetime, entry: RollEntry, seen: bool) -> str:
    """Give somebody whose document was seen a code that opens their ballot at the kiosk.

    Returns the code: it is shown once and kept as a digest. A new one ends the one before.

    Raises:
        NotAPollClerk, OwnEntry: ``by`` may not.
        NoDocumentSeen: no document was seen.
        veche.errors.Refused: they may not vote now; the sentence says why.
    """
    _check_counter(by, at, entry, seen)
    right = right_of(str(entry.vote.config["vote"]), at=at, entry=entry.pk, channel="kiosk")
    right.token(at)
    text = "".join(secrets.choice(LETTERS) for _ in range(PASS_LENGTH))
    KioskPass.objects.update_or_create(
        entry=entry, defaults={"digest": _digest(text), "until": at + PASS_TERM}
    )
    record(kind="ballots.kiosk-code", by=by, at=at, subject=subject_of(entry.vote))
    return f"{text[:4]}-{text[4:]}"


@operation
def use_kiosk_code(*, by: None, at: dt.datetime, text: str) -> RollEntry:
    """Whose ballot a code opens; it opens no other afterwards.

    Raises:
        WrongPass: no code is this one now.
    """
    said = "".join(c for c in text.upper() if c in LETTERS)
    found = (
        KioskPass.objects.select_for_update(of=("self",))
        .select_related("entry__vote")
        .filter(digest=_digest(said), until__gt=at)
        .first()
    )
    if found is None:
        raise WrongPass
    entry: RollEntry = found.entry
    found.delete()
    record(kind="ballots.kiosk-opened", by=by, at=at, subject=subject_of(entry.vote))
    return entry


@operation
def mark_on_paper(
    *, by: Person, at: dt.datetime, booth: Booth, entry: RollEntry, seen: bool
) -> Mark:
    """Mark somebody off the roll and hand them a ballot of paper.

    From now on nothing they cast by another channel counts, and nothing more of theirs is taken:
    the row that ties them to their code is erased, and once the vote is closed the log says of the
    code that it counts no longer.

    Raises:
        NotAPollClerk, OwnEntry: ``by`` may not.
        NoDocumentSeen: no document was seen.
        BoothDone: the booth was closed.
        VotedInPerson: they have voted at a counter already.
        veche.errors.Refused: they may not vote now; the sentence says why.
    """
    _check_counter(by, at, entry, seen)
    vote = entry.vote
    if booth.done or booth.vote_id != vote.pk:
        raise BoothDone
    with connection.cursor() as cursor:
        # Nobody casts half-way: what was cast before is there, what comes later finds no code.
        cursor.execute("SELECT pg_advisory_xact_lock(ballots_lock(%s))", [vote.pk])
    right = right_of(str(vote.config["vote"]), at=at, entry=entry.pk, channel="paper")
    if right.voted_by in ("kiosk", "paper"):
        raise VotedInPerson
    if right.refusal is not None and not right.has_voted:
        raise right.refusal
    if right.state != "open" or right.code is None:
        raise right.refusal or VoteOver
    cast = Ballot.objects.filter(vote=vote, code=right.code, annulled=False)
    revisions = sorted(cast.values_list("revision", flat=True))
    if revisions:
        told = {"code": right.code.hex(), "revisions": revisions, "reason": "paper"}
        # Read in the log at once, it would show this clerk how the person before them had voted.
        hold_leaf(vote, "annulled", told)
    Voter.objects.filter(entry=entry).delete()
    KioskPass.objects.filter(entry=entry).delete()
    Part.objects.update_or_create(entry=entry, defaults={"channel": "paper"})
    mark = Mark(entry=entry, booth=booth)
    mark.save(force_insert=True)
    record(
        kind="ballots.marked-on-paper", by=by, at=at, subject=subject_of(vote),
        public={"booth": booth.code},
    )  # fmt: skip
    return mark


def _check_counter(by: Person, at: dt.datetime, entry: RollEntry, seen: bool) -> None:
    check_clerk(by, entry.vote, at)
    if entry.person_id == by.pk:
        raise OwnEntry
    if not seen:
        raise NoDocumentSeen


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()

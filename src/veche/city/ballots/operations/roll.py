"""The roll of a vote: who may vote, frozen when the vote is announced, mended by decisions."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.city.ballots.models import Ballot, Part, RollEntry, Vote, Voter
from veche.city.ballots.operations.log import note_leaf
from veche.city.ballots.procedure import BEFORE, COMMISSIONER, RUNNING
from veche.city.ballots.queries.roll import (
    entry_of_address,
    frozen_lines,
    line_of,
    roll_line,
    statement,
)
from veche.city.ballots.rules import LEAST_WORDS, MOST_WORDS, RollRule
from veche.core.cases.operations import role_holding
from veche.core.journal.operations import record
from veche.core.people.operations.once import address_digest
from veche.core.places.models import Territory
from veche.core.places.queries import atlas
from veche.errors import NotAllowed, Refused
from veche.operation import operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.people.models import Person

__all__ = [
    "AlreadyOn", "NotOfTheCommission", "PollByRule", "RollOver", "Voted", "add_entry", "come",
    "freeze_roll", "grain_of", "lock_casting", "roll_line", "strike",
]  # fmt: skip

_FREEZE = """
INSERT INTO ballots_rollentry (vote_id, person_id, territory_id, salt, line, how)
SELECT %(vote)s, s.person_id, s.place, s.salt,
    sha256(s.salt || convert_to(s.person_id || ' ' || t.code, 'UTF8')), 'rule'
FROM (SELECT g.person_id, g.place, uuid_send(gen_random_uuid()) AS salt FROM ({ground}) g
    WHERE {fits} OFFSET 0) s JOIN places_territory t ON t.id = s.place
"""
_CODES = """
INSERT INTO ballots_voter (entry_id, vote_id, code)
SELECT e.id, e.vote_id, uuid_send(gen_random_uuid()) FROM ballots_rollentry e
WHERE e.vote_id = %s AND NOT EXISTS (SELECT FROM ballots_voter v WHERE v.entry_id = e.id)
ORDER BY random()
"""
_COUNTS = """
SELECT t.code, count(*) FROM ballots_rollentry e JOIN places_territory t ON t.id = e.territory_id
WHERE e.vote_id = %s GROUP BY t.code
"""


class NotOfTheCommission(NotAllowed):
    """Only the voting commission decides."""

    code = "not-of-the-commission"
    sentence = _("Only the voting commission of this place may do this.")


class RollOver(Refused):
    """The vote is over: its roll stays as it is."""

    code = "roll-over"
    sentence = _("The roll can be changed until the vote closes; it has closed.")


class AlreadyOn(Refused):
    """They stand on it."""

    code = "roll-already-on"
    sentence = _("This person is on the roll already.")


class Voted(Refused):
    """Somebody who has voted is not simply struck."""

    code = "roll-voted"
    sentence = _(
        "This person has voted. A ballot that was cast is annulled only by deciding an appeal."
    )


class PollByRule(Refused):
    """Only an open poll that says so takes who is not on its roll."""

    code = "roll-by-rule"
    sentence = _("In this vote only those vote who are on its roll.")


@operation
def freeze_roll(*, by: Person | None, at: dt.datetime, vote: Vote) -> int:
    """Write down who may vote by the rule of the roll; returns how many.

    Everybody gets a random code now, so that opening a ballot writes nothing.

    The log gets how many there are in each place, and the digest of the sorted list of their
    salted lines: whoever is on it can show that they are.
    """
    rule = RollRule.read(vote.config["roll"])
    ground, fits, values = statement(rule, str(vote.config["grain"]), at)
    with connection.cursor() as cursor:
        cursor.execute(_FREEZE.format(ground=ground, fits=fits), {**values, "vote": vote.pk})
        # What was counted of other votes says nothing of this one, and whoever guesses that it has
        # a voter or two looks through the table for each of them: 300,000 times.
        cursor.execute("ANALYZE ballots_rollentry")
        cursor.execute(_CODES, [vote.pk])
        cursor.execute("ANALYZE ballots_voter")
        cursor.execute(_COUNTS, [vote.pk])
        places: dict[str, int] = dict(cursor.fetchall())
    digest = hashlib.sha256()
    for line in frozen_lines(vote):
        digest.update(line.encode())
    number = sum(places.values())
    told = {
        "number": number,
        "territories": dict(sorted(places.items())),
        "digest": digest.hexdigest(),
    }
    note_leaf(vote, "roll", told)
    record(
        kind="ballots.roll-frozen",
        by=by,
        at=at,
        subject=f"vote:{vote.config['vote']}",
        public=told,
    )
    return number


def grain_of(vote: Vote, territory: Territory) -> Territory:
    """The place in which somebody from ``territory`` is counted, as coarse as the grain says."""
    grain = vote.config["grain"]
    wanted = territory.pk
    if grain == "city":
        wanted = territory.city_id or territory.pk
    elif grain == "district":
        wanted = territory.district_id or territory.city_id or territory.pk
    return atlas().by_id[wanted]


def lock_casting(vote: Vote) -> None:
    """Let no ballot of this vote be taken until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(ballots_lock(%s))", [vote.pk])


def _of_running(vote: Vote) -> Vote:
    """The vote, locked.

    Raises:
        RollOver: it has closed.
    """
    row = Vote.objects.select_for_update(of=("self",)).select_related("case").get(pk=vote.pk)
    if row.case.state not in (*BEFORE, *RUNNING):
        raise RollOver
    return row


@operation
def add_entry(
    *,
    by: Person | None,
    at: dt.datetime,
    vote: Vote,
    territory: Territory,
    how: RollEntry.How,
    person: Person | None = None,
    address: bytes | None = None,
) -> RollEntry:
    """Put one person, or one e-mail address by its keyed digest, on a roll that is frozen.

    Somebody who was struck is put back. The log gets a leaf without a name.

    Raises:
        RollOver: the vote has closed.
        AlreadyOn: they are on it.
    """
    vote = _of_running(vote)
    mine = (
        RollEntry.objects.filter(vote=vote, person=person)
        if person is not None
        else RollEntry.objects.filter(vote=vote, address=address)
    )
    entry = mine.select_for_update(of=("self",)).select_related("territory").first()
    if entry is not None and entry.struck_at is None:
        raise AlreadyOn
    email = person.email if person is not None else None
    if email and entry_of_address(vote, address_digest(email)) is not None:
        raise AlreadyOn  # they came by their e-mail address, and vote by that
    if entry is None:
        entry = RollEntry(
            vote=vote,
            person=person,
            address=address,
            territory=grain_of(vote, territory),
            salt=secrets.token_bytes(16),
            how=how,
        )
    entry.struck_at = None
    entry.line = bytes.fromhex(line_of(entry))
    entry.save()
    if not Voter.objects.filter(pk=entry.pk).exists():
        Voter(entry=entry, vote=vote, code=secrets.token_bytes(16)).save(force_insert=True)
    change = "came" if how == RollEntry.How.CAME else "added"
    told = {"change": change, "territory": entry.territory.code, "line": line_of(entry)}
    note_leaf(vote, "roll-change", told)
    record(
        kind="ballots.roll-added",
        by=by,
        at=at,
        subject=f"vote:{vote.config['vote']}",
        public=told,
    )
    return entry


def come(*, at: dt.datetime, vote: Vote, address: str, territory: Territory) -> RollEntry:
    """Somebody without an account has shown an e-mail address and may vote in this open poll.

    ``address`` is the keyed digest of `veche.core.people.once.verified`, in hexadecimal; the same
    address comes to the same entry each time.

    Raises:
        PollByRule: this vote takes only those on its roll.
        RollOver: the vote has closed.
    """
    if vote.audited or not RollRule.read(vote.config["roll"]).came:
        raise PollByRule
    known = entry_of_address(vote, address)
    if known is not None:
        return known
    return add_entry(
        by=None,
        at=at,
        vote=vote,
        territory=territory,
        how=RollEntry.How.CAME,
        address=bytes.fromhex(address),
    )


@operation
def strike(*, by: Person, at: dt.datetime, vote: Vote, entry: int, reason: str) -> RollEntry:
    """A commissioner strikes somebody who should not be on the roll, and says why in public.

    ``reason`` names nobody.

    Raises:
        veche.core.cases.operations.NoRoleForMove: only the commission may.
        RollOver: the vote has closed.
        Voted: a ballot of theirs was taken already.
        veche.texts.TextLength: the reason is too short or too long.
    """
    role_holding(vote.case, COMMISSIONER, "territory", by, at)
    reason = sized(reason, LEAST_WORDS, MOST_WORDS)
    lock_casting(vote)
    vote = _of_running(vote)
    row = RollEntry.objects.select_related("territory").get(pk=entry, vote=vote)
    voter = Voter.objects.filter(pk=row.pk).first()
    cast = voter is not None and Ballot.objects.filter(vote=vote, code=voter.code).exists()
    if cast or Part.objects.filter(pk=row.pk).exists():
        raise Voted
    row.struck_at = at
    row.save(update_fields=["struck_at"], force_update=True)
    Voter.objects.filter(pk=row.pk).delete()
    told = {"change": "struck", "territory": row.territory.code, "line": line_of(row)}
    note_leaf(vote, "roll-change", {**told, "reason": reason})
    record(
        kind="ballots.roll-struck",
        by=by,
        at=at,
        subject=f"vote:{vote.config['vote']}",
        public={**told, "reason": reason},
    )
    return row

"""Whether somebody may vote here and now, and with which ballot: one query, nothing is written."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.city.ballots.tokens import TERM, BallotToken
from veche.errors import NotAllowed, NotFound, Refused

MOST_REVISIONS = 500
"""Ballots one voter may cast in one vote: a mind is not changed more often."""

_FIND = """
SELECT c.id, c.state, b.opens_at, b.closes_at, (b.config->>'change')::boolean,
    b.config->'channels' ? %(channel)s, e.id, e.struck_at IS NOT NULL, e.territory_id, v.code,
    coalesce(p.channel, ''), coalesce(l.revision, 0), coalesce(l.channel, '')
FROM cases_case c JOIN ballots_vote b ON b.case_id = c.id
    LEFT JOIN ballots_rollentry e ON e.vote_id = b.case_id AND {whose}
    LEFT JOIN ballots_voter v ON v.entry_id = e.id
    LEFT JOIN ballots_part p ON p.entry_id = e.id
    LEFT JOIN LATERAL (
        SELECT revision, channel FROM ballots_ballot
        WHERE vote_id = b.case_id AND code = v.code ORDER BY revision DESC LIMIT 1
    ) l ON true
WHERE c.number = %(number)s AND b.digest <> ''
"""
_IN_PERSON_LAST = ("", "web", "kiosk", "paper")
_BY_PERSON = _FIND.format(whose="e.person_id = %(who)s")
_BY_ENTRY = _FIND.format(whose="e.id = %(who)s")


class NotAVote(NotFound):
    """No vote that was announced has this number."""

    code = "no-such-vote"
    sentence = _("There is no vote of this number.")


class NotOnTheRoll(NotAllowed):
    """The roll does not name this person."""

    code = "not-on-the-roll"
    sentence = _("You are not on the roll of this vote. You can ask to be put on it.")


class StruckOff(NotAllowed):
    """The person was struck off the roll."""

    code = "struck-off"
    sentence = _("You were struck off the roll of this vote.")


class NotYetOpen(Refused):
    """The vote opens later."""

    code = "vote-not-yet-open"
    sentence = _("This vote is not open yet.")


class VoteSuspended(Refused):
    """A named person has suspended the vote."""

    code = "vote-suspended"
    sentence = _("This vote is suspended. Its page says why and what happens next.")


class VoteOver(Refused):
    """The vote is closed or annulled."""

    code = "vote-closed"
    sentence = _("This vote is closed: ballots are no longer taken.")


class WayNotOffered(Refused):
    """The vote is not held by this channel."""

    code = "vote-channel"
    sentence = _("One cannot vote this way in this vote. Its page says which ways there are.")


class VotedInPerson(Refused):
    """A ballot cast in person stands before one cast on the web."""

    code = "voted-in-person"
    sentence = _("You have voted in person in this vote. That ballot counts.")


class AlreadyVoted(Refused):
    """This vote takes one ballot, and it cannot be changed."""

    code = "already-voted"
    sentence = _("You have voted, and in this vote a ballot cannot be changed.")


class ChangedTooOften(Refused):
    """More ballots than anybody needs."""

    code = "changed-too-often"
    sentence = _("You have changed your vote too often. The last ballot counts.")


@dataclass(frozen=True)
class Right:
    """What somebody may do in one vote by one channel; ``refusal`` is why not, if not."""

    vote: int
    channel: str
    state: str
    opens_at: dt.datetime
    closes_at: dt.datetime
    entry: int | None
    """Their entry of the roll; None for who is not on it."""
    territory: int | None
    code: bytes | None
    """Theirs to see; None once it was erased."""
    revision: int
    """What their next ballot would be."""
    voted_by: str
    """The channel of the ballot that counts so far; empty for who has not voted."""
    refusal: type[Refused] | None

    @property
    def may(self) -> bool:
        """Whether a ballot can be handed out."""
        return self.refusal is None

    @property
    def has_voted(self) -> bool:
        """Whether they have taken part, by whichever channel."""
        return bool(self.voted_by)

    def token(self, at: dt.datetime) -> BallotToken:
        """The ballot to hand out.

        Raises:
            Refused: they may not vote now; the sentence says why.
        """
        if self.refusal is not None:
            raise self.refusal
        assert self.entry is not None and self.territory is not None and self.code is not None
        return BallotToken(
            self.vote, self.entry, self.code, self.revision, self.territory, self.channel, at + TERM
        )


def right_of(
    number: str,
    *,
    at: dt.datetime,
    person: int | None = None,
    entry: int | None = None,
    channel: str = "web",
) -> Right:
    """What a person, or an entry of the roll (a personal link, a kiosk), may do in a vote.

    Raises:
        NotAVote: no announced vote has this number.
    """
    query, who = (_BY_ENTRY, entry) if entry is not None else (_BY_PERSON, person)
    with connection.cursor() as cursor:
        cursor.execute(query, {"number": number, "who": who, "channel": channel})
        row = cursor.fetchone()
    if row is None:
        raise NotAVote
    (
        vote, state, opens_at, closes_at, change, offered, found, struck, territory, code, part,
        revision, last,
    ) = row  # fmt: skip
    voted_by = max(part, last, key=_IN_PERSON_LAST.index)
    return Right(
        vote=vote,
        channel=channel,
        state=state,
        opens_at=opens_at,
        closes_at=closes_at,
        entry=found,
        territory=territory,
        code=bytes(code) if code is not None else None,
        revision=revision + 1,
        voted_by=voted_by,
        refusal=_refusal(
            _of_the_vote(state, at, opens_at, closes_at, offered),
            found is not None,
            struck or code is None,
            channel,
            voted_by,
            change,
            revision,
        ),
    )


def _of_the_vote(
    state: str, at: dt.datetime, opens_at: dt.datetime, closes_at: dt.datetime, offered: bool
) -> type[Refused] | None:
    if state == "published":
        return NotYetOpen
    if state == "suspended":
        return VoteSuspended
    if state != "open" or at >= closes_at:
        return VoteOver
    return None if offered else WayNotOffered


def _refusal(
    of_the_vote: type[Refused] | None,
    on_the_roll: bool,
    struck: bool,
    channel: str,
    voted_by: str,
    change: bool,
    revision: int,
) -> type[Refused] | None:
    """The first reason that holds; what can be mended by the person comes first."""
    if of_the_vote is not None:
        return of_the_vote
    if not on_the_roll:
        return NotOnTheRoll
    if voted_by == "paper" or (voted_by == "kiosk" and channel == "web"):
        return VotedInPerson
    if struck:
        return StruckOff
    if revision and not change and channel == voted_by:
        return AlreadyVoted
    return ChangedTooOften if revision >= MOST_REVISIONS else None


def hand_out(
    number: str,
    *,
    at: dt.datetime,
    person: int | None = None,
    entry: int | None = None,
    channel: str = "web",
) -> BallotToken:
    """A ballot for who may vote here now; ``.sign(keys.token_key())`` makes it a text.

    Raises:
        NotAVote: no announced vote has this number.
        Refused: they may not vote now; the sentence says why.
    """
    return right_of(number, at=at, person=person, entry=entry, channel=channel).token(at)


def is_of(entry: int, person: int) -> bool:
    """Whether an entry of a roll is this person's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM ballots_rollentry WHERE id = %s AND person_id = %s", [entry, person]
        )
        return cursor.fetchone() is not None

"""Casting from a page: who may, what is refused and in which words, and the promise given."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tests.city.ballots.votes import CLOSES, DAY, OPENS, Voting, question, voting
from veche.city.ballots import door_words, intake, keys
from veche.city.ballots.models import Ballot, Part, PromiseKey, RollEntry, Vote
from veche.city.ballots.operations import course
from veche.city.ballots.queries import right
from veche.city.ballots.queries.promises import promise_of
from veche.city.ballots.vote.leaves import BallotLeaf, read_leaf
from veche.city.ballots.vote.promise import Promise, WrongPromise, promise_all
from veche.core.journal.tlog.keys import verify
from veche.core.journal.tlog.merkle import leaf_hash
from veche.core.journal.tlog.note import VerifierKey
from veche.core.people.models import Person
from veche.errors import Refused

pytestmark = pytest.mark.django_db
NOW = OPENS + DAY


@pytest.fixture
def town() -> Voting:
    intake.KNOWN.forget()
    intake._told.clear()
    return voting()


def opened(town: Voting, *questions: dict[str, Any], **more: Any) -> Vote:
    """A vote that is open by the test's clock and by that of the database."""
    vote = town.opened(*questions, **more)
    Vote.objects.filter(pk=vote.pk).update(closes_at=dt.datetime.now(dt.UTC) + 30 * DAY)
    return Vote.objects.select_related("case").get(pk=vote.pk)


def ballot_of(vote: Vote, person: Person, channel: str = "web") -> str:
    """A ballot as a page holds it."""
    at = dt.datetime.now(dt.UTC)
    token = right.hand_out(vote.case.number, at=at, person=person.pk, channel=channel)
    return token.sign(keys.token_key())


def test_a_ballot_is_cast_with_a_promise_that_anybody_can_check(town: Voting) -> None:
    vote = opened(town)
    taken = intake.cast_here(ballot_of(vote, town.voters[0]), {"lamps": ["b"]})
    row = Ballot.objects.get(vote=vote)
    assert (row.choice, row.revision, row.channel) == ('{"lamps":["b"]}', 1, "web")
    assert bytes(row.code).hex() == taken.code
    leaf = read_leaf(taken.leaf)
    assert isinstance(leaf, BallotLeaf)
    assert leaf.text == taken.leaf, "put together by hand, and spelled as everywhere"
    assert (leaf.territory, leaf.vote, leaf.config) == ("west", vote.case.number, vote.digest)
    known = [VerifierKey.read(one.verifier) for one in PromiseKey.objects.all()]
    promise = Promise.read(taken.promise.encode())
    assert promise.leaf == leaf_hash(taken.leaf.encode())
    assert promise.checked(known, verify)
    other = VerifierKey("town.example/log/promises", 1, bytes(32))
    assert not promise.checked([other], verify), "signed by nobody we know"
    again = taken.promise.replace(taken.leaf_hash, "00" * 32)
    assert not Promise.read(again.encode()).checked(known, verify), "a word for another ballot"
    with pytest.raises(WrongPromise):
        Promise.read(b"veche-promise/1\nvote 1\n\nnothing\n")
    assert promise_of(taken.promise.encode()) == promise
    assert promise_of(taken.promise.replace("\n", "\r\n").encode()) == promise, "kept by Windows"
    for wrong in (again, taken.promise.replace("ballot ", "ballot 00"), "", "veche-promise/1"):
        assert promise_of(wrong.encode()) is None
    page = Client().get("/en/votes/promise-keys.txt")
    assert page.content.decode() == f"{keys.own_verifier()}\n"


def test_promises_of_a_batch_share_a_signature() -> None:
    signer = keys.own_signer()
    ballots = [("V-1", leaf_hash(b"%d" % n)) for n in range(7)]
    made = promise_all(ballots, NOW, signer.key, signer.private.sign)
    assert len({text.partition("\n\n")[2] for text in made}) == 1
    for text, (_vote, leaf) in zip(made, ballots, strict=True):
        read = Promise.read(text.encode())
        assert read.leaf == leaf and str(read) == text
        assert read.checked([signer.key], verify)
        assert read.by == NOW + dt.timedelta(hours=1)


def test_a_mind_can_change_and_sent_twice_is_once(town: Voting) -> None:
    vote = opened(town)
    voter = town.voters[0]
    first, other_tab = ballot_of(vote, voter), ballot_of(vote, voter)
    one = intake.cast_here(first, {"lamps": ["a"]})
    two = intake.cast_here(first, '{"lamps": ["a"]}')
    assert (one.leaf, two.leaf) == (one.leaf, one.leaf)
    with pytest.raises(door_words.OtherBallot):
        intake.cast_here(other_tab, {"lamps": ["c"]})
    assert intake.cast_here(ballot_of(vote, voter), {"lamps": ["c"]}).token.revision == 2
    assert Ballot.objects.filter(vote=vote).count() == 2


def test_a_thousand_windows_are_one_ballot(town: Voting) -> None:
    vote = opened(town)
    windows = {ballot_of(vote, town.voters[0]) for _n in range(1000)}
    texts = sorted(windows)
    taken = 0
    for n, text in enumerate(texts):
        try:
            intake.cast_here(text, {"lamps": ["abc"[n % 3]]})
            taken += 1
        except door_words.OtherBallot:
            pass
    assert Ballot.objects.filter(vote=vote).count() == 1
    assert taken >= 1, "the same choice from another window is the same ballot"
    assert intake.cast_here(ballot_of(vote, town.voters[1]), {"lamps": ["a"]}), "nobody locked out"


def test_what_is_no_ballot_of_this_vote_is_refused_in_words(town: Voting) -> None:
    asked = (
        question(),
        question("order", "ranked"),
        question("points", "cumulative", points=5),
        question("money", "knapsack", budget=10, options=[
            {"code": code, "title": {"en": code}, "cost": 6} for code in "abc"
        ]),
    )  # fmt: skip
    ballot = ballot_of(opened(town, *asked), town.voters[0])
    for choice, said in (
        ({"lamps": ["z"]}, "names an option that is not there"),
        ({"lamps": ["a", "b"]}, "No more than 1"),
        ({"order": ["a", "a"]}, "ranks an option twice"),
        ({"points": {"a": -1}}, "below nothing"),
        ({"points": {"a": 3, "b": 3}}, "Points given: 6. There are 5"),
        ({"points": {"a": 1.5}}, "whole numbers"),
        ({"money": ["a", "b"]}, "costs 12, more than the budget of 10"),
        ({"weather": ["a"]}, "not asked"),
        ("[", "cannot be read"),
        ("[" * 9000, "cannot be read"),
        ("[]", "not an answer"),
    ):
        with pytest.raises(door_words.RefusedChoice) as refused:
            intake.cast_here(ballot, choice)
        assert said in str(refused.value), choice
        with translation.override("ru"):
            assert "Бюллетень" in str(refused.value), choice
    with pytest.raises(door_words.TooLongBallot):
        intake.cast_here(ballot, '{"lamps": ["a"]}' + " " * 10_000_000)
    assert not Ballot.objects.exists()


def test_a_ballot_from_elsewhere_is_refused(town: Voting) -> None:
    vote, other = opened(town), opened(town, question("trees"))
    ballot = ballot_of(vote, town.voters[0])
    for wrong in (ballot[:-3] + "abc", ballot[:20], "", "ж" * 30, "B" + ballot[1:], ballot + "!"):
        with pytest.raises(door_words.WrongToken):
            intake.cast_here(wrong, {"lamps": ["a"]})
    token = right.hand_out(vote.case.number, at=dt.datetime.now(dt.UTC), person=town.voters[0].pk)
    with pytest.raises(door_words.WrongToken):
        intake.cast_here(token.sign(b"another city"), {"lamps": ["a"]})
    elsewhere = token._replace(vote=other.pk)
    with pytest.raises(right.StruckOff):  # the code is none of that vote's
        intake.cast_here(elsewhere, {"trees": ["a"]})
    late = token._replace(until=dt.datetime.now(dt.UTC) - DAY)
    with pytest.raises(door_words.StaleBallot):
        intake.cast_here(late, {"lamps": ["a"]})
    assert not Ballot.objects.exists()


def test_nothing_is_taken_after_the_close(town: Voting) -> None:
    vote = opened(town)
    ballot = ballot_of(vote, town.voters[0])
    course.close_in_time(by=None, at=CLOSES, case=vote.case)
    with pytest.raises(right.VoteOver):
        intake.cast_here(ballot, {"lamps": ["a"]})


def refusal(vote: Vote, at: dt.datetime = NOW, **who: Any) -> type[Refused] | None:
    """Why somebody may not vote."""
    return right.right_of(vote.case.number, at=at, **who).refusal


def test_who_may_vote(town: Voting) -> None:
    vote = town.published(channels=["web", "paper"], change=False)
    voter = town.voters[0]
    assert refusal(vote, person=voter.pk) is right.NotYetOpen
    course.open_in_time(by=None, at=OPENS, case=vote.case)
    assert refusal(vote, person=voter.pk) is None
    assert refusal(vote, person=voter.pk, channel="kiosk") is right.WayNotOffered
    assert refusal(vote, person=town.organiser.pk) is right.NotOnTheRoll
    assert refusal(vote, person=None) is right.NotOnTheRoll
    assert refusal(vote, at=CLOSES, person=voter.pk) is right.VoteOver
    entry = RollEntry.objects.get(vote=vote, person=voter)
    assert refusal(vote, entry=entry.pk) is None
    Vote.objects.filter(pk=vote.pk).update(closes_at=dt.datetime.now(dt.UTC) + 30 * DAY)
    intake.cast_here(ballot_of(vote, voter), {"lamps": ["a"]})
    assert refusal(vote, person=voter.pk) is right.AlreadyVoted
    assert refusal(vote, person=voter.pk, channel="paper") is None, "in person stands before it"
    Part.objects.create(entry=entry, channel="paper")
    assert refusal(vote, person=voter.pk) is right.VotedInPerson
    RollEntry.objects.filter(vote=vote, person=town.voters[1]).update(struck_at=NOW)
    assert refusal(vote, person=town.voters[1].pk) is right.StruckOff
    with pytest.raises(right.NotAVote):
        right.right_of("V-999", at=NOW)
    with pytest.raises(right.NotAVote):
        right.right_of(town.draft().case.number, at=NOW)


def test_casting_is_two_questions_to_the_database(town: Voting) -> None:
    vote = opened(town)
    intake.cast_here(ballot_of(vote, town.voters[0]), {"lamps": ["a"]})
    with CaptureQueriesContext(
        connection,
    ) as asked:
        intake.cast_here(ballot_of(vote, town.voters[1]), {"lamps": ["a"]})
    assert len(asked) == 2, "may they, and the cast"

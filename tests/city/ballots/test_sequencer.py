"""The sequencer: places, sums, parts, leaves; what counts when somebody votes again."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from tests.city.ballots.placing import folder_of, leaves_of, sequencer, sums
from tests.city.ballots.votes import DAY, Voting, cast, voting
from veche.city.ballots.models import Ballot, LogEntry, Part, RollEntry, Tally, Vote, VoteLog, Voter
from veche.city.ballots.operations import course
from veche.city.ballots.sequencer import Sequencer
from veche.city.ballots.vote.config import canonical_text
from veche.core.journal import commands
from veche.core.journal.tlog import keys
from veche.core.journal.tlog.note import Note, VerifierKey

pytestmark = pytest.mark.django_db
A, B = '{"lamps":["a"]}', '{"lamps":["b"]}'


@pytest.fixture
def log(tmp_path: Any, settings: Any) -> VerifierKey:
    settings.LOG_FOLDER = tmp_path / "log"
    settings.KEY_FOLDER = tmp_path / "keys"
    settings.LOG_NAME = "town.example/log/journal"
    return commands.make_key()


@pytest.fixture
def town(log: VerifierKey) -> Voting:
    return voting()


@pytest.fixture
def vote(town: Voting) -> Vote:
    found = town.opened()
    Vote.objects.filter(pk=found.pk).update(closes_at=dt.datetime.now(dt.UTC) + DAY)
    return Vote.objects.get(pk=found.pk)


@pytest.fixture
def placing(vote: Vote) -> Sequencer:
    found = sequencer()
    assert found.take()
    return found


def kinds(vote: Vote) -> list[str]:
    return [json.loads(leaf)["type"] for leaf in leaves_of(vote)]


def test_ballots_get_places_and_are_counted(
    town: Voting, vote: Vote, placing: Sequencer, log: VerifierKey
) -> None:
    for n, voter in enumerate(town.voters):
        assert cast(vote, voter, {"lamps": ["a" if n % 3 else "b"]}) == "taken"
    placing.once(seal=True)
    places = sorted(Ballot.objects.filter(vote=vote).values_list("place", flat=True))
    assert places == list(range(2, 14)), "after the configuration and the roll"
    assert not Ballot.objects.filter(entry__isnull=False).exists(), "nothing points at a person"
    assert Part.objects.count() == 12
    west, east = town.town.west, town.town.east
    place = {one.code: one for one in (west, east)}
    assert sum(sums(vote).values()) == 12
    assert sums(vote)[B, "west", "web"] == 3
    assert set(place) >= {"west"}
    leaves = leaves_of(vote)
    assert kinds(vote) == ["config", "roll", *["ballot"] * 12]
    for ballot in Ballot.objects.filter(vote=vote):
        told = json.loads(leaves[ballot.place])
        assert told["code"] == bytes(ballot.code).hex()
        assert "entry" not in told
        assert "person" not in told
        assert leaves[ballot.place] == json.dumps(told, sort_keys=True, separators=(",", ":"))
    name = f"town.example/log/journal/votes/{vote.case.number}"
    key = VerifierKey(name, log.kind, log.public)
    note = Note.read(folder_of(vote).fetch("checkpoint"))
    assert note.checked([key], keys.verify) == (key,)
    assert VoteLog.objects.get(vote=vote).verifier == str(key)
    told = Tally.objects.get(vote=vote).body
    assert told["turnout"]["number"] == 12
    assert told["questions"][0]["count"]["rounds"][0]["tally"] == {"a": 8, "b": 4, "c": 0}


def test_the_last_one_counts(town: Voting, vote: Vote, placing: Sequencer) -> None:
    voter = town.voters[0]
    cast(vote, voter, {"lamps": ["a"]})
    cast(vote, voter, {"lamps": ["b"]}, revision=2)
    placing.once()
    assert sums(vote) == {(B, "west", "web"): 1}
    cast(vote, voter, {"lamps": ["a"]}, revision=3)
    placing.once(seal=True)
    assert sums(vote) == {(A, "west", "web"): 1}
    assert kinds(vote).count("ballot") == 3
    assert Part.objects.count() == 1


def test_in_person_overrides_the_web(town: Voting, vote: Vote, placing: Sequencer) -> None:
    voter = town.voters[0]
    cast(vote, voter, {"lamps": ["a"]})
    placing.once()
    cast(vote, voter, {"lamps": ["b"]}, revision=2, channel="kiosk")
    cast(vote, voter, {"lamps": ["a"]}, revision=3)
    placing.once()
    assert sums(vote) == {(B, "west", "kiosk"): 1}
    cast(vote, voter, {"lamps": ["a"]}, revision=4)
    placing.once(seal=True)
    assert sums(vote) == {(B, "west", "kiosk"): 1}
    assert Part.objects.get().channel == "kiosk"
    told = [json.loads(leaf) for leaf in leaves_of(vote)]
    gone = [one["revisions"] for one in told if one["type"] == "annulled"]
    assert gone == [[3], [4]]
    assert Ballot.objects.filter(annulled=True).count() == 2


def test_who_votes_on_paper_has_no_other_ballot(
    town: Voting, vote: Vote, placing: Sequencer
) -> None:
    entry = RollEntry.objects.get(vote=vote, person=town.voters[0])
    Part.objects.create(entry=entry, channel="paper")
    cast(vote, town.voters[0], {"lamps": ["a"]})
    placing.once()
    assert sums(vote) == {}
    assert Ballot.objects.get().annulled


def leaf(vote: Vote, kind: str, **told: Any) -> None:
    body = canonical_text({"type": kind, "vote": vote.config["vote"], **told})
    LogEntry(vote=vote, body=body).save(force_insert=True)


def test_an_annulment_speaks_of_what_was_cast_before_it(
    town: Voting, vote: Vote, placing: Sequencer
) -> None:
    voter = town.voters[0]
    code = bytes(Voter.objects.get(entry__person=voter, vote=vote).code).hex()
    cast(vote, voter, {"lamps": ["a"]})
    cast(vote, voter, {"lamps": ["b"]}, revision=2)
    leaf(vote, "annulled", code=code, revisions=[2], reason="appeal")
    placing.once()
    assert sums(vote) == {(A, "west", "web"): 1}, "the one before it counts again"
    leaf(vote, "annulled", code=code, revisions=[1, 2], reason="appeal")
    placing.once(seal=True)
    assert sums(vote) == {}
    assert kinds(vote)[-1] == "annulled"


def test_paper_is_counted_and_can_be_taken_back(
    town: Voting, vote: Vote, placing: Sequencer
) -> None:
    leaf(vote, "paper", batch="n-1", territory="east", ballots=5, choices={A: 3, B: 2}, scan="")
    placing.once()
    assert sums(vote) == {(A, "east", "paper"): 3, (B, "east", "paper"): 2}
    for _twice in range(2):
        leaf(vote, "annulled", batch="n-1", reason="the booth was open too long")
        placing.once()
        assert sums(vote) == {}


def test_the_close_stands_after_every_ballot(town: Voting, vote: Vote, placing: Sequencer) -> None:
    placing.most = 5
    for voter in town.voters:
        cast(vote, voter, {"lamps": ["a"]})
    course.close_in_time(by=None, at=dt.datetime.now(dt.UTC), case=vote.case)
    placing.all()
    assert kinds(vote) == ["config", "roll", *["ballot"] * 12, "closed"]


def test_an_open_poll_has_no_ballots_in_its_log(town: Voting) -> None:
    vote = town.opened(level="open")
    Vote.objects.filter(pk=vote.pk).update(closes_at=dt.datetime.now(dt.UTC) + DAY)
    placing = sequencer()
    assert placing.take()
    for voter in town.voters:
        cast(vote, voter, {"lamps": ["a"]})
    placing.once(seal=True)
    assert kinds(vote) == ["config", "roll"]
    assert set(Ballot.objects.values_list("place", flat=True)) == {0}
    told = Tally.objects.get(vote=vote).body["turnout"]
    assert told["number"] == 12
    assert list(told["territories"]) == ["small-places"], "neither place has ten"

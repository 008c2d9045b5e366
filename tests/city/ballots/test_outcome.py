"""After the close: announced, appealed, certified or annulled; suspended by a named person."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from tests.city.ballots.placing import leaves_of, sequencer
from tests.city.ballots.test_sequencer import leaf, log, town  # noqa: F401
from tests.city.ballots.votes import DAY, Voting, cast, decision, question
from veche.city.ballots.models import Booth, Mark, Part, RollEntry, Vote, VoteAppeal, Voter
from veche.city.ballots.operations import course
from veche.city.ballots.operations.annulling import (
    NoAppealDecided,
    NoSuchBallot,
    TooLateToAnnul,
    annul_ballots,
)
from veche.city.ballots.operations.appeals import uphold
from veche.city.ballots.operations.outcome import (
    AppealsOpen,
    DiceWanted,
    NotPlacedYet,
    PaperNotDone,
    WrongEnd,
    announce_vote,
    annul_vote,
    certify_vote,
    resume_vote,
    suspend_vote,
    sweep,
)
from veche.city.ballots.vote.certificate import read_certificate
from veche.city.ballots.vote.result import result_digest
from veche.core.cases.models import Case
from veche.core.cases.operations import NoRoleForMove, open_case
from veche.core.journal.tlog import keys
from veche.core.journal.tlog.note import Note, VerifierKey
from veche.texts import TextLength

pytestmark = pytest.mark.django_db
NOW = dt.datetime.now(dt.UTC)
LATER = NOW + 6 * DAY
WHY = "The list of voters is being checked."


def running(town: Voting, *questions: dict[str, Any], **more: Any) -> Vote:  # noqa: F811
    vote = town.opened(*questions, **more)
    Vote.objects.filter(pk=vote.pk).update(closes_at=NOW + DAY)
    return Vote.objects.select_related("case").get(pk=vote.pk)


def closed(vote: Vote) -> Vote:
    course.close_in_time(by=None, at=NOW, case=vote.case)
    sequencer().all()
    return Vote.objects.select_related("case").get(pk=vote.pk)


def appealed(vote: Vote) -> Vote:
    announce_vote(by=None, at=NOW, case=closed(vote).case)
    course.end_appeals_in_time(by=None, at=LATER, case=vote.case)
    sequencer().all()
    return Vote.objects.select_related("case").get(pk=vote.pk)


def test_a_vote_is_announced_certified_and_its_codes_forgotten(
    town: Voting,  # noqa: F811
    log: VerifierKey,  # noqa: F811
) -> None:
    vote = running(town, decision(quorum="1/2", territories="1/2"), question())
    for n, voter in enumerate(town.voters[:9]):
        choice = {"bridge": ["yes" if n < 6 else "no"], "lamps": ["abc"[n % 2]]}
        assert cast(vote, voter, choice) == "taken"
    course.close_in_time(by=None, at=NOW, case=vote.case)
    with pytest.raises(NotPlacedYet):
        announce_vote(by=None, at=NOW, case=vote.case)
    assert sweep(at=NOW) == 0
    sequencer().all()
    assert sweep(at=NOW) == 1
    assert sweep(at=NOW) == 0
    vote = Vote.objects.select_related("case").get(pk=vote.pk)
    assert vote.case.state == "provisional"
    assert vote.result is not None
    bridge, lamps = vote.result["questions"]
    assert bridge["decision"]["passed"]
    sides = bridge["decision"]["sides"]
    assert sides["whole"] == {"yes": 6, "no": 3, "abstain": 0, "roll": 12}
    assert sides["territories"]["east"] == {"yes": 0, "no": 2, "abstain": 0, "roll": 5}
    assert lamps["count"]["winners"] == ["a"]
    assert vote.result["turnout"]["territories"]["west"] == {"web": 7, "kiosk": 0, "paper": 0}
    course.end_appeals_in_time(by=None, at=LATER, case=vote.case)
    sequencer().all()
    with pytest.raises(NoRoleForMove):
        certify_vote(by=town.organiser, at=LATER, case=vote.case)
    certify_vote(by=town.commissioner, at=LATER, case=vote.case)
    assert not Voter.objects.filter(vote=vote).exists()
    assert Part.objects.count() == 9, "that somebody took part stays"
    sequencer().all()
    vote = Vote.objects.select_related("case").get(pk=vote.pk)
    note = Note.read(vote.certificate.encode())
    key = VerifierKey(f"{log.name}/votes/{vote.case.number}", log.kind, log.public)
    assert note.checked([key], keys.verify) == (key,)
    number, config, size, _root, result = read_certificate(note.text)
    assert (number, config) == (vote.case.number, vote.digest)
    assert vote.result is not None
    assert result == result_digest(vote.result)
    assert "bridge: adopted\nlamps: a\n" in note.text
    kinds = [json.loads(one)["type"] for one in leaves_of(vote)]
    assert kinds == ["config", "roll", *["ballot"] * 9, "closed", "result", "certified"]
    assert size == len(kinds) - 1


def test_an_open_appeal_holds_the_certificate_up(town: Voting) -> None:  # noqa: F811
    vote = appealed(running(town))
    open_case(
        by=town.voters[0], at=NOW, procedure="vote_appeal", move="file", theme="vote",
        territory=town.town.city, parent=vote.case, blocking=True,
    )  # fmt: skip
    with pytest.raises(AppealsOpen):
        certify_vote(by=town.commissioner, at=LATER, case=vote.case)


def upheld(town: Voting, vote: Vote, ruling: str = "ballots") -> str:  # noqa: F811
    """The number of an appeal that the commission upheld."""
    case = open_case(
        by=town.voters[0], at=NOW, procedure="vote_appeal", move="file", theme="conduct",
        territory=town.town.city, parent=vote.case, blocking=True,
    )  # fmt: skip
    VoteAppeal(case=case, vote=vote, reason="conduct", text=WHY).save(force_insert=True)
    uphold(by=town.commissioner, at=NOW, case=case, text=WHY, ruling=ruling)
    return str(case.number)


def test_ballots_annulled_on_appeal_are_counted_out(town: Voting) -> None:  # noqa: F811
    vote = running(town)
    for voter in town.voters[:3]:
        cast(vote, voter, {"lamps": ["b"]})
    for voter in town.voters[3:5]:
        cast(vote, voter, {"lamps": ["a"]})
    vote = appealed(vote)
    assert vote.result is not None
    assert vote.result["questions"][0]["count"]["winners"] == ["b"]
    codes = [
        bytes(Voter.objects.get(entry__person=one, vote=vote).code).hex() for one in town.voters
    ]
    on: dict[str, Any] = {"at": NOW, "vote": vote, "reason": WHY, "appeal": upheld(town, vote)}
    with pytest.raises(NoRoleForMove):
        annul_ballots(by=town.organiser, code=codes[0], **on)
    for wrong in ("", "2026-000001", upheld(town, vote, "recount")):
        with pytest.raises(NoAppealDecided):
            annul_ballots(by=town.commissioner, code=codes[0], **{**on, "appeal": wrong})
    for code in codes[:2]:
        annul_ballots(by=town.commissioner, code=code, **on)
    with pytest.raises(NotPlacedYet):
        certify_vote(by=town.commissioner, at=LATER, case=vote.case)
    sequencer().all()
    for code in (codes[0], codes[7], "zz"):
        with pytest.raises(NoSuchBallot):
            annul_ballots(by=town.commissioner, code=code, **on)
    vote = certify_vote(by=town.commissioner, at=LATER, case=vote.case)
    assert vote.result is not None
    assert vote.result["questions"][0]["count"]["winners"] == ["a"]
    assert vote.result["turnout"]["number"] == 3
    sequencer().all()
    told = [json.loads(one) for one in leaves_of(vote)]
    assert [one["type"] for one in told][-4:] == ["annulled", "annulled", "result", "certified"]
    assert told[-2]["again"]
    with pytest.raises(TooLateToAnnul):
        annul_ballots(by=town.commissioner, code=codes[3], **on)


def test_a_lottery_waits_for_dice(town: Voting) -> None:  # noqa: F811
    rule = {"rule": "plurality", "ties": "lottery"}
    vote = running(town, question(rule=rule))
    cast(vote, town.voters[0], {"lamps": ["a"]})
    cast(vote, town.voters[1], {"lamps": ["b"]})
    vote = closed(vote)
    with pytest.raises(DiceWanted):
        announce_vote(by=None, at=NOW, case=vote.case)
    vote = announce_vote(by=None, at=NOW, case=vote.case, dice="3  5 1")
    assert vote.result is not None
    assert vote.result["lottery"]["dice"] == "3 5 1"
    tie = vote.result["questions"][0]["count"]["rounds"][0]["ties"][0]
    assert tie["decided_by"] == "lottery"


def test_paper_that_is_not_counted_holds_the_count_up(town: Voting) -> None:  # noqa: F811
    vote = running(town)
    booth = Booth.objects.create(vote=vote, code="north", names={"en": "School 4"})
    empty = Booth.objects.create(vote=vote, code="south", names={"en": "School 5"})
    Mark.objects.create(entry=RollEntry.objects.filter(vote=vote).first(), booth=booth)
    vote = closed(vote)
    empty.refresh_from_db()
    assert empty.done, "nobody was given a paper there"
    with pytest.raises(PaperNotDone):
        announce_vote(by=None, at=NOW, case=vote.case)
    leaf(
        vote, "paper", batch="north-1", territory="east", ballots=4, choices={'{"lamps":["c"]}': 4}
    )
    booth.done = True
    booth.save()
    sequencer().all()
    vote = announce_vote(by=None, at=NOW, case=vote.case)
    assert vote.result is not None
    assert vote.result["turnout"]["channels"] == {"web": 0, "kiosk": 0, "paper": 4}


def test_an_annulled_vote_forgets_its_codes(town: Voting) -> None:  # noqa: F811
    vote = running(town)
    cast(vote, town.voters[0], {"lamps": ["a"]})
    with pytest.raises(TextLength):
        annul_vote(by=town.commissioner, at=NOW, case=vote.case, reason="no")
    annul_vote(by=town.commissioner, at=NOW, case=vote.case, reason=WHY)
    assert not Voter.objects.filter(vote=vote).exists()
    assert RollEntry.objects.filter(vote=vote).exists()
    sequencer().all()
    told = json.loads(leaves_of(vote)[-2])
    assert {json.loads(one)["type"] for one in leaves_of(vote)[-2:]} == {"annulled-vote", "ballot"}
    assert told["vote"] == vote.case.number


def test_a_vote_stands_still_and_goes_on(town: Voting) -> None:  # noqa: F811
    vote = running(town)
    with pytest.raises(NoRoleForMove):
        suspend_vote(by=town.organiser, at=NOW, case=vote.case, reason=WHY)
    suspend_vote(by=town.commissioner, at=NOW, case=vote.case, reason=WHY)
    assert cast(vote, town.voters[0], {"lamps": ["a"]}) == "closed"
    for closes in (NOW, vote.closes_at - dt.timedelta(minutes=1)):
        with pytest.raises(WrongEnd):
            resume_vote(
                by=town.commissioner, at=NOW, case=vote.case, reason=WHY, closes=closes
            )  # fmt: skip
    later = vote.closes_at + DAY
    resume_vote(by=town.commissioner, at=NOW, case=vote.case, reason=WHY, closes=later)
    assert cast(vote, town.voters[0], {"lamps": ["a"]}) == "taken"
    assert Vote.objects.get(pk=vote.pk).closes_at == later
    sequencer().all()
    kinds = [json.loads(one)["type"] for one in leaves_of(vote)]
    assert kinds == ["config", "roll", "suspended", "resumed", "ballot"]
    assert Case.objects.get(pk=vote.case.pk).state == "open"

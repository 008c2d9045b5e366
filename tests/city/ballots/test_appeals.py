"""Appeals against a vote, requests to its roll, and the vote's own way by the clock."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from tests.city.ballots.votes import CLOSES, DAY, HOUR, OPENS, Voting, voting
from veche.city.ballots.models import LogEntry, RollEntry, RollRequest, Vote, VoteAppeal, Voter
from veche.city.ballots.operations import appeals, corrections, course
from veche.city.ballots.operations.roll import AlreadyOn, RollOver
from veche.core.cases.models import Case, CaseClock, CaseEvent
from veche.core.cases.operations import Changed, NoRoleForMove, advance, move_case
from veche.core.notices.models import Notice

pytestmark = pytest.mark.django_db
WORDS = "I was not let in at the school though it was before eight."


@pytest.fixture
def world() -> Voting:
    return voting()


def counted(vote: Vote, at: dt.datetime = CLOSES) -> Vote:
    """Close a vote and announce its count."""
    course.close_in_time(by=None, at=at, case=vote.case)
    move_case(by=None, at=at, case=vote.case, move="announce", until=at + 5 * DAY)
    return Vote.objects.select_related("case").get(pk=vote.pk)


def filed(world: Voting, vote: Vote) -> VoteAppeal:
    return appeals.file_appeal(
        by=world.voters[0], at=CLOSES + HOUR, vote=vote, reason="paper", text=WORDS
    )


def test_an_appeal_is_decided_in_public_and_its_author_is_told(world: Voting) -> None:
    vote = counted(world.opened())
    appeal = filed(world, vote)
    assert appeal.case.parent_id == vote.pk and appeal.case.blocking
    assert appeal.case.promised_at is not None, "the commission owes an answer by a day"
    answer = "The door was open until eight: two observers wrote it down."
    with pytest.raises(NoRoleForMove):
        appeals.dismiss(by=world.organiser, at=CLOSES + DAY, case=appeal.case, text=answer)
    appeals.dismiss(by=world.commissioner, at=CLOSES + DAY, case=appeal.case, text=answer)
    leaf = json.loads(LogEntry.objects.get(vote=vote, body__contains='"type":"appeal"').body)
    assert (leaf["decision"], leaf["text"]) == ("dismissed", answer)
    assert WORDS not in json.dumps(leaf), "what the author wrote is not for everybody"
    told = Notice.objects.get(case=appeal.case, kind="ballots.appeal-decided")
    assert told.person_id == world.voters[0].pk


def test_an_appeal_upheld_says_what_follows(world: Voting) -> None:
    vote = counted(world.opened())
    appeal = filed(world, vote)
    with pytest.raises(appeals.RulingNeeded):
        appeals.uphold(by=world.commissioner, at=CLOSES + DAY, case=appeal.case, text=WORDS,
                       ruling="")  # fmt: skip
    appeals.uphold(
        by=world.commissioner, at=CLOSES + DAY, case=appeal.case, text=WORDS, ruling="recount"
    )
    appeal.refresh_from_db()
    assert (appeal.ruling, appeal.answer) == ("recount", WORDS)
    assert LogEntry.objects.filter(vote=vote, body__contains='"ruling":"recount"').count() == 1


def test_two_commissioners_do_not_decide_one_appeal_twice(world: Voting) -> None:
    vote = counted(world.opened())
    case = filed(world, vote).case
    seen = case.seq
    appeals.dismiss(by=world.commissioner, at=CLOSES + DAY, case=case, text=WORDS, seen=seen)
    with pytest.raises(Changed):
        appeals.uphold(by=world.commissioner, at=CLOSES + DAY, case=case, text=WORDS,
                       ruling="vote", seen=seen)  # fmt: skip
    assert LogEntry.objects.filter(vote=vote, body__contains='"type":"appeal"').count() == 1


def test_appeals_are_taken_while_the_count_is_provisional_only(world: Voting) -> None:
    vote = world.opened()
    with pytest.raises(appeals.NotAppealable):
        filed(world, vote)
    vote = counted(vote)
    with pytest.raises(appeals.NotOfTheRoll):
        appeals.file_appeal(by=world.organiser, at=CLOSES, vote=vote, reason="count", text=WORDS)
    course.end_appeals_in_time(by=None, at=CLOSES + 5 * DAY, case=vote.case)
    with pytest.raises(appeals.NotAppealable):
        filed(world, vote)


def test_a_request_to_the_roll_lets_its_author_vote(world: Voting) -> None:
    vote = world.opened()
    with pytest.raises(AlreadyOn):
        corrections.ask(by=world.voters[0], at=OPENS, vote=vote, text=WORDS)
    asked = corrections.ask(by=world.town.resident, at=OPENS, vote=vote, text=WORDS)
    with pytest.raises(corrections.AskedAlready, match=asked.case.number):
        corrections.ask(by=world.town.resident, at=OPENS, vote=vote, text=WORDS)
    corrections.add(
        by=world.commissioner, at=OPENS + HOUR, case=asked.case, territory=world.town.east
    )
    entry = RollEntry.objects.get(vote=vote, person=world.town.resident)
    assert (entry.how, entry.territory_id) == ("correction", world.town.east.pk)
    assert Voter.objects.filter(entry=entry).exists()
    leaf = json.loads(LogEntry.objects.get(vote=vote, body__contains='"roll-change"').body)
    assert (leaf["change"], leaf["territory"]) == ("added", world.town.east.code)
    told = Notice.objects.get(case=asked.case, kind="ballots.roll-added")
    assert told.person_id == world.town.resident.pk


def test_a_refusal_of_the_roll_has_its_reason(world: Voting) -> None:
    vote = world.opened()
    asked = corrections.ask(by=world.town.resident, at=OPENS, vote=vote, text=WORDS)
    with pytest.raises(Exception, match="Write between"):
        corrections.refuse(by=world.commissioner, at=OPENS, case=asked.case, text="no")
    corrections.refuse(by=world.commissioner, at=OPENS, case=asked.case, text="You live elsewhere.")
    assert RollRequest.objects.get(pk=asked.pk).answer == "You live elsewhere."
    assert not RollEntry.objects.filter(vote=vote, person=world.town.resident).exists()
    public = CaseEvent.objects.filter(case=asked.case).values_list("public", flat=True)
    assert "elsewhere" not in str(list(public))


def test_what_was_not_answered_before_the_close_lapses_openly(world: Voting) -> None:
    vote = world.opened()
    asked = corrections.ask(by=world.town.resident, at=OPENS, vote=vote, text=WORDS)
    course.close_in_time(by=None, at=CLOSES, case=vote.case)
    assert Case.objects.get(pk=asked.pk).state == "lapsed"
    assert Notice.objects.filter(case=asked.case, kind="ballots.roll-lapsed").exists()
    with pytest.raises(RollOver):
        corrections.ask(by=world.organiser, at=CLOSES, vote=vote, text=WORDS)


def test_a_vote_opens_and_closes_at_its_times(world: Voting) -> None:
    vote = world.published()
    advance(at=OPENS - dt.timedelta(seconds=1))
    assert Case.objects.get(pk=vote.pk).state == "published"
    advance(at=OPENS + dt.timedelta(seconds=1))
    assert Case.objects.get(pk=vote.pk).state == "open"
    event = CaseEvent.objects.get(case_id=vote.pk, move="open")
    assert "late_minutes" not in event.public
    advance(at=CLOSES - dt.timedelta(seconds=1))
    assert Case.objects.get(pk=vote.pk).state == "open"
    advance(at=CLOSES + dt.timedelta(seconds=1))
    assert Case.objects.get(pk=vote.pk).state == "closed"


def test_after_an_outage_it_opens_late_and_says_so_and_the_close_stands(world: Voting) -> None:
    vote = world.published()
    advance(at=OPENS + 3 * HOUR)
    assert CaseEvent.objects.get(case_id=vote.pk, move="open").public == {"late_minutes": 180}
    clock = CaseClock.objects.get(case_id=vote.pk, stopped_at=None)
    assert clock.due_at == CLOSES == Vote.objects.get(pk=vote.pk).closes_at


def test_an_outage_over_the_whole_vote_ends_in_an_empty_close(world: Voting) -> None:
    vote = world.published()
    for minutes in (1, 2):
        advance(at=CLOSES + dt.timedelta(minutes=minutes))
    assert Case.objects.get(pk=vote.pk).state == "closed"

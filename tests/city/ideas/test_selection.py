"""The office answers ideas, one or a thousand, by a vote or without; each author reads theirs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection

from tests.cast import START
from tests.city.ideas.choosing import DAY, EARLY, HOUR, Choosing, choosing, state
from veche.city.ballots.models import Vote
from veche.city.ballots.operations.making import drop_vote
from veche.city.ideas import bulk
from veche.city.ideas.models import Answered, Idea, Reply
from veche.city.ideas.operations.merging import combine_many
from veche.city.ideas.operations.promising import NotAccepted, promise_ideas
from veche.city.ideas.operations.scoring import shortlist, shortlist_many, unlist
from veche.city.ideas.operations.selection import (
    NothingAnswered,
    TooLateToObject,
    UnknownOutcome,
    answer_ideas,
    decline,
    join,
    keep_refusal,
    look_again,
    object_to,
    take_up,
)
from veche.city.ideas.operations.voting import WrongShape, chosen, put_to_vote, sweep
from veche.core.cases.models import Case, CaseClock
from veche.core.cases.operations import Changed, NoRoleForMove, move_case
from veche.core.moderation.operations import AlreadyAppealed
from veche.core.notices.models import Following, Notice, Reader
from veche.core.organisations.models import Holding
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person
from veche.operation import operation
from veche.texts import TextLength, UnknownReason

WHY = "The street is repaved next year, with this in the plan."


@pytest.fixture
def made(db: None) -> Choosing:
    """The call and its people."""
    return choosing()


def listed(made: Choosing, *titles: str) -> list[Idea]:
    """Ideas on the shortlist, each by another person."""
    ideas = [made.idea(title, by=made.people[n]) for n, title in enumerate(titles)]
    shortlist_many(by=made.town.facilitator, at=START + HOUR, ideas=[i.pk for i in ideas], text=WHY)
    return ideas


def voted(
    made: Choosing, *ideas: Idea, shape: str = "approval", at: dt.datetime = START + 2 * HOUR
) -> Reply:
    """The office puts ideas to a vote."""
    return put_to_vote(
        by=made.town.officer,
        at=at,
        ideas=[one.pk for one in ideas],
        title={"en": "Which of these?"},
        text={"en": "What the street gets."},
        opens=at + 2 * DAY,
        closes=at + 9 * DAY,
        shape=shape,
        words=WHY,
    )


def held(made: Choosing, vote: Vote, result: object, first: int = 3) -> None:
    """As if the vote had been held and certified; how that goes is tested with votes."""
    who = add_person(by=None, at=EARLY, name="Commissioner", email="commissioner@example.org")
    appoint(by=None, at=EARLY, person=who, role="commissioner", territory=made.town.city)
    actors = {"publish": made.organiser, "certify": who}
    steps = ("publish", "open", "close", "announce", "end_appeals", "certify")
    for place, move in enumerate(steps, start=first):
        stepped(by=actors.get(move), at=START + place * DAY, vote=vote, move=move)
    Vote.objects.filter(pk=vote.pk).update(result=result)


@operation
def stepped(*, by: Person | None, at: dt.datetime, vote: Vote, move: str) -> None:
    """One step of the vote's case alone."""
    move_case(by=by, at=at, case=vote.case, move=move)


def test_one_reply_to_many_and_each_author_is_told(made: Choosing) -> None:
    ideas = [made.idea(f"Idea {n}", by=person) for n, person in enumerate(made.people)]
    officer = made.town.officer
    combined = made.idea("Joined")
    combine_many(by=made.town.facilitator, at=START + HOUR, ideas=[combined.pk], into=ideas[0].pk,
                 reason=WHY)  # fmt: skip
    asked = {one.pk: None for one in [*ideas, combined]}
    for wrong, fault in (("other", UnknownOutcome), ("refused", UnknownReason)):
        with pytest.raises(fault):
            answer_ideas(by=officer, at=START + DAY, ideas=asked, outcome=wrong, text=WHY)
    with pytest.raises(TextLength):
        answer_ideas(by=officer, at=START + DAY, ideas=asked, outcome="accepted", text="no")
    with pytest.raises(NothingAnswered):
        answer_ideas(by=made.town.light_officer, at=START + DAY, ideas=asked, outcome="accepted",
                     text=WHY)  # fmt: skip
    reply, refused = answer_ideas(
        by=officer, at=START + DAY, ideas=asked, outcome="refused", reason="planned-already",
        text=WHY,
    )  # fmt: skip
    assert set(refused) == {combined.pk}
    answered = Answered.objects.filter(reply=reply).values_list("idea_id", flat=True)
    assert sorted(answered) == [one.pk for one in ideas]
    assert {state(one) for one in ideas} == {"refused"}
    assert (reply.office, reply.call) == (made.town.roads, made.call)
    assert reply.reason == "planned-already"


MANY = 200


def many(made: Choosing) -> list[int]:
    """Ideas that everybody reads, each by one of a hundred people who follows it."""
    people = Person.objects.bulk_create(
        Person(name=f"Author {n}", email=f"a{n}@example.org", since=EARLY) for n in range(100)
    )
    held = Holding.objects.get(person=made.town.moderator, role="moderator")
    past = [
        bulk.PastIdea(
            author=people[n % 100].pk, territory=made.town.west.pk, title=f"Idea {n}",
            text="Please build it.", language="en", written_at=START, published_at=START + HOUR,
            moderator=(made.town.moderator.pk, held.pk),
        )
        for n in range(MANY)
    ]  # fmt: skip
    bulk.load_ideas(by=None, at=START + HOUR, call=made.call, ideas=past, public={})
    readers = Reader.objects.bulk_create(
        Reader(person=one, mark=f"m{one.pk}", since=EARLY) for one in people
    )
    Following.objects.bulk_create(
        Following(case_id=one.pk, reader=readers[n % 100], person=people[n % 100], since=START)
        for n, one in enumerate(past)
    )
    return [one.pk for one in past]


def test_many_are_answered_by_a_few_statements(made: Choosing) -> None:
    ideas = many(made)
    counter = Counter()
    with connection.execute_wrapper(counter):
        shortlist_many(by=made.town.facilitator, at=START + 2 * HOUR, ideas=ideas, text=WHY)
        first, second = dict.fromkeys(ideas[::2], None), dict.fromkeys(ideas[1::2], None)
        for asked, outcome, reason in ((first, "accepted", ""), (second, "refused", "no-place")):
            answer_ideas(by=made.town.officer, at=START + DAY, ideas=asked, outcome=outcome,
                         reason=reason, text=WHY)  # fmt: skip
    assert counter.number < 100  # three steps, each by a few statements
    told = Notice.objects.filter(kind__endswith="-by-office").values_list("case_id", "person_id")
    assert len(set(told)) == len(told) == MANY  # each author of each of theirs


def test_many_at_once_stand_as_one_by_one(made: Choosing) -> None:
    one, other = made.idea("One"), made.idea("Other")
    who, officer = made.town.facilitator, made.town.officer
    shortlist(by=who, at=START + HOUR, case=one.case, text=WHY)
    shortlist_many(by=who, at=START + HOUR, ideas=[other.pk], text=WHY)
    for at, outcome in ((START + 2 * HOUR, "back"), (START + 3 * HOUR, "again")):
        if outcome == "back":
            for idea in (one, other):
                unlist(by=who, at=at, case=idea.case, text=WHY)
        else:
            shortlist(by=who, at=at, case=one.case, text=WHY)
            shortlist_many(by=who, at=at, ideas=[other.pk], text=WHY)
        cases = Case.objects.filter(pk__in=[one.pk, other.pk]).values_list(
            "state", "due_at", "promised_at", "first_promised_at", "climbed", "seq"
        )
        assert len(set(cases)) == 1
    answer_ideas(by=officer, at=START + DAY, ideas={one.pk: None, other.pk: None},
                 outcome="accepted", text=WHY)  # fmt: skip
    clocks = [
        list(
            CaseClock.objects.filter(case=idea.pk)
            .order_by("id")
            .values_list("state", "started_at", "due_at", "stopped_at", "organisation_id")
        )
        for idea in (one, other)
    ]
    assert clocks[0] == clocks[1] and len(clocks[0]) == 6


class Counter:
    """Counts statements."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        """Let it pass."""
        self.number += 1
        return execute(sql, params, many, context)


def test_one_at_the_desk(made: Choosing) -> None:
    one, two = listed(made, "One", "Two")
    seen = Case.objects.get(pk=one.pk).seq
    take_up(by=made.town.officer, at=START + DAY, case=one.case, text=WHY, seen=seen)
    with pytest.raises(Changed):
        take_up(by=made.town.officer, at=START + DAY, case=one.case, text=WHY, seen=seen)
    assert state(one) == "accepted"
    with pytest.raises(NothingAnswered):
        decline(by=made.town.officer, at=START + DAY, case=one.case, reason="other", text=WHY)
    reply = join(by=made.town.officer, at=START + DAY, ideas=[two.pk], into=made.idea("Three").pk,
                 text=WHY)  # fmt: skip
    assert (reply.outcome, state(two)) == ("combined", "combined")


def test_the_author_objects_and_the_head_decides(made: Choosing) -> None:
    one, two = listed(made, "One", "Two")
    officer, head, author = made.town.officer, made.town.head, made.people[0]
    for idea in (one, two):
        decline(by=officer, at=START + DAY, case=idea.case, reason="no-place", text=WHY)
    with pytest.raises(NoRoleForMove):
        object_to(by=made.people[2], at=START + 2 * DAY, case=one.case, text="There is a place.")
    object_to(by=author, at=START + 2 * DAY, case=one.case, text="There is a place by the wall.")
    with pytest.raises(NoRoleForMove):
        keep_refusal(by=officer, at=START + 3 * DAY, case=one.case, text=WHY)
    keep_refusal(by=head, at=START + 3 * DAY, case=one.case, text=WHY)
    assert state(one) == "refused"
    with pytest.raises(AlreadyAppealed):  # once: else the head would decide for ever
        object_to(by=author, at=START + 4 * DAY, case=one.case, text="There is one, I said.")
    with pytest.raises(TooLateToObject):
        object_to(by=made.people[1], at=START + 40 * DAY, case=two.case, text="There is a place.")
    object_to(by=made.people[1], at=START + 20 * DAY, case=two.case, text="There is a place.")
    look_again(by=head, at=START + 21 * DAY, case=two.case, text="The author is right.")
    assert state(two) == "open"


def test_the_office_decides_after_the_vote_and_not_before(made: Choosing) -> None:
    """What it promised first stays written beside."""
    one, two = listed(made, "One", "Two")
    before = {pk: (due, first) for pk, due, first in _promises()}
    closes = START + 90 * DAY
    put_to_vote(
        by=made.town.officer, at=START + 2 * HOUR, ideas=[one.pk, two.pk], title={"en": "Which?"},
        text={"en": "What the street gets."}, opens=closes - 7 * DAY, closes=closes,
        shape="approval", words=WHY,
    )  # fmt: skip
    after = {pk: (due, first) for pk, due, first in _promises()}
    for pk in (one.pk, two.pk):
        assert after[pk] == (closes + 30 * DAY, before[pk][1])
        assert before[pk][0] is not None and before[pk][0] < closes
        clock = CaseClock.objects.get(case=pk, stopped_at=None)
        assert clock.due_at == closes + 30 * DAY > clock.first_due_at


def _promises() -> list[tuple[int, dt.datetime | None, dt.datetime | None]]:
    rows = Case.objects.filter(procedure="idea")
    return list(rows.values_list("pk", "due_at", "first_promised_at"))


def test_to_a_vote_and_back(made: Choosing) -> None:
    one, two, three = listed(made, "One", "Two", "Three")
    with pytest.raises(WrongShape):
        voted(made, one, shape="approval")
    with pytest.raises(WrongShape):
        voted(made, one, two, shape="decision")
    reply = voted(made, one, two)
    vote = reply.vote
    assert vote is not None and vote.raised_by == f"call:{made.call.case.number}"
    asked = vote.config["questions"][0]
    assert [option["title"]["en"] for option in asked["options"]] == ["One", "Two"]
    assert vote.config["roll"] == {"territory": "town", "level": "resident"}
    assert {state(one), state(two)} == {"at_vote"} and state(three) == "shortlisted"
    with pytest.raises(NothingAnswered):  # two is there by now, so three is not put either
        voted(made, two, three)
    assert state(three) == "shortlisted" and Vote.objects.count() == 1
    assert sweep(at=START + 3 * DAY) == 0
    code = f"i{two.case.number}"
    held(made, vote, {"questions": [{"code": "ideas", "count": {"winners": [code]}}]})
    assert sweep(at=START + 20 * DAY) == 1
    assert sweep(at=START + 21 * DAY) == 0
    reply = Reply.objects.select_related("vote").get(pk=reply.pk)
    options = dict(Answered.objects.filter(reply=reply).values_list("idea_id", "option"))
    assert [pk for pk, option in options.items() if option in chosen(reply)] == [two.pk]
    told = Notice.objects.filter(kind="ideas.vote-ended").values_list("case_id", flat=True)
    assert set(told) <= {one.pk, two.pk}
    take_up(by=made.town.officer, at=START + 22 * DAY, case=two.case, text=WHY)


def test_a_vote_that_came_to_nothing(made: Choosing) -> None:
    (one,) = listed(made, "One")
    reply = voted(made, one, shape="decision")
    assert reply.vote is not None and reply.vote.raised_by == f"idea:{one.case.number}"
    assert [o["code"] for o in reply.vote.config["questions"][0]["options"]] == [
        "yes", "no", "abstain",
    ]  # fmt: skip
    drop_vote(by=made.organiser, at=START + 10 * DAY, case=reply.vote.case)
    assert sweep(at=START + 20 * DAY) == 1
    assert state(one) == "shortlisted"


def test_an_accepted_idea_becomes_a_promise(made: Choosing) -> None:
    from veche.city.delivery.models import Asked, Source

    one, two = listed(made, "One", "Two")
    joined = made.idea("Joined", by=made.people[2])
    made.rate(one, made.people[3], made.people[4])
    made.rate(joined, made.people[5])
    combine_many(by=made.town.facilitator, at=START + HOUR, ideas=[joined.pk], into=one.pk,
                 reason=WHY)  # fmt: skip
    text: dict[str, Any] = {
        "title": "A crossing by the school",
        "text": "Painted and lit by next spring.",
    }
    officer = made.town.officer
    with pytest.raises(NotAccepted):
        promise_ideas(by=officer, at=START + DAY, ideas=[one.pk], **text)
    take_up(by=officer, at=START + DAY, case=one.case, text=WHY)
    promise = promise_ideas(by=officer, at=START + DAY + HOUR, ideas=[one.pk], **text)
    assert state(one) == "promised"
    one.refresh_from_db()
    assert one.promise == promise.case.number
    assert Source.objects.get(promise=promise).matter_id == one.pk
    why = dict(Asked.objects.filter(promise=promise).values_list("person_id", "why"))
    p = made.people
    assert why == {
        p[0].pk: "proposed", p[2].pk: "proposed", p[3].pk: "supported", p[4].pk: "supported",
        p[5].pk: "supported",
    }  # fmt: skip
    with pytest.raises(NotAccepted):
        promise_ideas(by=officer, at=START + 2 * DAY, ideas=[two.pk], **text)

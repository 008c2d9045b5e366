"""Voting in person: the counter, codes of the kiosk, paper entered twice."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from tests.city.ballots.votes import DAY, HOUR, OPENS, Voting, cast, question, voting
from veche.city.ballots.intake import cast_here
from veche.city.ballots.models import (
    Batch,
    Booth,
    HeldLeaf,
    LogEntry,
    Mark,
    Part,
    RollEntry,
    Vote,
    Voter,
)
from veche.city.ballots.operations import channels, course, paper, piles
from veche.city.ballots.operations.crowd import OnlyInADemo, cast_many
from veche.city.ballots.paper_lines import SPOILT, read_line, read_lines, totals, write_line
from veche.city.ballots.queries.right import StruckOff, VotedInPerson, VoteOver, hand_out, right_of
from veche.city.ballots.vote.config import read_config
from veche.core.files.documents import Document
from veche.core.organisations.operations import appoint
from veche.core.people.models import Look, Person
from veche.core.people.operations import add_person
from veche.errors import Refused
from veche.town.votes import votes

pytestmark = pytest.mark.django_db
AT = OPENS + HOUR


@pytest.fixture
def town() -> Voting:
    return voting()


@pytest.fixture
def vote(town: Voting) -> Vote:
    return open_now(town.opened())


def open_now(vote: Vote) -> Vote:
    """The door judges by the real clock: let it be open there too."""
    Vote.objects.filter(pk=vote.pk).update(closes_at=dt.datetime.now(dt.UTC) + DAY)
    return vote


def entry_of(vote: Vote, person: Person) -> RollEntry:
    return RollEntry.objects.select_related("vote__case__territory", "territory").get(
        vote=vote, person=person
    )


def second(town: Voting, name: str = "second") -> Person:
    """Another poll clerk."""
    made = add_person(by=None, at=AT - 9 * DAY, name=name, email=f"{name}@example.org")
    appoint(by=None, at=AT - 9 * DAY, person=made, role="poll_clerk", territory=town.town.city)
    return made


def booth_of(town: Voting, vote: Vote) -> Booth:
    return channels.open_booth(
        by=town.poll_clerk, at=AT, vote=vote, code="north", names={"en": "School 1"}
    )


def leaves(vote: Vote, kind: str) -> list[dict[str, object]]:
    bodies = LogEntry.objects.filter(vote=vote).order_by("pk").values_list("body", flat=True)
    return [told for told in map(json.loads, bodies) if told["type"] == kind]


def mark(town: Voting, booth: Booth, person: Person) -> Mark:
    entry = entry_of(booth.vote, person)
    return channels.mark_on_paper(by=town.poll_clerk, at=AT, booth=booth, entry=entry, seen=True)


def test_a_code_opens_one_ballot_once_and_for_minutes(town: Voting, vote: Vote) -> None:
    entry = entry_of(vote, town.voters[0])
    with pytest.raises(channels.NotAPollClerk):
        channels.give_kiosk_code(by=town.organiser, at=AT, entry=entry, seen=True)
    with pytest.raises(channels.NoDocumentSeen):
        channels.give_kiosk_code(by=town.poll_clerk, at=AT, entry=entry, seen=False)
    code = channels.give_kiosk_code(by=town.poll_clerk, at=AT, entry=entry, seen=True)
    with pytest.raises(channels.WrongPass):
        channels.use_kiosk_code(by=None, at=AT + channels.PASS_TERM, text=code)
    said = f" {code.lower()} "
    assert channels.use_kiosk_code(by=None, at=AT + HOUR / 6, text=said).pk == entry.pk
    with pytest.raises(channels.WrongPass):
        channels.use_kiosk_code(by=None, at=AT + HOUR / 6, text=code)
    with pytest.raises(channels.WrongPass):
        channels.use_kiosk_code(by=None, at=AT, text="")


def test_a_new_code_ends_the_one_before(town: Voting, vote: Vote) -> None:
    entry = entry_of(vote, town.voters[0])
    old = channels.give_kiosk_code(by=town.poll_clerk, at=AT, entry=entry, seen=True)
    new = channels.give_kiosk_code(by=town.poll_clerk, at=AT, entry=entry, seen=True)
    with pytest.raises(channels.WrongPass):
        channels.use_kiosk_code(by=None, at=AT, text=old)
    assert channels.use_kiosk_code(by=None, at=AT, text=new).pk == entry.pk


def test_a_look_at_the_counter_is_shown_to_who_was_looked_at(town: Voting, vote: Vote) -> None:
    channels.look_up(by=town.poll_clerk, at=AT, entry=entry_of(vote, town.voters[0]))
    look = Look.objects.get(person=town.voters[0])
    assert (look.what, look.case_number) == ("roll", vote.config["vote"])
    with pytest.raises(channels.NotAPollClerk):
        channels.look_up(by=town.organiser, at=AT, entry=entry_of(vote, town.voters[0]))


def test_who_takes_a_paper_is_done_with_the_web(town: Voting, vote: Vote) -> None:
    voter, booth = town.voters[0], booth_of(town, vote)
    entry = entry_of(vote, voter)
    assert cast(vote, voter, {"lamps": ["a"]}) == "taken"
    mark(town, booth, voter)
    assert Part.objects.get(entry=entry).channel == "paper"
    assert not Voter.objects.filter(entry=entry).exists()
    assert leaves(vote, "annulled") == [], "the clerk must not read there how they had voted"
    right = right_of(vote.config["vote"], at=AT, person=voter.pk)
    assert right.refusal is VotedInPerson
    with pytest.raises(VotedInPerson):
        mark(town, booth, voter)
    with pytest.raises(VotedInPerson):
        channels.give_kiosk_code(by=town.poll_clerk, at=AT, entry=entry, seen=True)


def test_the_log_says_who_took_a_paper_at_the_close_and_in_no_order(
    town: Voting, vote: Vote
) -> None:
    booth, codes = booth_of(town, vote), []
    for voter in town.voters[:2]:
        codes.append(bytes(Voter.objects.get(entry=entry_of(vote, voter)).code).hex())
        assert cast(vote, voter, {"lamps": ["a"]}) == "taken"
        mark(town, booth, voter)
    drawn = {one.pk: json.loads(one.body)["code"] for one in HeldLeaf.objects.all()}
    course.close_in_time(by=None, at=read_config(vote.config).closes, case=vote.case)
    told = leaves(vote, "annulled")
    assert [one["code"] for one in told] == [drawn[one] for one in sorted(drawn)]
    assert {one["code"] for one in told} == set(codes)
    assert {(tuple(one["revisions"]), one["reason"]) for one in told} == {((1,), "paper")}
    assert json.loads(LogEntry.objects.order_by("id").last().body)["type"] == "closed"
    assert not HeldLeaf.objects.exists()


def test_no_token_that_is_about_outlives_the_paper(town: Voting, vote: Vote) -> None:
    voter = town.voters[0]
    entry = entry_of(vote, voter)
    token = hand_out(vote.config["vote"], at=dt.datetime.now(dt.UTC), person=voter.pk)
    mark(town, booth_of(town, vote), voter)
    assert leaves(vote, "annulled") == [], "nothing was cast: the log learns nothing"
    with pytest.raises(StruckOff):
        cast_here(token, {"lamps": ["a"]})
    assert not Voter.objects.filter(entry=entry).exists()


def test_a_clerk_does_not_serve_themselves_and_strangers_get_none(town: Voting, vote: Vote) -> None:
    voter = town.voters[0]
    appoint(by=None, at=AT - DAY, person=voter, role="poll_clerk", territory=town.town.city)
    with pytest.raises(channels.OwnEntry):
        channels.give_kiosk_code(by=voter, at=AT, entry=entry_of(vote, voter), seen=True)
    with pytest.raises(channels.WrongBooth):
        channels.open_booth(by=town.poll_clerk, at=AT, vote=vote, code="No Way", names={"en": "x"})


def test_after_the_close_no_booth_opens_for_which_the_count_would_wait(
    town: Voting, vote: Vote
) -> None:
    course.close_in_time(by=None, at=AT + DAY, case=vote.case)
    with pytest.raises(VoteOver):
        booth_of(town, vote)


@pytest.fixture
def pile(town: Voting, vote: Vote) -> Batch:
    booth = booth_of(town, vote)
    for voter in town.voters[:3]:
        mark(town, booth, voter)
    return paper.open_batch(
        by=town.poll_clerk, at=AT, booth=booth, territory=town.town.west, scan="ab" * 32
    )


def test_two_entries_that_agree_are_counted(town: Voting, vote: Vote, pile: Batch) -> None:
    batch = paper.enter_batch(by=town.poll_clerk, at=AT, batch=pile, text="1\n-\nx\n")
    assert (batch.state, leaves(vote, "paper")) == ("once", [])
    with pytest.raises(paper.SecondByTheSame):
        paper.enter_batch(by=town.poll_clerk, at=AT, batch=pile, text="1\n-\nx\n")
    batch = paper.enter_batch(by=second(town), at=AT, batch=pile, text="1\n-\nX")
    assert batch.state == "agreed"
    [told] = leaves(vote, "paper")
    assert told == {
        "type": "paper", "vote": vote.config["vote"], "batch": "north-1", "booth": "north",
        "territory": "west", "scan": "ab" * 32, "ballots": 3, "spoilt": 1, "settled": 0,
        "choices": {'{"lamps":["a"]}': 1, '{"lamps":[]}': 1},
    }  # fmt: skip


def test_what_differs_is_settled_by_a_third(town: Voting, vote: Vote, pile: Batch) -> None:
    other = second(town)
    paper.enter_batch(by=town.poll_clerk, at=AT, batch=pile, text="1\n2\n3")
    batch = paper.enter_batch(by=other, at=AT, batch=pile, text="1\n3\n3")
    assert batch.state == "differs"
    for person in (town.poll_clerk, other):
        with pytest.raises(paper.SecondByTheSame):
            paper.settle_batch(by=person, at=AT, batch=pile, decided={2: "2"})
    with pytest.raises(paper.Undecided):
        paper.settle_batch(by=town.commissioner, at=AT, batch=pile, decided={1: "2"})
    with pytest.raises(paper.LinesWrong):
        paper.settle_batch(by=town.commissioner, at=AT, batch=pile, decided={2: "9"})
    batch = paper.settle_batch(by=town.commissioner, at=AT, batch=pile, decided={2: "3"})
    assert batch.state == "agreed"
    [told] = leaves(vote, "paper")
    assert (told["settled"], told["choices"]) == (1, {'{"lamps":["a"]}': 1, '{"lamps":["c"]}': 2})


def test_piles_of_different_height_are_entered_anew(town: Voting, vote: Vote, pile: Batch) -> None:
    other = second(town)
    paper.enter_batch(by=town.poll_clerk, at=AT, batch=pile, text="1\n2")
    paper.enter_batch(by=other, at=AT, batch=pile, text="1")
    with pytest.raises(paper.NotWaiting):
        paper.settle_batch(by=town.commissioner, at=AT, batch=pile, decided={2: "2"})
    assert paper.begin_anew(by=other, at=AT, batch=pile).state == "empty"
    paper.enter_batch(by=other, at=AT, batch=pile, text="1")
    assert paper.enter_batch(by=town.poll_clerk, at=AT, batch=pile, text="1").state == "agreed"


def test_no_more_papers_than_people_were_given_one(town: Voting, vote: Vote, pile: Batch) -> None:
    other, text = second(town), "1\n1\n1\n1"
    paper.enter_batch(by=town.poll_clerk, at=AT, batch=pile, text=text)
    with pytest.raises(paper.TooManyPapers) as refusal:
        paper.enter_batch(by=other, at=AT, batch=pile, text=text)
    assert refusal.value.details == {"papers": 4, "marked": 3}
    pile.refresh_from_db()
    assert (pile.state, leaves(vote, "paper")) == ("once", [])
    # Two batches together, too.
    paper.enter_batch(by=other, at=AT, batch=one(town, pile, "1\n1"), text="1\n1")
    last = one(town, pile, "1\n1")
    with pytest.raises(paper.TooManyPapers):
        paper.enter_batch(by=other, at=AT, batch=last, text="1\n1")


def one(town: Voting, pile: Batch, text: str) -> Batch:
    """Another batch of the same booth, entered once."""
    batch = paper.open_batch(by=town.poll_clerk, at=AT, booth=pile.booth, territory=town.town.west)
    return paper.enter_batch(by=town.poll_clerk, at=AT, batch=batch, text=text)


def test_nobody_of_the_place_no_batch(town: Voting, vote: Vote, pile: Batch) -> None:
    def begin(**more: object) -> Batch:
        given = {"territory": town.town.west, **more}
        return paper.open_batch(by=town.poll_clerk, at=AT, booth=pile.booth, **given)  # type: ignore[arg-type]

    with pytest.raises(paper.NobodyMarked):
        begin(territory=town.town.east)
    with pytest.raises(paper.WrongScan):
        begin(scan="abc")
    with pytest.raises(paper.WrongScan):
        begin(document=Document("a.txt", "text/plain", b"not a scan"))
    kept = begin(document=Document("a.pdf", "application/pdf", b"%PDF-1.4 a pile"))
    assert (len(kept.scan), kept.kept, kept.name) == (64, True, "north-2")


def test_the_commission_annuls_a_batch(town: Voting, vote: Vote, pile: Batch) -> None:
    paper.enter_batch(by=town.poll_clerk, at=AT, batch=pile, text="1")
    paper.enter_batch(by=second(town), at=AT, batch=pile, text="1")
    with pytest.raises(piles.NotACommissioner):
        piles.annul_batch(by=town.poll_clerk, at=AT, batch=pile, reason="The seal was broken.")
    with pytest.raises(piles.NoReasonGiven):
        piles.annul_batch(by=town.commissioner, at=AT, batch=pile, reason=" ")
    piles.annul_batch(by=town.commissioner, at=AT, batch=pile, reason="The seal was broken.")
    [told] = leaves(vote, "annulled")
    assert (told["batch"], told["reason"]) == ("north-1", "The seal was broken.")


def test_a_booth_is_done_when_all_of_its_piles_are(town: Voting, vote: Vote, pile: Batch) -> None:
    with pytest.raises(paper.NotWaiting):
        paper.close_booth(by=town.poll_clerk, at=AT, booth=pile.booth)
    closes = read_config(vote.config).closes
    course.close_in_time(by=None, at=closes, case=vote.case)
    with pytest.raises(paper.NotWaiting):
        paper.close_booth(by=town.poll_clerk, at=closes, booth=pile.booth)
    paper.enter_batch(by=town.poll_clerk, at=closes, batch=pile, text="1\n1\n1")
    paper.enter_batch(by=second(town), at=closes, batch=pile, text="1\n1\n1")
    booth = paper.close_booth(by=town.poll_clerk, at=closes, booth=pile.booth)
    assert booth.done
    with pytest.raises(channels.BoothDone):
        paper.open_batch(by=town.poll_clerk, at=closes, booth=booth, territory=town.town.west)


def test_lines_are_read_and_written_the_same_way() -> None:
    from tests.city.ballots.votes import config

    ranked, marks = question("order", "ranked"), question("marks", "score", points=5, least=0)
    asked = read_config(config(question(), ranked, marks) | {"vote": "1"})
    for line in ("2 / 3 1 / 0 5 1", "- / - / -", "1 / 2 / -"):
        assert write_line(asked, read_line(asked, line)) == line
    assert read_line(asked, " Х ") == SPOILT, "a Cyrillic x is one too"
    papers, faults = read_lines(asked, "1 / 2 / -\n1 2 / 2 / -\n7 / - / -\n1\nx\n1 / 1 / 9 9 9\n\n")
    assert (len(papers), [fault.line for fault in faults]) == (2, [2, 3, 4, 6])
    found = totals(asked, [read_line(asked, "2 / 3 1 / 0 5 1"), papers[0], SPOILT])
    assert [one["options"] for one in found] == [
        {"a": 1, "b": 1, "c": 0},
        {"a": 0, "b": 1, "c": 1},
        {"a": 0, "b": 5, "c": 1},
    ]
    assert [one["blank"] for one in found] == [0, 0, 1]


def test_every_refusal_has_a_sentence() -> None:
    for module in (channels, paper):
        for name, found in vars(module).items():
            if (
                isinstance(found, type)
                and issubclass(found, Refused)
                and found.__module__ == (module.__name__)
            ):
                assert str(found.sentence) != str(Refused.sentence), name


def test_nobody_votes_for_others_outside_a_demo(vote: Vote) -> None:
    told = next(one for one in votes() if one.key == "lamps")
    with pytest.raises(OnlyInADemo):
        cast_many(by=None, at=AT, vote=vote, told=told, present=AT)

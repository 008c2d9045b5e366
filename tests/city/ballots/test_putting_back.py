"""At the counter: searches are written down, booths have names in three languages, and who was
marked off by mistake is put back by two."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from tests.city.ballots.test_channels import (  # noqa: F401
    AT,
    booth_of,
    entry_of,
    leaves,
    mark,
    second,
    town,
    vote,
)
from tests.city.ballots.test_channels_pages import at_work, root
from tests.city.ballots.votes import CLOSES, Voting, cast
from veche.city.ballots.models import HeldLeaf, Mark, Part, PutBack, RollEntry, Vote, Voter
from veche.city.ballots.operations import channels, course, paper
from veche.city.ballots.operations import putting_back as back
from veche.city.ballots.personal import collect
from veche.city.ballots.queries.right import VoteOver, right_of
from veche.core.journal.models import Record
from veche.core.people.models import Person

pytestmark = pytest.mark.django_db
WHY = "The paper was given to the wrong person of two."


def ask(by: Person, entry: RollEntry, at: dt.datetime = AT) -> PutBack:
    return back.ask_put_back(by=by, at=at, entry=entry, reason=WHY, returned=True)


def agree(by: Person, entry: RollEntry) -> Voter:
    return back.agree_put_back(by=by, at=AT, entry=entry, returned=True)


def test_a_search_is_written_down_and_not_its_words(
    town: Voting,  # noqa: F811
    vote: Vote,  # noqa: F811
) -> None:
    def search(said: str, by: Person) -> int:
        return len(channels.search_roll(by=by, at=AT, vote=vote, said=said))

    assert search("Voter 1", town.poll_clerk) == 3
    assert search("1  voter", town.poll_clerk) == 3
    assert search("nobody", second(town)) == 0
    with pytest.raises(channels.NotAPollClerk):
        search("Voter 1", town.commissioner)
    rows = list(Record.objects.filter(kind="ballots.roll-searched").order_by("pk"))
    assert [one.actor for one in rows] == [town.poll_clerk.pk] * 2 + [
        Person.objects.get(name="second").pk
    ]
    assert {one.subject for one in rows} == {f"vote:{vote.case.number}"}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT personal FROM journal_secret WHERE record_id = ANY(%s) ORDER BY record_id",
            [[one.pk for one in rows]],
        )
        told = [row[0] for row in cursor.fetchall()]
    said = f"{told} {[one.public for one in rows]}".casefold()
    assert "voter" not in said
    read = [json.loads(one) if isinstance(one, str) else one for one in told]
    assert [one["found"] for one in read] == [3, 3, 0]
    assert read[0]["words"] == read[1]["words"] != read[2]["words"]


def test_a_booth_is_named_in_three_languages(
    town: Voting,  # noqa: F811
    vote: Vote,  # noqa: F811
) -> None:
    clerk = at_work(town.poll_clerk)
    page = f"{root(vote)}counter/"
    empty = {"code": "north", "name_en": " ", "name_ru": ""}
    assert clerk.post(page, empty).status_code == 422
    told = {"code": "north", "name_en": "School 1", "name_zh": "第一学校"}
    assert clerk.post(page, told).status_code == 302
    assert clerk.post(f"{page}north/name/", {"name_en": ""}).status_code == 422
    shown = clerk.get(f"{page}north/name/").content.decode()
    assert "第一学校" in shown
    more = {"name_en": "School 1", "name_ru": "Школа 1", "name_zh": "第一学校"}
    assert clerk.post(f"{page}north/name/", more).status_code == 302
    booth = channels.Booth.objects.get(vote=vote)
    for language, name in (("en", "School 1"), ("ru", "Школа 1"), ("zh-hans", "第一学校")):
        with override(language):
            assert booth.name == name
    with pytest.raises(IntegrityError), transaction.atomic():
        channels.Booth.objects.create(vote=vote, code="south", names={})
    with pytest.raises(channels.BoothUnnamed):
        channels.name_booth(by=town.poll_clerk, at=AT, booth=booth, names={"en": " "})


def test_two_clerks_put_somebody_back_who_votes_anew(
    town: Voting,  # noqa: F811
    vote: Vote,  # noqa: F811
) -> None:
    voter, other = town.voters[0], second(town)
    assert cast(vote, voter, {"lamps": ["a"]}) == "taken"
    before = bytes(Voter.objects.get(entry__person=voter).code)
    booth = booth_of(town, vote)
    mark(town, booth, voter)
    entry = entry_of(vote, voter)
    with pytest.raises(back.NotAskedFor):
        agree(other, entry)
    with pytest.raises(back.PaperNotReturned):
        back.ask_put_back(by=town.poll_clerk, at=AT, entry=entry, reason=WHY, returned=False)
    ask(town.poll_clerk, entry)
    with pytest.raises(back.AgreedByTheSame):
        agree(town.poll_clerk, entry)
    with pytest.raises(back.PutBackAsked):
        ask(other, entry)
    with pytest.raises(back.NotPlacedYet):
        agree(other, entry)
    with connection.cursor() as cursor:  # as the sequencer does
        cursor.execute("UPDATE ballots_ballot SET place = 2, entry_id = NULL")
    agree(other, entry)
    assert not Mark.objects.exists() and not Part.objects.exists()
    right = right_of(vote.case.number, at=AT, person=voter.pk)
    assert right.may and right.code not in (None, before)
    assert cast(vote, voter, {"lamps": ["b"]}) == "taken"
    with pytest.raises(back.NotMarkedOff):
        ask(town.poll_clerk, entry)
    (told,) = collect(voter)["rolls"]
    assert told["put_back"] == [{"booth": "School 1", "reason": WHY, "done": True}]
    assert not leaves(vote, "put-back"), "not before the close"
    held = sorted(HeldLeaf.objects.values_list("body", flat=True))
    assert len(held) == 2 and before.hex() in held[1] and WHY in held[0]
    assert voter.name not in held[0]
    course.close_in_time(by=None, at=CLOSES, case=vote.case)
    assert [one["booth"] for one in leaves(vote, "put-back")] == ["north"]
    assert Record.objects.filter(kind="ballots.put-back").get().public["reason"] == WHY


def test_two_means_two_also_in_the_database(
    town: Voting,  # noqa: F811
    vote: Vote,  # noqa: F811
) -> None:
    booth = booth_of(town, vote)
    mark(town, booth, town.voters[0])
    asked = ask(town.poll_clerk, entry_of(vote, town.voters[0]))
    with pytest.raises(IntegrityError), transaction.atomic():
        PutBack.objects.filter(pk=asked.pk).update(second=town.poll_clerk)


def test_nobody_is_put_back_whose_paper_is_counted_or_after_the_close(
    town: Voting,  # noqa: F811
    vote: Vote,  # noqa: F811
) -> None:
    booth, other = booth_of(town, vote), second(town)
    for voter in town.voters[:2]:
        mark(town, booth, voter)
    pile = paper.open_batch(by=other, at=AT, booth=booth, territory=town.town.west)
    for clerk in (town.poll_clerk, other):
        paper.enter_batch(by=clerk, at=AT, batch=pile, text="1")
    entry = entry_of(vote, town.voters[0])
    ask(town.poll_clerk, entry)
    agree(other, entry)
    last = entry_of(vote, town.voters[1])
    with pytest.raises(back.PaperCounted):
        ask(town.poll_clerk, last)
    third = entry_of(vote, town.voters[2])
    mark(town, booth, town.voters[2])
    ask(town.poll_clerk, third)
    back.refuse_put_back(by=other, at=AT, entry=third)
    with pytest.raises(back.NotAskedFor):
        agree(other, third)
    vote.refresh_from_db()
    with pytest.raises(VoteOver):
        ask(town.poll_clerk, entry_of(vote, town.voters[2]), at=vote.closes_at)


def test_a_pile_and_somebody_put_back_never_wait_for_each_other_in_a_circle(
    town: Voting,  # noqa: F811
    vote: Vote,  # noqa: F811
) -> None:
    """A pile holds the vote, then the booth. Who puts somebody back holds the booth, and at the end
    needs the vote, for what the log will say leads to it: the two may hold it together."""
    booth = booth_of(town, vote)
    mark(town, booth, town.voters[0])
    pile = paper.open_batch(by=town.poll_clerk, at=AT, booth=booth, territory=town.town.west)
    with CaptureQueriesContext(connection) as asked:
        paper.enter_batch(by=town.poll_clerk, at=AT, batch=pile, text="1")
        paper.enter_batch(by=second(town), at=AT, batch=pile, text="1")
        course.close_in_time(by=None, at=vote.closes_at, case=vote.case)
        paper.close_booth(by=town.poll_clerk, at=vote.closes_at, booth=booth)
    locks = [one["sql"] for one in asked if " FOR " in one["sql"]]
    piles = [one for one in locks if 'FROM "ballots_vote"' in one][:2]
    assert len(piles) == 2
    assert all(one.endswith('FOR NO KEY UPDATE OF "ballots_vote"') for one in piles), piles
    done = [one for one in locks if 'FROM "ballots_booth"' in one][-1]
    assert done.endswith('FOR UPDATE OF "ballots_booth"')


def test_the_pages_lead_through_it(
    town: Voting,  # noqa: F811
    vote: Vote,  # noqa: F811
) -> None:
    booth = booth_of(town, vote)
    mark(town, booth, town.voters[0])
    row = entry_of(vote, town.voters[0])
    page = f"{root(vote)}counter/{row.pk}/"
    clerk, other = at_work(town.poll_clerk), at_work(second(town))
    for client in (clerk, other):
        client.post(f"{page}look/")
    form = {"do": "ask", "ask-reason": WHY}
    refused = clerk.post(page, form)
    assert refused.status_code == 422 and WHY in refused.content.decode()
    assert clerk.post(page, {**form, "ask-returned": "on"}).status_code == 302
    assert "Another clerk opens this page" in clerk.get(page).content.decode()
    shown = other.get(page).content.decode()
    assert WHY in shown and "Agree: put them back" in shown
    assert other.post(page, {"do": "agree"}).status_code == 422
    assert other.post(page, {"do": "agree", "agree-returned": "on"}).status_code == 302
    assert "Has not voted yet" in other.get(page).content.decode()
    assert clerk.post(page, {"do": "refuse"}).status_code == 409, "there is nothing to refuse"

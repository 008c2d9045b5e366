"""The roll: who is on it by place, age and list, how it is previewed, frozen and mended."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

import pytest
from django.db import connection

from tests.cast import START
from tests.city.ballots import votes
from tests.city.ballots.votes import EARLY, OPENS, Voting, cast, config, voting
from veche.city.ballots.models import LogEntry, RollEntry, Vote, Voter
from veche.city.ballots.operations import course, making
from veche.city.ballots.operations import roll as rolls
from veche.city.ballots.queries import roll
from veche.city.ballots.rules import RollRule, WrongRoll
from veche.core.cases.operations import NoRoleForMove
from veche.core.organisations.models import Organisation
from veche.core.organisations.operations import lists
from veche.core.people.models import BirthDate, Person, Residence
from veche.core.people.operations.birth import NotABirthDate, erase_birth_date, note_birth_date

pytestmark = pytest.mark.django_db
COUNTER = Residence.How.COUNTER


@pytest.fixture
def world() -> Voting:
    return voting()


def born(person: Person, day: str) -> None:
    note_birth_date(by=None, at=START, person=person, day=dt.date.fromisoformat(day), how=COUNTER)


def previewed(world: Voting, **rule: object) -> roll.Preview:
    read = RollRule.read({"territory": "town", "level": "resident", **rule})
    return roll.preview(read, "district", START)


def test_preview_counts_as_the_freeze_does(world: Voting) -> None:
    found = previewed(world)
    vote = world.published()
    frozen = RollEntry.objects.filter(vote=vote)
    assert found.number == frozen.count() == 12
    assert found.places == {world.town.west.pk: 7, world.town.east.pk: 5}
    assert Voter.objects.filter(vote=vote).count() == 12


def test_the_planner_knows_a_roll_that_was_just_fixed(world: Voting) -> None:
    """Codes for 300,000 voters who were taken for one were looked up for minutes."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ballots_rollentry, ballots_voter")
        world.published()
        cursor.execute(
            "SELECT relname, reltuples FROM pg_class"
            " WHERE relname IN ('ballots_rollentry', 'ballots_voter')"
        )
        assert dict(cursor.fetchall()) == {"ballots_rollentry": 12, "ballots_voter": 12}


def test_the_digest_in_the_log_is_that_of_the_lines(world: Voting) -> None:
    vote = world.published()
    leaf = json.loads(LogEntry.objects.get(vote=vote, body__contains='"type":"roll"').body)
    lines = list(roll.frozen_lines(vote))
    assert hashlib.sha256("".join(lines).encode()).hexdigest() == leaf["digest"]
    assert lines == sorted(lines) and len(lines) == leaf["number"] == 12
    entry = RollEntry.objects.select_related("territory").get(vote=vote, person=world.voters[0])
    mine = roll.roll_line(bytes(entry.salt), world.voters[0].pk, entry.territory.code)
    assert mine in lines


def test_age_is_taken_on_the_day_that_is_named(world: Voting) -> None:
    day = "2026-12-01"
    born(world.voters[0], "2010-12-01")  # sixteen on that very day
    born(world.voters[1], "2010-12-02")  # the day after
    born(world.voters[2], "1950-01-01")
    found = previewed(world, age={"least": 16, "on": day})
    assert (found.number, found.residents, found.without_date) == (2, 12, 9)
    assert previewed(world, age={"least": 16, "most": 16, "on": day}).number == 1
    assert previewed(world, age={"most": 15, "on": day}).number == 1
    erase_birth_date(by=world.voters[2], at=START)
    assert previewed(world, age={"least": 16, "on": day}).number == 1


def test_a_day_of_birth_that_cannot_be_is_refused(world: Voting) -> None:
    for day in (START.date() + dt.timedelta(days=1), dt.date(1890, 1, 1)):
        with pytest.raises(NotABirthDate):
            note_birth_date(by=None, at=START, person=world.voters[0], day=day, how=COUNTER)
    assert not BirthDate.objects.exists()


def office() -> Organisation:
    return Organisation.objects.order_by("id")[0]


def test_a_list_narrows_and_its_unmatched_rows_are_told(world: Voting) -> None:
    teachers = lists.make_list(
        by=None, at=EARLY, code="teachers", names=votes.words("Teachers"), keeper=office()
    )
    told = lists.replace_list(
        by=None, at=EARLY, row=teachers,
        emails=["VOTER1@example.org", "nobody@example.org", "", "voter9@example.org"],
    )  # fmt: skip
    assert (told.added, told.ended, told.kept) == (2, 0, 0)
    assert told.unmatched == ((2, "nobody@example.org"),)
    assert previewed(world, lists=["teachers"]).number == 2
    told = lists.replace_list(by=None, at=START, row=teachers, emails=["voter9@example.org"])
    assert (told.added, told.ended, told.kept) == (0, 1, 1)
    assert previewed(world, lists=["teachers"]).number == 1
    with pytest.raises(lists.NotTheKeeper):
        lists.replace_list(by=world.voters[0], at=START, row=teachers, emails=[])


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"territory": "town", "level": "friend"},
        {"territory": "town", "age": {"least": 18}},
        {"territory": "town", "age": {"least": 30, "most": 18, "on": "2026-12-01"}},
        {"territory": "town", "age": {"least": -1, "on": "2026-12-01"}},
        {"territory": "town", "lists": ["Teachers!"]},
        {"territory": "town", "colour": "red"},
    ],
)
def test_rules_nobody_can_follow_are_refused(rule: dict[str, object]) -> None:
    with pytest.raises(WrongRoll):
        RollRule.read(rule)


def test_only_open_polls_take_who_comes(world: Voting) -> None:
    came = {"territory": "town", "level": "resident", "came": True}
    with pytest.raises(making.ConfigRefused):
        world.draft(config=config(roll=came))
    vote = world.opened(level="open", roll=came)
    digest = "ab" * 32
    one = rolls.come(at=OPENS, vote=vote, address=digest, territory=world.town.west)
    again = rolls.come(at=OPENS, vote=vote, address=digest, territory=world.town.east)
    assert one.pk == again.pk and one.person_id is None
    assert LogEntry.objects.filter(vote=vote, body__contains='"change":"came"').count() == 1
    audited = world.opened()
    with pytest.raises(rolls.PollByRule):
        rolls.come(at=OPENS, vote=audited, address=digest, territory=world.town.west)


def test_striking_needs_a_reason_and_the_commission(world: Voting) -> None:
    vote = world.opened()
    entry = RollEntry.objects.get(vote=vote, person=world.voters[0])
    with pytest.raises(NoRoleForMove):
        rolls.strike(by=world.organiser, at=OPENS, vote=vote, entry=entry.pk, reason="x" * 20)
    with pytest.raises(Exception, match="Write between"):
        rolls.strike(by=world.commissioner, at=OPENS, vote=vote, entry=entry.pk, reason=" ")
    rolls.strike(
        by=world.commissioner, at=OPENS, vote=vote, entry=entry.pk, reason="Moved to another town."
    )
    assert not Voter.objects.filter(pk=entry.pk).exists()
    assert roll.why_not(vote, world.voters[0], OPENS) == "struck"
    leaf = json.loads(LogEntry.objects.get(vote=vote, body__contains='"struck"').body)
    assert leaf["reason"] == "Moved to another town."
    assert leaf["line"] + "\n" in set(roll.frozen_lines(vote))
    assert roll.counts(vote) == {world.town.west.code: 6, world.town.east.code: 5}


def test_who_has_voted_is_not_struck(world: Voting) -> None:
    vote = world.opened()
    Vote.objects.filter(pk=vote.pk).update(closes_at=dt.datetime.now(dt.UTC) + votes.DAY)
    assert cast(vote, world.voters[0], {"lamps": ["a"]}) == "taken"
    entry = RollEntry.objects.get(vote=vote, person=world.voters[0])
    with pytest.raises(rolls.Voted):
        rolls.strike(by=world.commissioner, at=OPENS, vote=vote, entry=entry.pk, reason="x" * 20)


def test_after_the_close_the_roll_stays(world: Voting) -> None:
    vote = world.opened()
    course.close_in_time(by=None, at=votes.CLOSES, case=vote.case)
    with pytest.raises(rolls.RollOver):
        rolls.add_entry(
            by=None, at=votes.CLOSES, vote=vote, territory=world.town.west,
            how=RollEntry.How.CORRECTION, person=world.organiser,
        )  # fmt: skip


def test_why_not_says_what_is_missing(world: Voting) -> None:
    vote = world.opened(roll={"territory": "town", "level": "resident",
                              "age": {"least": 18, "on": "2026-12-01"}})  # fmt: skip
    assert roll.why_not(vote, None, OPENS) == "visitor"
    assert roll.why_not(vote, world.organiser, OPENS) == "place"
    assert roll.why_not(vote, world.voters[0], OPENS) == "born"
    born(world.voters[0], "2015-01-01")
    assert roll.why_not(vote, world.voters[0], OPENS) == "age"
    born(world.voters[0], "1980-01-01")
    assert roll.why_not(vote, world.voters[0], OPENS) == "later"
    rolls.add_entry(
        by=None, at=OPENS, vote=vote, territory=world.town.west, how=RollEntry.How.CORRECTION,
        person=world.voters[0],
    )  # fmt: skip
    assert roll.why_not(vote, world.voters[0], OPENS) == ""


def test_a_clerk_notes_a_birth_date_and_the_person_has_it_erased(world: Voting) -> None:
    from django.test import Client

    from veche.core.organisations.operations import appoint
    from veche.core.people.operations import add_person

    clerk = add_person(by=None, at=EARLY, name="clerk", email="clerk@example.org")
    appoint(by=None, at=EARLY, person=clerk, role="clerk", territory=world.town.city)
    desk, voter = Client(), Client()
    desk.force_login(clerk)
    voter.force_login(world.voters[0])
    sent = {"email": "voter0@example.org", "territory": world.town.west.code, "lives": "on",
            "born": "2001-12-31"}  # fmt: skip
    assert desk.post("/en/organisations/counter/", sent | {"born": "1800-01-01"}).status_code == 422
    assert not BirthDate.objects.exists()
    assert desk.post("/en/organisations/counter/", sent).status_code == 302
    assert BirthDate.objects.get(person=world.voters[0]).day == dt.date(2001, 12, 31)
    assert "2001" in voter.get("/en/organisations/residence/").content.decode()
    assert voter.post("/en/organisations/residence/forget-birth/").status_code == 302
    assert not BirthDate.objects.exists()


def test_a_sign_on_says_a_birth_date_only_where_it_is_asked(world: Voting, settings: Any) -> None:
    from veche.core.people.sign_on import believe

    person, claims = world.voters[0], {"birthdate": "1990-05-17"}
    believe(person, claims)
    assert not BirthDate.objects.exists()
    settings.SIGN_ON = {**settings.SIGN_ON, "birth_claim": "birthdate"}
    for said in ({"birthdate": "1990"}, {"birthdate": 5}, {"birthdate": "3000-01-01"}, claims):
        believe(person, said)
    assert BirthDate.objects.get().day == dt.date(1990, 5, 17)


def test_a_list_is_put_in_by_its_office_through_the_page(world: Voting) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    head = Client()
    head.force_login(world.town.head)
    office = next(h for h in (world.town.roads, world.town.lights) if lists.keeps(
        world.town.head, h, START))  # fmt: skip
    made = {"names_en": "Teachers", "code": "teachers", "keeper": office.code}
    assert head.post("/en/votes/lists/", made).status_code == 302
    table = b"\xef\xbb\xbfname;e-mail\nOlga;voter1@example.org\nIvan;nobody@example.org\n"
    page = "/en/votes/lists/teachers/"
    answer = head.post(page, {"table": SimpleUploadedFile("t.csv", table)})
    text = answer.content.decode()
    assert "Joined: 1." in text and "Row 3: nobody@example.org" in text
    rule = RollRule.read({"territory": "town", "lists": ["teachers"]})
    assert roll.preview(rule, "district", dt.datetime.now(dt.UTC)).number == 1
    stranger = Client()
    stranger.force_login(world.voters[0])
    assert stranger.get(page).status_code == 404
    assert stranger.get("/en/votes/lists/").status_code == 403
    assert head.post(page, {"table": SimpleUploadedFile("t.csv", b"no address")}).status_code == 422


def test_the_roll_stays_the_one_committed_to_when_somebody_is_forgotten(world: Voting) -> None:
    from veche.city.ballots.operations.forgetting import forget_voter

    vote = world.published()
    before = list(roll.frozen_lines(vote))
    forget_voter(by=None, at=START, person=world.voters[0])
    assert list(roll.frozen_lines(vote)) == before
    entry = RollEntry.objects.get(vote=vote, person=None)
    assert bytes(entry.salt) == bytes(16), "nothing opens the line any more"

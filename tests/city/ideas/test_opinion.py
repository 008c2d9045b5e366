"""Statements on a matter: written, read, voted on, forgotten; the map is made by the worker."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests import database
from tests.cast import START
from tests.city.ideas.ideas import DAY, EARLY, HOUR, Ideas, ideas
from veche.city.ideas import tasks
from veche.city.ideas.models import Call, OpinionMap, Participant, Statement, StatementVote
from veche.city.ideas.operations import opinion as operations
from veche.city.ideas.operations.opinion_forget import forget_opinions, opinions_of
from veche.city.ideas.operations.ratings import SignInToRate
from veche.city.ideas.opinion.chart import draw
from veche.city.ideas.queries import opinion as queries
from veche.city.ideas.queries.opinion_table import conversation_of
from veche.core.journal.models import Record
from veche.core.journal.operations import record
from veche.core.moderation.limits import TooMany
from veche.core.notices.models import Notice
from veche.core.organisations.models import Holding
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.errors import NotFound
from veche.operation import operation
from veche.testing import deliver
from veche.texts import TextLength, UnknownReason

AT = START + HOUR


@pytest.fixture
def call(made: Ideas) -> Call:
    """A running call of the whole town."""
    return made.calling()


def facilitator(made: Ideas, name: str = "Reader") -> Person:
    """Somebody who facilitates in the whole town."""
    person = Person.objects.create(name=name, email=f"{name}@example.org", since=EARLY)
    appoint(by=None, at=EARLY, person=person, role="facilitator", territory=made.town.city)
    return person


def held(person: Person) -> tuple[Holding, ...]:
    """The roles of somebody."""
    return tuple(Holding.objects.filter(person=person).select_related("territory"))


def shown(made: Ideas, call: Call, *texts: str) -> list[Statement]:
    """Statements that everybody can vote on."""
    reader, author = facilitator(made, f"r{Statement.objects.count()}"), made.people(1)[0]
    found = [
        operations.add_statement(by=author, at=AT, case=call.case, text=text) for text in texts
    ]
    return [
        operations.read_statement(by=reader, at=AT, held=held(reader), statement=one.pk)
        for one in found
    ]


def crowd(made: Ideas, call: Call, statements: int = 12, people: int = 40) -> list[Person]:
    """Two halves of a crowd that say the opposite to every statement, but agree on the first."""
    rows = shown(made, call, *(f"Statement number {one}" for one in range(statements)))
    persons = made.people(people)
    speak(persons, rows, lambda place, number: 1 if number == 0 or (place + number) % 2 else -1)
    return persons


def speak(persons: list[Person], rows: list[Statement], opinion: Callable[[int, int], int]) -> None:
    """Everybody answers every statement: the first by the operation, which numbers who takes part
    and asks for the map, the others by rows like those it writes."""
    votes = []
    for place, person in enumerate(persons):
        who = operations.say(by=person, at=AT, statement=rows[0].pk, value=opinion(place, 0))
        votes += [
            StatementVote(statement=row, participant=who, value=opinion(place, number), at=AT)
            for number, row in enumerate(rows[1:], 1)
        ]
    StatementVote.objects.bulk_create(votes)


@database.Once
def halves() -> tuple[Call, list[Person]]:
    """The town with a running call, and the crowd that has said what it thinks."""
    made = ideas()
    call = made.calling()
    return call, crowd(made, call)


class TestWriting:
    def test_nobody_votes_before_it_was_read(self, made: Ideas, call: Call) -> None:
        made_by = made.town.resident
        one = operations.add_statement(
            by=made_by, at=AT, case=call.case, text="  Slow  cars \n down"
        )
        assert (one.number, one.text, one.standing) == (0, "Slow cars down", "waiting")
        with pytest.raises(NotFound):
            operations.say(by=made_by, at=AT, statement=one.pk, value=1)
        reader = facilitator(made)
        operations.read_statement(by=reader, at=AT, held=held(reader), statement=one.pk)
        assert operations.say(by=made_by, at=AT, statement=one.pk, value=1) == 0
        kinds = list(Notice.objects.values_list("kind", flat=True))
        assert kinds.count("ideas.statement-shown") == 1

    def test_what_nobody_read_in_a_day_is_shown(self, made: Ideas, call: Call) -> None:
        one = operations.add_statement(
            by=made.town.resident, at=AT, case=call.case, text="Slow cars down"
        )
        assert operations.pass_unread_statements(at=AT + dt.timedelta(hours=23)) == 0
        assert operations.pass_unread_statements(at=AT + dt.timedelta(hours=24)) == 1
        one.refresh_from_db()
        assert one.standing == "shown" and one.reader is None
        assert operations.pass_unread_statements(at=AT + DAY * 2) == 0

    def test_it_is_not_read_by_its_author_or_by_a_stranger(self, made: Ideas, call: Call) -> None:
        reader = facilitator(made)
        one = operations.add_statement(by=reader, at=AT, case=call.case, text="Slow cars down")
        for person in (reader, made.town.resident):
            with pytest.raises(operations.NotAReader):
                operations.read_statement(by=person, at=AT, held=held(person), statement=one.pk)
        assert queries.waiting(held(reader), reader) == []

    def test_a_rejection_has_a_reason_and_another_person_reads_it_again(
        self, made: Ideas, call: Call
    ) -> None:
        author, first, second = made.town.resident, facilitator(made), facilitator(made, "Second")
        one = operations.add_statement(by=author, at=AT, case=call.case, text="Buy my bicycles")
        with pytest.raises(UnknownReason):
            operations.read_statement(
                by=first, at=AT, held=held(first), statement=one.pk, reason="dislike"
            )
        read: dict[str, Any] = {"at": AT, "statement": one.pk, "reason": "advertising"}
        operations.read_statement(by=first, held=held(first), words="No shops.", **read)
        operations.reword_statement(by=author, at=AT, statement=one.pk, text="More bicycles")
        assert queries.waiting(held(first), first) == []
        with pytest.raises(operations.NotAReader):
            operations.read_statement(by=first, held=held(first), **read)
        assert [row.pk for row in queries.waiting(held(second), second)] == [one.pk]
        operations.read_statement(by=second, held=held(second), **read)
        with pytest.raises(operations.RejectedForGood):
            operations.reword_statement(by=author, at=AT, statement=one.pk, text="And again")
        assert Notice.objects.filter(kind="ideas.statement-rejected").count() >= 1

    def test_words_are_not_changed_under_those_who_voted(self, made: Ideas, call: Call) -> None:
        (one,) = shown(made, call, "Slow cars down")
        author = one.author
        assert author is not None
        operations.reword_statement(by=author, at=AT, statement=one.pk, text="Slow all cars down")
        one.refresh_from_db()
        assert one.standing == "waiting"
        reader = facilitator(made)
        operations.read_statement(by=reader, at=AT, held=held(reader), statement=one.pk)
        operations.say(by=made.town.resident, at=AT, statement=one.pk, value=0)
        with pytest.raises(operations.AlreadyVotedOn):
            operations.reword_statement(by=author, at=AT, statement=one.pk, text="Ban all cars")
        with pytest.raises(NotFound):
            operations.reword_statement(
                by=made.town.resident, at=AT, statement=one.pk, text="Ban all cars"
            )

    def test_the_same_is_said_once_and_at_a_length_one_reads(self, made: Ideas, call: Call) -> None:
        by = made.town.resident
        operations.add_statement(by=by, at=AT, case=call.case, text="Slow cars down")
        with pytest.raises(operations.SaidBefore):
            operations.add_statement(by=by, at=AT, case=call.case, text="slow  CARS down")
        for text in ("abc", "x" * 281):
            with pytest.raises(TextLength):
                operations.add_statement(by=by, at=AT, case=call.case, text=text)
        for number in range(19):
            operations.add_statement(by=by, at=AT, case=call.case, text=f"Number {number}")
        with pytest.raises(TooMany):
            operations.add_statement(by=by, at=AT, case=call.case, text="One too many")
        assert sorted(Statement.objects.values_list("number", flat=True)) == list(range(20))

    def test_statements_are_written_while_the_matter_is_talked_about(
        self, made: Ideas, call: Call
    ) -> None:
        idea = made.idea_of(call)
        operations.add_statement(by=made.town.resident, at=AT, case=idea.case, text="On an idea")
        draft = made.draft()
        with pytest.raises(operations.NotTalkedAbout):
            operations.add_statement(by=made.town.resident, at=AT, case=draft.case, text="Too soon")
        with pytest.raises(SignInToRate):
            operations.add_statement(by=None, at=AT, case=call.case, text="Without an account")


class TestSaying:
    def test_the_newest_word_counts_once(self, made: Ideas, call: Call) -> None:
        (one,) = shown(made, call, "Slow cars down")
        person, other = made.people(2)
        for value in (1, -1, 0, -1):
            assert operations.say(by=person, at=AT, statement=one.pk, value=value) == 0
        assert operations.say(by=other, at=AT, statement=one.pk, value=1) == 1
        one.refresh_from_db()
        assert (one.agrees, one.disagrees, one.passes, one.votes) == (1, 1, 0, 2)
        with pytest.raises(operations.NotAnswer):
            operations.say(by=person, at=AT, statement=one.pk, value=2)

    def test_counters_follow_whatever_is_done_to_votes(self, made: Ideas, call: Call) -> None:
        rows = shown(made, call, "Slow cars down", "Build a bridge")
        StatementVote.objects.bulk_create(
            StatementVote(statement=rows[n % 2], participant=n, value=n % 3 - 1, at=AT)
            for n in range(30)
        )
        StatementVote.objects.filter(participant__lt=9).update(value=1)
        StatementVote.objects.filter(participant__gte=25).delete()
        for row in rows:
            row.refresh_from_db()
            values = list(
                StatementVote.objects.filter(statement=row).values_list("value", flat=True)
            )
            assert (row.agrees, row.disagrees, row.passes) == tuple(
                values.count(one) for one in (1, -1, 0)
            )

    def test_the_journal_names_a_number_and_no_person(self, made: Ideas, call: Call) -> None:
        (one,) = shown(made, call, "Slow cars down")
        person = made.town.resident
        operations.say(by=person, at=AT, statement=one.pk, value=1)
        records = Record.objects.filter(kind="ideas.opinion-said")
        assert [(row.actor, row.public["participant"]) for row in records] == [(None, 0)]

    def test_each_person_sees_each_statement_once(self, made: Ideas, call: Call) -> None:
        rows = shown(made, call, *(f"Statement number {one}" for one in range(5)))
        person = made.town.resident
        seen = []
        while True:
            number = queries.participant_of(call.case, person)
            following = queries.next_statement(call.case, number)
            if following is None:
                break
            seen.append(following.pk)
            operations.say(by=person, at=AT, statement=following.pk, value=0)
        assert sorted(seen) == [row.pk for row in rows]
        found = queries.progress(call.case, person)
        assert (found.shown, found.said, found.left, found.people) == (5, 5, 0, 1)

    def test_few_have_seen_what_comes_first(self, made: Ideas, call: Call) -> None:
        rows = shown(made, call, "Slow cars down", "Build a bridge", "Plant trees")
        for person in made.people(3):
            for row in rows[:2]:
                operations.say(by=person, at=AT, statement=row.pk, value=1)
        following = queries.next_statement(call.case, None)
        assert following == rows[2]


class TestMap:
    def test_many_votes_ask_for_one_map(self, db: None) -> None:
        halves()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s AND status = 'todo'",
                [tasks.draw_map.name],
            )
            assert cursor.fetchone()[0] == 1
        deliver()
        kept = OpinionMap.objects.get()
        assert not kept.queued and kept.drawn == kept.said
        assert [group["members"] for group in kept.body["groups"]] == [20, 20]
        first = next(one for one in kept.body["statements"] if one["number"] == 0)
        assert first["cells"] == [[20, 0, 20], [20, 0, 20]]
        assert max(kept.body["statements"], key=lambda one: one["consensus"]) == first
        assert len(kept.body["points"]) == len(kept.body["mine"]) == 40

    def test_what_is_said_while_it_is_made_is_in_the_next(
        self, made: Ideas, call: Call, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from veche.city.ideas.operations import opinion_map

        persons = crowd(made, call, 8, 12)
        one = Statement.objects.get(number=3)

        def slow(matter: int) -> object:
            found = conversation_of(matter)
            monkeypatch.undo()
            operations.say(by=persons[0], at=AT, statement=one.pk, value=0)
            return found

        monkeypatch.setattr(opinion_map, "conversation_of", slow)
        opinion_map.redraw(by=None, at=AT, matter=call.pk)
        kept = OpinionMap.objects.get()
        assert kept.queued and kept.drawn < kept.said
        assert deliver() >= 1
        kept.refresh_from_db()
        assert not kept.queued and kept.drawn == kept.said
        cells = next(row for row in kept.body["statements"] if row["number"] == 3)["cells"]
        assert sum(agree + disagree for agree, disagree, _seen in cells) == 11

    def test_a_group_of_four_is_not_shown(self, made: Ideas, call: Call) -> None:
        rows = shown(made, call, *(f"Statement number {one}" for one in range(10)))
        speak(made.people(24), rows, lambda place, _number: -1 if place < 4 else 1)
        deliver()
        body = OpinionMap.objects.get().body
        assert [group["members"] for group in body["groups"]] == [20]
        assert sum(point[2] == -1 for point in body["points"]) == 4
        assert all(len(one["cells"]) == 1 for one in body["statements"])

    def test_a_rejected_statement_leaves_the_map(self, made: Ideas, call: Call) -> None:
        crowd(made, call, 8, 12)
        reader = facilitator(made)
        one = Statement.objects.get(number=2)
        operations.read_statement(
            by=reader, at=AT, held=held(reader), statement=one.pk, reason="insult"
        )
        deliver()
        body = OpinionMap.objects.get().body
        assert 2 not in {row["number"] for row in body["statements"]}

    def test_a_forgotten_person_leaves_their_votes_without_a_name(
        self, made: Ideas, call: Call
    ) -> None:
        persons = crowd(made, call, 8, 12)
        before = draw(conversation_of(call.pk)).as_json()["groups"]

        mine = opinions_of(persons[0])
        assert len(mine["said_to_statements"]) == 8
        waiting = operations.add_statement(by=persons[0], at=AT, case=call.case, text="Unread")
        rejected = Statement.objects.create(
            matter=call.case, number=99, author=persons[0], text="Rude words", at=AT,
            standing="rejected", words="Do not call Ann names",
        )  # fmt: skip
        forget_opinions(by=None, at=AT, person=persons[0])
        rejected.refresh_from_db()
        assert (rejected.text, rejected.words, rejected.author) == ("—", "", None)
        waiting.refresh_from_db()
        assert (waiting.text, waiting.author) == ("—", None)
        assert opinions_of(persons[0]) == {"statements": [], "said_to_statements": []}
        assert not Participant.objects.filter(person=persons[0]).exists()
        assert draw(conversation_of(call.pk)).as_json()["groups"] == before

    def test_numbers_go_on_after_what_came_in_bulk(self, made: Ideas, call: Call) -> None:
        row = Statement.objects.create(
            matter=call.case, number=7, text="From elsewhere", at=AT, standing="shown"
        )
        StatementVote.objects.create(statement=row, participant=41, value=1, at=AT)

        @operation
        def came(*, by: None, at: dt.datetime) -> None:
            record(kind="ideas.brought", by=by, at=at, subject="ideas")
            operations.opinions_came(call.pk)

        came(by=None, at=AT)
        assert deliver() >= 1
        person = made.people(1)[0]
        assert operations.say(by=person, at=AT, statement=row.pk, value=1) == 42
        one = operations.add_statement(by=person, at=AT, case=call.case, text="The next one")
        assert one.number == 8
        assert OpinionMap.objects.get().body["participants"] == 1


def test_the_demo_town_has_three_groups_and_a_statement_to_read(made: Ideas, call: Call) -> None:
    from veche.city.ideas.demo_opinion import load
    from veche.town.opinions import PEOPLE, STATEMENTS, votes

    residents = [person.pk for person in made.people(PEOPLE + 5)]
    assert load(call, AT, AT - 10 * DAY, residents) == len(votes())
    assert deliver() >= 1
    body = OpinionMap.objects.get().body
    assert len(body["groups"]) == 3 and min(group["members"] for group in body["groups"]) > 50
    assert len(body["statements"]) == len(STATEMENTS), "the one about oneself is left out"
    assert Statement.objects.filter(standing="waiting").count() == 1
    reader = made.town.facilitator
    assert len(queries.waiting(held(reader), reader)) == 1

"""Ratings: once a person, counted by the database whatever wrote them."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import START
from tests.city.ideas.ideas import DAY, HOUR, Ideas, ideas
from veche.city.ideas.models import Call, Comment, CommentRating, Idea, Rating, Talk
from veche.city.ideas.operations.ratings import (
    ForOrAgainst,
    NotRatedNow,
    SignInToRate,
    rate,
    unrate,
)
from veche.city.ideas.operations.refusals import ResidentsOnly
from veche.city.ideas.operations.writing import withdraw
from veche.core.notices.queries import follows
from veche.core.people.models import Person, Residence

pytestmark = pytest.mark.django_db
LATER = START + 3 * HOUR


def counted(idea: Idea) -> tuple[int, int]:
    """The counters of an idea as the database keeps them."""
    return Idea.objects.values_list("supporters", "opponents").get(pk=idea.pk)


@pytest.fixture
def idea(made: Ideas) -> Idea:
    """An idea that everybody can read."""
    return made.idea_of(made.calling())


def test_for_and_against_and_neither(made: Ideas, idea: Idea) -> None:
    """A mind is changed as often as one likes and counted once."""
    who = made.town.neighbour
    assert rate(by=who, at=LATER, idea=idea.pk, value=1).standing == "counted"
    assert counted(idea) == (1, 0)
    assert follows(who, idea.case)
    rate(by=who, at=LATER, idea=idea.pk, value=1)
    assert counted(idea) == (1, 0)
    rate(by=who, at=LATER + HOUR, idea=idea.pk, value=-1)
    assert counted(idea) == (0, 1)
    unrate(by=who, at=LATER + HOUR, idea=idea.pk)
    unrate(by=who, at=LATER + HOUR, idea=idea.pk)
    assert counted(idea) == (0, 0)
    assert not Rating.objects.exists()


def test_who_and_when(made: Ideas, idea: Idea) -> None:
    """A visitor, a number that is neither, and an idea that was taken back are refused."""
    with pytest.raises(SignInToRate):
        rate(by=None, at=LATER, idea=idea.pk, value=1)
    with pytest.raises(ForOrAgainst):
        rate(by=made.town.neighbour, at=LATER, idea=idea.pk, value=7)
    withdraw(by=made.town.resident, at=LATER, case=idea.case)
    with pytest.raises(NotRatedNow, match="author"):
        rate(by=made.town.neighbour, at=LATER, idea=idea.pk, value=1)
    assert not Rating.objects.exists()


def test_residents_only(made: Ideas) -> None:
    """A call that asks residents counts those of whom the city knows that they are."""
    call = made.calling()
    idea = made.idea_of(call)
    Call.objects.filter(pk=call.pk).update(who="residents")
    with pytest.raises(ResidentsOnly):
        rate(by=made.town.neighbour, at=LATER, idea=idea.pk, value=1)
    Residence.objects.create(
        person=made.town.neighbour, territory=made.town.west, how="letter",
        since=START - DAY, until=START + 300 * DAY,
    )  # fmt: skip
    rate(by=made.town.neighbour, at=LATER, idea=idea.pk, value=1)
    assert counted(idea) == (1, 0)


def test_a_rating_of_a_joined_idea_goes_on(made: Ideas, idea: Idea) -> None:
    """Whoever supports a joined idea is counted where it goes on."""
    parent = made.idea_of(Call.objects.get(pk=idea.call_id), title="Crossings by every school")
    Idea.objects.filter(pk=idea.pk).update(into=parent)
    rate(by=made.town.neighbour, at=LATER, idea=idea.pk, value=1)
    assert counted(parent) == (1, 0)
    assert counted(idea) == (0, 0)


_STEP = st.tuples(
    st.sampled_from(["insert", "bulk", "flip", "hold", "move", "delete", "talk", "hide", "like"]),
    st.integers(0, 1_000),
)


@pytest.fixture
def crowd(made: Ideas) -> tuple[list[Idea], list[Person]]:
    """Two ideas and twelve people."""
    call = made.calling()
    both = [made.idea_of(call), made.idea_of(call, title="Speed humps by the school")]
    return both, made.people(12)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(_STEP, max_size=14))
def test_counters_equal_counts(
    crowd: tuple[list[Idea], list[Person]], steps: list[tuple[str, int]]
) -> None:
    """Whatever is inserted, changed and deleted, one by one or in bulk, the counters say what a
    count of the rows says."""
    both, people = crowd
    with _rolled_back():
        for what, number in steps:
            _carry_out(what, number, both, people)
            _compare()


class _rolled_back:
    """Everything within is taken back."""

    def __enter__(self) -> None:
        self.point = connection.savepoint() or ""

    def __exit__(self, *args: object) -> None:
        connection.savepoint_rollback(self.point)


def _carry_out(what: str, number: int, both: list[Idea], people: list[Person]) -> None:
    idea, person = both[number % 2], people[number % len(people)]
    value = 1 if number % 3 else -1
    mine = Rating.objects.filter(idea=idea)
    if what == "insert":
        mine.filter(person=person).delete()
        Rating.objects.create(idea=idea, person=person, value=value, at=LATER)
    elif what == "bulk":
        Rating.objects.bulk_create(
            [Rating(idea=one, person=p, value=value, at=LATER) for one in both for p in people],
            ignore_conflicts=True,
        )
    elif what == "flip":
        mine.update(value=value)
    elif what == "hold":
        mine.filter(person__gte=person.pk).update(standing=("counted", "held", "void")[number % 3])
    elif what == "move":
        there = Rating.objects.filter(idea=both[1 - number % 2]).values("person")
        mine.exclude(person__in=there).update(idea=both[1 - number % 2])
    elif what == "delete":
        mine.filter(person__lte=person.pk).delete()
    elif what == "talk":
        above = Comment.objects.filter(matter=idea.case).order_by("-id").first()
        Comment.objects.create(
            matter=idea.case, author=person, text="Yes.", at=LATER,
            above=above if number % 2 else None,
            stance=("none", "for", "against")[number % 3],
        )  # fmt: skip
    elif what == "hide":
        shown = number % 2 == 0
        standing = "shown" if shown else ("removed", "withdrawn", "waiting")[number % 3]
        Comment.objects.filter(matter=idea.case).update(shown=shown, standing=standing)
    elif what == "like":
        for one in Comment.objects.all():
            CommentRating.objects.update_or_create(
                comment=one, person=person, defaults={"value": value, "at": LATER}
            )


def _compare() -> None:
    for idea in Idea.objects.all():
        said = Rating.objects.filter(idea=idea, standing="counted")
        assert idea.supporters == said.filter(value=1).count()
        assert idea.opponents == said.filter(value=-1).count()
        shown = Comment.objects.filter(matter=idea.pk, shown=True)
        assert idea.comments == shown.count()
        talk = Talk.objects.filter(pk=idea.pk).first() or Talk()
        assert (talk.comments, talk.in_favour, talk.against) == (
            shown.count(), shown.filter(stance="for").count(),
            shown.filter(stance="against").count(),
        )  # fmt: skip
    for one in Comment.objects.all():
        assert one.likes == CommentRating.objects.filter(comment=one, value=1).count()
        assert one.dislikes == CommentRating.objects.filter(comment=one, value=-1).count()
        assert one.replies == Comment.objects.filter(root=one, shown=True).count()


def test_copied_rows_are_counted(made: Ideas, idea: Idea) -> None:
    """A load by COPY is counted as a single rating is."""
    people = made.people(200)
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY ideas_rating (idea_id, person_id, value, at, standing) FROM STDIN"
        ) as out,
    ):
        for place, person in enumerate(people):
            out.write_row((idea.pk, person.pk, 1 if place % 4 else -1, LATER, "counted"))
    assert counted(idea) == (150, 50)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_lose_no_count() -> None:
    """Eight people at the same moment, in connections of their own, are eight."""
    made = ideas()
    idea = made.idea_of(made.calling())
    people = made.people(8)
    start = threading.Barrier(len(people))
    faults: list[BaseException] = []

    def support(person: Person) -> None:
        try:
            start.wait(10)
            rate(by=person, at=LATER, idea=idea.pk, value=1)
            rate(by=person, at=LATER + dt.timedelta(seconds=1), idea=idea.pk, value=-1)
            rate(by=person, at=LATER + dt.timedelta(seconds=2), idea=idea.pk, value=1)
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=support, args=(one,)) for one in people]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert not faults
    assert counted(idea) == (8, 0)

"""Who is told of what, once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import START, SmallTown

from veche.city.problems import operations as problems
from veche.core.notices import operations as notices
from veche.core.notices.models import Announcement, Following, Notice, Subscription, Waiting
from veche.core.notices.operations import Wanted
from veche.core.notices.operations.subscribing import OfNothing, RadiusOut, TooManySubscriptions
from veche.core.notices.queries import PAGE, told_to, unseen
from veche.core.notices.tasks import announce_waiting
from veche.core.people.models import Person
from veche.core.people.operations import add_person

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def published(town: SmallTown, **more: Any) -> None:
    problems.accept(by=town.moderator, at=START + HOUR, case=town.report(**more).case)
    announce_waiting(START + HOUR)


def kinds(person: Person) -> list[str]:
    rows = Notice.objects.filter(person=person).order_by("id")
    return list(rows.values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("wanted", "hears"),
    [
        (lambda t: Wanted(territory=t.city.pk), True),
        (lambda t: Wanted(territory=t.west.pk), True),
        (lambda t: Wanted(territory=t.east.pk), False),
        (lambda t: Wanted(theme="pothole"), True),
        (lambda t: Wanted(theme="lamp"), False),
        (lambda t: Wanted(territory=t.west.pk, theme="pothole"), True),
        (lambda t: Wanted(territory=t.west.pk, theme="lamp"), False),
        (lambda t: Wanted(territory=t.east.pk, theme="pothole"), False),
        (lambda t: Wanted(territory=t.city.pk, street="Bridge St."), True),
        (lambda t: Wanted(territory=t.city.pk, street="bridge street, 44"), True),
        (lambda t: Wanted(territory=t.city.pk, street="Mill Street"), False),
        (lambda t: Wanted(territory=t.city.pk, street="Bridge Street", theme="lamp"), False),
        (lambda t: Wanted(longitude=49.25, latitude=53.503, radius=500), True),
        (lambda t: Wanted(longitude=49.25, latitude=53.506, radius=500), False),
        # In the square around the circle, not in the circle.
        (lambda t: Wanted(longitude=49.2569, latitude=53.5041, radius=500), False),
        (lambda t: Wanted(longitude=49.25, latitude=53.5, radius=500, theme="lamp"), False),
    ],
)
def test_who_subscribed_hears_of_what_fits(town: SmallTown, wanted, hears) -> None:  # type: ignore[no-untyped-def]
    notices.subscribe(by=town.neighbour, at=START, wanted=wanted(town))
    published(town)
    assert kinds(town.neighbour) == (["problems.new"] if hears else [])


def test_two_subscriptions_and_a_second_run_tell_once(town: SmallTown) -> None:
    notices.subscribe(by=town.neighbour, at=START, wanted=Wanted(territory=town.west.pk))
    notices.subscribe(by=town.neighbour, at=START, wanted=Wanted(theme="pothole"))
    published(town)
    Announcement.objects.update(done_at=None)  # as if the worker had died before it was noted
    announce_waiting(START + HOUR)
    assert kinds(town.neighbour) == ["problems.new"]


def test_who_follows_is_told_of_the_step_and_not_again_as_a_neighbour(town: SmallTown) -> None:
    problem = town.report()
    notices.subscribe(by=town.neighbour, at=START, wanted=Wanted(theme="pothole"))
    notices.subscribe(by=town.resident, at=START, wanted=Wanted(theme="pothole"))
    notices.follow(by=town.neighbour, at=START, case=problem.case)
    problems.accept(by=town.moderator, at=START + HOUR, case=problem.case)
    announce_waiting(START + HOUR)
    assert kinds(town.neighbour) == ["problems.accepted"]
    assert kinds(town.resident) == ["problems.accepted"]


def test_outcomes_are_announced(town: SmallTown) -> None:
    notices.subscribe(by=town.neighbour, at=START, wanted=Wanted(territory=town.west.pk))
    case = problems.accept(by=town.moderator, at=START + HOUR, case=town.report().case)
    case = problems.answer(by=town.officer, at=START + DAY, case=case, text="It was filled.")
    problems.confirm(by=town.resident, at=START + 2 * DAY, case=case)
    announce_waiting(START + 2 * DAY)
    assert kinds(town.neighbour) == ["problems.new", "problems.done"]


def test_what_is_hidden_meanwhile_is_not_announced(town: SmallTown) -> None:
    notices.subscribe(by=town.neighbour, at=START, wanted=Wanted(territory=town.west.pk))
    case = town.report().case
    notices.announce(by=None, at=START, case=case, kind="problems.new")
    announce_waiting(START)
    assert kinds(town.neighbour) == []
    assert not Announcement.objects.filter(done_at=None).exists()


def test_what_cannot_be_subscribed_to_is_refused(town: SmallTown) -> None:
    with pytest.raises(OfNothing):
        notices.subscribe(by=town.neighbour, at=START, wanted=Wanted())
    for radius in (5, 50_000):
        with pytest.raises(RadiusOut):
            wanted = Wanted(longitude=49.0, latitude=53.0, radius=radius)
            notices.subscribe(by=town.neighbour, at=START, wanted=wanted)
    for n in range(50):
        notices.subscribe(by=town.neighbour, at=START, wanted=Wanted(theme=f"t{n}"))
    with pytest.raises(TooManySubscriptions):
        notices.subscribe(by=town.neighbour, at=START, wanted=Wanted(theme="one more"))


def test_asking_twice_is_asking_once(town: SmallTown) -> None:
    for _ in range(2):
        notices.subscribe(by=town.neighbour, at=START, wanted=Wanted(territory=town.west.pk))
        notices.follow(by=town.neighbour, at=START, case=town.report().case)
    assert Subscription.objects.count() == 1
    assert Following.objects.filter(person=town.neighbour).count() == 2


def test_followers_of_a_merged_matter_are_counted_once(town: SmallTown) -> None:
    first, second = town.report().case, town.report(by=town.neighbour).case
    notices.follow(by=town.neighbour, at=START, case=first)
    notices.carry_followers(by=town.moderator, at=START, case=second, to=first)
    assert Following.objects.filter(case=first).count() == 2


def test_the_page_counts_what_is_new(town: SmallTown) -> None:
    problems.accept(by=town.moderator, at=START + HOUR, case=town.report().case)
    assert unseen(town.resident) == 1
    told, more = told_to(town.resident)
    assert [one.topic for one in told] == ["own"] and not more
    assert told[0].title.startswith("A deep hole") and told[0].place == "West"
    assert notices.mark_seen(by=town.resident, at=START + DAY) == 1
    assert unseen(town.resident) == 0


def test_what_was_said_stands_by_matter(town: SmallTown) -> None:
    first, second = town.report().case, town.report(at=START + HOUR, text="A dark lamp here.").case
    for n, case in enumerate((first, second)):
        problems.accept(by=town.moderator, at=START + (n + 2) * HOUR, case=case)
    notices.tell_followers(by=None, at=START + DAY, case=first, kind="problems.answered")
    told, _more = told_to(town.resident)
    assert [one.number for one in told] == [first.number, second.number]  # the newest first
    assert [len(one.steps) for one in told] == [2, 1]
    assert told[0].at == START + DAY and told[0].new == 2
    moments = [step.at for step in told[0].steps]
    assert moments == sorted(moments, reverse=True)
    # Twenty times as many cost no more queries, and the rest is overleaf.
    with CaptureQueriesContext(connection) as few:
        told_to(town.resident)
    for n in range(PAGE):
        at = START + DAY + (n + 1) * HOUR
        notices.tell_followers(by=None, at=at, case=second, kind="problems.answered")
    with CaptureQueriesContext(connection) as many:
        told, more = told_to(town.resident)
    assert len(many) == len(few) and more
    assert [one.number for one in told] == [second.number] and len(told[0].steps) == PAGE
    rest, more = told_to(town.resident, page=2)
    assert sum(len(one.steps) for one in rest) == 3 and not more


def test_a_title_that_is_not_public_is_not_told(town: SmallTown) -> None:
    case = town.report().case
    notices.follow(by=town.neighbour, at=START, case=case)
    notices.tell_followers(by=None, at=START, case=case, kind="problems.answered")
    for person, title in ((town.neighbour, ""), (town.resident, "A deep hole")):
        [one] = told_to(person)[0]
        assert one.title.startswith(title) and bool(one.title) == bool(title)


@pytest.mark.parametrize("level", ["unverified", "email", "resident"])
def test_an_unverified_account_gets_no_letters(town: SmallTown, level: str) -> None:
    person = add_person(by=None, at=START, name="New", email="new@example.org", level=level)  # type: ignore[arg-type]
    notices.subscribe(by=person, at=START, wanted=Wanted(territory=town.west.pk))
    published(town)
    mail = Waiting.objects.filter(reader__person=person).values_list("pace", flat=True)
    assert list(mail) == ([] if level == "unverified" else ["daily"])


def test_holders_of_a_role_are_told_without_having_asked(town: SmallTown) -> None:
    from veche.core.notices.holders import tell_holders

    case = problems.accept(by=town.moderator, at=START + HOUR, case=town.report().case)
    told = tell_holders(
        by=None, at=START + DAY, case=case, kind="problems.prolongation-refused", role="officer"
    )
    assert told == 1
    notice = Notice.objects.get(person=town.officer)
    assert notice.topic == "work"
    assert Waiting.objects.filter(reader=notice.reader).get().pace == "daily"

"""Modes: who enters which level, until when, and what it switches."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction

from tests.cast import START, SmallTown
from tests.city.dispatch.conftest import Ground, minutes
from veche.city.dispatch import terms
from veche.city.dispatch.models import CityMode, IncidentEntry, ModeAct, ModeLevel, ModeRule
from veche.city.dispatch.operations import duty, levels, modes
from veche.city.dispatch.queries import modes as queries
from veche.city.dispatch.queries.duty import on_duty
from veche.core.cases.models import Case
from veche.core.journal.models import Record
from veche.core.organisations.access import NotARuleKeeper
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
WHY = "Gusts of 28 m/s are forecast for the evening."


@pytest.fixture
def town(ground: Ground) -> SmallTown:
    """The town of the ground."""
    return ground.town


def enter(town: SmallTown, level: int = 2, **more: Any) -> CityMode:
    """A level for six hours in the west, by its dispatcher unless said otherwise."""
    values: dict[str, Any] = {
        "by": town.dispatcher if level < 4 else town.mayor,
        "at": START,
        "territory": town.west,
        "level": level,
        "reason": WHY,
        "until": START + 6 * HOUR,
    }
    return modes.enter_mode(**(values | more))


def test_it_needs_a_person_a_reason_and_an_end(town: SmallTown) -> None:
    """Nobody enters nothing; what is entered ends, within thirty days."""
    with pytest.raises(modes.NobodyNamed):
        enter(town, by=None)
    with pytest.raises(modes.ModeReasonNeeded):
        enter(town, reason="wind")
    for until in (START, START - HOUR, START + dt.timedelta(days=31)):
        with pytest.raises(modes.ModeEndWrong):
            enter(town, until=until)
    for level in (0, 1, 6):
        with pytest.raises(modes.NotALevel):
            enter(town, level, by=town.mayor)
    assert queries.mode_at(town.west, START).usual
    assert not CityMode.objects.exists()


def test_dispatchers_go_as_far_as_three_and_no_further_than_their_place(town: SmallTown) -> None:
    """Four and five are the mayor's; another district is another dispatcher's."""
    with pytest.raises(modes.MayNotSetMode):
        enter(town, 2, territory=town.east)
    with pytest.raises(modes.MayNotSetMode):
        enter(town, 2, by=town.officer)
    with pytest.raises(modes.ModeIsGrave):
        enter(town, 4, by=town.watch)
    enter(town, 3)
    assert queries.mode_at(town.west, START).level == 3
    assert queries.mode_at(town.east, START).usual
    assert enter(town, 4, territory=town.city).level == 4
    assert queries.mode_at(town.east, START).level == 4


def test_the_gravest_around_a_place_counts(town: SmallTown) -> None:
    """A district is never calmer than its city, and may be worse."""
    enter(town, 2, by=town.watch, territory=town.city)
    enter(town, 3)
    assert queries.mode_at(town.west, START).level == 3
    assert queries.mode_at(town.east, START).level == 2
    assert queries.mode_at(None, START).level == 2
    assert [one.level for one in queries.now(START)] == [3, 2]


def test_one_at_a_place_at_a_time(town: SmallTown) -> None:
    """Another level ends the one before; the same is not entered twice; the database keeps it."""
    first = enter(town, 2)
    with pytest.raises(modes.InForceAlready):
        enter(town, 2, at=START + HOUR)
    second = enter(town, 3, at=START + HOUR)
    first.refresh_from_db()
    assert first.ended_at == START + HOUR
    assert [act.kind for act in first.acts.order_by("at")] == ["entered", "replaced"]
    with pytest.raises(IntegrityError), transaction.atomic():
        CityMode.objects.create(
            territory=town.west, level=2, since=START + 2 * HOUR, until=START + 3 * HOUR
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        CityMode.objects.filter(pk=second.pk).update(level=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        ModeAct.objects.filter(mode=first).update(reason="Something else was said.")
    with pytest.raises(IntegrityError), transaction.atomic():
        ModeAct.objects.filter(mode=first).delete()


def test_leaving_a_grave_level_is_the_mayors(town: SmallTown) -> None:
    """Neither by ending it nor by entering a lower one does a dispatcher get around it."""
    made = enter(town, 5)
    with pytest.raises(modes.ModeIsGrave):
        modes.end_mode(by=town.dispatcher, at=START + HOUR, mode=made.pk, reason=WHY)
    with pytest.raises(modes.ModeIsGrave):
        enter(town, 2, at=START + HOUR)
    modes.end_mode(by=town.mayor, at=START + HOUR, mode=made.pk, reason="The wind has dropped.")
    assert queries.mode_at(town.west, START + HOUR).usual
    with pytest.raises(modes.NoSuchMode):
        modes.end_mode(by=town.mayor, at=START + 2 * HOUR, mode=made.pk, reason=WHY)


def test_it_is_extended_by_another_act_only(town: SmallTown) -> None:
    """Later than before, with its own reason; both stay to be read."""
    made = enter(town)
    with pytest.raises(modes.NotLater):
        modes.extend_mode(
            by=town.dispatcher, at=START + HOUR, mode=made.pk, until=START + 5 * HOUR, reason=WHY
        )
    modes.extend_mode(
        by=town.dispatcher, at=START + HOUR, mode=made.pk, until=START + 9 * HOUR,
        reason="The storm stays longer than forecast.",
    )  # fmt: skip
    assert queries.mode_at(town.west, START + 8 * HOUR).level == 2
    kinds = list(made.acts.order_by("at", "pk").values_list("kind", "until"))
    assert kinds == [("entered", START + 6 * HOUR), ("extended", START + 9 * HOUR)]


def test_it_is_out_of_force_at_its_term_and_the_timer_says_so(town: SmallTown) -> None:
    """Nothing waits for a timer; the timer writes it down once, with the moment of the term."""
    made, end = enter(town), START + 6 * HOUR
    assert queries.mode_at(town.west, end - dt.timedelta(seconds=1)).level == 2
    assert queries.mode_at(town.west, end).usual
    assert modes.sweep(at=end - dt.timedelta(seconds=1)) == 0
    assert modes.sweep(at=end + 3 * HOUR) == 1
    assert modes.sweep(at=end + 4 * HOUR) == 0
    made.refresh_from_db()
    assert made.ended_at == end
    assert made.acts.get(kind="over").at == end
    assert Record.objects.filter(kind="mode.over").count() == 1
    enter(town, 3, at=end + 3 * HOUR, until=end + 9 * HOUR)


def test_its_age_is_of_now_and_nothing_is_forgotten(town: SmallTown) -> None:
    """How long a mode lasts is known at every moment; what every page shows forgets in time."""
    made = enter(town)
    (one,) = queries.now(START + 2 * HOUR)
    assert one.age(START + 2 * HOUR) == 2 * HOUR
    assert one.lines[0].startswith("Look at the forecast")
    assert [m.pk for m in queries.standing(START + 2 * HOUR)] == [made.pk]
    assert queries.standing(START + 6 * HOUR) == []  # without asking again


def test_what_was_promised_before_stays(ground: Ground) -> None:
    """A mode moves no running term; what begins from then on has the terms of the mode; every open
    incident of the place is told in its log."""
    town = ground.town
    before = ground.report()
    due = Case.objects.get(pk=before.case_id).due_at
    assert due is not None
    enter(town, 4, at=START + minutes(1))
    assert Case.objects.get(pk=before.case_id).due_at == due
    entry = IncidentEntry.objects.get(incident=before, kind="mode")
    assert entry.details == {"level": 4, "before": 1, "place": "west"}
    after = ground.report(at=START + minutes(1), title="Water on Mill Street")
    assert after.mode == 4
    assert before.mode == 1
    assert Case.objects.get(pk=after.case_id).due_at == START + minutes(1) + 1.5 * (due - START)
    assert terms.factor(town.east, START + minutes(1)) == 1.0


def test_a_mode_says_which_tier_leads_from_the_beginning(ground: Ground) -> None:
    """The city leads what is severe at level 4; of all rules that fit the highest tier counts."""
    enter(ground.town, 3)
    assert ground.report(at=START + minutes(1)).tier == 2
    levels.set_rule(
        by=None, at=START + minutes(1), level=2, kind=ground.flood, severity=None, tier=3
    )
    assert ground.report(at=START + minutes(2), title="The second").tier == 3
    levels.set_rule(
        by=None, at=START + minutes(2), level=2, kind=ground.flood, severity=None, tier=None
    )
    assert not ModeRule.objects.filter(kind=ground.flood).exists()
    assert ground.report(at=START + minutes(3), title="The third").tier == 2


def test_a_mode_of_a_drill_switches_drills_alone(ground: Ground) -> None:
    """It stands beside the real one, and nobody outside is shown it."""
    town = ground.town
    enter(town, 5, drill=True)
    enter(town, 2)
    assert queries.mode_at(town.west, START).level == 2
    assert [one.level for one in queries.standing(START)] == [2]
    assert ground.report(at=START + minutes(1)).mode == 2
    assert ground.report(at=START + minutes(1), title="Rehearsed", drill=True).mode == 5
    assert [act.mode.level for act in queries.acts(10)] == [2]


def test_those_whom_the_level_names_get_a_letter(
    town: SmallTown, django_capture_on_commit_callbacks: Any
) -> None:
    """Dispatchers of the place and of the city, in their language, and not who entered it."""
    from veche.city.dispatch.tasks_modes import tell_mode

    Person.objects.update(level="confirmed")
    other = Person.objects.get(pk=town.neighbour.pk)
    appoint(by=None, at=START, person=other, role="dispatcher", territory=town.east)
    made = enter(town)
    tell_mode(act=made.acts.get().pk)
    assert [letter.to for letter in mail.outbox] == [["watch@example.org"]]
    assert mail.outbox[0].subject == "Mode 2 of West: Risk"
    assert WHY in mail.outbox[0].body


def test_levels_are_the_citys_own(town: SmallTown) -> None:
    """An administrator words them; the usual one keeps its factor; nobody else does."""
    from decimal import Decimal

    names = {"en": "Look out", "ru": "Внимание", "zh": "注意"}
    values: dict[str, Any] = {
        "names": names, "advice": {"en": "Stay in."}, "factor": Decimal("3"), "told": ["head"],
    }  # fmt: skip
    with pytest.raises(NotARuleKeeper):
        levels.set_level(by=town.watch, at=START, level=2, **values)
    levels.set_level(by=None, at=START, level=2, **values)
    enter(town)
    mode = queries.mode_at(town.west, START)
    assert (str(mode), mode.factor, mode.lines) == ("Look out", 3.0, ["Stay in."])
    assert ModeLevel.objects.get(level=2).told == ["head"]
    with pytest.raises(levels.FactorWrong):
        levels.set_level(by=None, at=START, level=1, **values)
    with pytest.raises(levels.NoSuchLevel):
        levels.set_level(by=None, at=START, level=6, **values)


def test_the_duty_list_of_a_mode_answers_first_while_it_lasts(town: SmallTown) -> None:
    """Then the usual ones; once the mode is over it is asked no more."""
    from decimal import Decimal

    early = START - dt.timedelta(days=1)
    for code, person, place in (
        ("west", town.dispatcher, {"territory": town.west}),
        ("storm", town.officer, {"organisation": town.roads}),
    ):
        made = duty.set_list(by=None, at=early, code=code, names={"en": code}, **place)
        duty.add_turn(
            by=None, at=early, duty=made, person=person, since=START, until=START + 20 * HOUR
        )
    levels.set_level(
        by=None, at=early, level=2, names={"en": "Storm"}, advice={}, factor=Decimal(1), told=[],
        duty="storm",
    )  # fmt: skip
    assert on_duty(territory=town.west, at=START) == [town.dispatcher]
    enter(town, at=START + HOUR)
    assert on_duty(territory=town.west, at=START + HOUR) == [town.officer, town.dispatcher]
    assert on_duty(territory=town.west, at=START + 6 * HOUR) == [town.dispatcher]


@pytest.mark.django_db(transaction=True)
def test_two_who_enter_at_once_go_one_after_the_other(ground: Ground) -> None:
    """One enters it, the others are told that it is in force; no page breaks."""
    town = ground.town
    done: list[str] = []
    gate = threading.Barrier(3)

    def press(person: Person) -> None:
        try:
            gate.wait()
            enter(town, 3, by=person)
            done.append("entered")
        except modes.InForceAlready:
            done.append("in force")
        finally:
            connection.close()

    people = (town.dispatcher, town.watch, town.mayor)
    threads = [threading.Thread(target=press, args=(one,)) for one in people]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(done) == ["entered", "in force", "in force"]
    assert CityMode.objects.get().acts.count() == 1

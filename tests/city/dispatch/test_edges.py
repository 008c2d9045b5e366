"""What is easily got wrong: what nobody outside is told, two at once, a role that ended."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import START
from tests.city.dispatch import saying
from tests.city.dispatch.conftest import EARLY, Ground, minutes
from veche.city.dispatch.models import CommandAct, HandOver, IncidentEntry
from veche.city.dispatch.operations import (
    alerts,
    calls,
    command,
    duty,
    escalation,
    handover,
    incidents,
    ladders,
    modes,
)
from veche.city.dispatch.queries import duty as on_call
from veche.city.problems import operations as problems
from veche.city.problems.models import Problem
from veche.city.problems.operations import several
from veche.core.cases.models import Case
from veche.core.cases.operations import MoveNotPossible
from veche.core.journal.models import Secret
from veche.core.notices.models import Notice, Saying
from veche.core.organisations.models import Holding

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize("sort", ["public", "secret", "drill"])
def test_acts_for_the_mayor_tell_nothing_of_what_is_not_public(ground: Ground, sort: str) -> None:
    town, at = ground.town, START + HOUR
    command.name_commander(
        by=town.mayor, at=START, person=town.head, powers=["tiers", "orders"],
        reason="The river has come over the dam.", until=START + 48 * HOUR,
    )  # fmt: skip
    sorts: dict[str, dict[str, Any]] = {"secret": {"kind": ground.secret}, "drill": {"drill": True}}
    more = sorts.get(sort, {})
    one = ground.verified(at=at, **more)
    incidents.raise_tier(by=town.head, at=at + minutes(1), incident=one, text="It is large.")
    incidents.take_up(by=town.head, at=at + minutes(2), incident=one)
    incidents.dispatch(
        by=town.head, at=at + minutes(3), incident=one, lead=town.roads, text="A note of the house"
    )
    acts = list(CommandAct.objects.filter(kind="acted").order_by("pk"))
    expected = {"public": ["", "A note of the house"], "secret": ["", ""], "drill": []}[sort]
    assert [act.reason for act in acts] == expected
    number = one.case.number if sort == "public" else ""
    assert {act.subject for act in acts} <= {number}


def test_the_title_of_what_is_not_public_stays_inside_when_it_is_joined(
    ground: Ground, client: Client
) -> None:
    town = ground.town
    into = ground.in_work()
    secret = ground.report(kind=ground.secret, title="A hidden thing")
    incidents.join(by=town.watch, at=START + minutes(9), incident=secret, into=into)
    assert not IncidentEntry.objects.get(incident=into, kind="joined").public
    for page in ("incident", "after-action", "after-action-json", "after-action-csv"):
        answer = client.get(reverse(f"dispatch:{page}", args=[into.case.number]))
        assert answer.status_code == 200
        assert b"A hidden thing" not in answer.content, page
    other = ground.report(title="More water")
    incidents.join(by=town.watch, at=START + minutes(9), incident=other, into=into)
    assert IncidentEntry.objects.filter(incident=into, kind="joined", public=True).count() == 1


def test_a_mode_is_noted_in_what_was_opened_again(ground: Ground) -> None:
    town, at = ground.town, START + HOUR
    over, again = ground.closed(), ground.closed(title="Water in a cellar")
    incidents.reopen(by=town.dispatcher, at=at, incident=again, text="It rises again.")
    modes.enter_mode(
        by=town.mayor, at=at + minutes(1), territory=town.city, level=2,
        reason="Rain until the evening.", until=at + 5 * HOUR,
    )  # fmt: skip
    noted = IncidentEntry.objects.filter(kind="mode").values_list("incident", flat=True)
    assert list(noted) == [again.pk] != [over.pk]


def test_pressed_twice_it_goes_one_tier_up(ground: Ground, client: Client) -> None:
    one = ground.verified()
    one.refresh_from_db()
    client.force_login(ground.town.watch)
    url = reverse("dispatch:incident-raise", args=[one.case.number])
    page = client.get(url).content.decode()
    tier = one.tier
    assert f'name="to" value="{tier + 1}"' in page
    typed = {"text": "It is too large for us.", "seen": one.case.seq, "to": tier + 1}
    assert client.post(url, typed).status_code == 302
    assert client.post(url, typed).status_code in (409, 422)
    one.refresh_from_db()
    assert one.tier == tier + 1


def test_who_helps_already_is_not_proposed_again(ground: Ground) -> None:
    from veche.city.dispatch.forms.incidents import DispatchForm
    from veche.city.dispatch.models import HandbookEntry, HandbookHelper

    entry = HandbookEntry.objects.create(kind=ground.flood, version=1, since=EARLY)
    HandbookHelper.objects.create(
        entry=entry,
        place=1,
        organisation=ground.town.lights,
        asked={"en": "Switch the street off."},
    )
    one = ground.verified()
    assert DispatchForm(case=one.case).initial["helpers"] == ["lights"]
    ground.helped(one, at=START + minutes(2))
    assert "helpers" not in DispatchForm(case=one.case).fields


def test_whose_role_has_ended_is_not_called(ground: Ground) -> None:
    town, at = ground.town, START + minutes(5)
    for code, place in (
        ("west", {"territory": town.west}),
        ("roads", {"organisation": town.roads}),
    ):
        person = town.dispatcher if code == "west" else town.officer
        row = duty.set_list(by=None, at=EARLY, code=code, names={"en": code}, **place)
        duty.add_turn(
            by=None, at=EARLY, duty=row, person=person, since=START - HOUR, until=START + HOUR
        )
    assert on_call.on_duty(organisation=town.roads, at=at) == [town.officer]
    assert on_call.on_duty(territory=town.west, at=at) == [town.dispatcher]
    ground.report()
    ended = Holding.objects.filter(person__in=[town.dispatcher, town.officer])
    ended.update(until=START + minutes(1))
    assert on_call.on_duty(organisation=town.roads, at=at) == []
    assert on_call.on_duty(territory=town.west, at=at) == []
    escalation.sweep(at=at)
    told = Notice.objects.filter(kind="dispatch.waits").values_list("person", flat=True)
    assert town.dispatcher.pk not in told and list(told)


def test_of_a_drill_that_waits_no_letter_leaves_the_house(ground: Ground) -> None:
    """Neither by its ladder nor where a shift is not handed over."""
    town = ground.town
    row = duty.set_list(by=None, at=EARLY, code="west", names={"en": "w"}, territory=town.west)
    duty.add_turn(
        by=None, at=EARLY, duty=row, person=town.dispatcher, since=START - HOUR, until=START + HOUR
    )
    drill, real = ground.report(drill=True), ground.report()
    escalation.sweep(at=START + minutes(10))
    assert Notice.objects.filter(case=drill.case_id).exists()
    # Letters are written of what was said in them.
    assert set(Saying.objects.values_list("case_id", flat=True)) == {real.case_id}
    incidents.call_false(by=town.watch, at=START + minutes(11), incident=real, text="Nothing.")
    assert handover.sweep(at=START + 2 * HOUR) == 0
    assert not HandOver.objects.exists()


def test_what_was_put_right_meanwhile_does_not_end(ground: Ground) -> None:
    town = ground.town
    first = saying.published(town)
    series, stale = first.series, Case.objects.get(pk=first.series_id)
    at = first.expires - minutes(1)
    draft = alerts.begin_update(by=town.dispatcher, at=at, series=series)
    longer = saying.contents(at + 2 * HOUR)
    alerts.rewrite(by=town.dispatcher, at=at, draft=draft, contents=longer)
    alerts.publish(by=town.dispatcher, at=at, draft=draft)
    with pytest.raises(MoveNotPossible):  # the clock had found it before
        alerts.expire(by=None, at=first.expires + minutes(1), case=stale)
    stale.refresh_from_db()
    assert stale.state == "updated"


def test_the_words_of_callers_stand_in_their_calls_alone(ground: Ground, client: Client) -> None:
    town = ground.town
    told: dict[str, Any] = {"by": town.watch, "territory": town.west}
    first = calls.take_call(
        **told, at=START, outcome="incident", kind=ground.flood, title="Water in a cellar",
        said="My name is Vera.",
    )  # fmt: skip
    one = first.incident
    assert one is not None
    calls.take_call(**told, at=START + HOUR, outcome="added", incident=one, said="Vera again.")
    assert one.text == ""
    assert not IncidentEntry.objects.filter(incident=one, text__contains="Vera").exists()
    assert not any("Vera" in str(row.personal) for row in Secret.objects.all())
    page = reverse("dispatch:incident", args=[one.case.number])
    assert b"Vera" not in client.get(page).content
    client.force_login(town.watch)
    shown = client.get(page).content
    assert b"My name is Vera." in shown and b"Vera again." in shown
    calls.forget_callers(by=None, at=START + dt.timedelta(days=31))
    assert b"Vera" not in client.get(page).content


@pytest.mark.django_db(transaction=True)
def test_two_who_call_others_to_a_problem_at_once_tell_it_once(ground: Ground) -> None:
    from threading import Event, Thread

    from django.db import connection, transaction

    town, at = ground.town, START + minutes(10)
    reported = town.report()
    problems.accept(by=town.moderator, at=START + minutes(5), case=reported.case)
    problem = Problem.objects.select_related("case__territory", "category").get(pk=reported.pk)
    into, other = ground.in_work(), ground.in_work(title="Water on another street")
    begun, faults = Event(), []

    def second() -> None:
        begun.set()
        try:
            several.add_to_incident(
                by=town.moderator, at=at, problem=problem, number=other.case.number
            )
        except several.PartOfOne as fault:
            faults.append(fault)
        finally:
            connection.close()

    thread = Thread(target=second)
    with transaction.atomic():
        several.add_to_incident(by=town.moderator, at=at, problem=problem, number=into.case.number)
        thread.start()
        assert begun.wait(10)
        thread.join(1)  # it waits for the first to end
    thread.join(30)
    assert len(faults) == 1
    assert several.incident_of(problem.case) == into


@pytest.mark.django_db(transaction=True)
def test_a_ladder_that_is_set_twice_at_once_stands_once(ground: Ground) -> None:
    from threading import Event, Thread

    from django.db import connection, transaction

    rungs = [ladders.Rung(percent=50, act="duty")]
    begun, made = Event(), []

    def press() -> None:
        made.append(
            ladders.set_ladder(
                by=None, at=START, procedure="incident", state="reported", rungs=rungs
            )
        )

    def second() -> None:
        begun.set()
        try:
            press()
        finally:
            connection.close()

    thread = Thread(target=second)
    with transaction.atomic():
        press()
        thread.start()
        assert begun.wait(10)
        thread.join(1)  # it waits for the first to end
    thread.join(30)
    assert len(made) == 2


def test_a_look_at_the_inner_log_is_written_down_on_every_page_that_shows_it(
    ground: Ground,
) -> None:
    from veche.city.dispatch.models import IncidentLook

    one = ground.dispatched()
    base = f"/en/dispatch/incidents/{one.case.number}/"
    for page in ("incident.csv", "after-action/", "after-action/course.csv"):
        client = Client()
        before = IncidentLook.objects.count()
        assert client.get(base + page).status_code in (200, 404)
        assert IncidentLook.objects.count() == before, "a visitor looks at nothing inner"
    client = Client()
    client.force_login(ground.town.dispatcher)
    assert client.get(base + "incident.csv").status_code == 200
    assert IncidentLook.objects.filter(incident=one, person=ground.town.dispatcher).count() == 1
    client.force_login(ground.town.watch)
    assert client.get(base + "after-action/").status_code == 200
    assert IncidentLook.objects.filter(incident=one, person=ground.town.watch).count() == 1

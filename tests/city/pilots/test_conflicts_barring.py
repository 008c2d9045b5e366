"""Who is tied to a company neither knows of what it applied with, nor reads it, nor votes on it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.cast import START
from tests.city.pilots.world import DAY, World, person
from veche import clock
from veche.city.pilots.access.conflicts import (
    UnknownApplication,
    applies,
    barred,
    check_may_see,
    may_see,
    open_to,
)
from veche.city.pilots.models import (
    Appeal,
    Application,
    Panel,
    PanelItem,
    PanelMember,
    PanelVote,
    ReviewTask,
)
from veche.city.pilots.operations.barring import refresh_barred, sweep
from veche.city.pilots.operations.companies import confirm_company
from veche.city.pilots.operations.support import SupportGiven, give_support, supersede_support
from veche.core.cases.models import Barred
from veche.core.cases.operations import MayNotKnow, move_case, open_case
from veche.core.notices.models import Notice
from veche.core.notices.operations.joining import tell_people
from veche.core.organisations.conflicts import Conflicted
from veche.core.organisations.models import Tie
from veche.core.organisations.operations.ties import declare_tie
from veche.core.people.models import Person
from veche.testing import deliver

AT = START + 5 * DAY


def tied(who: Person, made: Application, **more: Any) -> Tie:
    return Tie.objects.create(
        person=who, organisation=made.company.organisation,
        **{"kind": "employment", "since": START - 900 * DAY, "until": START - 400 * DAY,
           "source": "declared", "declared_at": AT, **more},
    )  # fmt: skip


def task(who: Any, made: Application, at: dt.datetime = AT, **more: Any) -> ReviewTask:
    return ReviewTask.objects.create(
        application=made, expert=who, given_at=at, due_at=at + 20 * DAY, **more
    )


def test_what_was_declared_this_moment_counts_at_once(world: World) -> None:
    made = world.application("screening")
    other, _founder = world.another_company()
    open_one = world.application("screening", company=other)
    everything = Application.objects.all()
    assert may_see(world.agent, made, AT) and barred(None, AT) == frozenset()
    assert open_to(everything, world.agent, AT).count() == 2
    tied(world.agent, made)
    assert barred(world.agent, AT) == {made.pk}
    assert not may_see(world.agent, made, AT)
    assert list(open_to(everything, world.agent, AT)) == [open_one]
    with pytest.raises(UnknownApplication):
        check_may_see(world.agent, made, AT)
    # It cools off by the programme's own years.
    later = AT + 3 * 365 * DAY
    assert may_see(world.agent, made, later)
    world.programme.cooling_years = 9
    world.programme.save()
    assert not may_see(world.agent, made, later)
    # Whoever founded it sees it as an applicant, and never as staff.
    assert applies(world.founder, made, AT) and not applies(world.agent, made, AT)
    assert not may_see(world.founder, made, AT)


def test_tied_experts_are_given_nothing_and_what_they_had_comes_back(world: World) -> None:
    made = world.application("review")
    expert, free = world.experts[:2]
    given, accepted = task(expert, made), task(free, made, standing="accepted")
    tied(expert.person, made)
    assert refresh_barred(by=None, at=AT, people=[expert.pk]) == 1
    given.refresh_from_db()
    accepted.refresh_from_db()
    assert (given.standing, given.reason, accepted.standing) == (
        "taken_back",
        "conflict",
        "accepted",
    )
    with pytest.raises(IntegrityError, match="tied to the company"), transaction.atomic():
        task(expert, made)
    with pytest.raises(IntegrityError, match="tied to the company"), transaction.atomic():
        ReviewTask.objects.filter(pk=given.pk).update(standing="given", ended_at=None)
    with pytest.raises(IntegrityError, match="tied to the company"), transaction.atomic():
        ReviewTask.objects.bulk_create([
            ReviewTask(application=made, expert=one, given_at=AT, due_at=AT + DAY)
            for one in (world.experts[2], expert)
        ])  # fmt: skip
    task(world.experts[2], made)
    assert refresh_barred(by=None, at=AT) == 0  # and again changes nothing
    assert Barred.objects.get(person=expert.person).side_id is None


def test_a_tied_member_steps_aside_or_is_refused(world: World) -> None:
    made = world.application("panel")
    panel = Panel.objects.create(
        programme=world.programme, titles={"en": "Panel"}, meets_at=AT, quorum=3, opened_at=AT
    )
    item = PanelItem.objects.create(panel=panel, application=made, place=1)
    seats = [PanelMember.objects.create(panel=panel, person=p, came_at=AT) for p in world.panel]
    tied(world.panel[0], made)
    with pytest.raises(IntegrityError, match="tied to the company"), transaction.atomic():
        PanelVote.objects.create(item=item, member=seats[0], choice="select", at=AT)
    vote = PanelVote.objects.create(
        item=item, member=seats[0], choice="recused", reason="I worked there.", at=AT
    )
    PanelVote.objects.create(item=item, member=seats[1], choice="select", at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        PanelVote.objects.filter(pk=vote.pk).update(choice="decline")


def test_an_officer_who_is_tied_moves_nothing_and_the_founder_goes_on(world: World) -> None:
    made = world.application("screening")
    tied(world.agent, made)
    refresh_barred(by=None, at=AT, applications=[made.pk])
    with pytest.raises(MayNotKnow):
        move_case(by=world.agent, at=AT, case=made.case, move="admit")
    move_case(by=world.founder, at=AT, case=made.case, move="withdraw")
    # Once the tie is struck out as a mistake nothing stands in the way any more.
    Tie.objects.update(struck_at=AT)
    refresh_barred(by=None, at=AT, people=[world.agent.pk])
    assert not Barred.objects.filter(person=world.agent, until__isnull=True).exists()
    assert Barred.objects.filter(person=world.founder, until__isnull=True).exists()


def test_an_officer_who_is_tied_neither_confirms_nor_supports_the_company(world: World) -> None:
    firm, given = world.company, SupportGiven("subsidy", "A grant", START.date(), Decimal(500))
    first = give_support(by=world.agent, at=AT, company=firm, given=given)
    Tie.objects.create(person=world.agent, organisation=firm.organisation, kind="ownership",
                       since=START, source="registry", declared_at=AT)  # fmt: skip
    with pytest.raises(Conflicted):
        give_support(by=world.agent, at=AT, company=firm, given=given)
    with pytest.raises(Conflicted):
        supersede_support(by=world.agent, at=AT, support=first, given=given)
    with pytest.raises(Conflicted):
        confirm_company(by=world.agent, at=AT, company=firm)
    other, _founder = world.another_company()
    assert confirm_company(by=world.agent, at=AT, company=other).confirmed_at == AT


def test_a_tie_that_becomes_known_takes_tasks_back_and_untells(world: World) -> None:
    at = clock.now()
    made = world.application("review", at=at - 3 * DAY)
    expert = world.experts[0]
    given = task(expert, made, at - DAY)
    tell_people(by=None, at=at, told=[(expert.pk, made.case_id)], kind="pilots.admitted")
    deliver()
    assert Notice.objects.filter(person=expert.person, case=made.case).exists()
    # The expert knew the company by its number alone, before the city did.
    declare_tie(
        by=expert.person, at=at, kind=Tie.Kind.CONTRACT, since=START - 400 * DAY,
        named="A firm", identifier=made.company.identifier,
    )  # fmt: skip
    deliver()
    given.refresh_from_db()
    assert given.standing == "taken_back" and not may_see(expert.person, made, at)
    assert not Notice.objects.filter(person=expert.person, case=made.case).exists()
    told = Notice.objects.get(person=world.agent, kind="pilots.task-came-back")
    assert told.case_id == made.case_id
    assert sweep(at=at + 2 * DAY) == 0 and Barred.objects.filter(person=expert.person).count() == 1


def test_an_appeal_is_kept_from_the_same_people(world: World) -> None:
    made = world.application("rejected")
    case = open_case(
        by=world.founder, at=AT, procedure="pilot_appeal", move="raise", theme="pilot",
        territory=world.town.city, parent=made.case, blocking=False,
    )  # fmt: skip
    Appeal.objects.create(case=case, application=made, text="We object.")
    judge = person("Judge", role="arbiter", territory=world.town.city)
    tied(judge, made)
    for applications in ([made.pk], None):  # one, and the look at everything, agree
        refresh_barred(by=None, at=AT, applications=applications)
        rows = Barred.objects.filter(person=judge, until__isnull=True)
        assert set(rows.values_list("case_id", flat=True)) == {made.pk, case.pk}
    with pytest.raises(MayNotKnow):
        move_case(by=judge, at=AT, case=case, move="grant")

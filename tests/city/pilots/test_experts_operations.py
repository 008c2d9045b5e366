"""Experts are enrolled, given what to read, refuse, hand in; conflicts stand in every way."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from tests.cast import START
from tests.city.pilots.world import World, person
from veche.city.pilots import personal_experts
from veche.city.pilots.access.conflicts import UnknownApplication
from veche.city.pilots.engines import assign_file
from veche.city.pilots.models import Application, ReviewMark, ReviewTask
from veche.city.pilots.operations import experts as doing
from veche.city.pilots.operations import panels, reading
from veche.city.pilots.operations import refusals_experts as no
from veche.city.pilots.operations.reviews import submit_review
from veche.city.pilots.queries import reviews as queries
from veche.core.organisations.conflicts import may_judge
from veche.core.organisations.operations import appoint
from veche.core.people.operations.erasure import erase_person

LATER = START + dt.timedelta(days=1)
DAY = dt.timedelta(days=1)
GOOD = {"benefit": (4, "It finds holes in the pavement."), "ready": (2, "The battery is weak.")}
SUMMARY = "Worth testing with a companion."


def given(world: World, *applications: Application) -> list[ReviewTask]:
    run = doing.assign(by=world.agent, at=LATER, programme=world.programme)
    assert run.applications == [one.pk for one in applications]
    return doing.give_out(by=world.agent, at=LATER, run=run)


def hand_in(task: ReviewTask, marks: dict[str, tuple[int, str]] | None = None) -> None:
    by = task.expert.person
    submit_review(by=by, at=LATER + DAY, task=task, marks=marks or GOOD, summary=SUMMARY)


def test_from_the_list_of_experts_to_the_panel(world: World) -> None:
    application = world.application("review")
    tied = world.experts[0].person
    appoint(by=None, at=START, person=tied, role="founder",
            organisation=world.company.organisation)  # fmt: skip
    newcomer = person("Newcomer")
    made = doing.enrol_expert(
        by=world.agent, at=START, programme=world.programme, person=newcomer,
        technologies=["sensing"], targets=["11.7"], words="A cane for the blind", capacity=2,
    )  # fmt: skip
    with pytest.raises(no.ExpertThere):
        doing.enrol_expert(by=world.agent, at=START, programme=world.programme, person=newcomer)
    with pytest.raises(no.UnknownTag):
        doing.set_expert(
            by=newcomer, at=START, programme=world.programme, expert=made,
            technologies=["nothing"], targets=[], words="", capacity=2,
        )  # fmt: skip

    run = doing.assign(by=world.agent, at=LATER, programme=world.programme, seed=7)
    # Anyone runs it again from the file: the same digest, the same result.
    again = assign_file.read(run.instance)
    assert assign_file.digest(run.instance) == run.digest
    pairs = assign_file.result(again, assign_file.run(again))["assignment"]
    assert pairs == run.result["assignment"]
    assert "Cane" not in str(run.instance) and "Newcomer" not in str(run.instance)
    readers = {run.experts[e] for e, _p in pairs}
    assert tied.pk not in readers
    assert newcomer.pk in readers  # whose words are nearest
    tasks = doing.give_out(by=world.agent, at=LATER, run=run)
    with pytest.raises(no.RunTaken):
        doing.give_out(by=world.agent, at=LATER, run=run)
    with pytest.raises(no.NothingToAssign):
        doing.assign(by=world.agent, at=LATER, programme=world.programme)
    assert len(tasks) == 3

    # One has no time: another takes over, and the rest keep what they have.
    first, second, third = tasks
    doing.accept_task(by=second.expert.person, at=LATER, task=second)
    with pytest.raises(no.UnknownTask):
        doing.refuse_task(by=tied, at=LATER, task=first, reason="busy")
    with pytest.raises(no.TieKindNeeded):
        doing.refuse_task(by=first.expert.person, at=LATER, task=first, reason="conflict")
    doing.refuse_task(by=first.expert.person, at=LATER, task=first, reason="conflict", tie="kin")
    assert not may_judge(first.expert.person, world.company.organisation, LATER)
    assert ReviewTask.objects.get(pk=first.pk).reason == "conflict"
    now = ReviewTask.objects.filter(application=application, standing__in=("given", "accepted"))
    fourth = now.exclude(pk__in=[second.pk, third.pk]).get()
    assert fourth.expert_id not in (first.expert_id, tied.pk)
    assert now.count() == 3

    # What is not done in time goes to nobody who had it, and to nobody tied: here nobody is left
    # but the two who read, so that it waits.
    reading.sweep(at=LATER + 12 * DAY)
    assert ReviewTask.objects.filter(reminded_at__isnull=False).count() == 3
    doing.take_back(by=world.agent, at=LATER, task=fourth, reason="They are ill.")
    fifth = now.exclude(pk__in=[second.pk, third.pk]).get()

    # Nobody reads the others' reviews before their own is in.
    hand_in(second)
    assert queries.reviews(application, third.expert.person, {"expert"}) == []
    hand_in(third, {"benefit": (5, "Nothing else does it."), "ready": (4, "It was sold abroad.")})
    seen = queries.reviews(application, third.expert.person, {"expert"})
    assert [one.mine for one in seen] == [False, True]
    assert {one.name for one in seen} == {""}
    with pytest.raises(no.NotReadYet):
        panels.bring(by=world.agent, at=LATER, application=application)
    with pytest.raises(no.ReviewIncomplete):
        hand_in(fifth, {"benefit": (4, "It finds holes.")})
    with pytest.raises(no.ReasonLength):
        hand_in(fifth, {**GOOD, "ready": (4, "-")})
    # The same once more is no version; a better one is, while not all are in. The old one stays.
    for _press in range(2):
        hand_in(second, {**GOOD, "ready": (3, "The battery is weak, yet it lasts.")})
    hand_in(fifth)
    with pytest.raises(no.ReviewsIn):
        hand_in(second)
    application.refresh_from_db()
    assert application.mean == pytest.approx(((4 * 3 + 3) / 4 + (5 * 3 + 4) / 4 + 3.5) / 3)
    assert application.adjusted == pytest.approx(application.mean)
    assert application.uncertainty is not None and application.uncertainty > 0
    for sql in ("UPDATE pilots_reviewmark SET mark = 5", "DELETE FROM pilots_review"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert ReviewMark.objects.filter(review__task=second).count() == 4
    panels.bring(by=world.agent, at=LATER + 2 * DAY, application=application)
    application.refresh_from_db()
    assert application.case.state == "panel"


def test_an_officer_who_is_tied_neither_assigns_nor_sees(world: World) -> None:
    world.application("review")
    company, founder = world.another_company()
    mine = world.application("review", company=company, founder=founder)
    appoint(by=None, at=START, person=world.agent, role="founder",
            organisation=company.organisation)  # fmt: skip
    run = doing.assign(by=world.agent, at=LATER, programme=world.programme)
    assert mine.pk not in run.applications
    whole = doing.assign(by=None, at=LATER, programme=world.programme)
    assert mine.pk in whole.applications
    doing.give_out(by=None, at=LATER, run=whole)
    with pytest.raises(no.RunStale):
        doing.give_out(by=world.agent, at=LATER, run=run)
    with pytest.raises(UnknownApplication):
        panels.bring(by=world.agent, at=LATER, application=mine)


def test_a_tie_after_the_run_makes_it_stale(world: World) -> None:
    world.application("review")
    run = doing.assign(by=world.agent, at=LATER, programme=world.programme)
    reader = run.experts[run.result["assignment"][0][0]]
    one = next(expert.person for expert in world.experts if expert.pk == reader)
    appoint(by=None, at=LATER, person=one, role="officer", organisation=world.company.organisation)
    with pytest.raises(no.RunStale):
        doing.give_out(by=world.agent, at=LATER + DAY, run=run)


def test_what_is_impossible_names_what_is_in_the_way(world: World) -> None:
    application = world.application("review")
    for expert in world.experts[:3]:
        appoint(by=None, at=START, person=expert.person, role="officer",
                organisation=world.company.organisation)  # fmt: skip
    with pytest.raises(no.AssignmentImpossible) as refusal:
        doing.assign(by=world.agent, at=LATER, programme=world.programme)
    assert application.title in str(refusal.value)


def test_late_tasks_go_to_others_and_who_leaves_hands_on(world: World) -> None:
    application = world.application("review")
    tasks = given(world, application)
    gone = tasks[0].expert
    assert doing.end_expert(by=world.agent, at=LATER, programme=world.programme, expert=gone) == 1
    held = ReviewTask.objects.filter(application=application, standing="given")
    assert held.count() == 3
    assert gone.pk not in held.values_list("expert_id", flat=True)
    hand_in(held[0])
    # A week after the day what is not read is taken back; one expert of five is left for two.
    assert reading.sweep(at=LATER + 22 * DAY) >= 2
    assert ReviewTask.objects.filter(standing="taken_back", reason="late").count() == 2


def test_an_expert_who_is_forgotten_leaves_the_reviews(world: World) -> None:
    tasks = given(world, world.application("review"))
    hand_in(tasks[0])
    who = tasks[0].expert.person
    held = personal_experts.collect(who)
    assert held["pilot_expert"]["words"] == "Sight and streets"
    assert held["pilot_reviews"][0]["marks"][0]["mark"] == 4
    doing.end_expert(by=world.agent, at=LATER + DAY, programme=world.programme,
                     expert=tasks[0].expert)  # fmt: skip
    erase_person(by=who, at=LATER + 2 * DAY, person=who)
    held = personal_experts.collect(who)
    assert held["pilot_expert"]["words"] == ""
    assert held["pilot_expert"]["until"] is not None
    assert held["pilot_reviews"][0]["summary"] == SUMMARY

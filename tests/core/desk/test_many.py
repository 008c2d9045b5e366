"""One step for many matters: looked at, ordered, undone, carried out once."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import SmallTown, small_town
from tests.core.desk.test_queue import in_work, of

from veche import clock
from veche.city.problems import operations as problems
from veche.city.problems.models import Category, Problem
from veche.core.cases.models import Case, CaseClock, CaseEvent
from veche.core.cases.operations import subject
from veche.core.cases.operations.many import move_cases
from veche.core.desk import operations
from veche.core.desk.models import BulkChange, BulkItem, Draft
from veche.core.journal.models import Record
from veche.core.notices.models import Notice
from veche.core.organisations.models import Holding

TEXT = "{number}, {address}: done by {office}."


@pytest.fixture
def town(db: None) -> SmallTown:
    return small_town()


def send(client: Client, step: str, cases: list[Problem], **more: Any) -> Any:
    return client.post(
        "/en/desk/many/",
        {"move": step, "number": [p.case.number for p in cases], **more},
    )


def ordered(town: SmallTown, cases: list[Problem], **more: Any) -> BulkChange:
    return operations.order_bulk(
        by=town.officer,
        at=clock.now(),
        submission=uuid.uuid4(),
        procedure="problem",
        move="answer",
        cases=[Case.objects.get(pk=p.pk) for p in cases],
        step={},
        words={p.pk: "It is done, look at it." for p in cases},
        **more,
    )


def states(*cases: Problem) -> list[str]:
    return [Case.objects.get(pk=p.pk).state for p in cases]


def later(change: BulkChange) -> dt.datetime:
    return change.due_at + dt.timedelta(seconds=1)


def test_the_preview_says_what_will_happen_to_which_and_why_not(town: SmallTown) -> None:
    one, two = in_work(town), in_work(town, text="Another hole, by the school gate.")
    other = in_work(town, category="lamp")
    client = of(town.officer)
    page = send(client, "problem.answer", [one, two, other]).content.decode()
    assert one.case.number in page and two.case.number in page
    assert other.case.number not in page, "what lies with another office is not on this desk"
    page = send(
        client, "problem.answer", [one, two], do="look", text=TEXT, grace="300",
        submission=str(uuid.uuid4()),
    ).content.decode()  # fmt: skip
    assert f"{one.case.number}, Bridge Street, 9: done by Roads office." in page
    assert BulkChange.objects.count() == 0 and states(one, two) == ["work", "work"]


def test_ordered_it_waits_and_pressed_twice_it_is_one(town: SmallTown) -> None:
    one, two = in_work(town), in_work(town)
    client, form = of(town.officer), str(uuid.uuid4())
    sheet = {"do": "order", "text": TEXT, "grace": "300", "submission": form}
    first = send(client, "problem.answer", [one, two], **sheet)
    second = send(client, "problem.answer", [one, two], **sheet)
    assert first.status_code == second.status_code == 302 and first.url == second.url
    change = BulkChange.objects.get()
    assert change.due_at - change.ordered_at == dt.timedelta(minutes=5)
    assert states(one, two) == ["work", "work"]
    assert "2 matters are changed at" in client.get("/en/desk/").content.decode()
    assert operations.sweep_bulk(at=clock.now()) == 0
    assert operations.sweep_bulk(at=later(change)) == 1
    assert states(one, two) == ["check", "check"]
    event = CaseEvent.objects.filter(case_id=one.pk).latest("seq")
    assert event.public == {"text": f"{one.case.number}, Bridge Street, 9: done by Roads office."}
    assert operations.sweep_bulk(at=later(change)) == 0
    assert "2 done" in client.get(first.url).content.decode()


def test_undone_in_time_nothing_happens(town: SmallTown) -> None:
    one = in_work(town)
    change, client = ordered(town, [one]), of(town.officer)
    assert of(town.light_officer).post(f"/en/desk/changes/{change.pk}/undo/").status_code == 404
    client.post(f"/en/desk/changes/{change.pk}/undo/")
    assert operations.sweep_bulk(at=later(change)) == 0
    assert states(one) == ["work"] and not Notice.objects.filter(kind="problems.answered").exists()
    assert "nothing was sent" in client.get(f"/en/desk/changes/{change.pk}/").content.decode()


def test_carried_out_it_can_no_longer_be_undone(town: SmallTown) -> None:
    change = ordered(town, [in_work(town)])
    operations.sweep_bulk(at=later(change))
    with pytest.raises(operations.TooLateToUndo):
        operations.undo_bulk(by=town.officer, at=later(change), change=change)
    page = of(town.officer).post(f"/en/desk/changes/{change.pk}/undo/", follow=True)
    assert "can no longer be undone" in page.content.decode()


def test_who_was_faster_wins_and_the_others_go(town: SmallTown) -> None:
    one, two = in_work(town), in_work(town)
    change = ordered(town, [one, two])
    problems.answer(by=town.officer, at=clock.now(), case=one.case, text="I was first, by hand.")
    operations.sweep_bulk(at=later(change))
    items = {i.case_id: i for i in BulkItem.objects.filter(change=change)}
    assert items[one.pk].done is False and "meanwhile" in items[one.pk].refusal
    assert items[two.pk].done is True and states(two) == ["check"]
    page = of(town.officer).get(f"/en/desk/changes/{change.pk}/").content.decode()
    assert "Left alone: 1" in page and "meanwhile" in page


def test_a_role_that_ended_while_it_waited_moves_nothing(town: SmallTown) -> None:
    one = in_work(town)
    change = ordered(town, [one])
    Holding.objects.filter(person=town.officer).update(until=change.due_at)
    operations.sweep_bulk(at=later(change))
    item = BulkItem.objects.get(change=change)
    assert item.done is False and "an officer of the office" in item.refusal
    assert states(one) == ["work"]


def test_followers_are_told_once_and_drafts_are_gone(town: SmallTown) -> None:
    one = in_work(town)
    operations.keep_draft(
        by=town.officer, at=clock.now(), case=one.case, move="answer", words={"text": "Half"}
    )
    change = ordered(town, [one])
    operations.sweep_bulk(at=later(change))
    operations.carry_out(by=None, at=later(change), change=change.pk)
    assert Notice.objects.filter(kind="problems.answered", person=town.resident).count() == 1
    assert Draft.objects.count() == 0


def test_killed_in_the_middle_nothing_is_lost_or_doubled(
    town: SmallTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = in_work(town), in_work(town)
    change = ordered(town, [one, two])
    with pytest.raises(RuntimeError), transaction.atomic():
        operations.carry_out(by=None, at=later(change), change=change.pk)
        raise RuntimeError("the worker is gone before the commit")
    assert states(one, two) == ["work", "work"]
    change.refresh_from_db()
    assert change.waiting
    operations.sweep_bulk(at=later(change))
    assert states(one, two) == ["check", "check"]
    assert CaseEvent.objects.filter(case_id__in=[one.pk, two.pk], move="answer").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_carry_it_out_once() -> None:
    town = small_town()
    cases = [in_work(town) for _n in range(3)]
    change = ordered(town, cases)
    faults: list[Exception] = []

    def work() -> None:
        try:
            operations.sweep_bulk(at=later(change))
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _n in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert faults == []
    assert CaseEvent.objects.filter(move="answer").count() == 3
    assert Notice.objects.filter(kind="problems.answered").count() == 3


def test_all_of_a_view_and_steps_of_other_roles(town: SmallTown) -> None:
    Category.objects.filter(code="orphan").update(names={"en": "Orphan"})
    cases = [in_work(town, category="orphan") for _n in range(3)]
    client = of(town.dispatcher)
    sheet = {"do": "order", "organisation": "roads", "grace": "60", "submission": uuid.uuid4()}
    send(client, "problem.assign", [], all="1", query="state=routing", **sheet)
    change = BulkChange.objects.get()
    operations.sweep_bulk(at=later(change))
    assert states(*cases) == ["work"] * 3
    for problem in Problem.objects.filter(pk__in=[p.pk for p in cases]).select_related("case"):
        assert problem.assigned_at == later(change)
        assert problem.answer_due_at == problem.case.due_at == problem.case.promised_at


def test_a_moderator_publishes_and_turns_down_many(town: SmallTown) -> None:
    at = clock.now() - dt.timedelta(hours=1)
    good, bad = [town.report(at=at) for _n in range(3)], town.report(at=at)
    client = of(town.moderator)
    for step, cases, more in (
        ("problem.accept", good, {}),
        ("problem.reject", [bad], {"reason": "advertising", "text": "This is advertising only."}),
    ):
        send(client, step, cases, do="order", grace="60", submission=uuid.uuid4(), **more)
    operations.sweep_bulk(at=clock.now() + dt.timedelta(minutes=2))
    assert states(*good, bad) == ["work", "work", "work", "rejected"]
    assert set(Problem.objects.filter(accepted_at__isnull=False).values_list("pk", flat=True)) == {
        p.pk for p in good
    }


def test_words_that_do_not_fit_are_refused_in_words(town: SmallTown) -> None:
    one, client = in_work(town), of(town.officer)
    answer = send(
        client, "problem.answer", [one], do="order", text="no", grace="300",
        submission=uuid.uuid4(),
    )  # fmt: skip
    assert answer.status_code == 422 and ">no</textarea>" in answer.content.decode().replace(
        "\n", ""
    )
    assert send(client, "", [one]).status_code == 302
    assert send(client, "problem.answer", []).status_code == 302


def test_taking_and_printing_many_is_done_at_once(town: SmallTown) -> None:
    one, two = in_work(town), in_work(town)
    client = of(town.officer)
    send(client, "take", [one, two])
    assert client.get("/en/desk/?taken=me").content.decode().count("q-title") == 2
    page = send(client, "print", [one]).content.decode()
    assert one.case.number in page and two.case.number not in page


def test_moved_together_is_as_moved_one_by_one(town: SmallTown) -> None:
    """Events, clocks, due dates, promises and the journal are the same."""
    alone, *together = [in_work(town) for _n in range(3)]
    at = clock.now()
    problems.answer(by=town.officer, at=at, case=alone.case, text="It is done, look at it.")
    said = {p.pk: {"text": "It is done, look at it."} for p in together}
    moved = move_cases(
        by=town.officer, at=at, cases=[p.pk for p in together], move="answer", public=said
    )
    assert set(moved.cases) == {p.pk for p in together} and not moved.refused

    def told(pk: int) -> Any:
        case = Case.objects.get(pk=pk)
        return (
            Case.objects.filter(pk=pk).values_list(
                "state", "seq", "moved_at", "due_at", "promised_at", "first_promised_at",
                "paused_at", "climbed", "closed_at", "organisation_id",
            )[0][:4],
            list(CaseClock.objects.filter(case_id=pk).order_by("id").values_list(
                "state", "organisation_id", "due_at", "stopped_at"))[-1:],
            list(CaseEvent.objects.filter(case_id=pk).order_by("seq").values_list(
                "move", "source", "target", "actor_id", "holding_id", "public"))[-1:],
            Record.objects.filter(subject=subject(case), kind="problem.answer").values_list(
                "public", flat=True).get(),
        )  # fmt: skip

    assert [told(p.pk) for p in together] == [told(alone.pk)] * 2


@pytest.mark.slow
def test_two_hundred_take_no_more_statements_than_twenty(town: SmallTown) -> None:
    """Seconds are measured by the bench; here nothing may be asked once for each matter."""
    counts = []
    for size in (20, 200):
        cases = [in_work(town, days=1 + n / 200) for n in range(size)]
        change = ordered(town, cases)
        with CaptureQueriesContext(connection) as made:
            operations.sweep_bulk(at=later(change))
        assert states(*cases) == ["check"] * size
        counts.append(len(made))
    assert counts[1] <= counts[0] + 4 and counts[1] <= 70, counts

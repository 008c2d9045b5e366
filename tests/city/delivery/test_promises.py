"""A decision becomes a promise: where it comes from, who is asked, who may write one down."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from tests.cast import START, SmallTown, small_town
from tests.city.delivery.promises import (
    DAY,
    asked,
    fresh,
    make,
    on,
    said_done,
    state,
    with_steps,
)
from veche.city.delivery.models import Amount, Asked, Promise, Source, Superseded
from veche.city.delivery.operations import money, promises
from veche.city.delivery.operations.promises import SourceGiven
from veche.city.delivery.operations.refusals import (
    AlreadyMade,
    AlreadySuperseded,
    NotAPlanner,
    NothingMeasured,
    UnknownSource,
)
from veche.city.delivery.queries.promise import money_of
from veche.city.delivery.queries.story import promises_of
from veche.core.cases.models import Case
from veche.core.notices.models import Following, Notice
from veche.core.notices.operations import follow


@pytest.fixture
def town(db: None) -> SmallTown:
    return small_town()


def test_who_follows_a_source_follows_the_promise_and_is_told_once(town: SmallTown) -> None:
    problem = town.report()
    follow(by=town.neighbour, at=START, case=problem.case)
    promise = make(town, at=START + DAY, sources=[SourceGiven(Source.Kind.IDEA, matter=problem.pk)])
    followers = set(Following.objects.filter(case=promise.case).values_list("person", flat=True))
    assert followers == {town.resident.pk, town.neighbour.pk}
    told = Notice.objects.filter(case=promise.case, kind="delivery.made")
    assert sorted(told.values_list("person", flat=True)) == sorted(followers)
    (line,) = promises_of([problem.pk, 999_999])[problem.pk]
    assert (line.number, line.state, line.shown) == (
        promise.case.number,
        "drafted",
        "promise-drafted",
    )


def test_what_was_written_down_of_a_source_is_not_shown_when_it_is_hidden(
    town: SmallTown, client: Client
) -> None:
    problem = town.report()
    source = SourceGiven(Source.Kind.IDEA, matter=problem.pk, text="Rude words about a neighbour")
    promise = make(town, sources=[source])
    Case.objects.filter(pk=problem.pk).update(hidden_at=START)
    page = client.get(f"/en/promises/{promise.case.number}/").content.decode()
    assert problem.case.number in page and "Rude words" not in page


def test_somebody_is_asked_once_for_the_first_reason(town: SmallTown) -> None:
    people = [
        *asked(town.resident, why="proposed"),
        *asked(town.resident, town.neighbour),
        promises.AskedPerson(999_999_999, Asked.Why.VOTED),
    ]
    promise = make(town, asked=people)
    rows = set(Asked.objects.filter(promise=promise).values_list("person", "why"))
    assert rows == {(town.resident.pk, "proposed"), (town.neighbour.pk, "supported")}


def test_one_form_makes_one_promise(town: SmallTown) -> None:
    form = uuid.uuid4()
    made = make(town, submission=form)
    with pytest.raises(AlreadyMade) as refused:
        make(town, submission=form)
    assert refused.value.details == {"number": made.case.number}


def test_only_a_planner_or_the_control_department_writes_down_a_word(town: SmallTown) -> None:
    given = {
        "at": START,
        "territory": town.west,
        "office": town.roads,
        "title": "Ten new benches",
        "text": "Ten benches along the river until the summer.",
    }
    word = [SourceGiven(Source.Kind.WORD, text="The mayor on the square")]
    for by in (town.resident, town.officer):
        with pytest.raises(NotAPlanner):
            promises.decide_promise(by=by, sources=word, **given)  # type: ignore[arg-type]
    for sources in ([], [SourceGiven(Source.Kind.WORD, text="  ")]):
        with pytest.raises(UnknownSource):
            promises.decide_promise(by=town.controller, sources=sources, **given)  # type: ignore[arg-type]
    made = promises.decide_promise(by=town.controller, sources=word, **given)  # type: ignore[arg-type]
    assert (made.case.author_id, made.case.organisation_id) == (town.controller.pk, town.roads.pk)


def test_a_replaced_promise_hands_over_its_sources_and_people(town: SmallTown) -> None:
    promise, _steps = with_steps(town, 10, asked=asked(town.resident), theme="lamp")
    made = promises.replace_promise(
        by=town.controller,
        at=START + DAY,
        case=promise.case,
        text="The bridge must be rebuilt first.",
        title="A crossing after the bridge",
        new="The crossing is built when the bridge stands.",
    )
    old = fresh(promise)
    assert (old.case.state, old.replaced_by) == ("replaced", made)
    assert made.case.theme == "lamp"
    assert Asked.objects.filter(promise=made, person=town.resident).exists()
    assert Source.objects.get(promise=made).text == Source.objects.get(promise=promise).text


def test_what_was_kept_can_be_found_undone_years_later(town: SmallTown) -> None:
    from veche.city.delivery.operations import acceptance

    promise = said_done(town, asked=asked(town.resident))
    acceptance.give_verdict(by=town.resident, at=START + 6 * DAY, case=promise.case, accepts=True)
    acceptance.end_acceptance(by=None, at=START + 20 * DAY, case=promise.case)
    assert state(promise) == "kept"
    promises.find_undone(
        by=town.controller, at=START + 900 * DAY, case=promise.case, text="The lights are gone."
    )
    assert state(promise) == "repair"


def test_a_wrong_line_of_money_is_superseded_once_and_stays(town: SmallTown) -> None:
    promise, _steps = with_steps(town, 10)
    first = money.add_amount(
        by=town.officer, at=START, case=promise.case, kind="planned",
        amount=Decimal("1000.50"), on=on(0), text="Lights",
    )  # fmt: skip
    money.add_amount(
        by=town.officer, at=START, case=promise.case, kind="spent",
        amount=Decimal("400"), on=on(1), text="Poles",
    )  # fmt: skip
    money.add_amount(
        by=town.officer, at=START, case=promise.case, kind="spent",
        amount=Decimal("1200"), on=on(2), text="Lights and signs", instead=first.pk,
    )  # fmt: skip
    found = money_of(promise)
    assert (found.planned, found.spent, len(found.lines)) == (Decimal(1200), Decimal(400), 3)
    with pytest.raises(AlreadySuperseded):
        money.add_amount(
            by=town.officer, at=START, case=promise.case, kind="planned",
            amount=Decimal("1"), on=on(2), text="Once more", instead=first.pk,
        )  # fmt: skip
    for change in (
        "UPDATE delivery_amount SET amount = 1",
        "UPDATE delivery_amount SET words = 'x'",
        "UPDATE delivery_amount SET superseded_by_id = NULL",
        "DELETE FROM delivery_amount",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    assert Amount.objects.count() == 3


def test_a_target_is_superseded_with_a_reason(town: SmallTown) -> None:
    promise, _steps = with_steps(town, 10)
    with pytest.raises(NothingMeasured):
        money.measure(by=town.officer, at=START, case=promise.case, value=3, on=on(0))
    for target in (12.0, 12.5):
        money.set_target(
            by=town.officer, at=START, case=promise.case, target=target, indicator="Accidents",
            unit="a year", baseline=20, text="Counted again in spring.",
        )  # fmt: skip
    row = Superseded.objects.get(promise=promise, field="target")
    assert (row.before, row.after) == ("12", "12.5")
    money.measure(by=town.officer, at=START, case=promise.case, value=14, on=on(3))
    now = fresh(promise)
    assert (now.target, now.measured, now.indicator) == (12.5, 14.0, "Accidents")
    with pytest.raises(IntegrityError), transaction.atomic():
        Promise.objects.filter(pk=promise.pk).update(target=99)


def test_the_page_the_table_and_the_calendar_tell_of_a_promise(
    town: SmallTown, client: Client
) -> None:
    promise, (step,) = with_steps(town, 10, asked=asked(town.resident))
    number = promise.case.number
    for language, word in (("en", "Step number 1"), ("ru", "Step number 1"), ("zh-hans", "Step")):
        page = client.get(f"/{language}/promises/{number}/")
        assert page.status_code == 200
        assert word in page.content.decode()
    table = client.get(f"/en/promises/{number}/promise.csv").content.decode()
    assert f"step,1,Step number 1,{on(10)},{on(10)}" in table
    told = client.get(f"/en/promises/{number}/steps.ics").content.decode()
    assert f"UID:{step.case.number}@" in told
    assert f"DUE;VALUE=DATE:{on(10):%Y%m%d}" in told
    feed = client.get(f"/en/notices/feed.atom?case={number}")
    assert feed.status_code == 200
    assert client.get(f"/en/promises/{number}/proof/").status_code == 200
    assert client.get("/en/promises/2026-999999/").status_code == 404

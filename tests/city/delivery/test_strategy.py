"""The strategy: what a planner may do, what stays written, and its pages."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.cast import START, SmallTown, small_town
from tests.city.delivery import promises
from veche import clock
from veche.city.delivery import demo_strategy
from veche.city.delivery.models import Goal, Strategy, Superseded
from veche.city.delivery.operations import strategy as operations
from veche.city.delivery.operations.strategy import Knot
from veche.city.delivery.queries import portfolio
from veche.city.delivery.queries import strategy as queries
from veche.core.people.models import Person
from veche.errors import Refused
from veche.texts import TextLength

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> SmallTown:
    """The small town, at its own moment."""
    monkeypatch.setattr(clock, "now", lambda: START)
    return small_town()


@pytest.fixture
def plan(town: SmallTown) -> Strategy:
    """The strategy of the demo town, in the small one."""
    assert demo_strategy.load(at=START) == 61
    return Strategy.objects.get()


def signed_in(person: Person) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(person)
    return client


def small(town: SmallTown, **more: Any) -> Goal:
    """A goal with an indicator, in a strategy of its own."""
    strategy = operations.add_strategy(
        by=town.planner, at=START, code="small", titles={"en": "Small plan"}, territory=town.city,
        begins=dt.date(2026, 1, 1), ends=dt.date(2030, 12, 31),
    )  # fmt: skip
    values: dict[str, Any] = {
        "titles": {"en": "Fewer holes"}, "indicator": {"en": "Holes"}, "baseline": 100.0,
        "baseline_on": dt.date(2025, 12, 31), "target": 20.0, "target_on": dt.date(2030, 12, 31),
        "ends": dt.date(2028, 12, 31), "planned": Decimal(1000),
    }  # fmt: skip
    return operations.add_goal(
        by=town.planner, at=START, strategy=strategy, code="1", kind=Goal.Kind.GOAL,
        knot=Knot(**values | more),
    )  # fmt: skip


def test_a_planner_supersedes_and_what_stood_there_stays(town: SmallTown) -> None:
    goal = small(town)
    operations.supersede(
        by=town.planner, at=START, goal=goal, reason="More money",
        values={"ends": dt.date(2029, 6, 30), "planned": Decimal("1500.5"), "target": 20.0},
    )  # fmt: skip
    goal.refresh_from_db()
    assert (str(goal.ends), goal.planned) == ("2029-06-30", Decimal("1500.50"))
    kept = Superseded.objects.order_by("pk").values_list("field", "before", "after", "by_id")
    assert list(kept) == [
        ("ends", "2028-12-31", "2029-06-30", town.planner.pk),
        ("planned", "1000.00", "1500.50", town.planner.pk),
    ]


@pytest.mark.parametrize(
    ("values", "reason", "code"),
    [
        ({"ends": dt.date(2029, 1, 1)}, "", "text-length"),
        ({"ends": dt.date(2028, 12, 31)}, "The same", "nothing-changes"),
        ({"begins": dt.date(2029, 1, 1)}, "Turned round", "ends-before-it-begins"),
    ],
)
def test_what_cannot_be_superseded_is_refused(
    town: SmallTown, values: dict[str, Any], reason: str, code: str
) -> None:
    goal = small(town)
    with pytest.raises(Refused) as refusal:
        operations.supersede(by=town.planner, at=START, goal=goal, values=values, reason=reason)
    assert refusal.value.code == code
    assert not Superseded.objects.exists()


def test_what_somebody_replaced_meanwhile_is_not_put_back(town: SmallTown, client: Client) -> None:
    """The form sends every value, also those that its writer did not touch."""
    goal = small(town)
    client.force_login(town.planner)
    address = reverse("delivery:goal-change", args=[goal.strategy.code, goal.code])
    page = client.get(address).content.decode()
    assert 'type="hidden" name="seen" value="0"' in page
    operations.supersede(
        by=town.planner, at=START, goal=goal, values={"target": 10.0}, reason="Better"
    )
    stale = {"seen": "0", "target": "20", "ends": "2029-12-31", "reason": "A year more"}
    answer = client.post(address, stale)
    assert answer.status_code == 409 and "while you wrote" in answer.content.decode()
    goal.refresh_from_db()
    assert (goal.target, str(goal.ends)) == (10.0, "2028-12-31")


def test_only_planners_change_the_strategy(town: SmallTown) -> None:
    goal = small(town)
    with pytest.raises(operations.PlannersOnly):
        operations.measure(
            by=town.officer, at=START, goal=goal, on=START.date(), value=1, source="A guess"
        )
    with pytest.raises(operations.PlannersOnly):
        operations.supersede(
            by=town.controller, at=START, goal=goal, values={"target": 1.0}, reason="Because"
        )


def test_a_value_is_measured_once_a_day_and_put_right_with_a_reason(town: SmallTown) -> None:
    goal, day = small(town), dt.date(2026, 11, 1)

    def measure(value: float, **more: Any) -> None:
        operations.measure(
            by=town.planner, at=START, goal=goal, on=day, value=value, source="A count", **more
        )

    measure(90)
    with pytest.raises(operations.NothingChanges):
        measure(90)
    with pytest.raises(TextLength):
        measure(80)
    measure(80, reason="Counted twice")
    (row,) = Superseded.objects.all()
    assert (row.before, row.after) == ("2026-11-01 90", "2026-11-01 80")
    knot = queries.tree(goal.strategy, START).by_id[goal.pk]
    assert knot.done == pytest.approx(0.25)
    assert knot.pace == "on-time"
    with pytest.raises(operations.MeasuredLater):
        operations.measure(
            by=town.planner, at=START, goal=goal, on=dt.date(2027, 1, 1), value=1, source="A wish"
        )


def test_what_hangs_where(town: SmallTown) -> None:
    goal = small(town)

    def add(code: str, kind: Goal.Kind, above: Goal | None) -> Goal:
        return operations.add_goal(
            by=None, at=START, strategy=goal.strategy, code=code, kind=kind, above=above,
            knot=Knot(titles={"en": code}),
        )  # fmt: skip

    task = add("1.1", Goal.Kind.TASK, goal)
    leaf = add("1.1.1", Goal.Kind.MEASURE, task)
    for kind, above in ((Goal.Kind.GOAL, task), (Goal.Kind.MEASURE, leaf)):
        with pytest.raises(operations.CannotHang):
            add("9", kind, above)
    with pytest.raises(operations.CodeTaken):
        add("1.1", Goal.Kind.TASK, goal)


def test_the_tree_of_the_demo(plan: Strategy, town: SmallTown) -> None:
    found = queries.tree(plan, START)
    codes = [knot.goal.code for knot in found.walk()]
    assert codes == sorted(codes, key=queries.in_order)
    assert [len(knot.below) for knot in found.roots] == [4, 3, 3, 3, 3]
    leaves = [knot for knot in found.walk() if knot.goal.kind == "measure"]
    assert found.planned == sum(knot.goal.planned or 0 for knot in leaves) > 0
    assert sum(knot.slipped > 0 for knot in leaves) == 8
    assert sum(share.planned for share in portfolio.by_office([found])) == found.planned
    assert sum(share.planned for share in portfolio.by_goal([found])) == found.planned


def test_a_sum_spread_over_years_is_the_sum() -> None:
    begins, ends = dt.date(2026, 3, 1), dt.date(2029, 2, 28)
    parts = [portfolio.spread(Decimal("1000.01"), begins, ends, year) for year in range(2026, 2030)]
    assert sum(parts) == Decimal("1000.01")
    assert portfolio.spread(Decimal(1000), begins, ends, 2030) == 0
    assert portfolio.spread(Decimal(1000), begins, ends, 2025) == 0


def test_promises_hang_on_knots_and_their_money_on_years(plan: Strategy, town: SmallTown) -> None:
    goal = Goal.objects.get(code="1.1.1")
    promises.with_steps(town, 10, goal=goal)
    found = queries.tree(plan, START)
    assert found.by_id[goal.pk].promises == {"under_way": 1}
    late = queries.tree(plan, START + dt.timedelta(days=20))
    assert late.by_id[goal.pk].promises == {"late": 1}
    assert [row.group for row in queries.hung([goal.pk], START)] == ["under_way"]


PAGES = (
    "", "strategy/", "strategy/zarechye-2030/", "strategy/zarechye-2030/road-map/",
    "strategy/zarechye-2030/years/", "strategy/zarechye-2030/goals/1/",
    "strategy/zarechye-2030/goals/1.1.1/",
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_the_pages_are_there_in_three_languages(plan: Strategy, language: str) -> None:
    visitor = Client()
    for page in PAGES:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = visitor.get(f"/{language}/promises/{page}")
        assert answer.status_code == 200, page
        assert len(asked) <= 12, (page, len(asked))
        assert "style=" not in answer.content.decode(), page
    title = {
        "en": "Old trees examined",
        "ru": "Обследование старых деревьев",
        "zh-hans": "古树体检",
    }
    tree = visitor.get(f"/{language}/promises/strategy/zarechye-2030/").content.decode()
    assert title[language] in tree


def test_what_is_not_there_is_not_found(plan: Strategy) -> None:
    for page in ("strategy/other/", "strategy/zarechye-2030/goals/9.9/", "strategy/x/years/"):
        assert Client().get(f"/en/promises/{page}").status_code == 404


def test_the_table_can_be_imported_again(plan: Strategy, town: SmallTown, tmp_path: Any) -> None:
    from veche.city.delivery.operations.imports import import_strategy

    answer = Client().get("/en/promises/strategy/zarechye-2030/strategy.csv")
    text = answer.content.decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(text)))) == 61
    file = tmp_path / "plan.csv"
    file.write_text(text)
    found = import_strategy(
        by=None, at=START, file=file, code=plan.code, titles={}, territory=town.city
    )
    assert (found["read"], found["unchanged"], found["rejected"]) == (61, 61, 0)


def test_a_planner_works_through_pages(town: SmallTown) -> None:
    planner, officer = signed_in(town.planner), signed_in(town.officer)
    base = "/en/promises/strategy/"
    given = {"title_en": "Plan", "code": "plan", "begins": "2026-01-01", "ends": "2029-12-31"}
    assert officer.post(f"{base}new/", given).status_code == 403
    assert planner.post(f"{base}new/", {**given, "ends": "2020-01-01"}).status_code == 422
    assert planner.post(f"{base}new/", given).status_code == 302
    goal = {
        "kind": "goal", "code": "1", "title_ru": "Цель", "indicator_en": "Holes", "baseline": "9",
        "target": "1",
    }  # fmt: skip
    assert planner.post(f"{base}plan/add/", goal).status_code == 302
    again = planner.post(f"{base}plan/add/", goal)
    assert again.status_code == 422 and "is taken" in again.content.decode()
    change = {"ends": "2028-01-01", "baseline": "9", "target": "2", "reason": "The council said so"}
    assert officer.post(f"{base}plan/goals/1/change/", change).status_code == 403
    assert planner.post(f"{base}plan/goals/1/change/", change).status_code == 302
    measured = {"on": "2026-11-01", "value": "8.5", "source": "A count"}
    assert planner.post(f"{base}plan/goals/1/measure/", measured).status_code == 302
    page = planner.get(f"{base}plan/goals/1/").content.decode()
    assert "The council said so" in page and "8.5" in page
    assert "Replace a date" in page
    assert "Replace a date" not in officer.get(f"{base}plan/goals/1/").content.decode()
    assert Client().get(f"{base}plan/goals/1/change/").status_code == 302

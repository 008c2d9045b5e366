"""Points buy rewards: never more than there are, a code is shown once and taken once."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from tests.cast import START, SmallTown, small_town
from veche.city.points.models import Account, Entry, Reward, Spending
from veche.city.points.operations import accounts, earning, settings, spending
from veche.core.journal.models import Record
from veche.core.organisations.access import NotARuleKeeper
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def reward(code: str, *, cost: int = 10, stock: int | None = None, **more: Any) -> Reward:
    """Offer a reward."""
    values: dict[str, Any] = {"new": True, "until": None, "active": True, "texts": {}, **more}
    names = {"en": code.title(), "ru": code.title(), "zh": code.title()}
    return settings.set_reward(
        by=None, at=START, code=code, names=names, cost=cost, stock=stock, **values
    )


def spend(person: Person, code: str, at: dt.datetime) -> spending.Got:
    """Get a reward."""
    return spending.get_reward(by=person, at=at, reward=code, submission=uuid.uuid4())


def rich(person: Person, points: int) -> Account:
    """An account with so many points."""
    account = accounts.turn_on(by=person, at=START - DAY)
    Entry.objects.bulk_create(
        [earning.earned(account, "verdict", points, f"promise:{uuid.uuid4()}", START, None)]
    )
    account.refresh_from_db()
    return account


@pytest.fixture
def town(db: None) -> SmallTown:
    return small_town()


@pytest.fixture
def clerk(town: SmallTown) -> Person:
    made = add_person(by=None, at=START - DAY, name="Clerk", email="clerk@example.org")
    appoint(by=None, at=START - DAY, person=made, role="clerk", territory=town.city)
    return made


def test_a_code_is_taken_once_by_a_clerk(town: SmallTown, clerk: Person) -> None:
    account = rich(town.resident, 25)
    reward("book", cost=10, stock=3)
    got = spend(town.resident, "book", START)
    account.refresh_from_db()
    assert account.balance == 15 and Reward.objects.get().stock == 2
    assert got.code.replace("-", "").encode() not in bytes(got.spending.code)
    with pytest.raises(spending.NotAtTheCounter):
        spending.redeem(by=town.neighbour, at=START, code=got.code)
    with pytest.raises(spending.UnknownCode):
        spending.redeem(by=clerk, at=START, code="AAAAA-BBBBB")
    typed = f" {got.code.lower().replace('-', ' ')} "
    assert spending.redeem(by=clerk, at=START, code=typed).reward.code == "book"
    with pytest.raises(spending.CodeEnded):
        spending.redeem(by=clerk, at=START, code=got.code)
    with pytest.raises(spending.CodeEnded):
        spending.undo(by=town.resident, at=START, spending=got.spending.pk)
    told = Record.objects.get(kind="points.redeemed")
    assert told.public == {"reward": "book"} and got.code not in str(told.public)


def test_nobody_takes_a_code_of_their_own(clerk: Person) -> None:
    rich(clerk, 25)
    reward("book")
    got = spend(clerk, "book", START)
    with pytest.raises(spending.OwnCode):
        spending.redeem(by=clerk, at=START, code=got.code)


def test_a_reward_is_given_back_within_a_day(town: SmallTown, clerk: Person) -> None:
    account = rich(town.resident, 25)
    reward("book", cost=10, stock=1)
    got = spend(town.resident, "book", START)
    with pytest.raises(spending.RewardGone):
        spend(town.resident, "book", START)
    with pytest.raises(spending.NotFound):
        spending.undo(by=town.neighbour, at=START, spending=got.spending.pk)
    with pytest.raises(spending.TooLateToUndo):
        spending.undo(by=town.resident, at=START + DAY + HOUR, spending=got.spending.pk)
    spending.undo(by=town.resident, at=START + DAY, spending=got.spending.pk)
    account.refresh_from_db()
    assert account.balance == 25 and Reward.objects.get().stock == 1
    with pytest.raises(spending.CodeEnded):
        spending.redeem(by=clerk, at=START, code=got.code)


def test_another_code_makes_the_first_void(town: SmallTown, clerk: Person) -> None:
    rich(town.resident, 25)
    reward("book")
    got = spend(town.resident, "book", START)
    again = spending.renew(by=town.resident, at=START + 3 * DAY, spending=got.spending.pk)
    with pytest.raises(spending.UnknownCode):
        spending.redeem(by=clerk, at=START + 3 * DAY, code=got.code)
    spending.redeem(by=clerk, at=START + 3 * DAY, code=again.code)


def test_a_code_that_nobody_used_ends_and_the_points_come_back(
    town: SmallTown, clerk: Person
) -> None:
    account = rich(town.resident, 25)
    reward("book", cost=10)
    got = spend(town.resident, "book", START)
    late = got.spending.until
    assert spending.sweep(at=late - HOUR) == 0
    with pytest.raises(spending.CodeEnded):
        spending.redeem(by=clerk, at=late, code=got.code)
    assert spending.sweep(at=late) == 1
    assert spending.sweep(at=late) == 0
    account.refresh_from_db()
    assert account.balance == 25 and Spending.objects.get().state == "lapsed"


def test_a_form_sent_twice_counts_once(town: SmallTown) -> None:
    account = rich(town.resident, 25)
    reward("book", cost=10)
    form = uuid.uuid4()
    spending.get_reward(by=town.resident, at=START, reward="book", submission=form)
    with pytest.raises(spending.GotAlready):
        spending.get_reward(by=town.resident, at=START, reward="book", submission=form)
    account.refresh_from_db()
    assert account.balance == 15


def test_what_cannot_be_had(town: SmallTown) -> None:
    reward("dear", cost=26)
    reward("over", until=START.date() - DAY)
    reward("ended", active=False)
    with pytest.raises(spending.TooFewPoints):
        spend(town.resident, "dear", START)  # points are off
    rich(town.resident, 25)
    with pytest.raises(spending.TooFewPoints):
        spend(town.resident, "dear", START)
    for code in ("over", "ended"):
        with pytest.raises(spending.RewardGone):
            spend(town.resident, code, START)
    with pytest.raises(spending.NotFound):
        spend(town.resident, "nothing", START)


def test_turning_off_gives_open_codes_back(town: SmallTown, clerk: Person) -> None:
    account = rich(town.resident, 25)
    reward("book", cost=10, stock=1)
    got = spend(town.resident, "book", START)
    accounts.turn_off(by=town.resident, at=START + HOUR)
    account.refresh_from_db()
    assert account.balance == 25 and Reward.objects.get().stock == 1
    with pytest.raises(spending.CodeEnded):
        spending.redeem(by=clerk, at=START + HOUR, code=got.code)


def test_only_keepers_of_rules_set_them(town: SmallTown) -> None:
    numbers: dict[str, Any] = {"points": 5, "per_day": 1, "per_month": 1, "active": True}
    with pytest.raises(NotARuleKeeper):
        settings.set_rule(by=town.officer, at=START, rule="idea", **numbers)
    with pytest.raises(settings.NotFound):
        settings.set_rule(by=None, at=START, rule="nothing", **numbers)
    with pytest.raises(settings.NumberOutOfRange):
        settings.set_rule(by=None, at=START, rule="idea", **{**numbers, "points": 0})
    with pytest.raises(settings.LimitOutOfRange):
        settings.set_limits(by=None, at=START, young_days=400, young_most=1, code_days=1)
    reward("book")
    with pytest.raises(settings.RewardExists):
        reward("book")
    with pytest.raises(settings.RewardNotPossible):
        reward("free", cost=0)
    with pytest.raises(settings.NotFound):
        reward("absent", new=False)
    assert reward("book", cost=12, new=False).cost == 12


ACTS = st.lists(
    st.tuples(
        st.sampled_from(("earn", "spend", "undo", "lapse", "take")), st.integers(1, 30)
    ),
    max_size=25,
)  # fmt: skip


@pytest.mark.django_db
@profile(max_examples=25, deadline=None)
@given(acts=ACTS)
def test_the_balance_is_always_the_sum_and_never_below_zero(acts: list[tuple[str, int]]) -> None:
    from django.db import transaction

    with transaction.atomic():
        _walk(acts)
        transaction.set_rollback(True)


def _walk(acts: list[tuple[str, int]]) -> None:
    person = add_person(by=None, at=START, name="P", email=f"{uuid.uuid4()}@example.org")
    account = accounts.turn_on(by=person, at=START)
    got: list[int] = []
    model = 0
    for act, size in acts:
        if act == "earn":
            matter = f"promise:{uuid.uuid4()}"
            earning.earned(account, "verdict", size, matter, START, None).save()
            model += size
        elif act == "spend":
            gift = reward(f"r{uuid.uuid4().hex[:8]}", cost=size)
            if size <= model:
                got.append(spend(person, gift.code, START).spending.pk)
                model -= size
            else:
                with pytest.raises(spending.TooFewPoints):
                    spend(person, gift.code, START)
        elif act in ("undo", "lapse") and got:
            pk = got.pop()
            model += Spending.objects.get(pk=pk).cost
            if act == "undo":
                spending.undo(by=person, at=START, spending=pk)
            else:
                Spending.objects.filter(pk=pk).update(until=START)
                assert spending.sweep(at=START) == 1
        elif act == "take":
            entry = Entry.objects.filter(account=account, kind="earned").last()
            if entry is not None and not Entry.objects.filter(of=entry).exists():
                gone = Record(pk=1, kind="k", subject=entry.matter, at=START)
                earning._take_back(earning.rules.BY_CODE["verdict"], gone)
                model -= min(model, entry.amount)
        account.refresh_from_db()
        amounts = Entry.objects.filter(account=account).values_list("amount", flat=True)
        assert account.balance == model == sum(amounts) >= 0


@pytest.mark.django_db(transaction=True)
def test_two_at_once_never_spend_the_same_points() -> None:
    town = small_town()
    account = rich(town.resident, 25)
    reward("book", cost=20, stock=5)
    done: list[str] = []
    gate = threading.Barrier(4)

    def buy() -> None:
        try:
            gate.wait()
            spend(town.resident, "book", START)
            done.append("got")
        except spending.TooFewPoints:
            done.append("too few")
        finally:
            connection.close()

    threads = [threading.Thread(target=buy) for _n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(done) == ["got", "too few", "too few", "too few"]
    account.refresh_from_db()
    assert account.balance == 5 and Reward.objects.get().stock == 4

"""Points are earned for what the journal tells of: once, within the caps, and taken back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from tests.cast import START, SmallTown, small_town
from tests.city.ideas.ideas import Ideas
from veche.city.points import personal, rules
from veche.city.points.models import Account, Entry
from veche.city.points.operations import accounts, earning, settings
from veche.core.cases.models import Case
from veche.core.journal.models import Record
from veche.core.journal.operations import record
from veche.core.people.models import Person
from veche.operation import operation
from veche.testing import deliver

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@operation
def tell(*, by: Person | None, at: dt.datetime, kind: str, subject: str) -> Record:
    """Leave a record as another module would."""
    return Record.objects.get(pk=record(kind=kind, by=by, at=at, subject=subject))


@pytest.fixture
def town() -> SmallTown:
    return small_town()


@pytest.fixture
def account(town: SmallTown) -> Account:
    return accounts.turn_on(by=town.resident, at=START)


def _balance(account: Account) -> int:
    account.refresh_from_db()
    return account.balance


def _verdict(town: SmallTown, at: dt.datetime, number: int) -> None:
    tell(by=town.resident, at=at, kind="delivery.verdict", subject=f"promise:2026-{number:06d}")


def test_a_record_gives_once_however_often_it_is_heard(town: SmallTown, account: Account) -> None:
    made = tell(by=town.resident, at=START, kind="delivery.verdict", subject="promise:2026-000001")
    deliver()
    assert _balance(account) == rules.BY_CODE["verdict"].points
    earning.hear(records=[made], at=START + HOUR)
    again = tell(by=town.resident, at=START + DAY, kind=made.kind, subject=made.subject)
    earning.hear(records=[again, made], at=START + DAY)
    assert Entry.objects.count() == 1
    entry = Entry.objects.get()
    assert (entry.rule, entry.matter, entry.record) == ("verdict", made.subject, made.pk)


def test_nothing_is_kept_of_whoever_has_not_turned_points_on(town: SmallTown) -> None:
    _verdict(town, START, 1)
    deliver()
    assert not Account.objects.exists() and not Entry.objects.exists()
    assert not Record.objects.filter(kind="points.heard").exists()
    account = accounts.turn_on(by=town.resident, at=START + HOUR)
    earning.hear(records=list(Record.objects.filter(kind="delivery.verdict")), at=START + DAY)
    assert _balance(account) == 0, "what was done before is not earned"


def test_the_record_of_hearing_does_not_tell_whether_anything_was_given(
    town: SmallTown, account: Account
) -> None:
    _verdict(town, START, 1)
    tell(by=town.neighbour, at=START, kind="delivery.verdict", subject="promise:2026-000001")
    deliver()
    heard = Record.objects.filter(kind="points.heard").values_list("actor", "subject", "public")
    assert list(heard) == [(None, "points", {"records": 1})] * 2


def test_the_author_of_an_idea_earns_and_its_removal_takes_back(made: Ideas) -> None:
    town = made.town
    account = accounts.turn_on(by=town.resident, at=START - HOUR)
    idea = made.idea_of(made.calling(), by=town.resident)
    deliver()
    points = rules.BY_CODE["idea"].points
    assert _balance(account) == points
    subject = f"idea:{idea.case.number}"
    gone = tell(by=town.moderator, at=START + DAY, kind="idea.remove", subject=subject)
    deliver()
    assert _balance(account) == 0
    earning.hear(records=[gone], at=START + DAY)
    assert [e.amount for e in Entry.objects.order_by("id")] == [points, -points]


def test_what_was_removed_before_it_is_heard_gives_nothing(town: SmallTown) -> None:
    account = accounts.turn_on(by=town.resident, at=START - DAY)
    subject = f"problem:{town.report().case.number}"
    first = tell(by=town.resident, at=START, kind="problem.confirm", subject=subject)
    tell(by=town.moderator, at=START, kind="problem.remove", subject=subject)
    earning.hear(records=[first], at=START)
    assert _balance(account) == 0


def test_points_that_were_spent_are_not_taken_below_zero(town: SmallTown, account: Account) -> None:
    subject = f"problem:{town.report().case.number}"
    tell(by=town.resident, at=START, kind="problem.confirm", subject=subject)
    deliver()
    from tests.city.points.test_spending import reward, spend

    reward("book", cost=7)
    spend(town.resident, "book", START)
    tell(by=town.moderator, at=START + DAY, kind="problem.remove", subject=subject)
    deliver()
    assert _balance(account) == 0
    assert Entry.objects.get(kind="taken-back").amount == -3


def test_caps_of_the_day_and_of_the_month(town: SmallTown) -> None:
    Person.objects.filter(pk=town.resident.pk).update(since=START - 400 * DAY)
    account = accounts.turn_on(by=town.resident, at=START)
    settings.set_rule(
        by=None, at=START, rule="verdict", points=5, per_day=2, per_month=3, active=True
    )
    for number in range(4):
        _verdict(town, START + number * HOUR, number)
    deliver()
    assert _balance(account) == 10
    for number in range(4, 6):
        _verdict(town, START + DAY + number * HOUR, number)
    deliver()
    assert _balance(account) == 15
    _verdict(town, START + 20 * DAY, 9)  # the next month
    deliver()
    assert _balance(account) == 20


def test_the_day_is_the_city_s(town: SmallTown) -> None:
    Person.objects.filter(pk=town.resident.pk).update(since=START - 400 * DAY)
    account = accounts.turn_on(by=town.resident, at=START)
    settings.set_rule(
        by=None, at=START, rule="verdict", points=5, per_day=1, per_month=9, active=True
    )
    midnight = dt.datetime(2026, 11, 17, 20, 0, tzinfo=dt.UTC)  # in Samara, the 18th begins
    for number, moment in enumerate((midnight - HOUR, midnight, midnight + 3 * HOUR)):
        _verdict(town, moment, number)
    deliver()
    assert _balance(account) == 10


def test_a_young_account_earns_a_little(town: SmallTown) -> None:
    Person.objects.filter(pk=town.resident.pk).update(since=START)
    account = accounts.turn_on(by=town.resident, at=START)
    settings.set_limits(by=None, at=START, young_days=10, young_most=25, code_days=30)
    for number in range(4):
        _verdict(town, START + number * DAY, number)
    deliver()
    assert _balance(account) == 25
    _verdict(town, START + 11 * DAY, 9)
    deliver()
    assert _balance(account) == 35


def test_a_rule_that_was_ended_gives_nothing(town: SmallTown, account: Account) -> None:
    settings.set_rule(
        by=None, at=START, rule="verdict", points=5, per_day=2, per_month=3, active=False
    )
    _verdict(town, START, 1)
    deliver()
    assert _balance(account) == 0


def test_turning_off_leaves_sums_that_lead_to_nobody(town: SmallTown, account: Account) -> None:
    subject = f"problem:{town.report().case.number}"
    tell(by=town.resident, at=START + HOUR, kind="problem.confirm", subject=subject)
    deliver()
    accounts.turn_off(by=town.resident, at=START + DAY)
    entry = Entry.objects.get()
    assert (entry.matter, entry.record, entry.amount) == ("", None, 10)
    assert entry.at == dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    account.refresh_from_db()
    assert account.person_id is None and account.balance == 10
    assert personal.collect(town.resident) == {}
    with pytest.raises(accounts.PointsAreOff):
        accounts.turn_off(by=town.resident, at=START + DAY)
    fresh = accounts.turn_on(by=town.resident, at=START + 2 * DAY)
    assert (fresh.pk != account.pk, fresh.balance) == (True, 0)


def test_who_is_forgotten_has_no_points(town: SmallTown, account: Account) -> None:
    _verdict(town, START, 1)
    deliver()
    assert personal.collect(town.resident)["points"]["entries"][0]["points"] == 10

    @operation
    def forget(*, by: Person | None, at: dt.datetime) -> None:
        personal.erase(by=by, at=at, person=town.resident)

    forget(by=None, at=START + DAY)
    assert not Account.objects.filter(person=town.resident).exists()
    assert not Entry.objects.exclude(matter="").exists()


def test_the_database_keeps_the_ledger(town: SmallTown, account: Account) -> None:
    _verdict(town, START, 1)
    deliver()
    entry = Entry.objects.get()
    refused = (
        lambda: Account.objects.filter(pk=account.pk).update(balance=500),
        lambda: Account.objects.filter(pk=account.pk).delete(),
        lambda: Account.objects.create(since=START, balance=3),
        lambda: Entry.objects.filter(pk=entry.pk).update(amount=11),
        lambda: Entry.objects.filter(pk=entry.pk).update(matter=""),
        lambda: Entry.objects.filter(pk=entry.pk).delete(),
    )
    for change in refused:
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert _balance(account) == 10


def test_every_rule_is_about_kinds_that_exist() -> None:
    from veche import module

    written = {kind for one in module.load() for kind in one.journal_writes}
    assert set(rules.GIVES) | set(rules.TAKES) <= written
    assert len(rules.GIVES) == sum(len(rule.kinds) for rule in rules.RULES)
    assert Case.objects.count() == 0


def test_everybody_who_took_part_in_a_vote_earns_at_its_announcement() -> None:
    from tests.city.ballots.votes import Voting, voting
    from veche.city.ballots.models import Part, RollEntry

    made: Voting = voting()
    vote, people = made.opened(), made.town
    mine = accounts.turn_on(by=people.resident, at=START)
    silent = accounts.turn_on(by=people.neighbour, at=START)
    RollEntry.objects.filter(vote=vote).delete()
    for person in (people.resident, people.neighbour, people.officer):
        entry = RollEntry.objects.create(
            vote=vote, person=person, territory=people.west, salt=b"s" * 16
        )
        if person != people.neighbour:
            Part.objects.create(entry=entry, channel="web")
    late = accounts.turn_on(by=people.officer, at=START + 40 * DAY)
    said = tell(
        by=None, at=START + 30 * DAY, kind="vote.announce", subject=f"vote:{vote.case.number}"
    )
    deliver()
    assert [_balance(one) for one in (mine, silent, late)] == [rules.BY_CODE["vote"].points, 0, 0]
    entry_of = Entry.objects.get()
    assert (entry_of.at, entry_of.record) == (said.at, said.pk), "dated by the announcement"

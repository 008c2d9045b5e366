"""Listening to the journal: what people did earns points, what is removed takes them back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from veche.city.ballots.queries.took_part import took_part
from veche.city.points import rules
from veche.city.points.models import Account, Entry
from veche.city.points.queries.numbers import limits_now, rules_now
from veche.core.cases.models import Case
from veche.core.cases.terms import city_zone
from veche.core.journal.models import Record
from veche.core.journal.operations import record
from veche.core.people.models import Person
from veche.operation import operation

if TYPE_CHECKING:
    from collections.abc import Iterable


def hear(*, records: Sequence[Record], at: dt.datetime) -> None:
    """The listener: records of one operation. Where nobody turned points on it does nothing."""
    if Account.objects.filter(person__isnull=False).exists():
        listen(by=None, at=at, records=records)


@operation
def listen(*, by: Person | None, at: dt.datetime, records: Sequence[Record]) -> int:
    """Give and take back what these records ask for; returns how many entries were written.

    Records that were heard before change nothing. Whatever is found, the journal's record is the
    same: it does not tell whether somebody has turned points on.
    """
    now = {rule.code: rule for rule in rules_now()}
    limits = limits_now()
    written = 0
    for one in sorted(records, key=lambda r: r.pk):
        if one.kind in rules.TAKES:
            written += _take_back(now[rules.TAKES[one.kind]], one)
        elif one.kind in rules.GIVES:
            rule = now[rules.GIVES[one.kind]]
            if not _undone(rule, one):
                written += _give(rule, limits, one, _people(rule, one))
    record(
        kind="points.heard", by=by, at=at, subject="points", public={"records": len(records)}
    )  # fmt: skip
    return written


def _number(one: Record) -> str:
    return one.subject.partition(":")[2]


def _people(rule: rules.Rule, one: Record) -> list[int]:
    """Whose act a record tells of, by number."""
    if rule.who == rules.ACTOR:
        return [one.actor] if one.actor is not None else []
    if rule.who == rules.AUTHOR:
        found = Case.objects.filter(number=_number(one), author__isnull=False)
        return list(found.values_list("author_id", flat=True))
    opened = Account.objects.filter(person__isnull=False, since__lte=one.at)
    return took_part(_number(one), Person.objects.filter(pk__in=opened.values("person")))


def _undone(rule: rules.Rule, one: Record) -> bool:
    """Whether the matter was removed after the record: jobs may run in another order."""
    if not rule.undone_by:
        return False
    later = Record.objects.filter(subject=one.subject, kind__in=rule.undone_by, pk__gt=one.pk)
    return later.exists()


def _give(
    rule: rules.Rule, limits: rules.Limits, one: Record, people: Collection[int]
) -> int:  # fmt: skip
    """Write what these people earn by one record, all at once."""
    if not people or not rule.active:
        return 0
    # Locked in one order: two records that concern the same people wait for each other.
    accounts = list(
        Account.objects.select_for_update(of=("self",))
        .filter(person__in=people, since__lte=one.at)
        .select_related("person")
        .order_by("id")
    )
    had = _had(rule, one, [account.pk for account in accounts])
    found = []
    for account in accounts:
        already, today, month, whole = had.get(account.pk, (0, 0, 0, 0))
        assert account.person is not None
        points = rules.room(
            rule,
            limits,
            today=today,
            this_month=month,
            young=one.at < account.person.since + dt.timedelta(days=limits.young_days),
            while_young=whole,
        )
        if points > 0 and not already:
            found.append(earned(account, rule.code, points, one.subject, one.at, one.pk))
    # Somebody else can be at the same record (a job done twice): the constraint keeps one.
    Entry.objects.bulk_create(found, batch_size=2000, ignore_conflicts=True)
    return len(found)


def earned(
    account: Account, rule: str, points: int, matter: str, at: dt.datetime, record: int | None
) -> Entry:
    """An entry of points that were earned, not yet written."""
    return Entry(
        account=account,
        kind=Entry.Kind.EARNED,
        amount=points,
        rule=rule,
        matter=matter,
        record=record,
        at=at,
    )


def _had(
    rule: rules.Rule, one: Record, accounts: Iterable[int]
) -> dict[int, tuple[int, int, int, int]]:
    """Of each account: whether it earned for this matter, how often by the rule on the day and in
    the month of the record, and how much in all by any rule; one query for all."""
    here = one.at.astimezone(city_zone()).replace(hour=0, minute=0, second=0, microsecond=0)
    morrow = (here + dt.timedelta(days=1)).replace(hour=0)
    first = here.replace(day=1)
    after = (first + dt.timedelta(days=32)).replace(day=1)
    by_rule = Q(rule=rule.code)
    rows = (
        Entry.objects.filter(account__in=list(accounts), kind=Entry.Kind.EARNED)
        .values("account")
        .annotate(
            already=Count("pk", filter=by_rule & Q(matter=one.subject)),
            today=Count("pk", filter=by_rule & Q(at__gte=here, at__lt=morrow)),
            month=Count("pk", filter=by_rule & Q(at__gte=first, at__lt=after)),
            whole=Coalesce(Sum("amount"), 0),
        )
    )
    return {
        row["account"]: (row["already"], row["today"], row["month"], row["whole"]) for row in rows
    }


def _take_back(rule: rules.Rule, one: Record) -> int:
    """Take back what was given by a rule for a matter, as far as it was not spent."""
    given = list(
        Entry.objects.filter(
            kind=Entry.Kind.EARNED, rule=rule.code, matter=one.subject
        ).order_by("account_id")
    )  # fmt: skip
    written = 0
    for entry in given:
        account = Account.objects.select_for_update().get(pk=entry.account_id)
        # Asked with the account locked: the balance and the entry are as they stay.
        if account.person_id is None or Entry.objects.filter(of=entry).exists():
            continue
        Entry.objects.create(
            account=account,
            kind=Entry.Kind.TAKEN_BACK,
            amount=-min(account.balance, entry.amount),
            rule=rule.code,
            matter=one.subject,
            record=one.pk,
            of=entry,
            at=one.at,
        )
        written += 1
    return written

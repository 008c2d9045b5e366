"""The journal: appended, digested, erasable where it is personal."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from veche.core.journal.canonical import NotCanonical, canonical
from veche.core.journal.models import Record, Secret
from veche.core.journal.operations import ClockRunsForward, NotADemo, record, turn_clock
from veche.core.journal.queries import digest_holds
from veche.operation import OutsideOperation, SilentChange, operation

AT = dt.datetime(2026, 11, 16, 6, 0, 0, 123456, tzinfo=dt.UTC)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@operation
def write(*, by: None, at: dt.datetime, secret: str = "") -> int:
    return record(
        kind="test.written", by=by, at=at, subject="x:1", public={"n": 1}, personal={"s": secret}
    )


@operation
def stay_silent(*, by: None, at: dt.datetime) -> None:
    Record.objects.count()


@pytest.mark.django_db
def test_the_digest_holds_and_notices_a_change() -> None:
    number = write(by=None, at=AT, secret="телефон")
    row, secret = Record.objects.get(pk=number), Secret.objects.get(pk=number)
    assert digest_holds(row, secret)
    secret.personal = {"s": "другой"}
    assert not digest_holds(row, secret)


@pytest.mark.django_db
def test_erasing_the_secret_leaves_the_record() -> None:
    number = write(by=None, at=AT, secret="name")
    Secret.objects.filter(pk=number).delete()
    assert len(bytes(Record.objects.get(pk=number).digest)) == 32


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql", ["UPDATE journal_record SET kind = 'x'", "DELETE FROM journal_record"]
)
def test_a_record_is_never_changed(sql: str) -> None:
    write(by=None, at=AT)
    with (
        pytest.raises(DatabaseError, match="appended"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


@pytest.mark.django_db
def test_an_operation_without_a_record_is_undone() -> None:
    with pytest.raises(SilentChange):
        stay_silent(by=None, at=AT)


@pytest.mark.django_db
def test_a_record_outside_an_operation_is_refused() -> None:
    with pytest.raises(OutsideOperation), transaction.atomic():
        record(kind="x", by=None, at=AT, subject="x")
    assert not Record.objects.filter(kind="x").exists()


def test_an_operation_needs_by_at_and_keywords() -> None:
    with pytest.raises(TypeError, match="'by' and 'at'"):
        operation(lambda *, by: None)
    with pytest.raises(TypeError, match="keyword"):
        operation(lambda by, at: None)
    with pytest.raises(TypeError, match="time zone"):
        write(by=None, at=dt.datetime(2026, 1, 1))


@pytest.mark.django_db
def test_the_clock_turns_forward_in_a_demo_only(settings: object) -> None:
    from veche import clock

    with pytest.raises(NotADemo):
        turn_clock(by=None, at=AT, forward=dt.timedelta(days=1))
    settings.DEMO = True  # type: ignore[attr-defined]
    clock.forget()
    before = clock.now()
    turn_clock(by=None, at=AT, forward=dt.timedelta(days=8))
    assert dt.timedelta(days=8) <= clock.now() - before < dt.timedelta(days=8, minutes=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT city_now()")
        assert abs(cursor.fetchone()[0] - clock.now()) < dt.timedelta(minutes=1)
    with pytest.raises(ClockRunsForward):
        turn_clock(by=None, at=AT, forward=dt.timedelta(days=-1))
    clock.forget()


@given(values)
def test_canonical_json_is_stable(value: object) -> None:
    import json

    once = canonical(value)
    assert canonical(json.loads(once)) == once


def test_canonical_json_as_the_rfc_orders_and_spells() -> None:
    # RFC 8785, 3.2.3: keys by UTF-16 code units, so an emoji comes before U+FB33.
    value = {"\ufb33": 1, "\U0001f600": 2, "a": "\u20ac$\u000f\n", "1": [True, None]}
    assert (
        canonical(value).decode()
        == '{"1":[true,null],"a":"€$\\u000f\\n","\U0001f600":2,"\ufb33":1}'
    )
    with pytest.raises(NotCanonical):
        canonical({"x": 0.5})
    with pytest.raises(NotCanonical):
        canonical(2**60)

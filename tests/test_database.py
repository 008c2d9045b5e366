"""What is copied in the database of the tests is what would have been made."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from tests import cast, database
from veche.core.cases.models import TermRule
from veche.core.journal.models import Record
from veche.core.people.models import Person


def counts(rows: database.Rows) -> dict[str, int]:
    return {table: len(lines) for table, lines in rows.items()}


@pytest.mark.django_db
def test_the_copied_town_is_the_one_the_operations_make() -> None:
    empty = database.rows()
    found = []
    for make in (cast._made, cast.small_town, cast.small_town):
        with transaction.atomic():
            town = make()
            found.append(counts(database.added(empty, database.rows())))
            assert Person.objects.get(pk=town.officer.pk) == town.officer
            assert town.report().case.number
            transaction.set_rollback(True)
    people = sum(isinstance(one, Person) for one in vars(town).values())
    assert found[0]["people_person"] == people and found[0]["journal_record"] > 9
    assert found == found[:1] * 3


@pytest.mark.django_db
def test_one_test_does_not_change_the_town_of_the_next() -> None:
    with transaction.atomic():
        cast.small_town().officer.name = "Somebody else"
        transaction.set_rollback(True)
    assert cast.small_town().officer.name == "Officer"


@pytest.mark.django_db(transaction=True)
def test_after_a_commit_everything_is_as_at_first() -> None:
    first = database.rows()
    cast.small_town().report()
    TermRule.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE journal_cityclock SET ahead = interval '1 day'")
    assert Record.objects.count() > 9
    database.begin_again(first)
    again = database.rows()
    assert again.keys() == first.keys()
    assert all(sorted(again[table]) == sorted(first[table]) for table in first)


@pytest.mark.django_db
def test_rows_that_changed_are_not_kept_in_silence() -> None:
    before = database.rows()
    TermRule.objects.update(number=99)
    with pytest.raises(ValueError, match="cases_termrule were changed"):
        database.added(before, database.rows())

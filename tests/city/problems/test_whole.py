"""What begins every page of a problem: the problem and what it names, by one statement."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from pytest_django import DjangoAssertNumQueries

from tests.city.problems.conftest import Town, picture
from veche.city.problems.models import Problem
from veche.city.problems.queries.matter import pictures_of
from veche.city.problems.queries.whole import whole
from veche.core.cases.models import CaseFile
from veche.core.cases.queries import history
from veche.core.files.photographs import clean


def values(thing: Model | None, *without: str) -> dict[str, Any] | None:
    """Every column of a row."""
    if thing is None:
        return None
    names = [f.attname for f in thing._meta.concrete_fields if f.name not in without]
    return {name: getattr(thing, name) for name in names}


def test_it_is_what_the_mapper_would_give(
    town: Town, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made = town.report(photographs=[clean(picture()), clean(picture("blue"))])
    asked = Problem.objects.select_related(
        "case__organisation",
        "case__territory__district",
        "case__territory__city",
        "category__group",
    ).get(pk=made.pk)
    files = list(CaseFile.objects.filter(case=made.case).select_related("file").order_by("id"))
    with django_assert_num_queries(1):
        found = whole(made.case.number)
        assert found is not None
        place, theirs = found.case.territory, asked.case.territory
        for mine, other in (
            (found, asked),
            (found.case, asked.case),
            (found.category, asked.category),
            (found.category.group, asked.category.group),
            (found.case.organisation, asked.case.organisation),
            (place, theirs),
            (place.district, theirs.district),
            (place.city, theirs.city),
        ):
            assert values(mine, "outline") == values(other, "outline")
        pictures = pictures_of(found)
        assert [values(one) for one in pictures] == [values(one) for one in files]
        assert [values(one.file) for one in pictures] == [values(one.file) for one in files]
    assert len(files) == 2
    assert place.outline == theirs.outline, "given to whoever asks for it"
    assert whole("2000-000000") is None


def test_the_steps_name_who_made_them(
    town: Town, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    case = town.to("check").case
    with django_assert_num_queries(1):
        steps = history(case)
        said = [
            (s.seq, s.move, str(s.organisation or ""), s.holding.role if s.holding else "")
            for s in steps
        ]
        assert all(s.case == case and s.at.tzinfo is not None for s in steps)
    assert [seq for seq, *_rest in said] == list(range(1, case.seq + 1))
    assert "answer" in [move for _seq, move, *_rest in said]
    assert "officer" in [role for *_rest, role in said]
    assert all(office for _seq, move, office, _role in said if move == "answer")

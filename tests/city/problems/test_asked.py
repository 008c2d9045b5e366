"""What an author answered to the questions of a category, to the office and on the page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils.translation import override

from tests.city.problems.conftest import Town
from veche.city.problems.models import Category, Problem
from veche.city.problems.queries.asked import answered


@pytest.mark.parametrize(("language", "word"), [("en", "yes"), ("ru", "да"), ("zh-hans", "是")])
def test_answers_are_read_in_the_language_of_the_reader(
    town: Town, client: Client, language: str, word: str
) -> None:
    number = town.to("work").case.number
    category = Category.objects.get(code="pothole")
    category.questions += [
        {"code": "hurt", "kind": "yesno", "names": {"en": "Hurt?", "ru": "Ранен?", "zh": "受伤？"}}
    ]
    category.save()
    Problem.objects.filter(case__number=number).update(answers={"hurt": "yes", "depth": "deep"})
    problem = Problem.objects.select_related("category").get(case__number=number)
    with override(language):
        assert [said for _question, said in answered(problem)] == ["Deep", word]
    page = client.get(f"/{language}/problems/{number}/").content.decode()
    assert f"<dd>{word}</dd>" in page
    client.force_login(town.officer)
    panel = client.get(f"/{language}/desk/?open={number}").content.decode()
    assert f"<dd>{word}</dd>" in panel

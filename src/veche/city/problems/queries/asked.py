"""What an author answered to the questions of a category, in the reader's words."""

from __future__ import annotations

from django.utils.translation import gettext

from veche.city.problems.models import Problem
from veche.languages import here


def answered(problem: Problem) -> list[tuple[str, str]]:
    """Questions of the category with what was answered; what was left open is not named."""
    rows = []
    for question in problem.category.questions:
        value = problem.answers.get(question["code"])
        if not value:
            continue
        names = {c["code"]: here(c.get("names") or {}) for c in question.get("choices", ())}
        if question.get("kind") == "yesno":
            names = {"yes": gettext("yes"), "no": gettext("no")}
        rows.append((here(question.get("names") or {}), names.get(value, value)))
    return rows

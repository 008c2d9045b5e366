"""The kinds of problems, as a menu and by code."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from veche.city.problems.models import Category
from veche.core.cases.models import Case

if TYPE_CHECKING:
    from veche.core.places.models import Territory


@dataclass(frozen=True)
class Kinds:
    """All categories, read at once: there are a few dozen."""

    rows: Sequence[Category]

    @cached_property
    def by_code(self) -> dict[str, Category]:
        """Categories and groups by their code."""
        return {row.code: row for row in self.rows}

    @cached_property
    def by_id(self) -> dict[int, Category]:
        """Categories and groups by their number."""
        return {row.pk: row for row in self.rows}

    @cached_property
    def groups(self) -> list[tuple[Category | None, list[Category]]]:
        """Every group with its categories; those without a group come last, under None."""
        parents = self.is_group
        found: list[tuple[Category | None, list[Category]]] = [
            (row, [r for r in self.rows if r.group_id == row.pk])
            for row in self.rows
            if row.pk in parents
        ]
        loose = [r for r in self.rows if r.group_id is None and r.pk not in parents]
        return [*found, (None, loose)] if loose else found

    @cached_property
    def is_group(self) -> frozenset[int]:
        """Numbers of those that only hold others."""
        return frozenset(row.group_id for row in self.rows if row.group_id)

    def of(self, city: Territory | None) -> Kinds:
        """Own categories for an own city or none, those of its source for an imported city."""
        source = f"{city.code}/" if city and city.imported else ""
        fit = {r.pk for r in self.rows if r.imported == bool(source) and r.code.startswith(source)}
        holding = {row.group_id for row in self.rows if row.pk in fit and row.group_id}
        return Kinds([row for row in self.rows if row.pk in fit or row.pk in holding])

    def under(self, code: str) -> list[int]:
        """Numbers of the category of this code and of those in it; none for an unknown code."""
        top = self.by_code.get(code)
        return [r.pk for r in self.rows if top and top.pk in (r.pk, r.group_id)]


def kinds(*, imported: bool | None = None, active: bool = False, questions: bool = False) -> Kinds:
    """The categories: all, only those met in imports or not, only those residents can choose.

    With ``questions`` each comes with its questions and urgent words, which menus do not need.
    """
    found = Category.objects.order_by("position", "id")
    rows = list(found if questions else found.defer("questions", "urgent_words"))
    wanted = [
        row
        for row in rows
        if (imported is None or row.imported == imported) and (row.active or not active)
    ]
    # A group may be closed to reports itself and still hold categories that are open.
    groups = {row.group_id for row in wanted if row.group_id}
    held = {row.pk for row in wanted}
    return Kinds([row for row in rows if row.pk in groups or row.pk in held])


def category(code: str) -> Category | None:
    """An active category with its questions and urgent words; None for an unknown code."""
    if not code or "\x00" in code:
        return None
    return Category.objects.filter(code=code, active=True).first()


def made_by(submission: uuid.UUID) -> str:
    """The number of the problem that this form made; empty when it made none."""
    number = Case.objects.filter(problem__submission=submission).values_list("number", flat=True)
    return number.first() or ""

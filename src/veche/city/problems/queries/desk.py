"""What lies on the desk of a moderator, a dispatcher, an officer: theirs to do, soonest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from veche.city.problems.models import Problem
from veche.city.problems.queries.matter import pictures_of
from veche.core.cases.models import Case, CaseEvent, CaseFile
from veche.core.cases.queries import history
from veche.core.organisations.models import Organisation
from veche.core.organisations.queries import organisations


@dataclass(frozen=True)
class Folder:
    """One problem opened on a desk: its history and its pictures."""

    problem: Problem
    events: Sequence[CaseEvent]
    pictures: Sequence[CaseFile]
    now: dt.datetime

    @property
    def case(self) -> Case:
        """The case of the problem."""
        return self.problem.case

    @property
    def clock(self) -> dict[str, Any]:
        """What the clock bar needs."""
        return {"started": self.case.moved_at, "due": self.case.due_at, "now": self.now}

    @property
    def returned(self) -> CaseEvent | None:
        """Why it was returned, when it was."""
        return next((e for e in reversed(self.events) if e.move == "return"), None)

    def since(self, seq: int) -> list[CaseEvent]:
        """The steps made after the reader had seen ``seq`` of them."""
        return [event for event in self.events if event.seq > seq]


def folder(problem: Problem, at: dt.datetime) -> Folder:
    """A problem opened, in two queries; in one where there are no pictures."""
    case = problem.case
    return Folder(problem, history(case), pictures_of(problem), at)


def offices_to_choose(problem: Problem) -> list[tuple[str, list[Organisation]]]:
    """The offices a dispatcher can give a problem to: first those that answer for its theme
    somewhere, then the others. Offices met in imports are left out."""
    from veche.core.organisations.models import Responsibility

    near = set(
        Responsibility.objects.filter(theme=problem.case.theme).values_list(
            "organisation_id", flat=True
        )
    )
    every = sorted(organisations().filter(imported=False), key=str)
    return [
        ("near", [o for o in every if o.pk in near]),
        ("other", [o for o in every if o.pk not in near]),
    ]

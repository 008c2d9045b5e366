"""Who may see and do what with a problem."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from veche.city.problems.models import Problem
from veche.city.problems.procedure import PUBLIC
from veche.city.problems.queries.whole import whole
from veche.core.cases.operations import in_scope
from veche.core.moderation.access import reads_unpublished
from veche.core.organisations.models import Holding
from veche.core.people.models import Person
from veche.errors import NotFound


def key_digest(secret: str) -> str:
    """What is kept of the secret in an anonymous author's link."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_author(problem: Problem, person: Person | None, secret: str = "") -> bool:
    """Whether this person, or whoever holds this secret, reported the problem."""
    if problem.case.author_id is not None:
        return person is not None and person.pk == problem.case.author_id
    return (
        bool(secret)
        and problem.author_key is not None
        and hmac.compare_digest(problem.author_key, key_digest(secret))
    )


def may_see(
    problem: Problem, person: Person | None, holdings: Sequence[Holding], secret: str = ""
) -> bool:
    """Everybody sees what a moderator has passed; before that only the author and moderators."""
    if problem.case.state in PUBLIC:
        return True
    if is_author(problem, person, secret):
        return True
    return reads_unpublished(holdings, problem.case)


def sees_hidden(
    problem: Problem, person: Person | None, holdings: Sequence[Holding], secret: str = ""
) -> bool:
    """Whether this person sees the words of a problem that is hidden from everybody: its author,
    and those who work on it. A volunteer works for nobody: what is hidden is hidden from them."""
    if is_author(problem, person, secret):
        return True
    case = problem.case
    return any(
        (h.organisation_id is not None and h.organisation_id == case.organisation_id)
        or (h.territory_id is not None and in_scope(h, case, "territory"))
        for h in holdings
        if h.role != "volunteer"
    )


def seen_by(
    number: str, person: Person | None, holdings: Sequence[Holding], secret: str = ""
) -> Problem:
    """The problem of this number, for somebody who may see it.

    Raises:
        NotFound: there is none, or this person may not see it.
    """
    problem = whole(number)
    if problem is None or not may_see(problem, person, holdings, secret):
        raise NotFound
    return problem

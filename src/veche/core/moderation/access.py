"""Who may moderate what."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from veche.core.cases.operations import NoRoleForMove, in_scope
from veche.core.organisations.access import holds_over_city
from veche.core.organisations.queries import holdings
from veche.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from veche.core.cases.models import Case
    from veche.core.organisations.models import Holding
    from veche.core.people.models import Person

MODERATOR = "moderator"
ABOVE = ("controller", "administrator")
"""Who decides on an objection that no second moderator decided in time."""


class SameModerator(NotAllowed):
    """Who decided first may not judge the appeal."""

    code = "same-moderator"
    sentence = _("You made this decision yourself: another moderator judges the appeal.")


def moderator_of(held: Sequence[Holding], case: Case) -> Holding | None:
    """The role by which somebody moderates this case; None when they do not."""
    return next((h for h in held if h.role == MODERATOR and in_scope(h, case, "territory")), None)


def judge_of(held: Sequence[Holding], case: Case, *, climbed: bool) -> Holding | None:
    """The role by which somebody decides on an objection in this case: another moderator, and once
    it came up the control department or an administrator; None when they do not."""
    roles = ABOVE if climbed else (MODERATOR,)
    found = [h for h in held if h.role in roles and in_scope(h, case, "territory")]
    return min(found, key=lambda h: roles.index(h.role), default=None)


def judged_by(held: Sequence[Holding]) -> Q:
    """The same for the database: decisions of which somebody may judge the objection."""
    found = Q(pk__in=())
    for one in held:
        if one.role != MODERATOR and one.role not in ABOVE:
            continue
        mine = Q(climbed_at__isnull=one.role == MODERATOR)
        if one.territory_id is not None:
            mine &= (
                Q(case__territory=one.territory_id)
                | Q(case__territory__district=one.territory_id)
                | Q(case__territory__city=one.territory_id)
            )
        found |= mine
    return found


def reads_unpublished(held: Sequence[Holding], case: Case) -> bool:
    """Whether somebody reads what is not published: moderators, and whoever decides on an
    objection that came up to them."""
    if moderator_of(held, case) is not None:
        return True
    return case.state == "appealed_up" and judge_of(held, case, climbed=True) is not None


def as_moderator(by: Person | None, at: dt.datetime, case: Case) -> Holding:
    """The role by which somebody moderates this case now.

    Raises:
        NoRoleForMove: they do not.
    """
    found = moderator_of(holdings(by, at), case)
    if found is None:
        raise NoRoleForMove(role=_("a moderator of this territory"))
    return found


SETTERS = ("administrator", "head_moderator")
"""Roles that set limits and reasons, when held over the whole city."""


class OnlyItsSetters(NotAllowed):
    """Somebody else wants to set a limit or a reason."""

    code = "only-setters"
    sentence = _("Only an administrator or the head moderator of the city sets limits and reasons.")


def sets_rules(person: Person | None, at: dt.datetime) -> bool:
    """Whether a person sets the limits and reasons of the city now."""
    return holds_over_city(person, SETTERS, at)


def check_sets_rules(person: Person | None, at: dt.datetime) -> None:
    """Let commands (nobody) and those who set limits and reasons pass.

    Raises:
        OnlyItsSetters: the person does not.
    """
    if person is not None and not sets_rules(person, at):
        raise OnlyItsSetters

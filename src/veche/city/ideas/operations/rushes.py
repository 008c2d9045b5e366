"""What becomes of ratings that were held: they are counted, or taken out, and either is undone."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.city.ideas.models import Idea, Rating, Rush, RushRule, RushStep
from veche.city.ideas.procedure import FACILITATOR
from veche.city.ideas.talking import LONGEST_REASON, SHORTEST_REASON
from veche.core.cases.operations import NoRoleForMove, in_scope, role_name, subject
from veche.core.journal.operations import record
from veche.core.moderation.access import MODERATOR
from veche.core.notices.operations import tell_people
from veche.core.organisations.access import check_keeps_rules
from veche.core.organisations.queries import holdings
from veche.errors import Invalid, NotAllowed, NotFound, Refused
from veche.operation import operation
from veche.texts import sized

if TYPE_CHECKING:
    from collections.abc import Sequence

    from veche.core.cases.models import Case
    from veche.core.organisations.models import Holding
    from veche.core.people.models import Person

STANDING = {
    Rush.Outcome.OPEN: Rating.Standing.HELD,
    Rush.Outcome.RELEASED: Rating.Standing.COUNTED,
    Rush.Outcome.VOID: Rating.Standing.VOID,
}
ROLES = (MODERATOR, FACILITATOR)
"""Who looks at rushes, in their territory."""


class RushDecided(Refused):
    """It was decided before, or taken back."""

    code = "rush-decided"
    sentence = _("This was decided meanwhile: look at it again.")


class AnotherRush(Refused):
    """A newer rush on the same idea waits for a decision."""

    code = "another-rush"
    sentence = _("Another rush on this idea waits: decide about it first.")


class OwnIdea(NotAllowed):
    """Nobody decides who counts for their own idea."""

    code = "own-idea"
    sentence = _("This is your own idea: somebody else decides who is counted.")


class RuleOutOfRange(Invalid):
    """A number that nobody or everybody would meet."""

    code = "rush-rule"
    sentence = _("Between 1 and 10,000 in a minute; new for 1 to 365 days.")
    field = "most"


def keeper_of(held: Sequence[Holding], case: Case) -> Holding | None:
    """The role by which somebody decides about rushes on an idea; None when they do not."""
    return next((h for h in held if h.role in ROLES and in_scope(h, case, "territory")), None)


# Also what came to the idea it was joined to through those ratings.
_SET = """
UPDATE ideas_rating SET standing = %(to)s
WHERE standing = %(was)s AND (rush_id = %(rush)s OR (through_id = %(idea)s AND person_id IN (
    SELECT person_id FROM ideas_rating WHERE rush_id = %(rush)s)))
RETURNING person_id
"""


@operation
def decide_rush(*, by: Person, at: dt.datetime, rush: int, outcome: str, reason: str) -> Rush:
    """Count the held ratings of a rush (``released``), take them out (``void``), or take the
    decision back (``open``): all of them together, with a reason that everybody can read.

    Whoever is taken out, or counted after that, is told.

    Raises:
        NotFound: there is no such rush.
        RushDecided: somebody was there before; nothing changes.
        AnotherRush: a newer one on the same idea waits.
        OwnIdea, veche.core.cases.operations.NoRoleForMove: this person does not decide about it.
        veche.texts.TextLength: no reason was given.
    """
    reason = sized(reason, SHORTEST_REASON, LONGEST_REASON)
    # The idea first, as those who rate it do: who comes at this moment is decided about, or begins
    # another rush; and what it was joined to, in the order of their numbers.
    about = Rush.objects.filter(pk=rush).values_list("idea_id", "idea__into_id")
    keys = [key for row in about for key in row if key is not None]
    rows = Idea.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys)
    list(rows.order_by("pk").values_list("pk"))
    found = (
        Rush.objects.select_for_update(of=("self",))
        .select_related("idea__case__territory")
        .filter(pk=rush)
        .first()
    )
    if found is None or outcome not in Rush.Outcome.values:
        raise NotFound
    case = found.idea.case
    holding = keeper_of(holdings(by, at), case)
    if holding is None:
        raise NoRoleForMove(role=role_name(MODERATOR))
    if case.author_id == by.pk:
        raise OwnIdea
    opened = outcome == Rush.Outcome.OPEN
    if opened == (found.outcome == Rush.Outcome.OPEN):
        raise RushDecided
    others = Rush.objects.filter(idea=found.idea_id, outcome=Rush.Outcome.OPEN)
    if opened and others.exists():
        raise AnotherRush
    was, to = STANDING[Rush.Outcome(found.outcome)], STANDING[Rush.Outcome(outcome)]
    with connection.cursor() as cursor:
        cursor.execute(_SET, {"to": to, "was": was, "rush": found.pk, "idea": found.idea_id})
        people = sorted({int(row[0]) for row in cursor.fetchall()})
    RushStep(
        rush=found, outcome=outcome, by=by, role=holding.role, reason=reason, at=at,
        ratings=len(people),
    ).save(force_insert=True)  # fmt: skip
    found.outcome = Rush.Outcome(outcome)
    found.save(update_fields=["outcome"])
    record(
        kind="ideas.rush-decided",
        by=by,
        at=at,
        subject=subject(case),
        public={"outcome": outcome, "ratings": len(people), "reason": reason},
    )
    if Rating.Standing.VOID in (was, to):
        kind = "ideas.rating-void" if to == Rating.Standing.VOID else "ideas.rating-back"
        tell_people(by=by, at=at, told=[(one, case.pk) for one in people], kind=kind)
    return found


@operation
def set_rush_rule(*, by: Person | None, at: dt.datetime, most: int, days: int) -> RushRule:
    """Set from when on ratings of new accounts are held.

    Raises:
        RuleOutOfRange: see there.
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules.
    """
    check_keeps_rules(by, at)
    if not (1 <= most <= 10_000 and 1 <= days <= 365):
        raise RuleOutOfRange
    row, _made = RushRule.objects.update_or_create(id=1, defaults={"most": most, "days": days})
    record(
        kind="ideas.rush-rule-set", by=by, at=at, subject="ideas",
        public={"most": most, "days": days},
    )  # fmt: skip
    return row

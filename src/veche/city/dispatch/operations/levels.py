"""What a level of the modes is called and switches: the city's own rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules_modes as rules
from veche.city.dispatch.models import IncidentKind, ModeLevel, ModeRule
from veche.city.dispatch.queries import modes as queries
from veche.core.journal.operations import record
from veche.core.organisations.access import check_keeps_rules
from veche.core.organisations.roles import ROLES
from veche.errors import Invalid, NotFound
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


class NoSuchLevel(NotFound):
    """There are five."""

    code = "no-such-level"
    sentence = _("There is no such level.")


class LevelNameNeeded(Invalid):
    """A level without a word would be a colour alone."""

    code = "level-name"
    sentence = _("Give the level a name.")
    field = "name_en"


class FactorWrong(Invalid):
    """Terms get neither nothing nor everything."""

    code = "level-factor"
    sentence = _("Between 0.1 and 10; at the usual level always 1.")
    field = "factor"


class RuleWrong(Invalid):
    """A rule names a level above the usual one and a tier."""

    code = "mode-rule"
    sentence = _("Choose a level from 2 to 5, how grave an incident is at least, and a tier.")
    field = "tier"


@operation
def set_level(
    *,
    by: Person | None,
    at: dt.datetime,
    level: int,
    names: Mapping[str, str],
    advice: Mapping[str, str],
    factor: Decimal,
    told: Collection[str],
    duty: str = "",
) -> ModeLevel:
    """Say what a level is called, what people are advised, and what it switches from now on.

    Raises:
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules of the city.
        NoSuchLevel, LevelNameNeeded, FactorWrong: it is not whole.
    """
    check_keeps_rules(by, at)
    found = ModeLevel.objects.select_for_update().filter(level=level).first()
    if found is None:
        raise NoSuchLevel
    if not any(word.strip() for word in names.values()):
        raise LevelNameNeeded
    whole = factor == 1 if level == rules.USUAL else Decimal("0.1") <= factor <= 10
    if not whole:
        raise FactorWrong
    found.names, found.advice, found.factor = dict(names), dict(advice), factor
    found.told, found.duty = [role for role in ROLES if role in told], duty
    found.save()
    queries.forget()
    record(
        kind="mode.level-set",
        by=by,
        at=at,
        subject=f"level:{level}",
        public={
            "names": dict(names),
            "factor": str(factor),
            "told": found.told,
            "duty": duty,
        },
    )
    return found


@operation
def set_rule(
    *,
    by: Person | None,
    at: dt.datetime,
    level: int,
    kind: IncidentKind | None,
    severity: int | None,
    tier: int | None,
) -> ModeRule | None:
    """From a level on, incidents of this kind (None: all) at least as grave (None: all) are led by
    this tier from their beginning; ``tier`` None takes the rule away.

    Raises:
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules of the city.
        RuleWrong: it is not whole.
    """
    check_keeps_rules(by, at)
    if level not in rules.LEVELS[1:] or severity not in (None, 1, 2, 3, 4):
        raise RuleWrong
    if tier not in (None, 1, 2, 3):
        raise RuleWrong
    same = ModeRule.objects.filter(level=level, kind=kind, severity=severity)
    if tier is None:
        same.delete()
        found = None
    else:
        found, _new = ModeRule.objects.update_or_create(
            level=level, kind=kind, severity=severity, defaults={"tier": tier}
        )
    record(
        kind="mode.rule-set",
        by=by,
        at=at,
        subject=f"level:{level}",
        public={"kind": kind.code if kind else None, "severity": severity, "tier": tier},
    )
    return found

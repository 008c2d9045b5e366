"""The city's own rules of incidents: the kinds there are, and how many minutes a state may last."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules
from veche.city.dispatch.alert_contents import CATEGORIES
from veche.city.dispatch.models import IncidentKind, IncidentTerm
from veche.core.journal.operations import record
from veche.core.organisations.access import check_keeps_rules
from veche.errors import Invalid
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")


class KindCodeWrong(Invalid):
    """The code stands in addresses and in the themes of responsibilities."""

    code = "incident-kind-code"
    sentence = _("Small letters, digits and hyphens.")
    field = "code"


class KindNameNeeded(Invalid):
    """A kind nobody could name would never be chosen."""

    code = "incident-kind-name"
    sentence = _("Give the kind a name.")
    field = "name_en"


class KindWrong(Invalid):
    """Tiers go from 1 to 3, gravity from 1 to 4."""

    code = "incident-kind"
    sentence = _("Choose a tier, how grave it is, and a category of CAP.")
    field = "tier"


class TermWrong(Invalid):
    """A state that there is, and from one minute to ninety days."""

    code = "incident-term"
    sentence = _("Choose a state and from 1 minute to 90 days.")
    field = "minutes"


@operation
def set_kind(
    *,
    by: Person | None,
    at: dt.datetime,
    code: str,
    names: Mapping[str, str],
    tier: int,
    severity: int,
    category: str,
    public: bool,
    in_use: bool = True,
) -> IncidentKind:
    """Add a kind of incident, or change the one with this code. What is open keeps the tier and the
    gravity it was opened with; one no longer ``in_use`` is chosen no more, and stays shown.

    Raises:
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules of the city.
        KindCodeWrong, KindNameNeeded, KindWrong: what is given cannot be used.
    """
    check_keeps_rules(by, at)
    if not _CODE.fullmatch(code):
        raise KindCodeWrong
    if not any(word.strip() for word in names.values()):
        raise KindNameNeeded
    if tier not in rules.TIERS or severity not in range(1, 5) or category not in CATEGORIES:
        raise KindWrong
    found = IncidentKind.objects.select_for_update().filter(code=code).first()
    kind = found or IncidentKind(code=code)
    kind.names, kind.tier, kind.severity = dict(names), tier, severity
    kind.category, kind.public = category, public
    kind.until = None if in_use else kind.until or at
    kind.save()
    record(
        kind="incident.kind-set",
        by=by,
        at=at,
        subject=f"incident-kind:{code}",
        public={
            "names": dict(names),
            "tier": tier,
            "severity": severity,
            "category": category,
            "public": public,
            "in_use": in_use,
        },
    )
    return kind


@operation
def set_minutes(
    *,
    by: Person | None,
    at: dt.datetime,
    state: str,
    minutes: int | None,
    kind: IncidentKind | None = None,
    tier: int | None = None,
) -> IncidentTerm | None:
    """Say how many minutes a state may last, for all incidents or those of a kind or a tier; None
    takes the row away. What runs stays as it was promised.

    Raises:
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules of the city.
        TermWrong: no such state, or not from one minute to ninety days.
    """
    check_keeps_rules(by, at)
    if (
        state not in rules.MINUTES
        or state == "pending"
        or (tier is not None and tier not in rules.TIERS)
    ):
        raise TermWrong
    if minutes is not None and not 1 <= minutes <= rules.MOST_MINUTES:
        raise TermWrong
    rows = IncidentTerm.objects.filter(state=state, kind=kind, tier=tier)
    found = None
    if minutes is None:
        rows.delete()
    else:
        found, _made = IncidentTerm.objects.update_or_create(
            state=state, kind=kind, tier=tier, defaults={"minutes": minutes}
        )
    record(
        kind="incident.term-set",
        by=by,
        at=at,
        subject=f"incident-term:{state}",
        public={"minutes": minutes, "kind": kind.code if kind else "", "tier": tier},
    )
    return found

"""Who reads and does what about a methodology and an agreement."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.city.pilots.access.applications import Standing, application_for
from veche.city.pilots.models import Agreement, Methodology
from veche.city.pilots.operations.refusals_agreements import UnknownAgreement

if TYPE_CHECKING:
    from veche.core.people.models import Person

PARTIES = frozenset({"company", "agency", "department", "site"})
"""Who reads the text of an agreement: whoever signs it, and the department that supervises."""


def standing_for(number: str, person: Person | None, at: dt.datetime) -> Standing:
    """The application of this number, for whoever may read something of how it is tested.

    Raises:
        veche.city.pilots.access.applications.UnknownApplication: it is not shown to them.
    """
    return application_for(number, person, at)


def is_party(stand: Standing) -> bool:
    """Whether they read drafts and texts."""
    return bool(stand.relations & PARTIES)


def methodologies_for(stand: Standing) -> list[Methodology]:
    """The versions that somebody may read, the newest first: the parties all, everybody else those
    that were approved."""
    from veche.city.pilots.queries.methodologies import versions

    found = list(versions(stand.application))
    return found if is_party(stand) else [one for one in found if one.approved_at is not None]


def agreements_of(stand: Standing) -> list[Agreement]:
    """The texts of an application without their bytes, the newest first."""
    rows = Agreement.objects.filter(application=stand.application).defer("text", "signed")
    return list(rows.select_related("methodology", "site__owner").order_by("-version"))


def text_for(stand: Standing, version: int) -> Agreement:
    """One text with its bytes.

    Raises:
        UnknownAgreement: there is none, or it is not shown to them.
    """
    found = Agreement.objects.filter(application=stand.application, version=version).first()
    if found is None or not is_party(stand):
        raise UnknownAgreement
    return found

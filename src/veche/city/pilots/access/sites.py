"""Who keeps a site, and who reads one that is not published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.access.companies import programme_or_none, runs
from veche.city.pilots.models import Booking, Site
from veche.core.organisations.queries import holdings
from veche.errors import NotAllowed, NotFound

if TYPE_CHECKING:
    from veche.core.organisations.models import Holding
    from veche.core.people.models import Person

SITE_OWNER = "site_owner"
LIVE = (Booking.Standing.HELD, Booking.Standing.BOOKED)
"""How a booking stands that takes a place."""


class UnknownSite(NotFound):
    """There is no such site, or it is not published."""

    code = "unknown-site"
    sentence = _("There is no site with the code “{asked}”, or it is not published.")


class NotTheSite(NotAllowed):
    """Only who keeps the site, or the agency, does this."""

    code = "not-the-site"
    sentence = _("Only who keeps this site, or the agency of the programme, may do this.")


class NotTheOwner(NotAllowed):
    """Whether a trial may take place there, its owner says alone."""

    code = "not-the-site-owner"
    sentence = _("Only who keeps this site decides who may test there.")


def sites() -> QuerySet[Site]:
    """All sites with what their rows name."""
    return Site.objects.select_related("owner", "territory")


OPEN = Q(published_at__isnull=False, closed_at=None)
"""The sites that take trials."""


def owned(held: Sequence[Holding]) -> frozenset[int]:
    """The organisations whose sites somebody with these roles keeps."""
    return frozenset(
        one.organisation_id
        for one in held
        if one.role == SITE_OWNER and one.organisation_id is not None
    )


def keeps(held: Sequence[Holding], site: Site) -> bool:
    """Whether one of these roles is that of who keeps a site."""
    return site.owner_id in owned(held)


def changes(held: Sequence[Holding], site: Site) -> bool:
    """Whether somebody with these roles says what a site offers: its keeper or the agency."""
    return keeps(held, site) or runs(held, programme_or_none())


def site_for(code: str, held: Sequence[Holding] = ()) -> Site:
    """The site of this code, for whoever may read it.

    Raises:
        UnknownSite: there is none; or it is not published, and they do not keep it.
    """
    found = sites().filter(code=code).first()
    if found is None or (found.published_at is None and not changes(held, found)):
        raise UnknownSite(asked=code)
    return found


def check_changes(person: Person | None, at: dt.datetime, site: Site) -> None:
    """Let commands (nobody), who keeps the site, and the agency pass.

    Raises:
        NotTheSite: the person is none of these now.
    """
    if person is not None and not changes(holdings(person, at), site):
        raise NotTheSite


def check_keeps(person: Person | None, at: dt.datetime, site: Site) -> None:
    """Let commands (nobody) and who keeps the site pass.

    Raises:
        NotTheOwner: the person does not now.
    """
    if person is not None and not keeps(holdings(person, at), site):
        raise NotTheOwner

"""Who may connect systems, watch the city and read what is not everybody's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.pulse.models import Source
from veche.core.organisations.access import covers, over_city
from veche.core.organisations.queries import holdings
from veche.errors import NotAllowed, NotFound

if TYPE_CHECKING:
    from veche.core.organisations.models import Holding
    from veche.core.people.models import Person
    from veche.core.places.models import Territory

STEWARD, OPERATOR, ANALYST = "steward", "operator", "analyst"
WATCHERS = frozenset({STEWARD, OPERATOR, ANALYST})
"""Roles that read every source, public or not."""
OF_OFFICE = frozenset({"officer", "head"})
"""Roles that read the sources of their own office."""


class NotASteward(NotAllowed):
    """Only stewards connect systems and keep agreements."""

    code = "not-a-steward"
    sentence = _("Only a data steward of the city connects systems and keeps agreements.")


class NotAnOperator(NotAllowed):
    """Only operators handle alarms."""

    code = "not-an-operator"
    sentence = _("Only an operator on duty here handles alarms.")


class NotYoursToRead(NotAllowed):
    """What a source tells is not everybody's."""

    code = "source-not-public"
    sentence = _("Only those who watch the city and the owner's officers read this source.")


class UnknownSource(NotFound):
    """There is no such source."""

    code = "unknown-source"
    sentence = _("There is no data source with the code “{asked}”.")


def stewards(held: Iterable[Holding]) -> bool:
    """Whether one of these roles is that of a steward of the whole city."""
    return any(one.role == STEWARD and over_city(one) for one in held)


def check_steward(person: Person | None, at: dt.datetime) -> None:
    """Let commands and timers (nobody) and stewards pass.

    Raises:
        NotASteward: the person is none now.
    """
    if person is not None and not stewards(holdings(person, at)):
        raise NotASteward


def operates(held: Iterable[Holding], territory: Territory | None = None) -> bool:
    """Whether one of these roles is that of an operator who watches this territory."""
    return any(one.role == OPERATOR and covers(one, territory) for one in held)


def check_operator(person: Person | None, at: dt.datetime, territory: Territory | None) -> None:
    """Let commands and timers (nobody) and the operators of a territory pass.

    Raises:
        NotAnOperator: the person is none here and now.
    """
    if person is not None and not operates(holdings(person, at), territory):
        raise NotAnOperator


def watches(held: Iterable[Holding]) -> bool:
    """Whether one of these roles reads every source."""
    return any(one.role in WATCHERS for one in held)


def offices_read(held: Iterable[Holding]) -> frozenset[int]:
    """The offices whose sources are read with these roles."""
    return frozenset(
        one.organisation_id
        for one in held
        if one.role in OF_OFFICE and one.organisation_id is not None
    )


def reads(source: Source, held: Collection[Holding]) -> bool:
    """Whether somebody with these roles may read what a source tells."""
    return source.public or watches(held) or source.owner_id in offices_read(held)


def check_reads(source: Source, held: Collection[Holding]) -> None:
    """Let those pass who may read what a source tells.

    Raises:
        NotYoursToRead: it is not public and the roles do not reach it.
    """
    if not reads(source, held):
        raise NotYoursToRead


def readable(held: Collection[Holding]) -> frozenset[int] | None:
    """The numbers of the sources that may be read with these roles; None: all of them."""
    if watches(held):
        return None
    from django.db.models import Q

    mine = Source.objects.filter(Q(public=True) | Q(owner_id__in=offices_read(held)))
    return frozenset(mine.values_list("pk", flat=True))


def source_for(code: str) -> Source:
    """The source of this code, with its owner and its agreement.

    Raises:
        UnknownSource: there is none.
    """
    found = Source.objects.select_related("owner", "agreement").filter(code=code).first()
    if found is None:
        raise UnknownSource(asked=code)
    return found

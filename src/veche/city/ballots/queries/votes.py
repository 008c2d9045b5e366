"""Votes as everybody may read them: one of them, and lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet

from veche.city.ballots.models import Tally, Vote
from veche.city.ballots.procedure import BEFORE, COUNTED, PUBLIC, RUNNING
from veche.city.ballots.vote.config import VoteConfig, read_config
from veche.core.places.models import Territory
from veche.core.places.queries import Atlas
from veche.errors import NotFound

ENDED = ("closed", *COUNTED, "annulled")
GROUPS: Mapping[str, tuple[str, ...]] = {"open": RUNNING, "coming": BEFORE, "ended": ENDED}
"""The three parts of the list, and the states that stand in each."""


class UnknownVote(NotFound):
    """There is no such vote, or it is not announced yet."""

    code = "unknown-vote"


def votes() -> QuerySet[Vote]:
    """All votes with what their rows name."""
    return Vote.objects.select_related("case", "case__territory")


def public_vote(number: str) -> Vote:
    """An announced vote by its number.

    Raises:
        UnknownVote: there is none, or it is still being prepared.
    """
    found = votes().filter(case__number=number, case__state__in=PUBLIC).first()
    if found is None or found.case.hidden_at is not None:
        raise UnknownVote
    return found


def config_of(vote: Vote) -> VoteConfig:
    """The configuration of a vote as it was read; a frozen one is read once in a process."""
    if not vote.digest:
        return read_config(vote.config, draft=True)
    known = _known(vote.digest)
    if known.config is None:
        known.config = read_config(vote.config)
    return known.config


@dataclass
class _Known:
    config: VoteConfig | None = None


@lru_cache(maxsize=256)
def _known(_digest: str) -> _Known:
    return _Known()


@dataclass(frozen=True)
class Filter:
    """Which votes a list shows; its parameters stand in the address."""

    place: Territory | None = None
    group: str = ""

    def parameters(self, **other: Any) -> str:
        """The filter as it stands in an address."""
        values: dict[str, Any] = {
            "place": self.place.code if self.place else "",
            "show": self.group,
        }
        kept = {name: value for name, value in {**values, **other}.items() if value}
        return "?" + urlencode(kept) if kept else ""


def read_filter(given: Mapping[str, str], places: Atlas) -> Filter:
    """The filter of an address; what is not known is left out."""
    group = given.get("show", "")
    place = places.by_code.get(given.get("place", "")[:80].replace("\x00", ""))
    return Filter(place=place, group=group if group in GROUPS else "")


def chosen(which: Filter, places: Atlas) -> QuerySet[Vote]:
    """The announced votes of a place: those of the place itself, of what lies in it, and of what
    it lies in, for its people may vote there too."""
    rows = votes().filter(case__state__in=PUBLIC, case__hidden_at=None)
    place = which.place
    if place is not None and place.kind != Territory.Kind.CITY:
        around = [pk for pk in (place.district_id, place.city_id) if pk]
        rows = rows.filter(case__territory_id__in=[*places.inside(place), *around])
    return rows


def group(rows: QuerySet[Vote], name: str) -> QuerySet[Vote]:
    """One part of a list: what closes or opens next first, of what ended the latest first."""
    rows = rows.filter(case__state__in=GROUPS[name])
    if name == "open":
        return rows.order_by("closes_at", "pk")
    return rows.order_by("opens_at", "pk") if name == "coming" else rows.order_by("-closes_at")


def counts(rows: QuerySet[Vote]) -> dict[str, int]:
    """How many there are in each part."""
    return rows.aggregate(
        **{name: Count("pk", filter=Q(case__state__in=states)) for name, states in GROUPS.items()}
    )


def bodies(rows: list[Vote]) -> dict[int, dict[str, Any]]:
    """The counts as they stand, by vote."""
    found = Tally.objects.filter(vote__in=[one.pk for one in rows])
    return dict(found.values_list("vote_id", "body"))


def open_now(most: int) -> list[Vote]:
    """The votes that are open, what closes next first."""
    return list(group(votes().filter(case__hidden_at=None), "open")[:most])

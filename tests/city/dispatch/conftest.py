"""What the tests of this folder have in common: a town, kinds of incidents, and an incident."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest

from tests import database
from tests.cast import START, SmallTown, small_town
from veche.city.dispatch.models import Incident, IncidentKind, IncidentTask
from veche.city.dispatch.operations import incidents
from veche.core.organisations.models import Organisation
from veche.core.organisations.operations import make_responsible

EARLY = START - dt.timedelta(days=300)


def minutes(n: float) -> dt.timedelta:
    """So many minutes."""
    return dt.timedelta(minutes=n)


@dataclass
class Ground:
    """A small town with two kinds of incidents, and the usual steps in one word each.

    The flood kind is led by the roads office, who answer for it; nobody answers for the other.
    Steps come one minute after each other from the moment given.
    """

    town: SmallTown
    flood: IncidentKind
    secret: IncidentKind

    def report(self, *, at: dt.datetime = START, **more: Any) -> Incident:
        """An incident in the west, told by the watch by telephone."""
        values: dict[str, Any] = {
            "by": self.town.watch,
            "kind": self.flood,
            "territory": self.town.west,
            "title": "Water on Bridge Street",
            "text": "A caller says the cellar of number 9 is full.",
            "source": "call",
        }
        return incidents.report(at=at, **{**values, **more})

    def verified(self, *, at: dt.datetime = START, **more: Any) -> Incident:
        """… that the dispatcher of the district has verified a minute later."""
        incident = self.report(at=at, **more)
        return incidents.verify(by=self.town.dispatcher, at=at + minutes(1), incident=incident)

    def dispatched(
        self, *, at: dt.datetime = START, lead: Organisation | None = None, **more: Any
    ) -> Incident:
        """… that lies with its lead two minutes later."""
        incident = self.verified(at=at, **more)
        return incidents.dispatch(
            by=self.town.dispatcher, at=at + minutes(2), incident=incident, lead=lead
        )

    def in_work(self, *, at: dt.datetime = START, **more: Any) -> Incident:
        """… that the roads office accepted three minutes later."""
        incident = self.dispatched(at=at, **more)
        return incidents.accept(by=self.town.officer, at=at + minutes(3), incident=incident)

    def done(self, *, at: dt.datetime = START, **more: Any) -> Incident:
        """… that was reported done ten minutes later."""
        incident = self.in_work(at=at, **more)
        return incidents.say_done(
            by=self.town.officer, at=at + minutes(10), incident=incident, text="Pumped dry."
        )

    def closed(self, *, at: dt.datetime = START, **more: Any) -> Incident:
        """… that was verified on site twenty minutes later."""
        incident = self.done(at=at, **more)
        return incidents.close(by=self.town.dispatcher, at=at + minutes(20), incident=incident)

    def helped(self, incident: Incident, *, at: dt.datetime) -> IncidentTask:
        """The lighting office is asked to help."""
        return incidents.ask_help(
            by=self.town.dispatcher,
            at=at,
            incident=incident,
            organisation=self.town.lights,
            text="Switch the street off.",
        )


def kind(code: str, **more: Any) -> IncidentKind:
    """A kind of incident by its code."""
    names = {language: code.title() for language in ("en", "ru", "zh")}
    return IncidentKind.objects.create(code=code, names=names, **more)


@pytest.fixture
def ground(db: None) -> Ground:
    """The town with its kinds of incidents."""
    return _ground()


@database.Once
def _ground() -> Ground:
    town = small_town()
    flood = kind("flood", tier=2, severity=3, category="Infra")
    make_responsible(
        by=None, at=EARLY, organisation=town.roads, theme=flood.theme, territory=town.city
    )
    return Ground(town=town, flood=flood, secret=kind("secret", public=False))

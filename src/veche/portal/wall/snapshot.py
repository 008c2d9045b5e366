"""How the whole city is at one moment: read once, shown by every screen of the same wall."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from veche.city.dispatch.queries import modes
from veche.city.dispatch.queries.modes import Mode
from veche.core.places.models import Territory
from veche.core.places.queries import Atlas, atlas
from veche.portal.wall import alarms, incidents, signs
from veche.portal.wall.alarms import Alarms
from veche.portal.wall.alerts import Alert, alerts
from veche.portal.wall.duty import Duty, duty
from veche.portal.wall.incidents import Open, Owing
from veche.portal.wall.signs import WORSE, District, Signs
from veche.portal.wall.walls import Wall


@dataclass(frozen=True)
class Snapshot:
    """Everything that stands on a wall."""

    wall: Wall
    at: dt.datetime
    places: Atlas
    signs: Signs
    districts: Sequence[District]
    incidents: Sequence[Open] = ()
    tasks: Sequence[Open] = ()
    """What helping offices have not done in time."""
    alarms: Alarms = field(default_factory=Alarms)
    modes: Sequence[Mode] = ()
    """Above the usual one, the gravest first."""
    duty: Sequence[Duty] = ()
    alerts: Sequence[Alert] = ()
    """Messages to the public in force."""

    @property
    def city(self) -> Territory | None:
        """The city it is of."""
        return self.places.home()

    @property
    def mode(self) -> Mode:
        """The mode of the whole city; the usual one where none was entered."""
        city = self.city
        return next((one for one in self.modes if one.territory == city), modes.usual())

    @property
    def elsewhere(self) -> list[Mode]:
        """The modes of parts of the city."""
        return [one for one in self.modes if one.territory != self.city]

    @cached_property
    def late(self) -> list[Open]:
        """Incidents whose term is over, and what helping offices owe."""
        return [*(one for one in self.incidents if one.late(self.at)), *self.tasks]

    @property
    def whose(self) -> list[Owing]:
        """Whose the late ones are."""
        return incidents.whose(self.late, self.at)

    @property
    def pending(self) -> list[Open]:
        """What stands in the pending register."""
        return [one for one in self.incidents if one.state == "pending"]

    @property
    def by_district(self) -> Mapping[int, int]:
        """District → how many incidents are open there."""
        places = (one.territory.district_id for one in self.incidents)
        return Counter(pk for pk in places if pk)

    @property
    def calm(self) -> bool:
        """Whether nothing is wrong, and enough is known to say so."""
        return not (
            self.incidents
            or self.tasks
            or self.alarms.count
            or self.modes
            or self.alerts
            or self.signs.attention
            or self.signs.silent
            or self.signs.silent_sources
        )


def take(wall: Wall, at: dt.datetime) -> Snapshot:
    """Read everything that a wall shows."""
    places = atlas()
    found = alarms.alarms(places, drill=wall.drill) if wall.inside else Alarms()
    # What is measured is real: a wall of drills shows the districts by the drill's alarms alone.
    opened = incidents.open_ones(wall, places)
    measured = Signs(at) if wall.drill else signs.signs(at, places)
    return Snapshot(
        wall=wall,
        at=at,
        places=places,
        signs=measured,
        districts=_by_alarms(found, places) if wall.drill else measured.districts,
        incidents=opened,
        tasks=incidents.late_tasks(opened, at),
        alarms=found,
        modes=modes.now(at, drill=wall.drill),
        duty=duty(at),
        alerts=alerts(at, places, drill=wall.drill),
    )


def _by_alarms(found: Alarms, places: Atlas) -> list[District]:
    city = places.home()
    if city is None:
        return []
    worst: dict[int, str] = {}
    for one in found.rows:
        district = one.territory.district_id
        if one.active and district:
            worst[district] = max(worst.get(district, "none"), one.level, key=WORSE.index)
    return [
        District(place, worst.get(place.pk, ""))
        for place in sorted(places.children(city), key=lambda one: one.code)
    ]

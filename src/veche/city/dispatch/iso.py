"""Which of our indicators stands near which indicator of ISO 37120:2018. Pure data.

The text of the standard is not free: here stand numbers, and words of our own. What is the same in
meaning is called so only where the standard's unit is ours too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

if TYPE_CHECKING:
    from django.utils.functional import Promise

THEMES: dict[str, str | Promise] = {
    "7": _("Energy"),
    "8": _("Environment and climate"),
    "10": _("Governance"),
    "12": _("Housing"),
    "15": _("Safety"),
    "16": _("Solid waste"),
    "19": _("Transport"),
    "23": _("Water"),
}
"""The themes of the standard that anything of ours belongs to, by their numbers there."""
KINDS: dict[str, str | Promise] = {
    "same": _("measures the same"),
    "near": _("measures nearly the same, in another unit or over another time"),
    "beside": _("belongs to the same theme, and to no single indicator"),
}


@dataclass(frozen=True)
class Mapped:
    """One of ours and where it stands in the standard."""

    indicator: str
    """Code of a vital sign, or ``figure/measure``."""
    code: str
    kind: str
    name: str | Promise

    @property
    def theme_number(self) -> str:
        """The number of its theme."""
        return self.code.split(".")[0]

    @property
    def theme(self) -> str:
        """Its theme, in English: what is published."""
        with override("en"):
            return str(THEMES[self.theme_number])

    @property
    def english(self) -> str:
        """What ours says, in English: what is published."""
        with override("en"):
            return str(self.name)

    @property
    def theme_here(self) -> str | Promise:
        """Its theme, for the reader."""
        return THEMES[self.theme_number]

    @property
    def kind_here(self) -> str | Promise:
        """How far ours answers it, for the reader."""
        return KINDS[self.kind]


_TIME, _RATIO = "incidents_time_by_city", "incidents_ratio_by_city"
MAPPED: tuple[Mapped, ...] = (
    Mapped("homes-dark", "7.7", "near", _("homes without electricity")),
    Mapped("heat-supply", "7", "beside", _("heat in the network")),
    Mapped("air-pm25", "8.1", "near", _("fine dust in the air, PM2.5")),
    Mapped("air-pm10", "8.2", "near", _("dust in the air, PM10")),
    Mapped("air-no2", "8.5", "near", _("nitrogen dioxide in the air")),
    Mapped("air-so2", "8.6", "near", _("sulphur dioxide in the air")),
    Mapped("air-o3", "8.7", "near", _("ozone in the air")),
    Mapped("noise-night", "8.8", "near", _("noise at night")),
    Mapped("problems-open", "10", "beside", _("problems that wait for an answer")),
    Mapped("answered-in-time", "10", "beside", _("answers in time")),
    Mapped(f"{_RATIO}/in_time", "10", "beside", _("incidents with every step in time")),
    Mapped("lifts-stopped", "12", "beside", _("lifts that stand still")),
    Mapped("fire-alarms", "15", "beside", _("fire detectors set off")),
    Mapped("ambulance-time", "15.7", "near", _("arrival time of ambulances")),
    Mapped(f"{_TIME}/reach", "15.7", "near", _("from acceptance to the first action on the spot")),
    Mapped(f"{_TIME}/detect", "15.7", "near", _("from detection until somebody is sent")),
    Mapped(f"{_RATIO}/false", "15", "beside", _("false alarms among incidents")),
    Mapped("bins-full", "16", "beside", _("full waste bins")),
    Mapped("tram-delay", "19", "beside", _("delay of trams")),
    Mapped("road-accidents", "19", "beside", _("road accidents in an hour")),
    Mapped("parking-free", "19", "beside", _("free parking places")),
    Mapped("water-pressure", "23.7", "near", _("pressure in the water mains")),
)

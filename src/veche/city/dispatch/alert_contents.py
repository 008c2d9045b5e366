"""What an alert says, apart from who says it and when: checked once, kept as JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from veche.errors import Invalid
from veche.languages import LANGUAGES
from veche.texts import TextLength, sized

SEVERITIES = ("Extreme", "Severe", "Moderate", "Minor")
URGENCIES = ("Immediate", "Expected", "Future")
CERTAINTIES = ("Observed", "Likely", "Possible")
CATEGORIES = (
    "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra",
    "CBRNE", "Other",
)  # fmt: skip
RESPONSES = (
    "Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None",
)  # fmt: skip
"""Words of CAP 1.2; those that tell people nothing (“Unknown”) are not offered."""

LONGEST_EVENT = 60
SHORTEST_HEADLINE, LONGEST_HEADLINE = 3, 160
LONGEST_DESCRIPTION = 1500
LONGEST_INSTRUCTION = 800
LONGEST_CONTACT = 160
LONGEST = dt.timedelta(days=7)
"""Longest that an alert is in force without being said again."""
LARGEST_CIRCLE = 30.0
"""Kilometres."""
MOST_PLACES = 40
NEEDS_INSTRUCTION = ("Extreme", "Severe")

SEVERITY_WORDS = {
    "Extreme": _("danger to life"),
    "Severe": _("grave"),
    "Moderate": _("moderate"),
    "Minor": _("slight"),
}
URGENCY_WORDS = {
    "Immediate": _("act at once"),
    "Expected": _("act within the hour"),
    "Future": _("get ready"),
}
CERTAINTY_WORDS = {
    "Observed": _("it has happened"),
    "Likely": _("likely"),
    "Possible": _("possible"),
}
CATEGORY_WORDS = {
    "Geo": _("ground: slides, earthquakes"),
    "Met": _("weather and water"),
    "Safety": _("public safety"),
    "Security": _("security"),
    "Rescue": _("rescue and search"),
    "Fire": _("fire"),
    "Health": _("health"),
    "Env": _("air, water, soil"),
    "Transport": _("transport"),
    "Infra": _("heat, power, water supply"),
    "CBRNE": _("chemical, radiation and the like"),
    "Other": _("something else"),
}
RESPONSE_WORDS = {
    "Shelter": _("go inside and stay there"),
    "Evacuate": _("leave the place"),
    "Prepare": _("get ready"),
    "Execute": _("do what is written"),
    "Avoid": _("keep away from the place"),
    "Monitor": _("follow the news"),
    "Assess": _("judge by what you see around you"),
    "AllClear": _("the danger is over"),
    "None": _("nothing need be done"),
}


class NotASay(Invalid):
    """A word that the standard does not have or that is not offered."""

    code = "alert-word"
    sentence = _("Choose from the list.")


class NotInAllLanguages(Invalid):
    """Something is said in one language and not in another."""

    code = "alert-languages"
    sentence = _("Write it in all three languages: who reads only one of them must know as much.")


class NoInstruction(Invalid):
    """A grave alert that does not say what to do."""

    code = "alert-instruction"
    sentence = _("An alert so grave says what to do. Write it in all three languages.")
    field = "instruction_en"


class NoPlace(Invalid):
    """An alert for no place at all, or for too many."""

    code = "alert-place"
    sentence = _("Choose at least one place, and at most {most}.")
    field = "territories"


class WrongHours(Invalid):
    """It would end before it begins, or last too long."""

    code = "alert-hours"
    sentence = _("It must end after it begins, later than now, and within {days} days.")
    field = "expires"


class WrongCircle(Invalid):
    """A circle that is none on the earth."""

    code = "alert-circle"
    sentence = _("A circle has a point and a radius of up to {most} km.")
    field = "radius"


@dataclass(frozen=True)
class Contents:
    """What an alert says; names and sentences by language (en, ru, zh)."""

    category: str
    response: str
    urgency: str
    severity: str
    certainty: str
    event: Mapping[str, str]
    headline: Mapping[str, str]
    description: Mapping[str, str]
    instruction: Mapping[str, str]
    territories: tuple[str, ...]
    """Codes."""
    expires: dt.datetime
    onset: dt.datetime | None = None
    """When it is expected to begin; empty: now."""
    contact: str = ""
    circle: tuple[float, float, float] | None = None
    """Longitude, latitude, kilometres: where within these places."""

    def checked(self, at: dt.datetime) -> Contents:
        """The same without what nobody can read; moments to the second.

        Raises:
            Invalid: something is missing, too long or no word of the standard.
        """
        for name, known in (
            ("category", CATEGORIES),
            ("response", RESPONSES),
            ("urgency", URGENCIES),
            ("severity", SEVERITIES),
            ("certainty", CERTAINTIES),
        ):
            if getattr(self, name) not in known:
                raise _of(NotASay(), name)
        if not 1 <= len(set(self.territories)) <= MOST_PLACES:
            raise NoPlace(most=MOST_PLACES)
        begins = max(at, self.onset) if self.onset else at
        if not begins < self.expires <= at + LONGEST:
            raise WrongHours(days=LONGEST.days)
        if self.circle is not None:
            longitude, latitude, km = self.circle
            fits = -180 <= longitude <= 180 and -90 <= latitude <= 90 and 0 < km <= LARGEST_CIRCLE
            if not fits:
                raise WrongCircle(most=round(LARGEST_CIRCLE))
        made = replace(
            self,
            event=_said("event", self.event, 2, LONGEST_EVENT),
            headline=_said("headline", self.headline, SHORTEST_HEADLINE, LONGEST_HEADLINE),
            description=_said("description", self.description, 0, LONGEST_DESCRIPTION),
            instruction=_said("instruction", self.instruction, 0, LONGEST_INSTRUCTION),
            contact=sized(self.contact, 0, LONGEST_CONTACT),
            territories=tuple(dict.fromkeys(self.territories)),
            expires=self.expires.replace(microsecond=0),
            onset=self.onset.replace(microsecond=0) if self.onset else None,
        )
        if made.severity in NEEDS_INSTRUCTION and not made.instruction:
            raise NoInstruction
        return made

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        found = asdict(self)
        found["expires"] = self.expires.isoformat()
        found["onset"] = self.onset.isoformat() if self.onset else None
        found["territories"] = list(self.territories)
        found["circle"] = list(self.circle) if self.circle else None
        return found

    @staticmethod
    def from_json(kept: Mapping[str, Any]) -> Contents:
        """What `to_json` kept."""
        values = dict(kept)
        values["expires"] = dt.datetime.fromisoformat(values["expires"])
        values["onset"] = dt.datetime.fromisoformat(values["onset"]) if values["onset"] else None
        values["territories"] = tuple(values["territories"])
        values["circle"] = tuple(values["circle"]) if values.get("circle") else None
        return Contents(**values)


def _said(name: str, words: Mapping[str, str], least: int, most: int) -> dict[str, str]:
    """The words in all languages, or in none where nothing need be said."""
    found = {}
    for code in LANGUAGES:
        try:
            found[code] = sized(str(words.get(code) or ""), least, most)
        except TextLength as fault:
            raise _of(fault, f"{name}_{code}") from None
    missing = [code for code, text in found.items() if not text]
    if missing and len(missing) < len(found):
        raise _of(NotInAllLanguages(), f"{name}_{missing[0]}")
    return {} if missing else found


def _of(fault: Invalid, field: str) -> Invalid:
    """The refusal, said of one field of the form."""
    vars(fault)["field"] = field
    return fault

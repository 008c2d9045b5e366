"""Where the people of the demo town live, who waits for a letter, and a few looks of the staff."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping

from veche.core.people.models import Person, Residence
from veche.core.people.operations import note_look
from veche.core.people.operations.birth import note_birth_dates
from veche.core.people.operations.residence import ask_for_letter, give_residences
from veche.core.places.models import Territory

DAY = dt.timedelta(days=1)


def load_homes(*, since: dt.datetime, at: dt.datetime, places: Mapping[str, Territory]) -> int:
    """Residents live where the town says; three wait for a letter; returns how many live."""
    from veche.town.people import cast, residents

    lives = {r.email: r.neighbourhood for r in residents()}
    lives |= {m.email: m.area for m in cast() if m.role in ("resident", "pupil") and m.area}
    people = Person.objects.filter(email__in=lives)
    homes = {p: places[lives[p.email]] for p in people if p.email}
    waiting = [p for p in homes if p.cast is None][:3]
    for days, person in enumerate(waiting, 1):
        home = homes.pop(person)
        address = f"{home.names.get('ru')}, {days + 8}, {3 * days}"
        ask_for_letter(by=person, at=at - days * DAY, territory=home, address=address)
    made = give_residences(by=None, at=since, homes=homes, how=Residence.How.LETTER)
    note_birth_dates(by=None, at=since, days=_birth_dates(homes, since), how=Residence.How.COUNTER)
    parts = {p.cast: p for p in Person.objects.filter(cast__isnull=False)}
    for days, who, what in ((40, "clerk", "residence"), (12, "moderator", "author")):
        if who in parts and "resident" in parts:
            note_look(by=parts[who], at=at - days * DAY, person_id=parts["resident"].pk, what=what)
    return made


def _birth_dates(homes: Mapping[Person, Territory], since: dt.datetime) -> dict[int, dt.date]:
    """Invented days of birth of three residents in four: the others never showed theirs."""
    days = {}
    for person in homes:
        drawn = int.from_bytes(hashlib.sha256(f"born {person.email}".encode()).digest()[:8])
        if drawn % 4 or person.cast:
            years, day = 14 + drawn // 7 % 70, drawn // 499 % 365
            days[person.pk] = since.date() - dt.timedelta(days=years * 365 + day)
    return days

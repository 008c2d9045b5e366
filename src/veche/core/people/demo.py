"""The people of the demo town, all invented: the cast, the staff, 5,000 residents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import ModuleType

from veche.core.people.models import Level, Person
from veche.core.people.operations import add_people

BEFORE = dt.timedelta(days=400)
"""How long before the present the demo town began."""
LANGUAGE = {"ru": "ru", "en": "en", "zh": "zh-hans"}


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Open their accounts, as if a little more than a year ago."""
    from veche.town.geometry import town as the_town
    from veche.town.people import cast, heads, residents, staff

    people = [
        Person(
            name=member.names[member.language],
            email=member.email,
            language=LANGUAGE[member.language],
            level=Level.IDENTIFIED,
            cast=member.key,
        )
        for member in cast()
    ]
    cast_keys = {member.key for member in cast()}
    people += [
        Person(name=m.names[m.language], email=m.email, language="ru", level=Level.IDENTIFIED)
        for m in (*staff(), *heads())
        if m.key not in cast_keys
    ]
    crowd = residents()
    # A district without a dispatcher of the cast still needs one: somebody of its residents.
    taken = {member.area for member in cast() if member.role == "dispatcher"}
    for district in the_town().districts:
        if district.code not in taken:
            person = next(r for r in crowd if r.neighbourhood.startswith(district.code))
            people.append(
                Person(
                    name=person.name,
                    email=dispatcher_email(district.code),
                    language=LANGUAGE[person.language],
                    level=Level.IDENTIFIED,
                )
            )
    people += [
        Person(name=r.name, email=r.email, language=LANGUAGE[r.language], level=Level.RESIDENT)
        for r in crowd
    ]
    made = add_people(by=None, at=at - BEFORE, people=people)
    report(f"people: {len(made)}")


def dispatcher_email(district: str) -> str:
    """The invented address of the dispatcher of a district."""
    return f"dispatcher-{district}@example.org"

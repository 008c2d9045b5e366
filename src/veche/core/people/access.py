"""How far we must know somebody before they may do something."""

from __future__ import annotations

from veche.core.people.models import Level, Person

_ORDER = tuple(Level)


def at_least(person: Person | None, level: Level) -> bool:
    """Whether we know the person at least that far; a visitor is not verified at all."""
    known = Level(person.level) if person is not None else Level.UNVERIFIED
    return _ORDER.index(known) >= _ORDER.index(level)

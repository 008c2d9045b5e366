"""What notices know of a matter of any module: its title, its place, its themes, its address.

A module whose matters can be followed says so when it starts::

    show("problem", Shown(find=…, newest=…, themes=…, url="problems:matter"))

so that letters name a matter by its title and subscribers of a street or a theme hear of it,
while this module knows none of those above it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from django.urls import NoReverseMatch, reverse
from django.utils import translation

from veche.languages import here

if TYPE_CHECKING:
    from veche.core.cases.models import Case

MOST_AT_ONCE = 2_000
"""Matters asked of a module in one call."""


@dataclass(frozen=True)
class Matter:
    """A matter as a letter or a feed names it."""

    number: str
    title: str
    procedure: str = ""
    public: bool = True
    """Whether everybody may read it; a title that is not public is told to its author only."""
    text: str = ""
    street: str = ""
    """As `rules.street_of` writes it."""
    longitude: float | None = None
    latitude: float | None = None
    themes: tuple[str, ...] = ()
    """Codes of its category and of the groups that one stands in."""
    at: dt.datetime | None = None
    """When it was opened."""
    moved_at: dt.datetime | None = None


@dataclass(frozen=True)
class Theme:
    """Something one can subscribe to: a category, or a group of them."""

    code: str
    names: Mapping[str, str]
    group: str = ""
    """Code of the group it stands in; empty for a group itself."""


@dataclass(frozen=True)
class Choice:
    """Which matters a feed is about; what is empty does not narrow it."""

    territories: tuple[int, ...] = ()
    theme: str = ""
    street: str = ""
    circle: tuple[float, float, int] | None = None
    """Longitude, latitude, metres."""


class Placed(NamedTuple):
    """Where and when a public matter was; never whose it is."""

    theme: str
    """The code of its group, or its own where it stands in none."""
    at: dt.datetime
    longitude: float
    latitude: float
    territory: int


@dataclass(frozen=True)
class Shown:
    """How a module shows its matters to those who are told of them."""

    find: Callable[[Sequence[int]], Mapping[int, Matter]]
    """Matters by the numbers of their cases, in a query or two however many."""
    url: str
    """Name of the page of a matter; its one argument is the number."""
    newest: Callable[[Choice, int], list[Matter]] | None = None
    """The newest public matters of a choice, at most so many."""
    themes: Callable[[], list[Theme]] | None = None
    instead: Callable[[Case], Mapping[int, str]] | None = None
    """Words of steps that are shown in place of what was said, because parts of it are hidden."""
    placed: Callable[[dt.datetime, dt.datetime], list[Placed]] | None = None
    """Where and when the public matters opened from one moment to another were, oldest first."""


@dataclass
class _Known:
    by_procedure: dict[str, Shown] = field(default_factory=dict)


_known = _Known()


def show(procedure: str, shown: Shown) -> None:
    """Make the matters of a procedure known; called when a module starts."""
    _known.by_procedure[procedure] = shown


def find(cases: Iterable[tuple[int, str]]) -> dict[int, Matter]:
    """The matters of these cases (number, procedure) as far as their modules show them."""
    wanted: dict[str, list[int]] = {}
    for pk, procedure in cases:
        wanted.setdefault(procedure, []).append(pk)
    found: dict[int, Matter] = {}
    for procedure, numbers in wanted.items():
        shown = _known.by_procedure.get(procedure)
        if shown is None:
            continue
        for first in range(0, len(numbers), MOST_AT_ONCE):
            found.update(shown.find(numbers[first : first + MOST_AT_ONCE]))
    return found


def instead(case: Case) -> Mapping[int, str]:
    """What is shown in place of the words of a case's steps, by the number of the step."""
    shown = _known.by_procedure.get(case.procedure)
    return shown.instead(case) if shown is not None and shown.instead is not None else {}


def newest(choice: Choice, most: int) -> list[Matter]:
    """The newest public matters of all modules that fit, newest first."""
    rows = [
        matter
        for shown in _known.by_procedure.values()
        if shown.newest is not None
        for matter in shown.newest(choice, most)
    ]
    early = dt.datetime.min.replace(tzinfo=dt.UTC)
    return sorted(rows, key=lambda one: one.at or early, reverse=True)[:most]


def placed(since: dt.datetime, until: dt.datetime) -> list[Placed]:
    """Where and when public matters of all modules were opened from one moment to another."""
    return [
        row
        for shown in _known.by_procedure.values()
        if shown.placed is not None
        for row in shown.placed(since, until)
    ]


def themes() -> list[Theme]:
    """Everything one can subscribe to, groups before what stands in them."""
    return [
        theme
        for shown in _known.by_procedure.values()
        if shown.themes is not None
        for theme in shown.themes()
    ]


def theme_name(code: str, known: Sequence[Theme]) -> str:
    """The name of a theme in the reader's language; its code where it is not known."""
    return next((here(theme.names) for theme in known if theme.code == code), code)


def address(procedure: str, number: str, language: str = "") -> str:
    """The path of a matter's page in a language; the first page where it has none."""
    shown = _known.by_procedure.get(procedure)
    with translation.override(language or translation.get_language() or "en"):
        try:
            return reverse(shown.url if shown else "notices:mine", args=[number] if shown else [])
        except NoReverseMatch:
            return f"/{language or 'en'}/"

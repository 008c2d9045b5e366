"""The manifest of a module, and the list of the modules that are installed."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from veche.figures import Dataset, Figure

MODULES: tuple[str, ...] = (
    "veche.core.journal",
    "veche.core.people",
    "veche.core.places",
    "veche.core.organisations",
    "veche.core.jobs",
    "veche.core.files",
    "veche.core.cases",
    "veche.core.notices",
    "veche.core.desk",
    "veche.core.moderation",
    "veche.core.opendata",
    "veche.city.ballots",
    "veche.city.dispatch",
    "veche.city.delivery",
    "veche.city.problems",
    "veche.city.appeals",
    "veche.city.audits",
    "veche.city.field",
    "veche.city.ideas",
    "veche.city.points",
    "veche.city.pulse",
    "veche.city.spheres",
    "veche.city.pilots",
)
"""Every installed module, lowest first: the ladder of the house."""


@dataclass(frozen=True)
class MenuEntry:
    """One word in the masthead: its text, the name of its URL, and who sees it."""

    text: str | Promise
    url: str
    role: str = ""
    """The roles of which a person must hold one to see it, with spaces; empty: everybody."""
    whole_city: bool = False
    """Whether the role must be held over the whole city, not in a part of it only."""


@dataclass(frozen=True)
class RulePage:
    """A page on which the city sets rules of its own: listed under “City settings”."""

    title: str | Promise
    sentence: str | Promise
    """What is set there."""
    url: str
    role: str = ""
    """The roles of which a person must hold one to set it, with spaces; empty: everybody."""
    args: tuple[str, ...] = ()
    """What the address needs besides its name."""
    whole_city: bool = True
    """Whether the role must be held over the whole city, not in a part of it only."""


@dataclass(frozen=True)
class Module:
    """What a module is, in one place a newcomer can read.

    Paths to Python objects are written ``package.module:name`` and loaded when needed, so that a
    manifest imports nothing.
    """

    name: str
    sentence: str
    menu: tuple[MenuEntry, ...] = ()
    rights: Mapping[str, str] = field(default_factory=dict)
    """Role → what a holder may do, in one sentence."""
    journal_writes: Mapping[str, str] = field(default_factory=dict)
    """Kind of record → the sentence that explains it."""
    listens: Mapping[str, str] = field(default_factory=dict)
    """Kind of a record of a module below or beside → path of ``hear(*, records, at)``, which the
    worker calls with the records of one operation after it is committed. It may be called twice
    for the same record, and late: it must not mind."""
    timers: Mapping[str, str] = field(default_factory=dict)
    """Path of the task → how often, in words."""
    procedures: tuple[str, ...] = ()
    """Paths of the procedures that are declared here."""
    datasets: str = ""
    """Path of ``DATASETS``, a tuple of :class:`veche.figures.Dataset`."""
    figures: str = ""
    """Path of ``FIGURES``, a tuple of :class:`veche.figures.Figure`."""
    commands: str = ""
    """Path of ``register(subparsers)``."""
    scenario: Mapping[str, str] = field(default_factory=dict)
    """Name of a step of a scripted incident → path of ``act(*, at, step, play)``, which does it by
    the module's own operations (`veche.city.dispatch.scenario`)."""
    urls: str = ""
    """Path of the URL configuration, mounted under the module's name."""
    demo: str = ""
    """Path of ``load(town, at, report)``: this module's part of the demo town."""
    personal: str = ""
    """Path of a Python module with ``collect(person)`` (what this module holds about a person, for
    "download my data": dictionaries and lists that JSON can hold) and ``erase(*, by, at, person)``
    (called within the operation that erases the person)."""
    desk: str = ""
    """Path of ``DESK``, a :class:`veche.core.desk.adapter.Desk`: its matters in the one queue."""
    moderation: str = ""
    """Path of ``WRITTEN``, a :class:`veche.core.moderation.written.Written`: what people write."""
    at_object: str = ""
    """Path of ``say(thing, day)``: what this module says on the page of a city's object, a
    :class:`veche.core.places.about.Section`."""
    rules: tuple[RulePage, ...] = ()
    """The pages on which the city sets its own rules."""
    verifier_sources: tuple[str, ...] = ()
    """Modules (standard library only) that become a part of the stand-alone verifier, in order."""
    verifier_checks: Mapping[str, str] = field(default_factory=dict)
    """Name of a file → path of ``check(folder)`` in one of them: ``(differences, summary)``."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Environment variable → what it sets."""


def resolve(path: str) -> object:
    """The object that ``package.module:name`` names.

    Raises:
        ImportError, AttributeError: the manifest names what does not exist.
    """
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


def load() -> list[Module]:
    """The manifests of all installed modules, lowest first."""
    found: list[Module] = []
    for path in MODULES:
        manifest = importlib.import_module(f"{path}.module").MODULE
        if not isinstance(manifest, Module):
            raise TypeError(f"{path}.module.MODULE is not a manifest")
        found.append(manifest)
    return found


def datasets() -> tuple[Dataset, ...]:
    """All datasets of all modules, in the order of the ladder."""
    found: list[Dataset] = []
    for manifest in load():
        if manifest.datasets:
            found += _sequence(manifest.datasets)
    return tuple(found)


def figures() -> tuple[Figure, ...]:
    """All figures of all modules, in the order of the ladder."""
    found: list[Figure] = []
    for manifest in load():
        if manifest.figures:
            found += _sequence(manifest.figures)
    return tuple(found)


def personal() -> tuple[tuple[str, ModuleType], ...]:
    """The modules that hold something about people, lowest first: name and its ``personal``."""
    return tuple(
        (manifest.name, importlib.import_module(manifest.personal))
        for manifest in load()
        if manifest.personal
    )


@cache
def listeners() -> Mapping[str, tuple[str, ...]]:
    """Kind of record → the paths of those who listen to it, lowest first."""
    found: dict[str, tuple[str, ...]] = {}
    for manifest in load():
        for kind, path in manifest.listens.items():
            found[kind] = (*found.get(kind, ()), path)
    return found


def _sequence(path: str) -> tuple[Any, ...]:
    value = resolve(path)
    if not isinstance(value, tuple):
        raise TypeError(f"{path} is not a tuple")
    return value


__all__ = [
    "MODULES",
    "MenuEntry",
    "Module",
    "RulePage",
    "datasets",
    "figures",
    "listeners",
    "load",
    "personal",
]

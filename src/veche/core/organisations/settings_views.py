"""City settings: one page that leads to everything a city sets for itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from veche import module
from veche.core.organisations.access import NotARuleKeeper
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person


@dataclass(frozen=True)
class Entry:
    """One page of rules."""

    title: str
    sentence: str
    url: str


def entries(roles: frozenset[str], city_roles: frozenset[str]) -> Sequence[Entry]:
    """The pages of rules that somebody may set who holds these roles somewhere, and those over the
    whole city; in the order of the modules."""
    found = []
    for manifest in module.load():
        for one in manifest.rules:
            held = city_roles if one.whole_city else roles
            if one.role and held.isdisjoint(one.role.split()):
                continue
            try:
                url = reverse(one.url, args=one.args)
            except NoReverseMatch:  # a module whose pages are not mounted
                continue
            found.append(Entry(str(one.title), str(one.sentence), url))
    return found


@require_safe
@signed_in("")
def settings(request: HttpRequest, person: Person) -> HttpResponse:
    """Everything that the city sets for itself and that this person may set."""
    who = asker(request)
    found = entries(who.roles, who.city_roles)
    if not found:
        raise NotARuleKeeper
    return render(request, "organisations/settings.html", {"entries": found})

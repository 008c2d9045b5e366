"""The spheres: all of them, and one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from veche.city.pulse.access import watches
from veche.city.spheres.packs import Pack, Page, pack_of, packs
from veche.city.spheres.queries.losses import leaks
from veche.city.spheres.queries.signs import WORST, signs
from veche.core.organisations.middleware import asker
from veche.errors import NotFound
from veche.look.http import cached


def _pages(pack: Pack, roles: frozenset[str]) -> list[Page]:
    return [page for page in pack.pages if not page.roles or roles & set(page.roles)]


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every sphere: what it is, how it stands, and what can be done there."""
    who = asker(request)
    found = signs(packs(), public=not watches(who.holdings))
    rows = []
    for pack in packs():
        shown = found[pack.code]
        wrong = [one for one in shown if WORST.get(one.state, 0) >= WORST["watch"]]
        stale = sum(1 for one in shown if one.state == "stale")
        rows.append((pack, _pages(pack, who.roles), shown, wrong, stale))
    context = {
        "rows": rows,
        "attention": sum(len(wrong) for _p, _l, _s, wrong, _t in rows),
        "signs": sum(len(shown) for _p, _l, shown, _w, _t in rows),
        "stale": sum(stale for *_rest, stale in rows),
    }
    return cached(request, render(request, "spheres/index.html", context))


@require_safe
def sphere(request: HttpRequest, code: str) -> HttpResponse:
    """One sphere with its indicators and its own pages.

    Raises:
        NotFound: there is no such sphere.
    """
    pack = pack_of(code)
    if pack is None:
        raise NotFound
    who = asker(request)
    found = signs([pack], public=not watches(who.holdings))[pack.code]
    context = {
        "pack": pack,
        "pages": _pages(pack, who.roles),
        "signs": found,
        "wrong": [one for one in found if WORST.get(one.state, 0) >= WORST["watch"]],
        "stale": sum(1 for one in found if one.state == "stale"),
        "leaks": leaks(pack.code),
    }
    return cached(request, render(request, "spheres/sphere.html", context))

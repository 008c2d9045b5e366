"""All addresses: pages under their language, what has no language beside them."""

from __future__ import annotations

import importlib.util

from django.conf.urls.i18n import i18n_patterns
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from veche import module


def healthz(request: HttpRequest) -> HttpResponse:
    """The web process answers; the router says it before Django is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


_MOUNTED = {"portal": "", "look": "", "people": "", "ballots": "votes/", "delivery": "promises/"}
"""Where a module is not found under its own name: people look for votes, not for ballots."""


def _urls(package: str) -> str | None:
    """``package.urls`` when it exists."""
    try:
        found = importlib.util.find_spec(f"{package}.urls")
    except ModuleNotFoundError:
        return None
    return f"{package}.urls" if found else None


def _pages() -> list[URLPattern | URLResolver]:
    """The home page, the look, and every module under its name."""
    pages: list[URLPattern | URLResolver] = []
    for package in (*module.MODULES, "veche.look", "veche.portal"):
        name = package.rpartition(".")[2]
        urls = _urls(package)
        if urls is not None:
            pages.append(path(_MOUNTED.get(name, f"{name}/"), include(urls)))
    return pages


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz),
    path("i18n/", include("django.conf.urls.i18n")),
    # One address in all languages: the sign-on is told it and knows no other.
    path("sign-on/", include("veche.core.people.sign_on_urls")),
    path("log/", include("veche.core.journal.log_urls")),
    path("sensorthings/", include("veche.city.spheres.tasking_urls")),
    path("sensorthings/", include("veche.city.pulse.sensorthings.urls")),
    path("hooks/", include("veche.city.pulse.urls.hooks")),
    path("cap/", include("veche.city.dispatch.cap_urls")),
    path("common-grants/", include("veche.city.pilots.commongrants_urls")),
    *i18n_patterns(
        path("account/", include("veche.core.people.account_urls")),
        *_pages(),
        prefix_default_language=True,
    ),
]

"""What the base page needs: menu, languages, the name of the city."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from veche import module
from veche.languages import here


@dataclass(frozen=True)
class Link:
    """A word that leads somewhere."""

    text: Any
    url: str
    current: bool = False
    code: str = ""

    def __hash__(self) -> int:
        # Pages are kept by their menus: a word that is found in the reader's language first is
        # dear to ask, and follows from the address.
        return hash((self.url, self.current, self.code))


LANGUAGE_WORDS: Mapping[str, str] = {"ru": "Рус", "en": "Eng", "zh-hans": "中文"}


def place(name: str) -> str:
    """The address of a named page, or an empty string where this city has no such page."""
    return _place(name, get_language(), get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())


@lru_cache(maxsize=512)
def _place(name: str, _language: str | None, urlconf: str, _prefix: str) -> str:
    """Addresses change with the language only; every page names a dozen."""
    try:
        return reverse(name, urlconf)
    except NoReverseMatch:
        return ""


def languages(path: str) -> list[Link]:
    """The same page in the three languages; query strings are kept.

    ``path`` is the full path of the request, beginning with the language's prefix.
    """
    now = get_language() or "en"
    first, _, rest = path.lstrip("/").partition("/")
    if first not in LANGUAGE_WORDS:  # a page outside the languages: their home pages
        rest = ""
    return [
        Link(word, f"/{code}/{rest}", code == now, code) for code, word in LANGUAGE_WORDS.items()
    ]


def language_links(path: str) -> SafeString:
    """What :func:`languages` finds, as links; on every page, so it is written here."""
    links = "".join(
        f'<a href="{escape(link.url)}" lang="{link.code}" hreflang="{link.code}"'
        f"{' aria-current=' + chr(34) + 'true' + chr(34) if link.current else ''}>{link.text}</a>"
        for link in languages(path)
    )
    return SafeString(f'<span class="langs">{links}</span>')


def roles(request: HttpRequest) -> frozenset[str]:
    """The roles of who is asking; nobody signed in has none."""
    asker = getattr(request, "asker", None)
    return frozenset(asker.roles) if asker is not None else frozenset()


def city_roles(request: HttpRequest) -> frozenset[str]:
    """Those of them that are held over the whole city."""
    asker = getattr(request, "asker", None)
    return frozenset(asker.city_roles) if asker is not None else frozenset()


def menu(path: str, roles: frozenset[str], city_roles: frozenset[str]) -> list[Link]:
    """The words of the masthead, from the manifests of the installed modules, for who holds these
    roles somewhere, and those over the whole city."""
    urlconf = get_urlconf() or settings.ROOT_URLCONF
    links = [
        Link(text, url, path.startswith(url))
        for text, url in _entries(roles, city_roles, get_language(), urlconf, get_script_prefix())
    ]
    if sum(link.current for link in links) > 1:  # the longest address is the nearest
        best = max((link for link in links if link.current), key=lambda link: len(link.url))
        links = [Link(link.text, link.url, link is best) for link in links]
    return links


@lru_cache(maxsize=512)
def _entries(
    roles: frozenset[str],
    city_roles: frozenset[str],
    _language: str | None,
    _urlconf: str,
    _prefix: str,
) -> tuple[tuple[Any, str], ...]:
    """What the masthead of these roles names and where it leads; the same for all their pages."""
    found = []
    for manifest in module.load():
        for entry in manifest.menu:
            held = city_roles if entry.whole_city else roles
            if entry.role and held.isdisjoint(entry.role.split()):
                continue
            if url := place(entry.url):
                found.append((entry.text, url))
    return tuple(found)


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor; asks the database nothing for a visitor.

    ``request.asker.roles`` (a set of role codes, set by a middleware) opens the entries that are
    not for everybody. ``settings.TOWN_NAMES`` holds the city's names.
    """
    path = request.path
    return {
        "city": here(getattr(settings, "TOWN_NAMES", None)) or "veche",
        "menu": tuple(menu(path, roles(request), city_roles(request))),
        "languages": language_links(request.get_full_path()),
        "search_url": place("problems:list"),
        "about_links": tuple(
            (name, url)
            for name, url in (
                ("opendata", place("opendata:index")),
                ("journal", place("journal:log")),
                ("moderation", place("moderation:log")),
                ("style", place("look:style")),
            )
            if url
        ),
    }

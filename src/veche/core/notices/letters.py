"""The words of a letter: plain text and simple HTML that says the same.

A line says what happened to one matter; it is made once for all readers of a language, so that
fifty thousand digests cost little more than putting lines together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from veche.core.notices import matters
from veche.core.notices.matters import Matter
from veche.core.notices.words import PERSONAL, SPELT, place_of_link, sentence
from veche.languages import here
from veche.look.words import moment


@dataclass(frozen=True)
class Telling:
    """What was said at once to some readers."""

    case: int
    number: str
    procedure: str
    kind: str
    details: Mapping[str, Any]
    at: dt.datetime


@dataclass(frozen=True)
class Words:
    """A letter without its foot, which holds each reader's own links."""

    subject: str
    text: str
    html: str


class Printer:
    """Makes the words of the letters of one pass; remembers every line it has made."""

    def __init__(
        self, tellings: Mapping[int, Telling], found: Mapping[str, Mapping[int, Matter]]
    ) -> None:
        """``found``: for every language the matters, with titles in that language."""
        self._tellings = tellings
        self._found = found
        self._lines: dict[tuple[str, int, bool], tuple[int, str, str]] = {}
        self._heads: dict[tuple[str, int, bool], tuple[str, str, str]] = {}
        self._frames: dict[tuple[str, str, int], tuple[str, str, str]] = {}

    def prepare(self) -> None:
        """Make the lines of what modules word themselves: they may ask the database, which cannot
        answer while the letters are being copied into it."""
        for language in self._found:
            for number, one in self._tellings.items():
                if one.kind in SPELT:
                    self._line(language, number, False)
                    self._head(language, number, False)

    def words(self, language: str, content: Sequence[int], count: int, kind: str) -> Words:
        """The letter that says ``content``: for each telling twice its number, plus one when the
        matter is the reader's own. ``count`` says how many notices there were, shown or not."""
        text: list[str] = []
        html: list[str] = []
        last, heads = (0, False), []
        for code in sorted(content, key=self._by_matter):
            telling, own = code >> 1, bool(code & 1)
            case, plain, marked = self._line(language, telling, own)
            if (case, own) != last:
                head = self._head(language, telling, own)
                heads.append(head[0])
                text.append(head[1])
                html.append(head[2])
                last = (case, own)
            text.append(plain)
            html.append(marked)
        more = max(0, count - len(content))
        subject, begin, end = self._frame(language, kind, len(heads))
        if len(heads) == 1:
            subject = heads[0]
        ending = self._more(language, more)
        page = f"{begin}{''.join(html)}{f'<p>{escape(ending)}</p>' if ending else ''}{end}"
        page = page.replace("<title></title>", f"<title>{escape(subject)}</title>", 1)
        plain_text = "".join(text).lstrip("\n") + (f"\n{ending}\n" if ending else "")
        return Words(subject=subject, text=plain_text, html=page)

    def _by_matter(self, code: int) -> tuple[int, int]:
        telling = self._tellings.get(code >> 1)
        return (telling.case if telling else 0, code)

    def _line(self, language: str, telling: int, own: bool) -> tuple[int, str, str]:
        key = (language, telling, own)
        if key not in self._lines:
            one = self._tellings[telling]
            with translation.override(language):
                said = sentence(one.kind, one.number, one.details)
                when = moment(one.at)
            plain, marked = f"  {when} — {said}\n", f"<p>{escape(when)} — {escape(said)}</p>"
            if one.kind in SPELT:
                with translation.override(language):
                    lines = SPELT[one.kind].paragraphs(one.number, one.details)
                plain = "".join(f"{line}\n\n" for line in lines)
                marked = "".join(f"<p>{escape(line)}</p>" for line in lines)
            if one.kind in PERSONAL:
                place = place_of_link(one.kind, one.number)
                with translation.override(language):
                    words = _(PERSONAL[one.kind][0])
                plain += f"  {words}: {place}\n"
                marked += f'<p><a href="{place}">{escape(words)}</a></p>'
            self._lines[key] = (one.case, plain, marked)
        return self._lines[key]

    def _head(self, language: str, telling: int, own: bool) -> tuple[str, str, str]:
        """Title, its lines of text, its HTML. A title that is not public is its author's only."""
        one = self._tellings[telling]
        key = (language, telling if one.kind in SPELT else -one.case, own)
        if key not in self._heads:
            matter = self._found.get(language, {}).get(one.case)
            title = matter.title if matter and (matter.public or own) else ""
            url = link(matters.address(one.procedure, one.number, language))
            with translation.override(language):
                if title:
                    name = _("Matter {number}: {title}").format(number=one.number, title=title)
                else:
                    name = _("Matter {number}").format(number=one.number)
                if one.kind in SPELT:
                    name = SPELT[one.kind].head(one.number, one.details)
            name = one_line(name)
            self._heads[key] = (
                name,
                f"\n{name}\n{url}\n",
                f'<h2><a href="{escape(url)}">{escape(name)}</a></h2>',
            )
        return self._heads[key]

    def _frame(self, language: str, kind: str, heads: int) -> tuple[str, str, str]:
        key = (language, kind, heads)
        if key not in self._frames:
            with translation.override(language):
                subject = ngettext(
                    "{city}: news of {n} matter", "{city}: news of {n} matters", heads
                ).format(n=heads, city=here(settings.TOWN_NAMES))
                title = {
                    "daily": _("What happened since yesterday"),
                    "weekly": _("What happened in a week"),
                    "late": _("What happened while letters could not be sent"),
                    "alert": _("Message to the public"),
                    "danger": _("Danger to life"),
                    "urgent": _("You are called to a grave incident"),
                }.get(kind, _("What happened"))
            self._frames[key] = (
                one_line(subject),
                f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
                f"<title></title></head><body><h1>{escape(title)}</h1>",
                "</body></html>",
            )
        return self._frames[key]

    def _more(self, language: str, more: int) -> str:
        if not more:
            return ""
        with translation.override(language):
            return ngettext(
                "{n} more notice stands on your page.", "{n} more notices stand on your page.", more
            ).format(n=more)


def one_line(text: str) -> str:
    """A header holds one line of at most 200 characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 200 else flat[:199] + "…"


def link(path: str) -> str:
    """A path of this site as a whole address."""
    return f"{settings.ADDRESS}{path}"


def with_foot(words: Words, language: str, stop: str, manage: str, because: str = "") -> Words:
    """A letter with the reader's own links: how to stop it, how to choose. ``because`` is ``place``
    where nobody had to ask for it."""
    with translation.override(language):
        why = _("You get this letter because you asked to be told.")
        if because == "place":
            why = _("You get this letter because you live in the place it is about, or follow it.")
        choose = _("Choose what you are told, how and when")
        end = _("Stop all letters")
    text = f"{words.text}\n-- \n{why}\n{choose}: {manage}\n{end}: {stop}\n"
    foot = (
        f'<hr><p>{escape(why)}</p><p><a href="{escape(manage)}">{escape(choose)}</a></p>'
        f'<p><a href="{escape(stop)}">{escape(end)}</a></p>'
    )
    return Words(words.subject, text, words.html.replace("</body>", f"{foot}</body>", 1))


def confirmation(language: str, what: str, confirm: str) -> Words:
    """The letter to an address that somebody typed: nothing happens unless its link is used."""
    with translation.override(language):
        city = here(settings.TOWN_NAMES)
        subject = one_line(_("{city}: confirm that you want to be told").format(city=city))
        first = _("Somebody asked that this address be told of: {what}.").format(what=what)
        act = _("Confirm")
        rest = _(
            "If it was not you, do nothing: you will be told nothing, and what was asked is"
            " forgotten in a week."
        )
    text = f"{first}\n\n{act}: {confirm}\n\n{rest}\n"
    html = (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        f"<title>{escape(subject)}</title></head><body><h1>{escape(subject)}</h1>"
        f'<p>{escape(first)}</p><p><a href="{escape(confirm)}">{escape(act)}</a></p>'
        f"<p>{escape(rest)}</p></body></html>"
    )
    return Words(subject, text, html)

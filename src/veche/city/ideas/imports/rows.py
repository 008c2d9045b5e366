"""One row of theirs becomes an entry, or a fault in a clear sentence."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from veche.city.ideas import rules
from veche.city.ideas.imports.mapping import Mapping
from veche.languages import LANGUAGES

LONGEST_ID, LONGEST_ADDRESS, LONGEST_STATE, LONGEST_LANGUAGE = 120, 400, 40, 8
EARLIEST = 1900
_BLOCKS = re.compile(r"</?(?:p|br|div|li|ul|ol|h[1-6]|blockquote)\b[^>]*>", re.I)
_MARKUP = re.compile(r"<!--.*?-->|</?[a-z][^>]*>", re.I | re.S)
_SCRIPTS = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.I | re.S)
_GAPS = re.compile(r"\n\s*\n+")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class Fault(Exception):
    """Why a row is not taken; its text is the sentence."""


class Entry(NamedTuple):
    """What is kept of a row."""

    id: str
    title: str
    text: str
    language: str
    published: dt.datetime
    address: str
    state: str
    supports: int
    comments: int
    longitude: float | None
    latitude: float | None

    @property
    def digest(self) -> bytes:
        """The same for the same entry."""
        return blake2b("\x1f".join(map(str, self)).encode(), digest_size=16).digest()


def words(text: str) -> str:
    """What stands between the marks of a text that may hold markup, paragraph by paragraph."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "<" in text:
        text = _MARKUP.sub("", _BLOCKS.sub("\n\n", _SCRIPTS.sub("", text)))
    if "&" in text:
        text = html.unescape(text)
    text = _GAPS.sub("\n\n", _CONTROLS.sub("", text))
    return "\n".join(line.strip() for line in text.split("\n")).strip()


class Translator:
    """Makes entries of the rows of one file."""

    def __init__(self, mapping: Mapping, at: dt.datetime) -> None:
        self.mapping, self.at = mapping, at
        self.met: dict[str, int] = {}
        """The ids of the file so far, with their lines."""

    @cached_property
    def _amends(self) -> int | None:
        found = self.mapping.columns.get("amends")
        return found[0][1] if found else None

    def entry(self, cells: Sequence[str], line: int) -> Entry:
        """The entry of a row that begins on a line.

        Raises:
            Fault: the row cannot be taken.
        """
        number = self._one(cells, "id")
        if not number:
            raise Fault(_("“{name}” is missing.").format(name="id"))
        if number in self.met:
            sentence = _("The id stands in the file already, in line {line}.")
            raise Fault(sentence.format(line=self.met[number]))
        if self._amends is not None and cells[self._amends].strip().lower() in ("true", "1", "t"):
            raise Fault(_("It is an amendment of another one, not an idea of its own."))
        title, text, language = self._words(cells)
        entry = Entry(
            number,
            title,
            text,
            language,
            self._moment(cells),
            self._one(cells, "address"),
            self._one(cells, "state"),
            self._count(cells, "supports"),
            self._count(cells, "comments"),
            *self._point(cells),
        )
        for name, value, most in (
            ("id", number, LONGEST_ID),
            ("text", text, rules.LONGEST_TEXT),
            ("address", entry.address, LONGEST_ADDRESS),
            ("state", entry.state, LONGEST_STATE),
            ("language", language, LONGEST_LANGUAGE),
        ):
            if len(value) > most:
                raise Fault(
                    _("“{name}” is too long: {count} characters, at most {most}.").format(
                        name=name, count=len(value), most=most))  # fmt: skip
        if entry.address and not entry.address.startswith(("https://", "http://")):
            raise Fault(_("“{name}” is not an address: “{value}”.").format(
                name="address", value=entry.address[:40]))  # fmt: skip
        self.met[number] = line
        return entry

    def _one(self, cells: Sequence[str], name: str) -> str:
        for _language, place in self.mapping.columns.get(name, ()):
            value = _CONTROLS.sub("", cells[place]).strip()
            if value:
                return value
        return ""

    def _words(self, cells: Sequence[str]) -> tuple[str, str, str]:
        """Title, text and language: of several languages the first that has a title."""
        texts = dict(self.mapping.columns.get("text", ()))
        for language, place in self.mapping.columns["title"]:
            title = " ".join(words(cells[place]).split())
            if not title:
                continue
            here = texts.get(language, next(iter(texts.values()), None))
            text = words(cells[here]) if here is not None else ""
            said = self._one(cells, "language") or language
            if len(title) > rules.LONGEST_TITLE:
                # Nothing of it is lost: the whole stands before the text.
                text = f"{title}\n\n{text}".strip()
                title = title[: rules.LONGEST_TITLE - 1].rstrip() + "…"
            return title, text, _language(said, f"{title} {text}")
        raise Fault(_("“{name}” is missing.").format(name="title"))

    def _moment(self, cells: Sequence[str]) -> dt.datetime:
        value = self._one(cells, "published")
        if not value:
            return self.at
        try:
            if self.mapping.date_format == "iso":
                # “… UTC” is how Ruby writes it.
                moment = dt.datetime.fromisoformat(value.replace(" UTC", "+00:00"))
            else:
                moment = dt.datetime.strptime(value, self.mapping.date_format)  # noqa: DTZ007
            if moment.year < EARLIEST:
                raise ValueError
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=self.mapping.zone)
            moment = moment.astimezone(dt.UTC)
        except (ValueError, OverflowError):
            sentence = _("“{name}” is not a date of the form {form}: “{value}”.")
            form = self.mapping.date_format
            raise Fault(sentence.format(name="published", form=form, value=value[:40])) from None
        if moment > self.at:
            raise Fault(_("“{name}” lies in the future: {value}.").format(
                name="published", value=value[:40]))  # fmt: skip
        return moment

    def _count(self, cells: Sequence[str], name: str) -> int:
        value = self._one(cells, name)
        if not value:
            return 0
        if not value.isascii() or not value.isdigit() or len(value) > 9:
            raise Fault(_("“{name}” is not a number: “{value}”.").format(
                name=name, value=value[:40]))  # fmt: skip
        return int(value)

    def _point(self, cells: Sequence[str]) -> tuple[float | None, float | None]:
        found: list[float] = []
        for name, most in (("longitude", 180), ("latitude", 90)):
            value = self._one(cells, name)
            if not value or value.lower() == "nan":
                return None, None
            try:
                number = float(value)
            except ValueError:
                raise Fault(_("“{name}” is not a number: “{value}”.").format(
                    name=name, value=value[:40])) from None  # fmt: skip
            if not -most <= number <= most:
                raise Fault(_("“{name}” must lie between −{most} and {most}: {value}.").format(
                    name=name, most=most, value=value[:40]))  # fmt: skip
            found.append(number)
        return found[0], found[1]


def _language(said: str, text: str) -> str:
    """The language of an idea as its page names it; where nobody says, by its letters."""
    if said:
        return "zh-hans" if said.lower().startswith("zh") else said
    if re.search("[\u4e00-\u9fff]", text):
        return "zh-hans"
    return "ru" if re.search("[а-яё]", text, re.I) else LANGUAGES[0]

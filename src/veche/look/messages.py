"""Messages in three languages: collected, merged and compiled by Babel; gettext is not needed.

Every module writes its translations into a fragment of its own, ``locale/<name>.toml``::

    "Report a problem" = {ru = "Сообщить о проблеме", zh = "上报问题"}
    "%(count)s day" = {plural = "%(count)s days", ru = ["…", "…", "…"], zh = ["…"]}

The fragments become one ``django.mo`` a language, rebuilt when a fragment changes. Nothing here
needs Django's settings, because they call :func:`ensure_compiled`.
"""

from __future__ import annotations

import io
import os
import re
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).resolve().parents[1]
"""The package that is searched for messages."""
LOCALE = SOURCES / "locale"
FOLDERS = {"ru": "ru", "zh": "zh_Hans"}
"""Key in the fragments → folder of the language."""
FORMS = {"ru": 3, "zh": 1}
"""How many plural forms a language has."""

_KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
}
_PLACES = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_KEPT_WORDS = frozenset({"veche", "csv", "json", "feed"})
_SILENT = frozenset({"script", "style", "code", "kbd", "svg"})
_SPOKEN = frozenset({"alt", "title", "placeholder", "aria-label"})


@dataclass(frozen=True)
class Entry:
    """A message with its translations; one text a plural form."""

    msgid: str
    plural: str
    texts: dict[str, tuple[str, ...]]
    fragment: str


def fragments() -> list[Path]:
    """The files of translations, by name."""
    return sorted(LOCALE.glob("*.toml"))


def entries() -> Iterator[Entry]:
    """All translations of all fragments.

    Raises:
        tomllib.TOMLDecodeError: a fragment cannot be read.
    """
    for path in fragments():
        rows: dict[str, dict[str, Any]] = tomllib.loads(path.read_text("utf-8"))
        for msgid, row in rows.items():
            texts = {
                code: tuple(row[code]) if isinstance(row[code], list) else (str(row[code]),)
                for code in FOLDERS
                if row.get(code)
            }
            yield Entry(msgid, str(row.get("plural", "")), texts, path.stem)


def target(code: str) -> Path:
    """Where the compiled messages of a language stand."""
    return LOCALE / FOLDERS[code] / "LC_MESSAGES" / "django.mo"


def ensure_compiled() -> bool:
    """Compile the messages when a fragment is newer; true when something was written.

    Costs a few ``stat`` calls when all is fresh. Two processes may do it at once: each writes a
    file of its own and puts it in place in one step.
    """
    stamps = [path.stat().st_mtime_ns for path in fragments()]
    if not stamps:
        return False
    # The compiled file carries the time of the newest fragment, so that an older checkout of a
    # fragment is noticed as well as a newer one.
    newest = max(stamps) + len(stamps)
    if all(_stamp(target(code)) == newest for code in FOLDERS):
        return False
    known = list(entries())
    for code in FOLDERS:
        _write(target(code), compile_to(code, known), newest)
    return True


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return -1


def _write(path: Path, content: bytes, stamp: int) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".django-")
    except PermissionError:
        if path.exists():  # installed for all by someone else: their compiled file is used
            return
        raise
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    os.utime(name, ns=(stamp, stamp))
    Path(name).chmod(0o644)
    Path(name).replace(path)


def compile_to(code: str, known: list[Entry]) -> bytes:
    """The ``.mo`` file of one language; messages without a translation stay English."""
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo

    catalog = Catalog(locale=FOLDERS[code], fuzzy=False)
    for entry in known:
        texts = entry.texts.get(code)
        if not texts:
            continue
        if entry.plural:
            catalog.add((entry.msgid, entry.plural), texts)
        else:
            catalog.add(entry.msgid, texts[0])
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


# Collecting -----------------------------------------------------------------------------------


def templates() -> list[Path]:
    """All templates of the package: pages and letters."""
    found = [*SOURCES.rglob("templates/**/*.html"), *SOURCES.rglob("templates/**/*.txt")]
    return sorted(set(found))


def used() -> dict[tuple[str, str], list[str]]:
    """Every message of code and templates, with its plural, and where it stands."""
    from babel.messages.extract import extract
    from django.utils.translation.template import templatize

    found: dict[tuple[str, str], list[str]] = {}

    def note(source: bytes, name: str) -> None:
        for line, message, *_ in extract("python", io.BytesIO(source), _KEYWORDS):
            # One message is text, a message with its plural is a pair.
            pair = (message, "") if isinstance(message, str) else (message[0], message[1])
            found.setdefault((str(pair[0]), str(pair[1])), []).append(f"{name}:{line}")

    for path in sorted(SOURCES.rglob("*.py")):
        text = path.read_text("utf-8")
        if "gettext" in text:
            note(text.encode(), str(path.relative_to(SOURCES)))
    for path in templates():
        code = templatize(path.read_text("utf-8"), origin=str(path))
        # What surrounds the messages is masked; without indents it reads as Python.
        flat = "\n".join(line.lstrip() for line in code.split("\n"))
        note(flat.encode(), str(path.relative_to(SOURCES)))
    found.pop(("", ""), None)
    return found


def _places(text: str) -> frozenset[str]:
    return frozenset(one or two for one, two in _PLACES.findall(text))


def check() -> list[str]:
    """What is wrong with the messages, one line each; empty when all is well."""
    wrong: list[str] = []
    known: dict[str, Entry] = {}
    for entry in entries():
        first = known.setdefault(entry.msgid, entry)
        if first is not entry and first.texts != entry.texts:
            wrong.append(f"{entry.fragment}: {entry.msgid!r} differs from {first.fragment}")
        wrong.extend(_wrong_with(entry))
    present = used()
    for (msgid, plural), where in sorted(present.items()):
        found = known.get(msgid)
        if found is None:
            wrong.append(f"{where[0]}: {msgid!r} has no translation")
        elif bool(plural) != bool(found.plural) or (plural and plural != found.plural):
            wrong.append(f"{where[0]}: {msgid!r} and {found.fragment} differ in their plural")
    ids = {msgid for msgid, _ in present}
    wrong.extend(
        f"{entry.fragment}: {entry.msgid!r} is used nowhere"
        for entry in known.values()
        if entry.msgid not in ids
    )
    wrong.extend(bare_words())
    return wrong


def _wrong_with(entry: Entry) -> Iterator[str]:
    name = f"{entry.fragment}: {entry.msgid!r}"
    for code in FOLDERS:
        texts = entry.texts.get(code, ())
        if not texts or not all(texts):
            yield f"{name} is not translated to {code}"
            continue
        wanted = FORMS[code] if entry.plural else 1
        if len(texts) != wanted:
            yield f"{name} has {len(texts)} forms in {code}, {wanted} are needed"
        places = _places(entry.msgid) | _places(entry.plural)
        for text in texts:
            if _places(text) != places:
                yield f"{name} has other places in {code}: {text!r}"


# Words outside the translations ---------------------------------------------------------------

_TRANSLATED = re.compile(
    r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}"
    r"|{%\s*block\s+\w+_class\s*%}.*?{%\s*endblock\b.*?%}"
    r"|{%\s*comment\b.*?{%\s*endcomment\s*%}|{#.*?#}|{%.*?%}|{{.*?}}",
    re.DOTALL,
)


class _Reader(HTMLParser):
    """Collects what a person would see or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[int, str]] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        for name, value in attrs:
            if name in _SPOKEN and value:
                self.seen.append((self.getpos()[0], value))

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.seen.append((self.getpos()[0], data))


def bare_words() -> list[str]:
    """Visible words of templates that stand outside the translations.

    The style page is left out: it shows all three languages at once.
    """
    wrong = []
    for path in templates():
        name = str(path.relative_to(SOURCES))
        if path.suffix != ".html" or path.name.startswith("style"):
            continue
        text = path.read_text("utf-8")
        # Blank out tags but keep the line breaks, so that the line numbers stay true.
        bare = _TRANSLATED.sub(lambda found: "\n" * found.group().count("\n"), text)
        reader = _Reader()
        reader.feed(bare)
        for line, words in reader.seen:
            left = [w for w in _LETTERS.findall(words) if w.lower() not in _KEPT_WORDS]
            if left:
                wrong.append(f"{name}:{line}: {' '.join(words.split())!r} is not translated")
    return wrong

"""What a PDF would do besides being read: programs, other programs started, files inside.

A document is read with pyHanko's parser, object by object, so that a name written another way
(``/J#61vaScript``) or hidden in a compressed stream is found as well.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.reader import PdfFileReader

MOST_OBJECTS = 50_000
LONGEST_SECONDS = 8.0
LOCKED, BROKEN, ACTIVE = "locked", "broken", "active"
"""It needs a password; it cannot be read; it would do something by itself."""

_KEYS = frozenset({"/JS", "/JavaScript", "/AA", "/RichMedia", "/EmbeddedFiles", "/EF", "/XFA"})
_ACTIONS = frozenset({"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition",
                      "/Movie", "/Sound", "/GoToE", "/RichMediaExecute"})  # fmt: skip
_SUBTYPES = frozenset({"/RichMedia", "/Movie", "/Screen", "/3D", "/FileAttachment"})


def fault(data: bytes) -> str:
    """Why a PDF is not taken: ``locked``, ``broken`` or ``active``; empty: it is only read.

    ``data`` are the bytes of the file. Pure reading: nothing of it is run or drawn.
    """
    try:
        return _fault(data)
    except (misc.PdfError, ValueError, KeyError, TypeError, AttributeError, IndexError,
            RecursionError, NotImplementedError, OverflowError, OSError):  # fmt: skip
        return BROKEN  # whatever a reader stumbles over, others may read otherwise


def _fault(data: bytes) -> str:
    """By the letter of the norm first: it says of a name written twice in one dictionary, of which
    one reader takes the first and another the last. Many honest documents are not written to the
    letter: they are read as readers do, and then no name of what acts may stand anywhere in them.
    """
    try:
        return _read(data, strict=True)
    except misc.PdfError as error:
        if "Multiple definitions" in str(error):
            return BROKEN
    return _read(data, strict=False) or (ACTIVE if _NAMED.search(_plain(data)) else "")


_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_NAMED = re.compile(
    rb"/(JS|JavaScript|Launch|ImportData|SubmitForm|RichMedia|EmbeddedFiles?|XFA)(?![A-Za-z])"
)


def _plain(data: bytes) -> bytes:
    """The bytes with names written out."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), data)


def _read(data: bytes, *, strict: bool) -> str:
    begun = time.monotonic()
    reader = PdfFileReader(io.BytesIO(data), strict=strict)
    if reader.encrypted:
        return LOCKED
    if not list(reader.root["/Pages"]):
        return BROKEN
    seen = 0
    for number, generation in _references(reader):
        seen += 1
        if seen > MOST_OBJECTS or time.monotonic() - begun > LONGEST_SECONDS:
            return BROKEN
        try:
            one = reader.get_object(  # type: ignore[no-untyped-call]
                generic.Reference(number, generation, reader)
            )
        except misc.PdfError:
            if strict:
                raise
            continue  # a freed or lost object: no reader can run it either
        if any(_acts(part) for part in _dictionaries(one)):
            return ACTIVE
    return ""


def _references(reader: PdfFileReader) -> Iterator[tuple[int, int]]:
    """Every object that any revision of the document has: an older one can be shown again."""
    known = set()
    for reference in reader.xrefs.explicit_refs_in_revision(0):
        known.add((reference.idnum, reference.generation))
    for revision in range(1, reader.xrefs.total_revisions):
        for reference in reader.xrefs.explicit_refs_in_revision(revision):
            known.add((reference.idnum, reference.generation))
    yield from sorted(known)


def _dictionaries(one: Any) -> Iterator[Any]:
    """The dictionaries of an object, those inside others too; references are not followed."""
    waiting = [one]
    while waiting:
        part = waiting.pop()
        if isinstance(part, generic.DictionaryObject):
            yield part
            waiting.extend(part.raw_get(key) for key in part)
        elif isinstance(part, generic.ArrayObject):
            waiting.extend(part.raw_get(n) for n in range(len(part)))


def _acts(part: Any) -> bool:
    if any(str(key) in _KEYS for key in part):
        return True
    kind = part.raw_get("/S") if "/S" in part else None
    subtype = part.raw_get("/Subtype") if "/Subtype" in part else None
    return str(kind) in _ACTIONS or str(subtype) in _SUBTYPES

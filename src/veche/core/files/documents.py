"""Documents beside words: told by what they hold, not by their name; kept by their content.

A document is never read by this program beyond its kind and is never shown inside a page: it is
handed out as it came, to be saved. So only kinds are taken that an office can open and that carry
no program: no macros, no pages of a browser.
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from veche.errors import Invalid

MOST_BYTES = 10 * 1024 * 1024
MOST_PARTS = 2_000
"""Parts of an office document; more is a trap, not a letter."""
LONGEST_NAME = 80

PDF = "application/pdf"
TEXT = "text/plain"
_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
ENDINGS: dict[str, str] = {
    PDF: ".pdf",
    TEXT: ".txt",
    f"{_OOXML}wordprocessingml.document": ".docx",
    f"{_OOXML}spreadsheetml.sheet": ".xlsx",
    f"{_ODF}text": ".odt",
    f"{_ODF}spreadsheet": ".ods",
}
"""What is taken, and how the name of such a file ends."""
_FOLDERS = {
    "word/": f"{_OOXML}wordprocessingml.document",
    "xl/": f"{_OOXML}spreadsheetml.sheet",
}
_PROGRAMS = re.compile(r"vbaproject|vbadata|activex|^basic/|^scripts/", re.IGNORECASE)


class NotADocument(Invalid):
    """Not of a kind that is taken, or with a program inside."""

    code = "not-a-document"
    status = 415
    sentence = _(
        "This file cannot be taken. Send a photograph, a PDF, a text, or a document or table"
        " without macros."
    )
    field = "enclosures"


class DocumentTooLarge(Invalid):
    """More bytes than allowed."""

    code = "document-too-large"
    status = 413
    sentence = _("The file is too large: at most 10 MB.")
    field = "enclosures"


@dataclass(frozen=True)
class Document:
    """A document that was looked at: a harmless name, its kind, its bytes."""

    name: str
    media_type: str
    data: bytes


def clean(data: bytes, name: str) -> Document:
    """Look at what a file holds, and give it a name that says so.

    Raises:
        DocumentTooLarge: more bytes than allowed.
        NotADocument: nothing we take.
    """
    if len(data) > MOST_BYTES:
        raise DocumentTooLarge
    kind = _kind(data)
    if kind is None:
        raise NotADocument
    return Document(clean_name(name, ENDINGS[kind]), kind, data)


def _kind(data: bytes) -> str | None:
    if data.startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"PK\x03\x04"):
        return _office(data)
    return TEXT if _is_text(data) else None


def _office(data: bytes) -> str | None:
    """The kind of an office document by its table of contents; nothing of it is unpacked but the
    few bytes in which an open document says what it is."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as box:
            names = box.namelist()
            if len(names) > MOST_PARTS or any(_PROGRAMS.search(name) for name in names):
                return None
            if "mimetype" in names:
                with box.open("mimetype") as part:
                    said = part.read(100).decode("ascii", "replace").strip()
                return said if said.startswith(_ODF) and said in ENDINGS else None
            if "[Content_Types].xml" in names:
                for folder, kind in _FOLDERS.items():
                    if any(name.startswith(folder) for name in names):
                        return kind
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return None
    return None


def _is_text(data: bytes) -> bool:
    """Whether it is plain text; a page of a browser is none: whoever saves it would open it."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    if not text.strip() or re.match(r"\s*<(?:!doctype|html|\?xml|svg|script)", text, re.IGNORECASE):
        return False
    return not any(unicodedata.category(c) == "Cc" and c not in "\t\r\n\f" for c in text)


def clean_name(name: str, ending: str) -> str:
    """A name without folders, control characters and directions, which ends as its kind does.

    >>> clean_name("../../etc/Счёт за\u202e май.pdf.exe", ".pdf")
    'Счёт за май.pdf.pdf'
    >>> clean_name("", ".txt")
    'file.txt'
    """
    stem = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    stem = stem.rpartition(".")[0] or stem.lstrip(".")
    kept = "".join(c if unicodedata.category(c)[0] in "LNPSZM" else "" for c in stem)
    kept = " ".join(re.sub(r'["<>|:*?%;]', " ", kept).split()).strip(". ")
    return (kept[:LONGEST_NAME].strip() or "file") + ending


def document_path(digest: str) -> Path:
    """Where the bytes of a document lie."""
    return Path(settings.FILES_DIR) / "documents" / digest[:2] / digest


def digest_of(document: Document) -> str:
    """By what the bytes of a document are found."""
    return hashlib.sha256(document.data).hexdigest()


def store(document: Document) -> str:
    """Put the bytes on the disk; returns the digest by which they are found.

    A crash before the row that names it is committed leaves a file that nobody names, never a row
    without its file.
    """
    from veche.core.files.operations import _put

    digest = digest_of(document)
    _put(document_path(digest), document.data)
    return digest


def forget(digests: Iterable[str]) -> None:
    """Delete the bytes; called after the commit of what took the last name away."""
    for digest in digests:
        document_path(digest).unlink(missing_ok=True)

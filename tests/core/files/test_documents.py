"""Documents are told by what they hold, and given a harmless name."""

from __future__ import annotations

import io
import zipfile

import pytest

from veche.core.files.documents import (
    ENDINGS,
    MOST_BYTES,
    MOST_PARTS,
    DocumentTooLarge,
    NotADocument,
    clean,
    clean_name,
)

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def box(**parts: bytes) -> bytes:
    """A ZIP of parts; ``__`` in a name stands for a slash."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def office(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in ("[Content_Types].xml", *names):
            made.writestr(name, b"<x/>")
    return out.getvalue()


ODT = box(mimetype=b"application/vnd.oasis.opendocument.text", content=b"x")


@pytest.mark.parametrize(
    ("data", "ending"),
    [
        (PDF, ".pdf"),
        (office("word/document.xml"), ".docx"),
        (office("xl/workbook.xml"), ".xlsx"),
        (ODT, ".odt"),
        ("Добрый день.\nСпасибо.".encode(), ".txt"),
    ],
)
def test_what_is_taken_ends_as_its_kind_does(data: bytes, ending: str) -> None:
    document = clean(data, "my letter.exe")
    assert document.name == f"my letter{ending}" and document.data == data
    assert ENDINGS[document.media_type] == ending


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ\x90\x00 a program",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"  <svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<?xml version='1.0'?><x/>",
        b"text with \x00 in it",
        b"\xff\xfe\x00",
        b"PK\x03\x04 broken",
        box(any=b"thing"),
        box(mimetype=b"application/epub+zip"),
        office("word/document.xml", "word/vbaProject.bin"),
        office("xl/workbook.xml", "xl/activeX/activeX1.bin"),
        box(mimetype=b"application/vnd.oasis.opendocument.text", Basic__script=b"x"),
        office("word/a.xml", *(f"word/{n}" for n in range(MOST_PARTS))),
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(NotADocument):
        clean(data, "letter.pdf")


def test_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(DocumentTooLarge):
        clean(PDF + b"x" * MOST_BYTES, "letter.pdf")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\Olga\\Счёт за май.pdf", "Счёт за май.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.pdf"),
        ('a"b;c\r\nSet-Cookie: x.pdf', "a b cSet-Cookie x.pdf"),
        ("", "file.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("x" * 300 + ".pdf", "x" * 80 + ".pdf"),
    ],
)
def test_a_name_is_harmless(name: str, kept: str) -> None:
    assert clean_name(name, ".pdf") == kept

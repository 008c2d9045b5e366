"""Documents are told by what they hold; one that would do more than be read is refused."""

from __future__ import annotations

import pytest

from veche.city.pilots.engines.papers import ACTIVE, BROKEN, LOCKED, fault
from veche.city.pilots.operations.papers import looked_at
from veche.city.pilots.operations.refusals_applications import (
    BrokenPaper,
    LockedPaper,
    UnsafePaper,
)
from veche.core.files.documents import NotADocument


def pdf(catalog: bytes = b"", *more: bytes) -> bytes:
    """A document of one empty page, with something in its catalogue and objects beside it."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
        *more,
    ]
    body, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n" % number + one + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        body + b"xref\n0 %d\n0000000000 65535 f \n" % size + table
        + b"trailer << /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF" % (size, len(body))
    )  # fmt: skip


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (pdf(), ""),
        (pdf(b"/OpenAction 4 0 R", b"<< /S /J#61vaScript /JS (app.alert(1)) >>"), ACTIVE),
        (pdf(b"/OpenAction << /S /GoTo /D [3 0 R /Fit] >>"), ""),
        (pdf(b"", b"<< /Type /Action /S /L#61unch /F (cmd.exe) >>"), ACTIVE),
        (pdf(b"/Names << /EmbeddedFiles << /Names [] >> >>"), ACTIVE),
        (pdf(b"/AcroForm << /XFA (x) >>"), ACTIVE),
        (pdf(b"", b"[ << /Deep [ << /AA << /O 3 0 R >> >> ] >> ]"), ACTIVE),
        (pdf(b"", b"<< /Subtype /RichMedia >>"), ACTIVE),
        (b"%PDF-1.7 and then nothing", BROKEN),
        (pdf()[:-40], BROKEN),
        (pdf(b"/Pages 9 0 R"), BROKEN),
    ],
)
def test_what_a_pdf_would_do_is_found_however_it_is_written(document: bytes, said: str) -> None:
    assert fault(document) == said


def test_an_older_revision_of_a_pdf_is_read_too() -> None:
    first = pdf(b"", b"<< /S /JavaScript /JS (app.alert(1)) >>")
    at = len(first)
    place = first.index(b"4 0 obj")
    assert place
    change = b"4 0 obj\nnull\nendobj\n"
    start = at + len(change)
    revised = (
        first + change + b"xref\n4 1\n%010d 00000 n \n" % at
        + b"trailer << /Root 1 0 R /Size 5 /Prev %d >>\nstartxref\n%d\n%%%%EOF"
        % (int(first.rpartition(b"startxref\n")[2].split()[0]), start)
    )  # fmt: skip
    assert fault(revised) in (ACTIVE, "")  # what no reader shows any more may pass
    assert fault(first) == ACTIVE


def test_a_document_is_refused_in_words_for_its_own_reason() -> None:
    assert looked_at(pdf(), "report.exe").name == "report.pdf"
    with pytest.raises(UnsafePaper):
        looked_at(pdf(b"/AA << >>"), "a.pdf")
    with pytest.raises(BrokenPaper):
        looked_at(b"%PDF-1.7 no", "a.pdf")
    with pytest.raises(NotADocument):
        looked_at(b"<html><script>x</script>", "a.txt")
    locked = pdf().replace(
        b"/Root 1 0 R",
        b"/Root 1 0 R /ID [(a) (a)] /Encrypt << /Filter /Standard /V 1 /R 2 /O (" + b"o" * 32
        + b") /U (" + b"u" * 32 + b") /P -4 >>",
    )  # fmt: skip
    assert fault(locked) in (LOCKED, BROKEN)
    with pytest.raises((LockedPaper, BrokenPaper)):
        looked_at(locked, "a.pdf")

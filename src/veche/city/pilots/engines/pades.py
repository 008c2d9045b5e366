"""Signatures inside a PDF (PAdES): each is appended to the bytes that the signer was given.

What is accepted is exactly this: the bytes of the last accepted revision, byte for byte, and after
them what a program for signing appends: one new signature that covers the whole file. The earlier
signatures must still hold, and nothing that was appended may change what one reads: no page, no
annotation, no script, no picture over the text.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import zlib
from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, async_validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel

from veche.city.pilots.engines.certificates import Fault, Signed, check_time, check_usage, told
from veche.city.pilots.engines.chains import USAGE, check_status, check_strong, context, wait
from veche.city.pilots.engines.standing import chain_of

MOST_ADDED = 2 * 1024 * 1024
"""Bytes that one signature may append: certificates and a small picture, not a film."""
MOST_INFLATED = 8 * 1024 * 1024
"""Bytes that one appended stream may inflate to."""
MOST_REVISIONS = 4
"""Revisions that one signature may append."""
_STREAM = re.compile(rb"stream\r?\n")
_FILTERS = re.compile(rb"/(?:F|Filter)\s*\[\s*/[^\]]*/")
_PROGRAMS = frozenset({
    "/JS", "/JavaScript", "/OpenAction", "/AA", "/Launch", "/RichMedia", "/EmbeddedFile",
    "/EmbeddedFiles", "/EF", "/XFA", "/URI", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE",
    "/Rendition", "/Movie", "/Sound",
})  # fmt: skip
"""Names that no signature needs, and by which a file does something when it is opened."""
_log = logging.getLogger(__name__)


def check_added(
    *,
    text: bytes,
    before: bytes,
    data: bytes,
    taken: Mapping[str, dt.datetime],
    roots: Collection[bytes],
    since: dt.datetime,
    at: dt.datetime,
) -> Signed:
    """Judge a file that should be the last accepted one (``before``, which begins with ``text``)
    with one more signature.

    ``taken`` says when each signature in ``before`` was taken, by the fingerprint of its
    certificate; ``roots`` are the trusted authorities, DER; ``since`` is when the text was made.

    Raises:
        Fault: why it is not accepted.
    """
    if not data.startswith(b"%PDF-"):
        raise Fault("not-pdf")
    if data == before:
        raise Fault("no-signature")
    if not data.startswith(before):
        raise Fault("other-text")
    tail = data[len(before) :]
    if len(tail) > MOST_ADDED:
        raise Fault("too-large")
    _check_bombs(tail)
    found = _judge(text, data, dict(taken), roots, since, at)
    if len(found) == len(taken):
        raise Fault("no-signature")
    if len(found) > len(taken) + 1:
        raise Fault("many-signatures")
    return next(one for one in found if one.fingerprint not in taken)


def check_standing(
    *,
    text: bytes,
    data: bytes,
    taken: Mapping[str, dt.datetime],
    roots: Collection[bytes],
    since: dt.datetime,
) -> list[Signed]:
    """Judge again all signatures of an accepted file, each at the moment it was taken.

    Raises:
        Fault: one of them does not hold, or is none of those that were taken.
    """
    if not data.startswith(text):
        raise Fault("other-text")
    found = _judge(text, data, dict(taken), roots, since, None)
    if {one.fingerprint for one in found} != set(taken):
        raise Fault("no-signature")
    return found


def _judge(
    text: bytes,
    data: bytes,
    taken: dict[str, dt.datetime],
    roots: Collection[bytes],
    since: dt.datetime,
    at: dt.datetime | None,
) -> list[Signed]:
    """The signatures of a file, all judged. ``at``: the moment of one that is new; None: there may
    be none."""
    try:
        return _judged(text, data, taken, roots, since, at)
    except Fault:
        raise
    except Exception as error:  # a hostile file can break a reader of PDF in any way there is
        _log.info("a PDF could not be judged: %r", error)
        raise Fault("unreadable") from error


def _judged(
    text: bytes,
    data: bytes,
    taken: dict[str, dt.datetime],
    roots: Collection[bytes],
    since: dt.datetime,
    at: dt.datetime | None,
) -> list[Signed]:
    first, reader = PdfFileReader(BytesIO(text)), PdfFileReader(BytesIO(data))
    _check_revisions(first, reader, 3 * MOST_REVISIONS)
    base = first.xrefs.total_revisions - 1
    _check_programs(reader, base)
    # Timestamps of archives and other fields count too: whatever is no signature is not accepted.
    embedded = list(reader.embedded_signatures)
    found: list[Signed] = []
    for number, one in enumerate(embedded, 1):
        last = number == len(embedded)
        _check_range(one, data, last=last)
        signer = one.signer_cert
        said_at = one.self_reported_timestamp
        result = told("pades", signer, said_at, chain_of(signer, one.other_embedded_certs, roots))
        moment = taken.get(result.fingerprint) or at
        if moment is None:
            raise Fault("no-signature")
        if any(earlier.fingerprint == result.fingerprint for earlier in found):
            raise Fault("many-signatures")
        check_usage(signer)
        check_strong(signer, one.md_algorithm)
        check_time(signer, said_at, since=since, at=moment)
        trusted = context(roots, one.other_embedded_certs, moment)
        status: PdfSignatureStatus = wait(
            async_validate_pdf_signature(
                one, signer_validation_context=trusted, key_usage_settings=USAGE
            )
        )
        check_status(status)
        if last and status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
            raise Fault("not-whole")
        if not status.docmdp_ok:
            raise Fault("content")
        found.append(result)
    review = DEFAULT_DIFF_POLICY.review_file(reader, base)
    if not isinstance(review, DiffResult) or (
        review.modification_level.value > ModificationLevel.FORM_FILLING.value
    ):
        raise Fault("content")
    _check_places(reader)
    return found


def certificates_in(data: bytes, roots: Collection[bytes]) -> dict[str, tuple[bytes, ...]]:
    """The certificates of the signatures in a file that was accepted, each with those above it,
    DER, by its SHA-256; nothing is judged. Empty: it cannot be told.
    """
    try:
        found = [
            told("pades", one.signer_cert, None,
                 chain_of(one.signer_cert, one.other_embedded_certs, roots))
            for one in PdfFileReader(BytesIO(data)).embedded_signatures
        ]  # fmt: skip
    except Exception as error:  # as in `_judge`
        _log.info("a PDF could not be read: %r", error)
        return {}
    return {one.fingerprint: one.chain for one in found}


def _check_revisions(first: PdfFileReader, reader: PdfFileReader, most: int) -> None:
    """The text's own tables of objects are still those that a reader goes through: an appended
    table that forgets them would show another document in the same bytes."""
    count = first.xrefs.total_revisions
    if not count <= reader.xrefs.total_revisions <= count + most:
        raise Fault("content")
    for revision in range(count):
        ours = first.xrefs.get_startxref_for_revision(revision)
        if reader.xrefs.get_startxref_for_revision(revision) != ours:
            raise Fault("content")


def _check_range(one: EmbeddedPdfSignature, data: bytes, *, last: bool) -> None:
    """The signed bytes are all bytes up to an end but the signature itself, told by ourselves: four
    numbers, a gap that is one string of hexadecimal digits, and nothing outside."""
    numbers = [int(number) for number in one.byte_range]
    if len(numbers) != 4:
        raise Fault("not-whole")
    start, length, again, rest = numbers
    gap = data[length:again]
    end = again + rest
    whole = start == 0 and 0 < length < again and end <= len(data) and rest > 0
    if not whole or not re.fullmatch(rb"<[0-9A-Fa-f]*>", gap):
        raise Fault("not-whole")
    if last and end != len(data):
        raise Fault("not-whole")


def _check_bombs(tail: bytes) -> None:
    """No appended stream inflates to more than a reader should hold."""
    if _FILTERS.search(tail):
        raise Fault("too-large")
    for match in _STREAM.finditer(tail):
        inflate = zlib.decompressobj()
        try:
            inflate.decompress(tail[match.end() :], MOST_INFLATED)
        except zlib.error:
            continue  # not deflated: no larger than it is
        if inflate.unconsumed_tail and not inflate.eof:
            raise Fault("too-large")


def _check_programs(reader: PdfFileReader, base: int) -> None:
    """Nothing that was appended does something when the file is opened, or carries another one."""
    for revision in range(base + 1, reader.xrefs.total_revisions):
        resolver = reader.get_historical_resolver(revision)
        for ref in reader.xrefs.explicit_refs_in_revision(revision):
            if not _PROGRAMS.isdisjoint(_names(resolver.get_object(ref), 0)):
                raise Fault("program")


def _names(value: Any, depth: int) -> Iterator[str]:
    """All names in an object: keys, and values that say what an action is."""
    if depth > 40:
        raise Fault("unreadable")
    if isinstance(value, generic.DictionaryObject):
        for key in value:
            yield str(key)
            yield from _names(value.raw_get(key), depth + 1)
    elif isinstance(value, generic.ArrayObject):
        for one in range(len(value)):
            yield from _names(value.raw_get(one), depth + 1)
    elif isinstance(value, generic.NameObject):
        yield str(value)


def _check_places(reader: PdfFileReader) -> None:
    """A signature that is seen stands on the last page, which is kept free for it: a picture over a
    threshold would make people read something else than what is signed."""
    for number in range(int(reader.root["/Pages"]["/Count"]) - 1):
        page = reader.find_page_for_modification(number)[0].get_object()  # type: ignore[no-untyped-call]
        for annotation in page.get("/Annots", []):
            left, low, right, high = (float(n) for n in annotation.get_object()["/Rect"])
            if abs(right - left) > 1e-6 and abs(high - low) > 1e-6:
                raise Fault("content")

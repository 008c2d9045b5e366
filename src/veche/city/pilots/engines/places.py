"""Places for signatures in a PDF that we made: empty fields on its last page."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

Box = tuple[float, float, float, float]
"""Left, low, right, high in points from the lower left corner of the page."""


def with_places(pdf: bytes, places: Mapping[str, Box]) -> bytes:
    """The PDF with an empty field for each signature, by name, on its last page.

    A program for signing offers them; and what it appends can be compared with a form that was
    there before, which is how a change of anything else is found.
    """
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    for name, (left, low, right, high) in places.items():
        box = (round(left), round(low), round(right), round(high))
        append_signature_field(writer, SigFieldSpec(name, on_page=-1, box=box))
    form = writer.root["/AcroForm"]
    # “Has signatures, append only” from the beginning: the first to sign need not change it.
    form[generic.NameObject("/SigFlags")] = generic.NumberObject(3)  # type: ignore[no-untyped-call]
    writer.update_container(form)
    out = BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()

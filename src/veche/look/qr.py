"""A text as a QR code."""

from __future__ import annotations

import io

from django.utils.safestring import SafeString


def qr(text: str, title: str) -> SafeString:
    """An address, or another text, as a QR code that prints and scales, with what it is."""
    import segno

    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", scale=4, border=3, light="#fff", dark="#000", xmldecl=False, svgns=True,
        title=title, omitsize=True,
    )  # fmt: skip
    return SafeString(out.getvalue().decode())

"""Documents are set by Typst from a template beside this file and data that is never read as code.

The fonts are those that Typst brings (Libertinus: Latin, Greek, Cyrillic), so that the same data
gives the same bytes on every computer. Chinese is written with the first Chinese font of the
computer, where there is one; `can_write` says so before anything is promised in Chinese.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from veche.errors import Refused

if TYPE_CHECKING:
    import typst

TEMPLATES = Path(__file__).parent
"""Where the templates lie; a document reads nothing outside."""
LATIN = "Libertinus Serif"
CHINESE = (
    "Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "Noto Sans CJK SC",
    "Source Han Sans SC", "Noto Sans SC", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "SimSun",
    "Songti SC", "PingFang SC", "Microsoft YaHei", "AR PL UMing CN",
)  # fmt: skip
"""Fonts with simplified Chinese, the first that is there is taken."""
_HAN = re.compile(
    "[\u2e80-\u2fdf\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)


class NoFont(Refused):
    """The document holds Chinese, and this computer has no font for it."""

    code = "no-font"
    sentence = _(
        "The document holds Chinese words, and this server has no Chinese font. Install one, such"
        " as fonts-noto-cjk, or write in another language."
    )


@functools.cache
def chinese_font() -> str:
    """The name of the Chinese font of this computer; empty: there is none."""
    import typst  # slow to load, as below

    families = set(typst.Fonts(True, False).families())
    return next((name for name in CHINESE if name in families), "")


def can_write(text: str) -> bool:
    """Whether this computer has the fonts for a text, as far as Chinese is asked.

    >>> can_write("Трость весом 50 г")
    True
    """
    return not _HAN.search(text) or bool(chinese_font())


@functools.cache
def _fonts(chinese: bool) -> typst.Fonts:
    import typst

    return typst.Fonts(chinese, True)


def render(
    template: str, data: Mapping[str, Any], *, at: dt.datetime | None = None, language: str = "en"
) -> bytes:
    """The PDF (PDF/A-2u) of a template of this folder, such as ``agreement.typ``.

    ``data`` is whatever JSON can say; the template reads it with ``json(bytes(sys.inputs.data))``,
    and its words are set as they are: they cannot become markup. ``at`` is written as the moment of
    creation, to the second (a PDF knows nothing finer); with it the same data gives the same bytes.
    ``language`` (en, ru, zh) is told to the template as ``sys.inputs.language``, its fonts as
    ``sys.inputs.fonts``, parted by commas.

    Raises:
        NoFont: it holds Chinese, and there is no font.
        typst.TypstError: the template is wrong: a fault of the program.
    """
    said = json.dumps(data, ensure_ascii=False, sort_keys=True)
    chinese = bool(_HAN.search(said)) or language == "zh"
    if chinese and not chinese_font():
        raise NoFont
    fonts = f"{LATIN},{chinese_font()}" if chinese else LATIN
    import typst

    made: bytes = typst.compile(
        TEMPLATES / template,
        root=TEMPLATES,
        font_paths=_fonts(chinese),
        ignore_system_fonts=True,
        sys_inputs={"data": said, "language": language, "fonts": fonts},
        pdf_standards="a-2u",
        timestamp=(at or dt.datetime(2000, 1, 1, tzinfo=dt.UTC)).replace(microsecond=0),
    )
    return made

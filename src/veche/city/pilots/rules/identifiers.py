"""Identifiers of companies: what they look like, and the check digits that betray a slip."""

from __future__ import annotations

import re

SCHEMES = ("RU-INN", "CN-USCC", "XI-LEI", "KZ-BIN", "BY-UNP", "GB-COH", "US-EIN", "DE-CR")
"""Registers that the form proposes first, as org-id.guide names them; any other is taken too."""
SCHEME = re.compile(r"[A-Z]{2}-[A-Z0-9]{2,20}")
LONGEST = 40

_INN_10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_11 = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_12 = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def tidy(identifier: str, scheme: str = "") -> str:
    """An identifier as it is kept: capitals, without spaces; of registers whose numbers have check
    digits without any dash as well, which people write between."""
    dashes = r"[\s\u2010-\u2015-]+" if scheme in _CHECKS else r"[\s\u2010-\u2015]+"
    return re.sub(dashes, "", identifier).upper()


def is_inn(text: str) -> bool:
    """Whether a text is a Russian taxpayer number: ten digits of a firm or twelve of a person,
    with the check digits of order ММВ-7-6/435 of the tax service."""
    if not (text.isascii() and text.isdigit()):
        return False
    digits = [int(one) for one in text]

    def check(weights: tuple[int, ...]) -> int:
        return sum(w * d for w, d in zip(weights, digits, strict=False)) % 11 % 10

    if len(digits) == 10:
        return check(_INN_10) == digits[9]
    return len(digits) == 12 and check(_INN_11) == digits[10] and check(_INN_12) == digits[11]


def is_uscc(text: str) -> bool:
    """Whether a text is a Chinese unified social credit code (GB 32100-2015): eighteen signs, the
    last of which is reckoned from the others modulo 31."""
    if len(text) != 18 or any(one not in _USCC for one in text):
        return False
    total = sum(_USCC.index(one) * pow(3, place, 31) for place, one in enumerate(text[:17]))
    return _USCC[(31 - total % 31) % 31] == text[17]


def is_lei(text: str) -> bool:
    """Whether a text is a legal entity identifier (ISO 17442): twenty signs, modulo 97 one."""
    if re.fullmatch(r"[A-Z0-9]{18}[0-9]{2}", text) is None:
        return False
    return int("".join(str(int(one, 36)) for one in text)) % 97 == 1


_CHECKS = {"RU-INN": is_inn, "CN-USCC": is_uscc, "XI-LEI": is_lei}


def fault(scheme: str, identifier: str) -> str:
    """What is wrong: ``scheme``, ``identifier`` (empty, too long or of strange signs), ``check``
    (its check digits do not fit); empty where nothing is. Of registers without a known check any
    letters, digits, dots, dashes and strokes are taken."""
    if SCHEME.fullmatch(scheme) is None or len(scheme) > 24:
        return "scheme"
    if re.fullmatch(rf"[\w./-]{{2,{LONGEST}}}", identifier) is None:
        return "identifier"
    known = _CHECKS.get(scheme)
    return "check" if known is not None and not known(identifier) else ""

"""The questions of a form: what one may look like, and how choices are typed on one page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

KINDS = ("text", "long", "number", "choice", "yes-no", "file")
MOST = 30
MOST_CHOICES = 20
LONGEST_NAME, LONGEST_HINT = 240, 500
LANGUAGES = ("en", "ru", "zh")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def fault(questions: Sequence[Mapping[str, Any]]) -> tuple[int, str] | None:
    """The first fault: the number of the question (1 is the first) and which it is; None when
    there is none. Faults: ``many``, ``kind``, ``code``, ``twice``, ``name``, ``long``, ``choices``.
    """
    if len(questions) > MOST:
        return MOST + 1, "many"
    seen: set[str] = set()
    for number, one in enumerate(questions, 1):
        wrong = _fault(one)
        if not wrong and one["code"] in seen:
            wrong = "twice"
        if wrong:
            return number, wrong
        seen.add(one["code"])
    return None


def _fault(one: Mapping[str, Any]) -> str:
    if one.get("kind") not in KINDS:
        return "kind"
    if _CODE.fullmatch(str(one.get("code", ""))) is None:
        return "code"
    names, hints = one.get("names") or {}, one.get("hints") or {}
    if not any(str(names.get(code, "")).strip() for code in LANGUAGES):
        return "name"
    if any(len(text) > LONGEST_NAME for text in names.values()) or any(
        len(text) > LONGEST_HINT for text in hints.values()
    ):
        return "long"
    choices = one.get("choices") or []
    if one["kind"] == "choice":
        codes = [choice.get("code") for choice in choices]
        if not 2 <= len(codes) <= MOST_CHOICES or len(set(codes)) != len(codes) or None in codes:
            return "choices"
    elif choices:
        return "choices"
    return ""


def choices_from(text: str) -> list[dict[str, Any]]:
    """Choices as somebody types them: one a line, its languages (English, Russian, Chinese) parted
    by ``|``; a line in one language says the same in all."""
    found: list[dict[str, Any]] = []
    for line in text.splitlines():
        parts = [part.strip()[:120] for part in line.split("|")]
        said = [part for part in parts if part]
        if not said:
            continue
        names = (
            dict.fromkeys(LANGUAGES, said[0])
            if len(parts) == 1
            else {code: part for code, part in zip(LANGUAGES, parts, strict=False) if part}
        )
        found.append({"code": f"c{len(found) + 1}", "names": names})
    return found


def choices_as_text(choices: Sequence[Mapping[str, Any]]) -> str:
    """Choices as `choices_from` reads them."""
    lines = []
    for one in choices:
        names = one.get("names") or {}
        words = [str(names.get(code, "")) for code in LANGUAGES]
        lines.append(words[0] if len(set(words)) == 1 else " | ".join(words))
    return "\n".join(lines)

"""Names kept in several languages: ``{"en": …, "ru": …, "zh": …}``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

LANGUAGES = ("en", "ru", "zh")


def here(names: Mapping[str, str] | None, language: str | None = None) -> str:
    """The name in the reader's language, else in English, else in any that exists."""
    if not names:
        return ""
    code = (language or get_language() or "en").split("-")[0]
    return names.get(code) or names.get("en") or next(iter(names.values()), "")


def everywhere(name: str) -> dict[str, str]:
    """A name that is the same in every language, as for things met in an import."""
    return dict.fromkeys(LANGUAGES, name)


def said(values: Mapping[str, Any], name: str) -> dict[str, str]:
    """The words of a field in the languages in which there are any."""
    return {
        code: str(values[f"{name}_{code}"]).strip()
        for code in LANGUAGES
        if str(values.get(f"{name}_{code}") or "").strip()
    }

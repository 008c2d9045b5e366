"""Names kept in several languages: ``{"en": …, "ru": …, "zh": …}``."""

from __future__ import annotations

from collections.abc import Mapping

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

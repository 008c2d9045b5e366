"""Marks in the words of a matter, and the links of those who moderate it."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from veche.core.cases.models import Case
from veche.core.moderation.beside import beside
from veche.core.moderation.personal_data import find
from veche.core.moderation.preview import Seen
from veche.core.organisations.middleware import asker

register = template.Library()


@register.simple_tag
def marked_words(text: str) -> SafeString:
    """The words with what tells private persons marked."""
    pieces = Seen("", "", text, find(text)).pieces
    return format_html_join(
        "",
        "{}",
        (
            (
                format_html('<mark title="{}">{}</mark>', piece.kind, piece.text)
                if piece.press
                else piece.text,
            )
            for piece in pieces
        ),
    )


@register.simple_tag
def found_in(text: str) -> int:
    """How much that tells private persons was found."""
    return len(find(text))


@register.inclusion_tag("moderation/parts/beside.html", takes_context=True)
def moderation_links(context: Context, case: Case) -> dict[str, Any]:
    """What whoever works on a matter can do to its words."""
    who = asker(context["request"])
    return {"case": case, "moderation": beside(case, who.person, who.holdings, author=False)}

"""Tags of the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django import template

register = template.Library()


@register.simple_tag
def words_for(
    templates: Mapping[str, Sequence[tuple[str, str]]] | None, move: str
) -> Sequence[tuple[str, str]]:
    """The ready words for a step: title and text."""
    return templates.get(move, ()) if isinstance(templates, Mapping) else ()

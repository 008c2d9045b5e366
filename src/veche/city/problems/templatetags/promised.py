"""The terms of this city in the sentences of a page."""

from __future__ import annotations

from django import template

from veche.city.problems.queries.promise import usual_lengths

register = template.Library()


@register.simple_tag
def usual_terms() -> dict[str, str]:
    """How long each step of a report lasts, in words, by the code of the step."""
    return usual_lengths()

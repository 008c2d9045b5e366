"""Ideas that say nearly the same as a form that is being filled in."""

from __future__ import annotations

from django import forms, template

from veche.city.ideas.queries.similar import Near, like_words

register = template.Library()


@register.simple_tag
def similar_ideas(form: forms.Form) -> list[Near]:
    """The ideas nearest to the title and the text of a form that was sent; none of a fresh one."""
    if not form.is_bound:
        return []
    return like_words(str(form.data.get("title", "")), str(form.data.get("text", "")))

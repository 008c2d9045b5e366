"""Parts of pages that are written once and kept: what changes with few things only."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from django import template
from django.template import Context, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

MOST = 1000
"""Parts kept by one process; when there are more, it begins anew."""
_kept: dict[Hashable, SafeString] = {}


class Kept(Node):
    """A part of a page and what it changes with."""

    def __init__(self, name: str, keys: Sequence[FilterExpression], inside: NodeList) -> None:
        self.name, self.keys, self.nodelist = name, keys, inside

    def render(self, context: Context) -> SafeString:
        """The part as it was written for the same language and the same values."""
        key = (self.name, get_language(), *(one.resolve(context) for one in self.keys))
        found = _kept.get(key)
        if found is None:
            found = self.nodelist.render(context)
            if len(_kept) >= MOST:
                _kept.clear()
            _kept[key] = found
        return found


class Written(Node):
    """A part of a page that is written once and stands there several times."""

    def __init__(self, name: str, inside: NodeList) -> None:
        self.name, self.nodelist = name, inside

    def render(self, context: Context) -> str:
        """Nothing: what was written is found under its name."""
        context[self.name] = self.nodelist.render(context)
        return ""


@register.tag
def kept(parser: Parser, token: Token) -> Kept:
    """``{% kept name value … %}…{% endkept %}``: written anew only for another language or another
    value. What stands inside may depend on nothing else: no token of a form, nobody's name.

    The values must be hashable; a name is used in one place only.
    """
    _tag, name, *keys = token.split_contents()
    inside = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(name, [parser.compile_filter(key) for key in keys], inside)


@register.tag
def written(parser: Parser, token: Token) -> Written:
    """``{% written name %}…{% endwritten %}``: nothing stands there, ``{{ name }}`` does later."""
    words = token.split_contents()
    if len(words) != 2:
        raise TemplateSyntaxError("{% written name %} takes one name")
    inside = parser.parse(("endwritten",))
    parser.delete_first_token()
    return Written(words[1], inside)

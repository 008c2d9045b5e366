"""Parts of pages that are written once."""

from __future__ import annotations

from django.template import Context, Template
from django.utils import translation

from veche.look.templatetags import kept


def test_a_part_is_written_anew_for_another_value_and_another_language_only() -> None:
    page = Template("{% load kept i18n %}{% kept 'part-tried' key %}{{ shown }}{% endkept %}")

    def drawn(key: str, shown: str) -> str:
        return page.render(Context({"key": key, "shown": shown}))

    assert drawn("a", "first") == "first"
    assert drawn("a", "second") == "first", "it was kept"
    assert drawn("b", "second") == "second"
    with translation.override("ru"):
        assert drawn("a", "третий") == "третий"


def test_what_is_kept_stays_within_bounds() -> None:
    page = Template("{% load kept %}{% kept 'part-many' n %}{{ n }}{% endkept %}")
    for n in range(kept.MOST + 5):
        assert page.render(Context({"n": n})) == str(n)
    assert len(kept._kept) <= kept.MOST


def test_what_is_written_once_stands_where_it_is_named_and_stays_escaped() -> None:
    page = Template(
        "{% load kept %}{% written bit %}<b>{{ who }}</b>{% endwritten %}{{ bit }}{{ bit }}"
    )
    assert page.render(Context({"who": "<i>"})) == "<b>&lt;i&gt;</b>" * 2

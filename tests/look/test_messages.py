"""Fragments become compiled messages; what is missing or stale is said."""

from __future__ import annotations

import gettext
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from veche.look import messages

GOOD = """
"Report" = {ru = "Сообщить", zh = "上报"}
["%(n)s day"]
plural = "%(n)s days"
ru = ["%(n)s день", "%(n)s дня", "%(n)s дней"]
zh = ["%(n)s天"]
"""


@pytest.fixture
def locale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(messages, "LOCALE", tmp_path)
    monkeypatch.setattr(messages, "SOURCES", tmp_path)
    return tmp_path


def test_compiled_messages_speak_three_languages(locale: Path) -> None:
    (locale / "a.toml").write_text(GOOD, "utf-8")
    assert messages.ensure_compiled()
    assert not messages.ensure_compiled()
    spoken = gettext.GNUTranslations(io.BytesIO(messages.target("ru").read_bytes()))
    assert spoken.gettext("Report") == "Сообщить"
    assert [spoken.ngettext("%(n)s day", "%(n)s days", n) % {"n": n} for n in (1, 3, 11)] == [
        "1 день",
        "3 дня",
        "11 дней",
    ]


def test_a_changed_or_a_removed_fragment_is_noticed(locale: Path) -> None:
    (locale / "a.toml").write_text(GOOD, "utf-8")
    (locale / "b.toml").write_text('"One" = {ru = "Один", zh = "一"}', "utf-8")
    messages.ensure_compiled()
    (locale / "b.toml").unlink()
    assert messages.ensure_compiled()
    assert "Один".encode() not in messages.target("ru").read_bytes()


def test_many_may_compile_at_once(locale: Path) -> None:
    (locale / "a.toml").write_text(GOOD, "utf-8")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: messages.ensure_compiled(), range(16)))
    assert sorted(p.name for p in messages.target("ru").parent.iterdir()) == ["django.mo"]


def test_what_is_wrong_is_said(locale: Path) -> None:
    (locale / "a.toml").write_text(
        '"Unused" = {ru = "Лишнее", zh = "多余"}\n'
        '"Half" = {ru = "Половина"}\n'
        '"By %(day)s" = {ru = "До %(date)s", zh = "%(day)s前"}\n'
        '"%(n)s day" = {plural = "%(n)s days", ru = ["%(n)s день"], zh = ["%(n)s天"]}\n',
        "utf-8",
    )
    (locale / "code.py").write_text(
        "from django.utils.translation import gettext as _\n"
        "_('Half'); _('By %(day)s'); _('Missing')\n"
        "ngettext('%(n)s day', '%(n)s days', 2)  # gettext\n",
        "utf-8",
    )
    pages = locale / "templates"
    pages.mkdir()
    (pages / "page.html").write_text(
        "{% load i18n %}<p>{% translate 'Half' %}</p>\n<p title='Words here'>Bare words</p>"
        "{% block main_class %}wide desk{% endblock %}<kbd>Enter</kbd>"
        "{# a remark #}{% blocktranslate %}Block{% endblocktranslate %}",
        "utf-8",
    )
    said = "\n".join(messages.check())
    assert "'Unused' is used nowhere" in said
    assert "'Half' is not translated to zh" in said
    assert "'By %(day)s' has other places in ru" in said
    assert "has 1 forms in ru, 3 are needed" in said
    assert "code.py:2: 'Missing' has no translation" in said
    assert "page.html:2: 'Bare words' is not translated" in said
    assert "page.html:2: 'Words here' is not translated" in said
    assert "'Block' has no translation" in said
    for fine in ("remark", "wide desk", "Enter"):
        assert fine not in said

"""The base page, the error pages and the style page."""

from __future__ import annotations

import re

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils.translation import override

from veche.look.context import language_links, languages, menu

LANGUAGES = ("en", "ru", "zh-hans")
CODES = (400, 403, 404, 409, 413, 422, 500)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_an_error_page_needs_neither_a_request_nor_a_database(code: int, language: str) -> None:
    with override(language):
        page = render_to_string(f"{code}.html")
    assert f'href="/{language}/"' in page
    assert page.count("<h1") == 1


@pytest.mark.django_db  # every page says the city's mode
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_style_page_shows_everything(client: Client, language: str) -> None:
    page = client.get(f"/{language}/style/")
    assert page.status_code == 200
    text = page.content.decode()
    assert " style=" not in text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_the_languages_lead_to_the_same_page() -> None:
    with override("ru"):
        found = languages("/ru/problems/?state=late&page=2")
    assert [link.url for link in found] == [
        "/ru/problems/?state=late&page=2",
        "/en/problems/?state=late&page=2",
        "/zh-hans/problems/?state=late&page=2",
    ]
    assert [link.current for link in found] == [True, False, False]


def test_the_links_to_the_languages_cannot_be_broken_out_of() -> None:
    with override("en"):
        html = language_links('/en/problems/?q="><b>')
    assert "<b>" not in html and html.count("<a ") == 3
    assert html.count('aria-current="true"') == 1


def test_the_menu_of_one_reader_is_not_anothers() -> None:
    with override("en"):
        visitor = menu("/en/desk/", frozenset(), frozenset())
        officer = menu("/en/desk/", frozenset({"officer"}), frozenset())
        again = menu("/en/problems/", frozenset(), frozenset())
    assert visitor != officer
    assert [link.url for link in visitor] == [link.url for link in again]
    assert [link.url for link in officer if link.current] == ["/en/desk/"]
    assert hash(tuple(officer)) != hash(tuple(visitor))

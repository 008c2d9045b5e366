"""The tags draw what pages are made of, tied together for those who listen."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import override

from veche.look.templatetags.look import page_numbers

NOW = dt.datetime(2026, 11, 27, 10, 0, tzinfo=dt.UTC)


def draw(source: str, **context: Any) -> str:
    with override("en"):
        return Template("{% load look %}" + source).render(Context(context))


class Asking(forms.Form):
    text = forms.CharField(label="What happened?", help_text="One sentence.")
    fixed = forms.ChoiceField(choices=[("y", "Yes"), ("n", "No")], widget=forms.RadioSelect)
    tell = forms.BooleanField(required=False)


def test_a_wrong_field_is_tied_to_its_hint_and_its_error() -> None:
    html = draw("{% field form.text rows=4 %}", form=Asking({}))
    assert 'aria-describedby="id_text_hint id_text_error"' in html
    assert 'id="id_text_hint"' in html
    assert 'id="id_text_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'rows="4"' in html


def test_choices_stand_in_a_fieldset() -> None:
    html = draw("{% field form.fixed %}", form=Asking())
    assert html.startswith("<fieldset")
    assert html.count('type="radio"') == 2


def test_a_field_that_may_be_empty_says_so() -> None:
    class Free(forms.Form):
        words = forms.CharField(required=False)

    assert "(optional)" in draw("{% field form.words %}", form=Free())


def test_the_summary_leads_to_the_fields() -> None:
    html = draw("{% error_summary form %}", form=Asking({}))
    assert 'href="#id_text"' in html
    assert 'href="#id_fixed_0"' in html
    assert not draw("{% error_summary form %}", form=Asking({"text": "a", "fixed": "y"})).strip()


def test_a_sentence_for_several_fields_says_which() -> None:
    class Marks(forms.Form):
        use = forms.CharField(label="Use", error_messages={"required": "Choose a mark."})
        ease = forms.CharField(label="Ease", error_messages={"required": "Choose a mark."})
        why = forms.CharField(label="Why", error_messages={"required": "Say why."})

    html = draw("{% error_summary form %}", form=Marks({}))
    assert "Use" in html and "Ease" in html and "Why" not in html


def test_what_was_typed_is_escaped() -> None:
    html = draw("{% field form.text %}", form=Asking({"text": '"><script>'}))
    assert "<script>" not in html


@pytest.mark.parametrize(
    ("days", "ended", "tone", "words"),
    [
        ((-3, 5), None, 'class="clock"', "5 days left"),
        ((-8, 0.1), None, "clock-watch", "2 hours left"),
        ((-10, -2), None, "clock-bad", "2 days late"),
        ((-8, -1), -3, "clock-good", "answered in 5 days"),
        ((-9, -3), -1, "clock-bad", "answered in 8 days"),
    ],
)
def test_the_clock_says_in_words_what_its_bar_shows(
    days: tuple[float, float], ended: float | None, tone: str, words: str
) -> None:
    clock = {
        "started": NOW + dt.timedelta(days=days[0]),
        "due": NOW + dt.timedelta(days=days[1]),
        "now": NOW,
        "ended": None if ended is None else NOW + dt.timedelta(days=ended),
    }
    html = draw("{% clock_bar clock %}", clock=clock)
    assert tone in html
    assert words in html
    assert ('class="due"' in html) == (tone == "clock-bad")


def test_the_line_names_the_present_step_and_the_way_back() -> None:
    steps = [
        {"label": "Reported", "state": "done", "by": "a resident"},
        {"label": "In work", "state": "now"},
        {"label": "Checked", "state": "next", "back": "returned Thu 26 Nov"},
    ]
    html = draw("{% procedure_line steps %}", steps=steps)
    assert html.count('aria-current="step"') == 1
    assert "with-return" in html
    assert "returned Thu 26 Nov" in html


@pytest.mark.parametrize(
    ("number", "last", "shown"),
    [
        (1, 1, [1]),
        (1, 3, [1, 2, 3]),
        (3, 25, [1, 2, 3, 4, None, 25]),
        (12, 25, [1, None, 11, 12, 13, None, 25]),
        (25, 25, [1, None, 24, 25]),
    ],
)
def test_page_numbers(number: int, last: int, shown: list[int | None]) -> None:
    assert page_numbers(number, last) == shown


def test_pages_keep_the_filters() -> None:
    request = RequestFactory().get("/problems/?state=late&page=2")
    html = draw("{% pages page %}", page={"number": 2, "last": 9}, request=request)
    assert 'href="?state=late&amp;page=3"' in html
    assert draw("{% pages page %}", page={"number": 1, "last": 1}, request=request).strip() == ""


def test_pages_name_the_neighbours_and_escape_what_was_asked() -> None:
    request = RequestFactory().get("/problems/", {"q": '"><b>', "page": "3"})
    html = draw("{% pages page %}", page={"number": 3, "last": 5}, request=request)
    assert "<b>" not in html
    assert html.count("<a ") == 7, "five pages, the one before and the one after"
    assert html.count('aria-current="page"') == 1
    assert 'rel="prev"' in html and 'rel="next"' in html
    first = draw("{% pages page %}", page={"number": 1, "last": 9}, request=request)
    assert 'rel="prev"' not in first and "<span>…</span>" in first

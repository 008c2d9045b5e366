"""Every state has one word and one sentence in three languages, a tone and a shape."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils.translation import override

from veche import look
from veche.look.states import STATES, find

HERE = Path(look.__file__).parent
SPRITE = (HERE / "templates/look/sprite.html").read_text("utf-8")
SHEET = (HERE / "static/look/look.css").read_text("utf-8")


@pytest.mark.parametrize("code", STATES)
def test_a_state_is_a_word_with_a_shape(code: str) -> None:
    state = STATES[code]
    assert f'id="i-{state.shape}"' in SPRITE
    assert f".{state.tone} {{ color:" in SHEET
    said = set()
    for language in ("en", "ru", "zh-hans"):
        with override(language):
            assert str(state.word) and str(state.sentence)
            said.add((str(state.word), str(state.sentence)))
    assert len(said) == 3


def test_words_of_states_differ() -> None:
    for language in ("en", "ru", "zh-hans"):
        with override(language):
            assert len({str(state.word) for state in STATES.values()}) == len(STATES)


def test_an_unknown_state_is_never_shown_as_good() -> None:
    assert find("something").tone == "wait"
    assert find("something").word == "something"

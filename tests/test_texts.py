"""What people write, as it is taken from every door."""

from __future__ import annotations

import pytest

from veche.texts import TextLength, readable, sized


def test_signs_nobody_can_read_are_left_out() -> None:
    assert readable("a\x00b\x0bc\ufffe\r\nd\te\x7f") == "abc\nd\te"


def test_the_length_is_that_of_what_can_be_read() -> None:
    assert sized("  \x00words \n", 5, 5) == "words"
    with pytest.raises(TextLength, match="between 2 and 5 characters; now there are 1"):
        sized(" \x00a ", 2, 5)
    with pytest.raises(TextLength):
        sized("too long", 2, 5)


def test_what_turns_or_hides_words_is_left_out() -> None:
    """Overrides of direction, spaces without width, tags and halves of characters."""
    assert readable("pay\u202e\u2066 me\u200b\ufeff now\U000e0041") == "pay me now"
    assert readable("half \ud83d of one") == "half  of one"
    zalgo = "H\u0301\u0302\u0303\u0304\u0305\u0306\u0307ello"
    assert readable(zalgo) == "H\u0301\u0302\u0303\u0304ello"


def test_what_languages_and_emoji_need_stays() -> None:
    """Joined emoji, Persian words, Arabic with its marks, Vietnamese, Chinese."""
    for text in ("👩\u200d👧", "می\u200cخواهم", "ق\u064e\u0644\u0652\u0628", "Việt", "人行横道"):
        assert readable(text) == text


@pytest.mark.parametrize("nothing", ["\u200c" * 50, "\u3164" * 50, "\u2800 " * 20, "\u00ad" * 9])
def test_characters_that_show_nothing_are_no_text(nothing: str) -> None:
    """They are refused in words, and an optional field that holds only them is empty."""
    with pytest.raises(TextLength, match="now there are 0"):
        sized(nothing, 2, 500)
    assert sized(nothing, 0, 500) == ""


def test_a_megabyte_of_emoji_is_refused_in_words() -> None:
    """The sentence says how much may be written."""
    with pytest.raises(TextLength, match="between 2 and 3000 characters; now there are 262144"):
        sized("🔥" * 262_144, 2, 3000)

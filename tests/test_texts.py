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

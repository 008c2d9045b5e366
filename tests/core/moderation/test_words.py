"""What stands in the place of hidden words."""

from __future__ import annotations

import pytest
from django.utils import translation

from veche.core.moderation.personal_data import find, hide
from veche.core.moderation.words import label_for


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Call me at +7 912 345-67-89, please.", "[telephone]"),
        ("Звоните мне: +7 912 345-67-89.", "[телефон]"),
        ("请打电话 13812345678 联系我。", "[电话]"),
    ],
)
def test_it_is_said_in_the_language_of_the_text(text: str, shown: str) -> None:
    with translation.override("en"):
        assert shown in hide(text, find(text), label_for(text))

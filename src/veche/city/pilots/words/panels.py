"""Words of notices and pages: panels."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, gettext_noop

from veche.core.notices.words import say

NOTICES: Mapping[str, str] = {
    "pilots.on-agenda": gettext_noop("Application {number} is on the agenda of your panel."),
    "pilots.chosen": gettext_noop(
        "The panel chose your application {number}: a site for its trial is being found."
    ),
    "pilots.declined": gettext_noop(
        "The panel declined your application {number}. The reason is given; you can object once."
    ),
}
CHOICES: Mapping[str, str | Promise] = {
    "select": gettext_lazy("For: test it"),
    "decline": gettext_lazy("Against"),
    "abstain": gettext_lazy("Abstain"),
}
CHOSEN: Mapping[str, str | Promise] = {
    "select": gettext_lazy("for"),
    "decline": gettext_lazy("against"),
    "abstain": gettext_lazy("abstained"),
    "recused": gettext_lazy("stepped aside"),
}
DECISIONS: Mapping[str, str | Promise] = {
    "select": gettext_lazy("chosen"),
    "decline": gettext_lazy("declined"),
    "later": gettext_lazy("left to another panel"),
}


def give_words() -> None:
    """Give the notices of this part their sentences."""
    for kind, sentence in NOTICES.items():
        say(kind, sentence)

"""The words of kinds, outcomes and notices."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from veche.core.moderation.personal_data import Kind
from veche.core.notices.words import say

KINDS: dict[Kind, str | Promise] = {
    Kind.CARD: _("bank card"),
    Kind.DOCUMENT: _("document"),
    Kind.EMAIL: _("e-mail"),
    Kind.PHONE: _("telephone"),
    Kind.ACCOUNT: _("account"),
    Kind.PLATE: _("number plate"),
    Kind.FLAT: _("flat"),
    Kind.NAME: _("name"),
    Kind.OTHER: _("hidden"),
}
DECISIONS: dict[str, str | Promise] = {
    "reject": _("not published"),
    "remove": _("taken off the page"),
    "hide": _("hidden"),
    "show": _("shown again"),
    "redact": _("parts of the words hidden"),
    "photograph": _("parts of a photograph covered"),
}
OUTCOMES: dict[str, str | Promise] = {
    "": _("no objection"),
    "open": _("the author objects"),
    "upheld": _("objection: upheld"),
    "overturned": _("objection: overturned"),
    "dropped": _("objection: dropped, its author was erased"),
}
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_CHINESE = re.compile("[\u4e00-\u9fff]")

ROLES: dict[str, str | Promise] = {
    "moderator": _("a moderator"),
    "author": _("the author"),
    "head": _("a head of office"),
    "controller": _("the control department"),
    "administrator": _("an administrator"),
    "": _("the system"),
}


def label_for(text: str) -> Callable[[Kind], str]:
    """What stands in the place of what was hidden, “[telephone]”: in the language of the text,
    whoever hides it."""
    language = "ru" if _CYRILLIC.search(text) else "zh-hans" if _CHINESE.search(text) else "en"

    def label(kind: Kind) -> str:
        with translation.override(language):
            return f"[{KINDS[kind]}]"

    return label


def give_words() -> None:
    """Give the notices of moderation their sentences."""
    say("moderation.upheld", gettext_noop("Another moderator upheld the decision on {number}."))
    say(
        "moderation.overturned",
        gettext_noop("Another moderator overturned the decision: {number} is published."),
    )
    say(
        "moderation.climbed",
        gettext_noop(
            "No second moderator decided on your objection about {number} in time: the control"
            " department decides."
        ),
    )
    say(
        "moderation.words-hidden",
        gettext_noop("A moderator hid parts of what you wrote in {number}. You can object once."),
    )
    say(
        "moderation.words-upheld",
        gettext_noop("Your objection was judged: what was hidden in {number} stays hidden."),
    )
    say(
        "moderation.words-overturned",
        gettext_noop("Your objection was judged: your words in {number} are shown again."),
    )
    say(
        "moderation.photograph-covered",
        gettext_noop(
            "A moderator covered parts of your photograph in {number}. You can object once."
        ),
    )
    say(
        "moderation.photograph-upheld",
        gettext_noop("Your objection was judged: your photograph in {number} stays covered."),
    )
    say(
        "moderation.photograph-overturned",
        gettext_noop("Your objection was judged: your photograph in {number} is shown as it was."),
    )
    say("moderation.to-judge", gettext_noop("An objection about {number} waits for your decision."))
    say("moderation.hidden", gettext_noop("A moderator hid matter {number}."))
    say("moderation.shown", gettext_noop("Matter {number} is shown again."))

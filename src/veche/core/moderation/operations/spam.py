"""What a city sets for the score of spam, and what is remembered of a text for it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.core.journal.operations import record
from veche.core.moderation.access import check_sets_rules
from veche.core.moderation.first_spam_words import WORDS
from veche.core.moderation.limits import PERSON, digest
from veche.core.moderation.models import SpamWord, Spent, TextPrint
from veche.core.moderation.spam import (
    FAST,
    FAST_SECONDS,
    NEW_DAYS,
    Score,
    print_of,
    repeated_in,
    weigh,
    word_list,
)
from veche.errors import Invalid
from veche.operation import inside, operation
from veche.texts import readable

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.people.models import Person


class SpamWordOutOfRange(Invalid):
    """A word too short to mean anything, or points nobody could tell apart."""

    code = "spam-word"
    sentence = _("A word has 2 to 60 characters and 0 to 5 points.")
    field = "word"


@operation
def set_spam_word(*, by: Person | None, at: dt.datetime, word: str, points: int) -> None:
    """Look for a word in what is written, for so many points; 0: no more.

    Raises:
        SpamWordOutOfRange: see there.
        veche.core.moderation.access.OnlyItsSetters: the person sets none.
    """
    check_sets_rules(by, at)
    word = " ".join(readable(word).casefold().split())
    if not 2 <= len(word) <= 60 or not 0 <= points <= 5:
        raise SpamWordOutOfRange
    if points or word in dict(WORDS):
        SpamWord.objects.update_or_create(word=word, defaults={"points": points})
    else:
        SpamWord.objects.filter(word=word).delete()
    record(
        kind="moderation.spam-word-set",
        by=by,
        at=at,
        subject="moderation",
        public={"word": word, "points": points},
    )


@inside
def note_text(*, at: dt.datetime, text: str, case: Case | None) -> None:
    """Remember the digest of a text that was sent, to find it again elsewhere; a short one is not.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    if key := print_of(text):
        TextPrint(key=key, at=at, case=case).save(force_insert=True)


@inside
def judge(*, by: Person | None, at: dt.datetime, what: str, text: str, case: Case | None) -> Score:
    """The score of a text that is being sent, which is remembered as `note_text` does.

    ``what`` is the act that `limits.spend` counts. The same text in the same matter counts too.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    fast = 0
    if by is not None and at - by.since < dt.timedelta(days=NEW_DAYS):
        key = digest(f"{what}:{PERSON}", str(by.pk))
        since = at - dt.timedelta(seconds=FAST_SECONDS)
        wrote = Spent.objects.filter(key=key, at__gt=since)[:100].count()
        fast = wrote if wrote >= FAST else 0
    score = weigh(text, word_list(), repeated=repeated_in(print_of(text), None), fast=fast)
    note_text(at=at, text=text, case=case)
    return score

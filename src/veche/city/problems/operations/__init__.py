"""Everything that can happen to a problem."""

from __future__ import annotations

from veche.city.problems.operations.author import confirm, end_check, reply, send_back, withdraw
from veche.city.problems.operations.moderation import (
    accept,
    ask_author,
    close_without_reply,
    pass_unmoderated,
    reject,
)
from veche.city.problems.operations.office import answer, assign, refuse
from veche.city.problems.operations.refusals import (
    AlreadyReported,
    AnonymousNotAllowed,
    AnswerMissing,
    OutsideCity,
    TextLength,
    TooManyPhotographs,
    UnknownCategory,
    UnknownReason,
)
from veche.city.problems.operations.report import report
from veche.city.problems.operations.responsibility import (
    dispute,
    give_to_last_resort,
    hand_back,
    pass_on,
    settle,
)

__all__ = [
    "AlreadyReported",
    "AnonymousNotAllowed",
    "AnswerMissing",
    "OutsideCity",
    "TextLength",
    "TooManyPhotographs",
    "UnknownCategory",
    "UnknownReason",
    "accept",
    "answer",
    "ask_author",
    "assign",
    "close_without_reply",
    "confirm",
    "dispute",
    "end_check",
    "give_to_last_resort",
    "hand_back",
    "pass_on",
    "pass_unmoderated",
    "refuse",
    "reject",
    "reply",
    "report",
    "send_back",
    "settle",
    "withdraw",
]

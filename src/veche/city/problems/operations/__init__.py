"""Everything that can happen to a problem."""

from __future__ import annotations

from veche.city.problems.operations.author import (
    confirm,
    end_check,
    object_to_refusal,
    reopen,
    reply,
    send_back,
    withdraw,
)
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
    TooLate,
    TooManyPhotographs,
    UnknownCategory,
    UnknownReason,
    UrgentFirst,
)
from veche.city.problems.operations.report import report
from veche.city.problems.operations.responsibility import (
    ask_prolongation,
    decide_objection,
    dispute,
    give_to_last_resort,
    hand_back,
    overturn_unheard,
    pass_on,
    reassign,
    refuse_prolongation,
    settle,
    sign_prolongation,
)

__all__ = [
    "AlreadyReported",
    "AnonymousNotAllowed",
    "AnswerMissing",
    "OutsideCity",
    "TextLength",
    "TooLate",
    "TooManyPhotographs",
    "UnknownCategory",
    "UnknownReason",
    "UrgentFirst",
    "accept",
    "answer",
    "ask_author",
    "ask_prolongation",
    "assign",
    "close_without_reply",
    "confirm",
    "decide_objection",
    "dispute",
    "end_check",
    "give_to_last_resort",
    "hand_back",
    "object_to_refusal",
    "overturn_unheard",
    "pass_on",
    "pass_unmoderated",
    "reassign",
    "refuse",
    "refuse_prolongation",
    "reject",
    "reopen",
    "reply",
    "report",
    "send_back",
    "settle",
    "sign_prolongation",
    "withdraw",
]

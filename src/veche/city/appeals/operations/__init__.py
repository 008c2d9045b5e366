"""Everything that can happen to a letter, and to a correction of the city's data."""

from __future__ import annotations

from veche.city.appeals.operations.answer_by_mail import (
    address_of,
    forget_address,
    forget_old_addresses,
)
from veche.city.appeals.operations.corrections import keep, propose, repair
from veche.city.appeals.operations.later import ask_later, refuse_later, sign_later
from veche.city.appeals.operations.letters import (
    accept,
    answer,
    assign,
    close_to_others,
    hand_on,
    leave_unrated,
    pass_unread,
    publish_after_all,
    rate,
    refuse,
    reject,
    remove,
    withdraw,
    write,
)
from veche.city.appeals.operations.routing import route_unheard
from veche.city.appeals.operations.topics import set_topics
from veche.city.appeals.operations.words import put_words

__all__ = [
    "accept",
    "address_of",
    "answer",
    "ask_later",
    "assign",
    "close_to_others",
    "forget_address",
    "forget_old_addresses",
    "hand_on",
    "keep",
    "leave_unrated",
    "pass_unread",
    "propose",
    "publish_after_all",
    "put_words",
    "rate",
    "refuse",
    "refuse_later",
    "reject",
    "remove",
    "repair",
    "route_unheard",
    "set_topics",
    "sign_later",
    "withdraw",
    "write",
]

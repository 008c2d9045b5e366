"""The door to incidents: every step that other modules, pages and commands may take.

All take ``by``, ``at`` and the incident (or the task), and return it as it stands afterwards.
Steps of a case take ``seen``, the number of steps the actor saw on the page; whoever acts on an
older picture is refused.
"""

from __future__ import annotations

from veche.city.dispatch.operations.evaluating import evaluate, evaluate_by_times
from veche.city.dispatch.operations.incidents_lead import (
    accept,
    begin,
    postpone,
    resume,
    say_done,
    send_back_to_dispatcher,
)
from veche.city.dispatch.operations.incidents_log import add_entry, link, note, tell_cost
from veche.city.dispatch.operations.incidents_moves import bound
from veche.city.dispatch.operations.incidents_opening import report
from veche.city.dispatch.operations.incidents_steps import (
    call_false,
    close,
    dispatch,
    join,
    lead_for,
    reopen,
    send_back,
    take_away,
    verify,
)
from veche.city.dispatch.operations.looks import look
from veche.city.dispatch.operations.tasks import (
    accept_help,
    ask_help,
    begin_help,
    drop_help,
    finish_help,
    refuse_help,
)
from veche.city.dispatch.operations.tiers import hand_down, raise_tier, take_up

__all__ = [
    "accept",
    "accept_help",
    "add_entry",
    "ask_help",
    "begin",
    "begin_help",
    "bound",
    "call_false",
    "close",
    "dispatch",
    "drop_help",
    "evaluate",
    "evaluate_by_times",
    "finish_help",
    "hand_down",
    "join",
    "lead_for",
    "link",
    "look",
    "note",
    "postpone",
    "raise_tier",
    "refuse_help",
    "reopen",
    "report",
    "resume",
    "say_done",
    "send_back",
    "send_back_to_dispatcher",
    "take_away",
    "take_up",
    "tell_cost",
    "verify",
]

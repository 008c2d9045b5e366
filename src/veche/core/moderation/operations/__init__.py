"""Everything moderation does; each names its matter's case, its reason and its moderator."""

from __future__ import annotations

from veche.core.moderation.operations.appeals import AlreadyAppealed, appeal, climb_appeal, judge
from veche.core.moderation.operations.city import (
    BadReason,
    KnownReason,
    LastReason,
    add_reason,
    end_limit,
    prune,
    set_limit,
    set_reason,
    use_reason,
)
from veche.core.moderation.operations.decisions import (
    decided,
    decided_many,
    take_up_past,
)
from veche.core.moderation.operations.hiding import hide_matter, show_matter
from veche.core.moderation.operations.objections import (
    HiddenSince,
    climb_objections,
    judge_hiding,
    object_to_hiding,
)
from veche.core.moderation.operations.redaction import (
    NothingHidden,
    NotTheWriter,
    cover_photograph,
    forget_originals,
    hide_words,
    look_at_original,
)
from veche.core.moderation.operations.spam import set_spam_word
from veche.core.moderation.operations.sweeps import (
    NothingToSweep,
    TooLate,
    carry_out_sweeps,
    sweep,
    undo_sweep,
)
from veche.core.moderation.operations.turning_down import turn_down

__all__ = [
    "AlreadyAppealed",
    "BadReason",
    "HiddenSince",
    "KnownReason",
    "LastReason",
    "NotTheWriter",
    "NothingHidden",
    "NothingToSweep",
    "TooLate",
    "add_reason",
    "appeal",
    "carry_out_sweeps",
    "climb_appeal",
    "climb_objections",
    "cover_photograph",
    "decided",
    "decided_many",
    "end_limit",
    "forget_originals",
    "hide_matter",
    "hide_words",
    "judge",
    "judge_hiding",
    "look_at_original",
    "object_to_hiding",
    "prune",
    "set_limit",
    "set_reason",
    "set_spam_word",
    "show_matter",
    "sweep",
    "take_up_past",
    "turn_down",
    "undo_sweep",
    "use_reason",
]

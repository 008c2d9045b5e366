"""Everything that is written at the desk."""

from __future__ import annotations

from veche.core.desk.operations.many import carry_out, order_bulk, sweep_bulk, undo_bulk
from veche.core.desk.operations.own import (
    clear_away,
    drop_draft,
    keep_draft,
    leave,
    look,
    release,
    see_all,
    set_keys,
    sit_down,
    take,
    take_many,
    tidy,
)
from veche.core.desk.operations.refusals import (
    NameMissing,
    NotAtDesk,
    NotForMany,
    NothingChosen,
    NotYourOffice,
    TakenByOther,
    TooLateToUndo,
    TooManyChosen,
)
from veche.core.desk.operations.shared import drop_view, save_view, set_template

__all__ = [
    "NameMissing",
    "NotAtDesk",
    "NotForMany",
    "NotYourOffice",
    "NothingChosen",
    "TakenByOther",
    "TooLateToUndo",
    "TooManyChosen",
    "carry_out",
    "clear_away",
    "drop_draft",
    "drop_view",
    "keep_draft",
    "leave",
    "look",
    "order_bulk",
    "release",
    "save_view",
    "see_all",
    "set_keys",
    "set_template",
    "sit_down",
    "sweep_bulk",
    "take",
    "take_many",
    "tidy",
    "undo_bulk",
]

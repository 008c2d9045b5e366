"""The manifest of this module."""

from django.utils.translation import gettext_lazy as _

from veche.module import MenuEntry, Module, RulePage

_OPERATIONS = "veche.core.moderation.operations"

MODULE = Module(
    name="moderation",
    sentence="What may be shown of what people write: decided openly, with one appeal.",
    menu=(MenuEntry(_("Decisions"), "moderation:log", role="moderator"),),
    rights={
        "head_moderator": "Sets how much may be written and why something is not shown.",
        "moderator": "Hides, covers and takes away in a territory; judges the appeals of others.",
    },
    rules=(
        RulePage(
            _("Limits and reasons"),
            _("How much may be written, and for which reasons something is not shown."),
            "moderation:rules",
            "administrator head_moderator",
        ),
        RulePage(
            _("Signs of spam"),
            _("Words that make what is written wait for a moderator."),
            "moderation:spam-words",
            "administrator head_moderator",
        ),
    ),
    journal_writes={
        "moderation.decided": "A decision was put into the public log.",
        "moderation.past-taken-up": "What was rejected before there was a log was put into it.",
        "moderation.appealed": "An author objected to a decision.",
        "moderation.climbed": "No second moderator decided an objection in time: it came up.",
        "moderation.judged": "Another moderator judged an objection.",
        "moderation.words-hidden": "Parts of the words of a matter were hidden.",
        "moderation.original-looked-at": "Somebody of the staff looked at what was hidden.",
        "moderation.originals-deleted": "Originals were deleted: their term was over.",
        "moderation.swept": "Everything of one sender was hidden, to be taken away.",
        "moderation.sweep-undone": "Taking it away was undone before anybody was told.",
        "moderation.swept-away": "A matter was taken away together with others.",
        "moderation.sweep-done": "Everything of one sender was taken away.",
        "moderation.limit-set": "It was set how much may be written.",
        "moderation.limit-ended": "A limit that the city had set ended.",
        "moderation.spam-word-set": "A word that is a sign of spam was set.",
        "moderation.reason-set": "A reason was added or its words were changed.",
        "moderation.pruned": "Counts and digests were deleted: their term was over.",
        "moderation.person-forgotten": "What moderation held about a person was deleted.",
    },
    timers={
        f"{_OPERATIONS}:carry_out_sweeps": "every minute",
        f"{_OPERATIONS}:climb_objections": "every minute",
        f"{_OPERATIONS}:forget_originals": "every minute",
        f"{_OPERATIONS}:prune": "every minute",
    },
    datasets="veche.core.moderation.datasets:DATASETS",
    figures="veche.core.moderation.datasets:FIGURES",
    commands="veche.core.moderation.commands:register",
    urls="veche.core.moderation.urls",
    personal="veche.core.moderation.personal",
)

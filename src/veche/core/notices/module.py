"""The manifest of this module."""

from veche.module import Module

MODULE = Module(
    name="notices",
    sentence="Telling people: on their page and by e-mail.",
    journal_writes={
        "notices.followed": "Somebody follows a matter.",
        "notices.unfollowed": "Somebody no longer follows a matter.",
        "notices.told": "The followers of a matter, or holders of a role, were told.",
        "notices.mailed": "E-mails of a matter went out.",
        "notices.seen": "Somebody looked at their notices.",
    },
    timers={"veche.core.notices.holders:sweep_overdue": "every minute"},
)

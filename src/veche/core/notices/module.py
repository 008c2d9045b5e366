"""The manifest of this module."""

from veche.module import Module

MODULE = Module(
    name="notices",
    sentence="Telling people: on their page, by e-mail, on their devices, by feed and calendar.",
    journal_writes={
        "notices.followed": "Somebody follows a matter.",
        "notices.unfollowed": "Somebody no longer follows a matter.",
        "notices.carried": "Those who followed a matter follow the one it was merged into.",
        "notices.parted": "A matter was separated again: those who came by it went with it.",
        "notices.told": "Those who follow a matter, hear of its place or hold a role were told.",
        "notices.alerted": "A message to the public was told to the people of its place.",
        "notices.announced": "A new matter or an outcome is to be told to those around it.",
        "notices.seen": "Somebody looked at their notices.",
        "notices.subscribed": "Somebody subscribed to an area, a street, a circle or a theme.",
        "notices.unsubscribed": "Somebody ended such a subscription.",
        "notices.wished": "Somebody asked to be told by e-mail; a letter asks them to confirm.",
        "notices.confirmed": "An address confirmed that it wants to be told.",
        "notices.stopped": "Somebody stopped all letters.",
        "notices.ways-chosen": "Somebody chose how and when they are told.",
        "notices.reader": "An account became one that can be told.",
        "notices.calendar-made": "Somebody made a new secret address for their calendar.",
        "notices.device-added": "Somebody wants a browser to be woken.",
        "notices.device-removed": "Somebody no longer wants a browser to be woken.",
        "notices.forgotten": "What was told to somebody was forgotten: erased or never confirmed.",
        "notices.written": "Letters were written.",
        "notices.digests-written": "The digests of a day or a week were written.",
        "notices.merged": "Letters that had waited for a mail server were put together.",
        "notices.taken-back": "Letters that spoke of what is hidden now were taken back.",
        "notices.mailed": "A run of the sender ended: how many letters went out.",
        "notices.pushed": "Browsers were woken.",
        "notices.thrown-away": "Letters sent long ago were thrown away.",
    },
    timers={
        "veche.core.notices.holders:sweep_overdue": "every minute",
        "veche.core.notices.tasks:tick": "every minute",
    },
    urls="veche.core.notices.urls",
    personal="veche.core.notices.personal",
    demo="veche.core.notices.demo:load",
)

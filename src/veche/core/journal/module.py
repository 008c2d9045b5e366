"""The manifest of this module."""

from veche.module import Module

MODULE = Module(
    name="journal",
    sentence="What happened, appended only, and sealed into a log that others can hold us to.",
    journal_writes={
        "journal.clock-turned": "The demo town's clock was turned forward.",
        "journal.key-added": "A key began to sign the log.",
        "journal.key-ended": "A key signs the log no longer.",
    },
    commands="veche.core.journal.commands:register",
    settings={
        "VECHE_LOG_NAME": "the name of the log, as `town.example/log/journal`; it never changes",
        "VECHE_LOG_POLICY": "a file (C2SP tlog-policy): the witnesses that are asked to sign",
    },
)

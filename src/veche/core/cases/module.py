"""The manifest of this module."""

from veche.module import Module

MODULE = Module(
    name="cases",
    sentence="Who must do what by when: procedures, moves, assignments, clocks.",
    journal_writes={
        "cases.file-attached": "A photograph was put to a matter.",
        "cases.terms-passed": "Terms ran out without a move.",
        "cases.calendar-set": "Holidays and moved working days were set.",
    },
    demo="veche.core.cases.demo:load",
    timers={"veche.core.cases.operations:advance": "every minute"},
)

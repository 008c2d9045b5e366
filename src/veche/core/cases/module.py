"""The manifest of this module."""

from django.utils.translation import gettext_lazy as _

from veche.module import Module, RulePage

MODULE = Module(
    name="cases",
    sentence="Who must do what by when: procedures, moves, assignments, clocks.",
    journal_writes={
        "cases.file-attached": "A photograph was put to a matter.",
        "cases.files-detached": "Photographs were taken off matters that nobody reads.",
        "cases.terms-passed": "Terms ran out without a move.",
        "cases.moved-many": "Many matters were moved by one step at once.",
        "cases.terms-held-back": "What follows a term failed; it is tried again in an hour.",
        "cases.calendar-set": "Holidays and moved working days were set.",
        "cases.terms-relaid": "Open terms were laid on a new calendar, never earlier.",
        "cases.term-set": "How long a step may take was set.",
        "cases.climb-step-set": "How far an overdue promise climbs was set.",
        "cases.climbed": "Overdue promises climbed: to the head, to control, to the list.",
        "cases.prolongation-asked": "An officer asked for a later date.",
        "cases.prolongations-blanked": "Requests about letters of who was forgotten lost words.",
        "cases.barred-set": "Matters were kept from people who are tied to a party, or no more.",
        "cases.prolongation-refused": "The head of the office refused a later date.",
    },
    rights={"administrator": "Sets how long each step may take, and the working calendar."},
    rules=(
        RulePage(
            _("Terms and working days"),
            _("How long each step may take, which days are free, and how the overdue climbs."),
            "cases:terms",
            "administrator",
        ),
    ),
    urls="veche.core.cases.urls",
    commands="veche.core.cases.commands:register",
    datasets="veche.core.cases.datasets:DATASETS",
    figures="veche.core.cases.datasets:FIGURES",
    demo="veche.core.cases.demo:load",
    timers={"veche.core.cases.operations:advance": "every minute"},
)

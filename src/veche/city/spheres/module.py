"""The manifest of this module."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.module import Module, RulePage

_HERE = "veche.city.spheres"

MODULE = Module(
    name="spheres",
    sentence="The spheres of a city's life on the pulse: water and energy, transport and safety.",
    rights={},
    rules=(
        RulePage(
            _("Tariffs"),
            _("What a unit of water, heat or light costs, and from which day on."),
            "spheres:tariff-set",
            "administrator registrar",
        ),
    ),
    journal_writes={
        "spheres.meter-added": "A resident added a meter of their home.",
        "spheres.meter-closed": "A resident closed a meter that is no longer there.",
        "spheres.meter-read": "A resident entered what a meter shows.",
        "spheres.meter-corrected": "A resident corrected a number; the old one stays.",
        "spheres.meter-undone": "A resident took the newest number of a meter back.",
        "spheres.meters-forgotten": "A person was forgotten: their meters and numbers went.",
        "spheres.tariff-set": "It was set what a unit costs from a day on.",
        "spheres.zone-added": "A zone of a network was drawn: its inlet and its house meters.",
        "spheres.losses-reckoned": "What zones lost in the last days was reckoned.",
        "spheres.timetable-loaded": "A timetable of public transport was brought in.",
        "spheres.rides-counted": "Rides were counted; single ones were not kept.",
        "spheres.camera-registered": "A camera was entered in the register, or changed there.",
        "spheres.camera-ended": "A camera was taken down.",
        "spheres.camera-events-taken": "What cameras noticed was laid before a person.",
        "spheres.camera-event-decided": "A person confirmed or refuted what a camera noticed.",
        "spheres.camera-event-reopened": "A person took back what they said of a camera's event.",
        "spheres.camera-events-lapsed": "What nobody looked at in time ended without counting.",
        "spheres.occurrences-entered": "Occurrences were entered, without any name.",
        "spheres.occurrences-linked": "An analyst said that two occurrences belong together.",
        "spheres.occurrences-parted": "An analyst took a link of two occurrences back.",
        "spheres.capability-set": "It was set what a thing can be told to do from afar.",
        "spheres.task-ordered": "A thing was ordered to do something.",
        "spheres.task-agreed": "A second person agreed to an order that can hurt.",
        "spheres.task-refused": "An order was refused or taken back before it was carried out.",
        "spheres.task-told": "The system of a thing said what became of an order.",
        "spheres.demo": "The demo town's past of the spheres was written.",
        "spheres.tasks-timed-out": "Orders that were not carried out in time became void.",
    },
    timers={
        f"{_HERE}.tasks:sweep": "every minute",
        f"{_HERE}.tasks:losses": "every minute",
        f"{_HERE}.tasks:play": "every minute",
    },
    urls=f"{_HERE}.urls",
    personal=f"{_HERE}.personal",
    datasets=f"{_HERE}.datasets:DATASETS",
    figures=f"{_HERE}.datasets:FIGURES",
    demo=f"{_HERE}.demo:load",
    commands=f"{_HERE}.commands:register",
)

"""The manifest of this module."""

from django.utils.translation import gettext_lazy as _

from veche.module import MenuEntry, Module

SEATS = (
    "moderator", "dispatcher", "officer", "head", "arbiter", "controller", "registrar",
    "organiser", "commissioner", "facilitator", "pilot_officer",
)  # fmt: skip
"""Roles on whose holders something can wait."""
OUTSIDE = frozenset({"founder"})
"""Roles of people who do not work for the city: what waits for them waits on pages of their own,
and never on the desk of somebody who holds another role beside."""

MODULE = Module(
    name="desk",
    sentence="The one queue of those who work for the city, over all modules.",
    menu=(MenuEntry(_("My desk"), "desk:queue", role=" ".join(SEATS)),),
    journal_writes={
        "desk.sat-down": "Somebody opened the desk for the first time.",
        "desk.saw-all": "Somebody marked everything on their desk as seen.",
        "desk.keys-set": "Somebody turned single-letter commands on or off.",
        "desk.looked": "Somebody of the staff opened a matter at the desk.",
        "desk.taken": "An officer took a matter.",
        "desk.taken-many": "An officer took many matters at once.",
        "desk.released": "An officer gave a matter back to the office.",
        "desk.draft-kept": "A draft was kept.",
        "desk.draft-dropped": "A draft was thrown away.",
        "desk.view-saved": "A view of the queue was saved.",
        "desk.view-dropped": "A saved view was removed.",
        "desk.template-set": "The words of an answer were added or changed.",
        "desk.left": "Somebody left the desk for good; what they kept there is forgotten.",
        "desk.cleared": "What was kept about matters that have ended was cleared away.",
        "desk.bulk-ordered": "One step was ordered for many matters.",
        "desk.bulk-ordered-again": "The same order came twice and counted once.",
        "desk.bulk-undone": "A step for many matters was taken back in time.",
        "desk.bulk-carried-out": "A step for many matters was carried out.",
        "desk.bulk-settled": "A step for many matters was found settled already.",
    },
    timers={
        "veche.core.desk.operations:sweep_bulk": "every minute",
        "veche.core.desk.operations:tidy": "every minute",
    },
    personal="veche.core.desk.personal",
    demo="veche.core.desk.demo:load",
    urls="veche.core.desk.urls",
)
"""What this module is."""

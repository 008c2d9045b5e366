"""The manifest of this module."""

from django.utils.translation import gettext_lazy as _

from veche.module import MenuEntry, Module

MODULE = Module(
    name="field",
    sentence="Work on site: the officer's page on a phone, and a contractor's one-time link.",
    menu=(MenuEntry(_("On site"), "field:list", role="officer"),),
    rights={"officer": "Looks on site, and sends a contractor there by a one-time link."},
    journal_writes={
        "field.forwarded": "An officer sent a matter to a contractor by a one-time link.",
        "field.revoked": "An officer took a one-time link back.",
        "field.reported": "A contractor reported by a one-time link.",
        "field.answered": "An officer made an answer of a contractor's report.",
    },
    urls="veche.city.field.urls",
)

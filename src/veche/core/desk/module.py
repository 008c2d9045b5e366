"""The manifest of this module."""

from django.utils.translation import gettext_lazy as _

from veche.module import MenuEntry, Module

SEATS = ("moderator", "dispatcher", "officer", "head", "arbiter", "controller", "registrar")
"""Roles on whose holders something can wait."""

MODULE = Module(
    name="desk",
    sentence="The one queue of those who work for the city, over all modules.",
    menu=(MenuEntry(_("My desk"), "desk:queue", role=" ".join(SEATS)),),
)
"""What this module is."""

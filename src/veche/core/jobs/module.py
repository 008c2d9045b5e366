"""The manifest of this module."""

from django.utils.translation import gettext_lazy as _

from veche.module import MenuEntry, Module

MODULE = Module(
    name="jobs",
    sentence="Queued work that a killed worker left or that failed too often: shown, tried again.",
    menu=(MenuEntry(_("Failed work"), "jobs:failed", "administrator"),),
    rights={"administrator": "Sees the queued work that failed and has it tried again."},
    journal_writes={"jobs.tried-again": "An administrator had failed work tried again."},
    urls="veche.core.jobs.urls",
)

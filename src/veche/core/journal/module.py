"""The manifest of this module."""

from veche.module import Module

MODULE = Module(
    name="journal",
    sentence="What happened, appended only.",
    journal_writes={"journal.clock-turned": "The demo town's clock was turned forward."},
)

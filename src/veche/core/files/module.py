"""The manifest of this module."""

from veche.module import Module

MODULE = Module(
    name="files",
    sentence="Photographs: checked, stripped of place and device, kept by their content.",
    journal_writes={"files.kept": "A photograph was stored."},
)

"""The manifest of this module."""

from veche.module import Module

MODULE = Module(
    name="opendata",
    sentence="What is published: datasets, figures, publications with checksums, the verifier.",
    journal_writes={"opendata.published": "A snapshot of all datasets and figures was published."},
    commands="veche.core.opendata.commands:register",
    urls="veche.core.opendata.urls",
)

"""The manifest of this module."""

from veche.module import Module

MODULE = Module(
    name="places",
    sentence="Where: territories with outlines, and what is drawn between them.",
    journal_writes={
        "places.territory-set": "A territory was added or given a new outline.",
        "places.map-drawn": "The streets and waters of a city's map were drawn.",
    },
    commands="veche.core.places.commands:register",
    demo="veche.core.places.demo:load",
    datasets="veche.core.places.datasets:DATASETS",
    figures="veche.core.places.datasets:FIGURES",
)

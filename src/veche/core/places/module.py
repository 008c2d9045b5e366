"""The manifest of this module."""

from veche.module import Module

MODULE = Module(
    name="places",
    sentence="Where: territories with outlines, the objects in them, and what is drawn between.",
    journal_writes={
        "places.territory-set": "A territory was added or given a new outline.",
        "places.outlines-imported": "The outlines of a file were brought in.",
        "places.kind-set": "A kind of object was added or renamed.",
        "places.object-set": "An object of the city was entered, changed or ended.",
        "places.objects-imported": "The objects of a register were brought in.",
        "places.map-drawn": "The streets and waters of a city's map were drawn.",
    },
    urls="veche.core.places.urls",
    commands="veche.core.places.commands:register",
    demo="veche.core.places.demo:load",
    datasets="veche.core.places.datasets:DATASETS",
    figures="veche.core.places.datasets:FIGURES",
)

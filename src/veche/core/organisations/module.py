"""The manifest of this module."""

from veche.module import Module

MODULE = Module(
    name="organisations",
    sentence="Which office: departments and companies, roles held, who answers for what where.",
    journal_writes={
        "organisations.set": "An organisation was added or renamed.",
        "organisations.appointed": "A person was given a role.",
        "organisations.made-responsible": "An organisation answers for a theme in a territory.",
    },
)

"""The manifest of this module."""

from veche.module import Module

MODULE = Module(
    name="organisations",
    sentence="Which office: departments and companies, roles held, who answers for what where.",
    journal_writes={
        "organisations.set": "An organisation was added or renamed.",
        "organisations.appointed": "A person was given a role.",
        "organisations.made-responsible": "An organisation answers for a theme in a territory.",
        "organisations.supplier-set": "A company is called to a kind of object.",
        "organisations.supplier-ended": "A rule about who is called to a kind of object ended.",
        "organisations.set-many": "Organisations were added or renamed, many at once.",
        "organisations.appointed-many": "People were given roles, many at once.",
        "organisations.made-responsible-many": "It was set who answers for what where.",
    },
    personal="veche.core.organisations.personal",
    commands="veche.core.organisations.commands:register",
    demo="veche.core.organisations.demo:load",
    datasets="veche.core.organisations.datasets:DATASETS",
    figures="veche.core.organisations.datasets:FIGURES",
)

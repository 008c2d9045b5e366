"""The manifest of this module."""

from django.utils.translation import gettext_lazy as _

from veche.module import MenuEntry, Module

MODULE = Module(
    name="audits",
    sentence="An office often found wanting is looked at as a whole, in public.",
    menu=(MenuEntry(_("Audits"), "audits:list", role="controller head"),),
    rights={
        "controller": "Concludes audits of offices, in a territory.",
        "head": "Says what will change after an audit of the office.",
    },
    procedures=("veche.city.audits.procedure:PROCEDURE",),
    journal_writes={
        "audit.open": "The rule opened an audit of an office.",
        "audit.conclude": "The control department found faults.",
        "audit.clear": "The control department found no fault of the office.",
        "audit.remedy": "The head of the office said what will change.",
        "audit.lapse": "The office did not say what will change.",
        "audits.swept": "All offices were looked at by the rule.",
    },
    timers={"veche.city.audits.operations:sweep": "every day"},
    urls="veche.city.audits.urls",
    desk="veche.city.audits.desk:DESK",
    datasets="veche.city.audits.datasets:DATASETS",
    figures="veche.city.audits.datasets:FIGURES",
    demo="veche.city.audits.demo:load",
)

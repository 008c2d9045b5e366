"""The manifest of this module."""

from django.utils.translation import gettext_lazy as _

from veche.module import MenuEntry, Module

MODULE = Module(
    name="problems",
    sentence="Something is wrong at a place: moderated in 24 hours, answered in 8 days, checked.",
    menu=(
        MenuEntry(_("Problems"), "problems:list"),
        MenuEntry(_("Figures"), "problems:statistics"),
        MenuEntry(_("To moderate"), "problems:moderation", role="moderator"),
        MenuEntry(_("To assign"), "problems:routing", role="dispatcher"),
        MenuEntry(_("My office"), "problems:queue", role="officer"),
    ),
    rights={
        "moderator": "Accepts or rejects what residents report, in a territory.",
        "dispatcher": "Gives what nobody answers for to an office, in a territory.",
        "officer": "Answers or refuses what lies with an office.",
    },
    procedures=("veche.city.problems.procedure:PROCEDURE",),
    journal_writes={
        "problem.report": "A resident reported a problem.",
        "problem.accept": "A moderator accepted it.",
        "problem.pass": "It was passed because no moderator came in time.",
        "problem.reject": "A moderator rejected it.",
        "problem.route": "It was given to the office that answers for it.",
        "problem.assign": "A dispatcher gave it to an office.",
        "problem.answer": "The office answered.",
        "problem.refuse": "The office refused.",
        "problem.confirm": "The author confirmed.",
        "problem.return": "The author returned it.",
        "problem.lapse": "It was left unconfirmed.",
        "problem.withdraw": "The author withdrew it.",
        "problems.drawings-attached": "Drawings were put to problems of the demo town.",
        "problems.history-loaded": "Problems of the time before were loaded.",
        "problems.imported": "Records of another system were imported.",
        "problems.category-set": "A category was added or renamed.",
    },
    urls="veche.city.problems.urls",
    commands="veche.city.problems.commands:register",
    demo="veche.city.problems.demo:load",
    datasets="veche.city.problems.datasets:DATASETS",
    figures="veche.city.problems.datasets:FIGURES",
)

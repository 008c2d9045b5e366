"""The manifest of this module."""

from django.utils.translation import gettext_lazy as _

from veche.module import MenuEntry, Module

MODULE = Module(
    name="appeals",
    sentence="Letters, questions and thanks without a place, and corrections of the city's data.",
    menu=(MenuEntry(_("Letters"), "appeals:list"), MenuEntry(_("Registry"), "places:objects")),
    rights={
        "registrar": "Decides on corrections of the city's registry, in a territory.",
    },
    procedures=(
        "veche.city.appeals.procedure:APPEAL",
        "veche.city.appeals.procedure:CORRECTION",
    ),
    journal_writes={
        "appeal.write": "Somebody wrote a letter that everybody may read.",
        "appeal.send": "Somebody wrote a letter that only the office may read.",
        "appeal.accept": "A moderator passed a letter.",
        "appeal.pass": "It was passed because no moderator came in time.",
        "appeal.close_to_others": "A moderator sent it to the office without publishing it.",
        "appeal.reject": "A moderator rejected it.",
        "appeal.appeal": "The author objected to the rejection.",
        "appeal.uphold": "Another moderator kept the rejection.",
        "appeal.overturn": "Another moderator passed it after all.",
        "appeal.climb": "The objection came up to the control department.",
        "appeal.uphold_above": "An administrator kept the rejection.",
        "appeal.overturn_above": "An administrator passed it after all.",
        "appeal.remove": "A moderator took it away after publication.",
        "appeal.assign": "A dispatcher found the office.",
        "appeal.route": "A letter was given to the office that answers for it.",
        "appeal.route_question": "A question was given to the office that answers for it.",
        "appeal.pass_on": "Thanks were passed on.",
        "appeal.hand_on": "An office handed it on to another.",
        "appeal.answer": "The office answered.",
        "appeal.refuse": "The office refused.",
        "appeal.rate": "The author said whether the answer helps.",
        "appeal.lapse": "The author did not say whether the answer helps.",
        "appeal.withdraw": "The author withdrew it.",
        "correction.propose": "Somebody said that the registry is wrong.",
        "correction.repair": "The registry was repaired.",
        "correction.keep": "The correction was refused.",
        "correction.withdraw": "The author withdrew the correction.",
        "appeals.words-erased": "A person was forgotten: their private letters lost their words.",
        "appeals.enclosed": "Documents came with a letter.",
        "appeals.taken-out": "Files were taken out of the letters of somebody who was forgotten.",
        "appeals.topics-set": "It was set what letters can be about.",
    },
    personal="veche.city.appeals.personal",
    moderation="veche.city.appeals.moderation:WRITTEN",
    desk="veche.city.appeals.desk:DESK",
    urls="veche.city.appeals.urls",
    commands="veche.city.appeals.commands:register",
    datasets="veche.city.appeals.datasets:DATASETS",
    figures="veche.city.appeals.datasets:FIGURES",
    demo="veche.city.appeals.demo:load",
)

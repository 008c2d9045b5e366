"""Words of reports, answers, roll-out and contracts, and of their notices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from veche.city.pilots.words import trials
from veche.core.notices.words import say

if TYPE_CHECKING:
    from veche.city.pilots.engines.ocds_check import Fault

Words = Mapping[str, str | Promise]

NOTICES: Mapping[str, str] = {
    "pilots.report-published": gettext_noop(
        "The report of pilot {number} is published. The department answers next."
    ),
    "pilots.answer-wanted": gettext_noop(
        "The report of pilot {number} is published. Your department must answer: buy, extend or"
        " stop."
    ),
    "pilots.answered-buy": gettext_noop("The department buys what pilot {number} has tested."),
    "pilots.answered-extend": gettext_noop(
        "The trial of pilot {number} goes on by another methodology."
    ),
    "pilots.answered-stop": gettext_noop(
        "The department does not buy what pilot {number} has tested. The reason is given."
    ),
    "pilots.came-to-use": gettext_noop("What pilot {number} has tested is used after all."),
    "pilots.contract-added": gettext_noop("A contract that follows pilot {number} is published."),
}
ANSWERS: Words = {
    "buy": _("Buy"),
    "extend": _("Extend the trial"),
    "stop": _("Stop"),
}
"""What a department may answer, and an agency recommend."""
ANSWERS_LONG: Words = {
    "buy": _("Buy: the city uses it from now on."),
    "extend": _("Extend: another methodology is written, agreed upon and tested."),
    "stop": _("Stop: the city does not use it."),
}
ANSWERED: Words = {
    "buy": _("The department buys it."),
    "extend": _("The department extends the trial."),
    "stop": _("The department does not buy it."),
}
RECOMMENDED: Words = {
    "buy": _("The agency recommends to buy it."),
    "extend": _("The agency recommends to extend the trial."),
    "stop": _("The agency recommends to stop here."),
}
MET: Words = {
    "met": _("threshold met"),
    "missed": _("threshold missed"),
    "unknown": _("not measured"),
}
DIRECTIONS: Words = {"at_least": _("at least"), "at_most": _("at most")}
MEASURES: Words = trials.MEASURES
STAGES: Words = trials.STAGES
KINDS: Words = {
    "young": _("up to 24 years"),
    "old": _("65 and older"),
    "disabled": _("with a disability"),
}
METHODS: Words = {
    "open": _("open tender"),
    "selective": _("tender among the qualified"),
    "limited": _("request to several"),
    "direct": _("direct award"),
    "": _("not told"),
}
STANDINGS: Words = {
    "pending": _("not in force yet"),
    "active": _("in force"),
    "cancelled": _("cancelled"),
    "terminated": _("ended"),
}
DOCUMENTS: Words = {
    "contractSigned": _("signed contract"),
    "contractText": _("text of the contract"),
    "contractAnnexe": _("annexe"),
    "contractSchedule": _("schedule and milestones"),
    "contractGuarantees": _("guarantees"),
    "completionCertificate": _("certificate of completion"),
}
"""Kinds of documents of a contract, by the codes of OCDS."""
_FAULTS: Words = {
    "missing": _("it is missing"),
    "kind": _("it must be {detail}"),
    "code": _("“{detail}” is not on the closed list of codes"),
    "moment": _("“{detail}” is no date and time such as 2026-12-03T00:00:00Z"),
    "short": _("it holds fewer than {detail}"),
    "twice": _("it stands there twice"),
    "unstorable": _("it holds a character or a number that is none"),
    "deep": _("more than {detail} parts stand in each other"),
    "neither": _("it is neither a release package nor a record package"),
}
_KINDS_OF_VALUES: Words = {
    "text": _("a text"),
    "moment": _("a date and time"),
    "number": _("a number"),
    "whole": _("a whole number"),
    "yes-no": _("true or false"),
    "object": _("an object"),
    "list": _("a list"),
    "nothing": _("null"),
    "version": _("a version such as 1.1"),
}


def fault_words(fault: Fault) -> str:
    """What is wrong at one place of a package, in the active language."""
    detail = fault.detail
    if fault.code == "kind":
        kinds = detail.split(" | ")
        detail = _now(" or ").join(str(_KINDS_OF_VALUES.get(one, one)) for one in kinds)
    return str(_FAULTS[fault.code]).format(detail=detail)


def give_words() -> None:
    """Give the notices the words of this part."""
    for kind, sentence in NOTICES.items():
        say(kind, sentence)

"""The states of calls, ideas and initiatives: word, sentence, tone, shape."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Told = tuple[Promise, Promise, str, str]

IDEAS: Mapping[str, Told] = {
    "call-draft": (
        _("being prepared"), _("Only its organisers see it."), "wait", "wait",
    ),
    "call-running": (
        _("asks for ideas"), _("Ideas are collected and discussed."), "check", "work",
    ),
    "call-answering": (
        _("office answers ideas"), _("No more ideas are taken; the office answers."), "work",
        "work",
    ),
    "call-answered": (
        _("every idea answered"), _("Every author has an answer."), "good", "good",
    ),
    "call-cancelled": (
        _("called off"), _("The organisers ended it early; the reason is given."), "warn", "stop",
    ),
    "idea-open": (
        _("open to support"), _("Everybody can support and discuss it."), "check", "work",
    ),
    "idea-shortlisted": (
        _("on the shortlist"), _("Facilitators proposed it; the office decides."), "work", "half",
    ),
    "idea-at-vote": (
        _("put to a vote"), _("Residents decide in a vote."), "work", "wait",
    ),
    "idea-accepted": (
        _("taken up"), _("The office accepted it and writes the promise."), "good", "half",
    ),
    "idea-objected": (
        _("author objects"), _("The head of the office looks at the refusal again."), "watch",
        "warn",
    ),
    "idea-promised": (
        _("became a promise"), _("The city promised to do it by a date."), "good", "good",
    ),
    "idea-combined": (
        _("joined to another idea"), _("It goes on there, with everybody who supports it."),
        "wait", "end",
    ),
    "idea-refused": (
        _("not taken up"), _("The office said why."), "warn", "stop",
    ),
    "idea-brought": (
        _("from another platform"), _("It is kept as it stood there."), "wait", "end",
    ),
    "initiative-collecting": (
        _("collects endorsements"), _("Enough of them oblige the office to answer."), "check",
        "work",
    ),
    "initiative-reached": (
        _("endorsed by enough"), _("The office must answer point by point."), "work", "half",
    ),
    "initiative-answered": (
        _("answered point by point"), _("The office answered every point."), "good", "good",
    ),
    "initiative-lapsed": (
        _("too few endorsements"), _("It did not reach its number in time."), "wait", "end",
    ),
}  # fmt: skip

"""Words of methodologies, agreements and signatures."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from veche.core.notices.words import say

Words = Mapping[str, str | Text]

PARTIES: Words = {"company": _("Company"), "site": _("Site"), "agency": _("Agency")}
FORMS: Words = {
    "pades": _("inside the PDF (PAdES)"),
    "cades": _("a file beside the text (CAdES)"),
    "gost": _("a file beside the text, by GOST R 34.10-2012"),
}
MEASURES: Words = {
    "mean": _("mean of all values"),
    "median": _("median of all values"),
    "share": _("share of all values, in per cent"),
    "sum": _("sum of all values"),
    "last": _("the last value"),
    "most": _("the greatest value"),
    "least": _("the least value"),
}
DIRECTIONS: Words = {"at_least": _("at least"), "at_most": _("at most")}
LIMITS: Words = {"at_least": _("at least %(number)s"), "at_most": _("at most %(number)s")}
PARTS: Words = {
    "hypothesis": _("Hypothesis"),
    "indicator": _("What is measured"),
    "sample": _("Who and what is measured"),
    "safety": _("Safety"),
    "data_protection": _("Personal data"),
    "testers": _("Residents who test"),
    "days": _("Days of the trial"),
    "cost": _("Expected cost for the city"),
}
WHAT: Words = {
    "threshold": _("threshold"),
    "direction": _("side of the threshold"),
    "baseline": _("value without the solution"),
    "measure": _("how it is counted"),
    "unit": _("unit"),
    "by_testers": _("residents are asked"),
    "name": _("how it is called"),
}
YES, NO = _("yes"), _("no")
KINDS: Words = {"new": _("added"), "gone": _("taken out"), "changed": _("changed")}


def give_words() -> None:
    """Give the notices the words of this part."""
    say(
        "pilots.methodology-written",
        gettext_noop("A new version of the methodology of pilot {number} was written."),
    )
    say(
        "pilots.methodology-approved",
        gettext_noop("The agency approved the methodology of pilot {number}."),
    )
    say("pilots.agreement-drawn-up", gettext_noop("The agreement of pilot {number} waits for you."))
    say("pilots.agreement-signed", gettext_noop("A party signed the agreement of pilot {number}."))
    say(
        "pilots.agreement-complete",
        gettext_noop("All three have signed the agreement of pilot {number}."),
    )
    say(
        "pilots.agreement-sent-back",
        gettext_noop("The agreement of pilot {number} went back to be written anew."),
    )
    say("pilots.agreement-ended", gettext_noop("The agreement of pilot {number} has ended."))


REVOCATIONS: Mapping[str, Text] = {
    "good": _("not revoked by the list of %(day)s"),
    "old": _("not revoked by the list of %(day)s, which had run out"),
    "unknown": _("whether it was revoked is not known: no list was looked at"),
    "revoked": _("revoked since %(since)s, before it signed: it does not count"),
    "later": _("revoked since %(since)s, after it signed: it counts"),
}


def said_of_revocation(standing: str) -> Text:
    """What a list of revoked certificates says of the certificate of a signature."""
    return REVOCATIONS.get(standing, REVOCATIONS["unknown"])

"""What testers are told and asked, by versions: what somebody consented to stays to be read."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CONSENTS: Mapping[str, tuple[Promise, ...]] = {
    "1": (
        _("I try the solution at the site, as long as I like, and answer the questions about it."),
        _(
            "Kept are: that I test, what I say of my age and of a disability (both may be left"
            " out), and my answers. The agency and the company read the answers without my name."
        ),
        _("The public reads numbers alone, and never of fewer than five people."),
        _("One year after I am told the outcome, nothing leads from the answers to me any more."),
        _("I can leave at any time, without a reason: then my answers are deleted at once."),
        _("When the report is out, I am told what became of it."),
    ),
    "2": (
        _("I try the solution at the site, as long as I like, and answer the questions about it."),
        _(
            "Kept are: that I test, what I say of my age and of a disability (both may be left"
            " out), and my answers. The agency and the company read the answers without my name."
        ),
        _("The public reads numbers alone, and never of fewer than five people."),
        _(
            "My words the public reads only where I tick that it may: after the trial, without my"
            " name, and when at least five people have ticked it."
        ),
        _("One year after I am told the outcome, nothing leads from the answers to me any more."),
        _("I can leave at any time, without a reason: then my answers are deleted at once."),
        _("When the report is out, I am told what became of it."),
    ),
}
"""Version → its sentences; a changed text is a new version, and the old one stays here."""

KINDS: Mapping[str, Promise] = {
    "young": _("Young (14 to 24)"),
    "old": _("65 and older"),
    "disabled": _("With a disability"),
}
AGES: Mapping[str, Promise] = {
    "14-17": _("14 to 17 years"),
    "18-24": _("18 to 24 years"),
    "25-44": _("25 to 44 years"),
    "45-64": _("45 to 64 years"),
    "65+": _("65 years or older"),
}
MARKS: Mapping[int, Promise] = {
    1: _("1 – very bad"),
    2: _("2 – bad"),
    3: _("3 – middling"),
    4: _("4 – good"),
    5: _("5 – very good"),
}

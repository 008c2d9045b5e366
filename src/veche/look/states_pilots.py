"""The states of pilots and of appeals of companies: word, sentence, tone, shape."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Told = tuple[Promise, Promise, str, str]

PILOTS: Mapping[str, Told] = {
    "pilot-draft": (
        _("draft application"), _("Only the company sees it; it has not been sent."), "wait",
        "wait",
    ),
    "pilot-screening": (_("being screened"), _("The agency decides whether experts read it."),
                        "work", "work"),
    "pilot-more_info": (_("company was asked"), _("The agency waits for the company's answer."),
                        "watch", "wait"),
    "pilot-review": (_("with experts"), _("Experts read and mark it."), "work", "check"),
    "pilot-panel": (_("before the panel"), _("The panel decides whether it is tested."), "work",
                    "work"),
    "pilot-matching": (_("looking for a site"), _("It was chosen; a site is being found."), "work",
                       "work"),
    "pilot-methodology": (_("methodology"), _("How it is tested is being written down."), "work",
                          "work"),
    "pilot-agreement": (_("being signed"), _("Company, site and agency sign the agreement."),
                        "work", "work"),
    "pilot-running": (_("being tested"), _("It is tested in the city now."), "check", "check"),
    "pilot-evaluating": (_("being evaluated"), _("The report on the test is being written."),
                         "work", "work"),
    "pilot-answering": (_("department answers"),
                        _("The department says whether the city buys it."), "watch", "wait"),
    "pilot-rolled_out": (_("rolled out"), _("The city uses it."), "good", "good"),
    "pilot-not_rolled_out": (_("tested, not bought"), _("It was tested and is not bought."), "warn",
                             "half"),
    "pilot-rejected": (_("turned down"), _("It was turned down; the reason is given."), "warn",
                       "stop"),
    "pilot-withdrawn": (_("pilot withdrawn"),
                        _("The company took it back or did not go on."), "wait", "stop"),
    "pilot-raised": (_("appeal to be judged"), _("An arbiter outside the agency judges it."),
                     "watch", "wait"),
    "pilot-granted": (_("appeal granted"), _("The application goes on where it was turned down."),
                      "good", "good"),
    "pilot-denied": (_("appeal denied"), _("The decision stands; the reason is given."), "warn",
                     "stop"),
}  # fmt: skip

PILOTS_ALSO: Mapping[str, str] = {
    code: f"pilot-{code}"
    for code in (
        "screening", "more_info", "panel", "matching", "methodology", "agreement", "running",
        "evaluating", "answering", "rolled_out", "not_rolled_out", "raised", "granted", "denied",
    )
}  # fmt: skip
"""States of a case that are shown as one of these, at the desk; those that share their code with
another matter (draft, review, rejected, withdrawn) are named by the pages of pilots."""

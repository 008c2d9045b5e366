"""The receipts of what I did."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from veche.core.journal.proofs import Proof, by_person
from veche.core.people.models import Person
from veche.portal.me.views import mine

_PAGES = {
    "problem": "problems:matter",
    "appeal": "appeals:matter",
    "correction": "appeals:correction",
}
"""What a record is about → its page."""

_YOU = {
    "problem.report": _("You reported a problem"),
    "problems.mine-too": _("You said that it bothers you too"),
    "problem.reply": _("You replied"),
    "problem.appeal": _("You objected"),
    "problem.object": _("You objected"),
    "problem.confirm": _("You confirmed the answer"),
    "problem.return": _("You returned the answer"),
    "problem.withdraw": _("You took it back"),
    "problem.reopen": _("You opened it again"),
    "problems.rated": _("You rated how it was done"),
    "problems.check-answered": _("You checked on site"),
    "appeal.write": _("You wrote a letter"),
    "appeal.send": _("You wrote a letter"),
    "correction.propose": _("You said that the registry is wrong"),
    "appeal.rate": _("You rated how it was done"),
    "appeal.withdraw": _("You took it back"),
    "notices.followed": _("You follow it"),
    "notices.unfollowed": _("You no longer follow it"),
    "notices.subscribed": _("You subscribed to notices"),
    "people.signed-in": _("You signed in"),
    "people.renamed": _("You changed your name"),
}
"""What people do, said to them."""
_WORK = _("You did a step of your work")


@require_safe
@mine
def receipts(request: HttpRequest, person: Person) -> HttpResponse:
    """My own acts as records of the city's log, the newest first, each with its receipt."""
    lines = [_line(one) for one in by_person(person.pk, _YOU, _PAGES)]
    return render(request, "portal/me_receipts.html", {"lines": lines})


def _line(one: Proof) -> dict[str, Any]:
    what, _, number = one.subject.partition(":")
    page = _PAGES.get(what)
    url = reverse(page, args=[number]) if page else ""
    return asdict(one) | {"did": str(_YOU.get(one.kind, _WORK)), "url": url, "number": number}

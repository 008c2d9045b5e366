"""Everything of one sender, taken away together."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.core.cases.operations import NoRoleForMove
from veche.core.moderation import operations, queries, reasons
from veche.core.moderation.access import MODERATOR
from veche.core.moderation.forms import SweepForm
from veche.core.moderation.models import Sweep
from veche.core.moderation.operations.sweeps import WAIT
from veche.core.moderation.views.common import SignInFirst, guarded, standing
from veche.core.organisations.middleware import Asker, asker
from veche.errors import NotFound, Refused

TITLES = {
    "person": _("Of the same account"),
    "browser": _("Of the same browser"),
    "address": _("From the same network address"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@guarded
def sender(request: HttpRequest, number: str) -> HttpResponse:
    """What whoever sent this matter sent besides, to choose from; then all is hidden at once."""
    here = standing(request, number)
    assert here.who.person is not None
    groups = queries.senders(here.case)
    form = SweepForm(request.POST if request.method == "POST" else None)
    status, refusal = 200, ""
    chosen: set[int] = set()
    if request.method == "POST":
        status = 422
        known = {line.pk for _what, lines in groups for line in lines}
        ticked = set(request.POST.getlist("case"))
        chosen = {pk for pk in known if str(pk) in ticked}
        if form.is_valid():
            what = request.POST.get("what", "")
            try:
                made = operations.sweep(
                    by=here.who.person,
                    at=clock.now(),
                    cases=sorted(chosen),
                    by_what=what if what in TITLES else "address",
                    reason=form.cleaned_data["reason"],
                    text=form.cleaned_data["text"],
                )
            except Refused as fault:
                status, refusal = fault.status, str(fault)
            else:
                return redirect("moderation:sweep", pk=made.pk)
    context = {
        "case": here.case,
        "groups": [(what, TITLES[what], lines) for what, lines in groups],
        # One account or one browser is one sender; one network may be a whole house.
        "chosen": chosen
        or {here.case.pk}
        | {line.pk for what, lines in groups if what != "address" for line in lines},
        "form": form,
        "refusal": refusal,
        "minutes": int(WAIT.total_seconds() // 60),
    }
    return render(request, "moderation/sender.html", context, status=status)


def _seat(request: HttpRequest, pk: int) -> tuple[Asker, Sweep]:
    who = asker(request)
    if who.person is None:
        raise SignInFirst
    if MODERATOR not in who.roles:
        raise NoRoleForMove(role=_("a moderator"))
    found = Sweep.objects.filter(pk=pk, by=who.person).first()
    if found is None:
        raise NotFound
    return who, found


@require_safe
@guarded
def sweep(request: HttpRequest, pk: int) -> HttpResponse:
    """What is being taken away, and until when it can be undone."""
    _who, found = _seat(request, pk)
    context = {
        "sweep": found,
        "lines": queries.lines([pk for pk, _shown in found.cases]),
        "reason": reasons.words_of(found.reason),
        "left_out": found.left_out,
        "now": clock.now(),
    }
    return render(request, "moderation/sweep.html", context)


@require_POST
@guarded
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Show everything again."""
    who, found = _seat(request, pk)
    assert who.person is not None
    operations.undo_sweep(by=who.person, at=clock.now(), sweep=found.pk)
    messages.success(request, gettext("Undone: everything is as it was, and nobody was told."))
    return redirect("moderation:sweep", pk=pk)

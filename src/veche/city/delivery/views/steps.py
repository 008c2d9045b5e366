"""The page of one act of an office or of the control department on a promise or a step."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from veche import clock
from veche.city.delivery import acts
from veche.city.delivery.access import promise_for, step_for
from veche.city.delivery.models import Promise, Step
from veche.city.delivery.operations.guard import missed_step
from veche.city.delivery.queries import promise as queries
from veche.city.delivery.views.common import sent, shared, sign_in
from veche.core.cases.models import Case
from veche.core.cases.operations import Changed, MoveNotPossible, NoRoleForMove, role_name
from veche.core.cases.queries import procedure_of
from veche.core.desk.adapter import DeskForm
from veche.core.organisations.middleware import Asker, asker
from veche.core.places.queries import atlas
from veche.errors import Invalid, Refused


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """One act: its form, and the step when it is sent. ``number`` is that of the promise, or of the
    step it is about.

    Raises:
        UnknownPromise: there is none.
        veche.core.cases.operations.NoRoleForMove, MoveNotPossible: it cannot be done, or not by
            whoever asks.
    """
    which, who = acts.BY_CODE[code], asker(request)
    if who.person is None:
        return sign_in(request)
    promise, step = _about(which, number, who)
    case = step.case if step is not None else promise.case
    _check(which, case, who)
    if request.method != "POST":
        return _page(request, promise, step, which, which.form(case=case))
    form = which.form(sent(request), request.FILES, case=case)
    if not form.is_valid():
        return _page(request, promise, step, which, form, status=422)
    try:
        which.run(
            by=who.person, at=clock.now(), case=case, seen=form.cleaned_data.get("seen"),
            **form.step(),
        )  # fmt: skip
    except Invalid as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return _page(request, promise, step, which, form, status=refusal.status)
    except Refused as refusal:
        if isinstance(refusal, Changed):  # what was typed is sent again with what stands there now
            data = sent(request)
            data["seen"] = str(Case.objects.values_list("seq", flat=True).get(pk=case.pk))
            form = which.form(data, case=case)
        return _page(
            request, promise, step, which, form, refusal=str(refusal), status=refusal.status
        )
    messages.success(request, str(which.done))
    return redirect(queries.address(promise))


def _about(which: acts.Act, number: str, who: Asker) -> tuple[Promise, Step | None]:
    if which.procedure == "promise":
        return promise_for(number, who.holdings), None
    step, promise = step_for(number, who.holdings)
    return promise, step


def _check(which: acts.Act, case: Case, who: Asker) -> None:
    """Refuse a page that leads nowhere: the state, or the role."""
    if acts.may(which, case, who.holdings):
        return
    move = acts.move_of(which, case)
    if move is None:
        raise MoveNotPossible(state=procedure_of(case).by_code[case.state].title)
    raise NoRoleForMove(role=role_name(move.role))


def _page(
    request: HttpRequest,
    promise: Promise,
    step: Step | None,
    which: acts.Act,
    form: DeskForm,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    at = clock.now()
    missed = missed_step(promise.pk, at)
    context: dict[str, Any] = {
        **shared(promise, atlas()),
        "act": which,
        "form": form,
        "step": step,
        "stand": queries.stand(promise, at, missed),
        "refusal": refusal,
        "rows": form.rows() if hasattr(form, "rows") else None,
        "draft": f"{which.code}-{(step or promise).case.number}",
        "back": queries.address(promise),
    }
    return render(request, "delivery/promise/act.html", context, status=status)

"""Making a call: its draft, its criteria, and the steps of the agency."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from veche import clock
from veche.city.pilots.access import calls as access
from veche.city.pilots.access.companies import programme, runs
from veche.city.pilots.forms import calls as forms
from veche.city.pilots.models import Call, Criterion
from veche.city.pilots.operations import calls as operations
from veche.city.pilots.operations import criteria
from veche.city.pilots.operations.call_refusals import NotADraft, UnknownCriterion
from veche.city.pilots.queries import calls as queries
from veche.city.pilots.queries.demand import demand
from veche.city.pilots.views.calls import may_draft
from veche.city.pilots.views.calls import page as call_page
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import NotFound, Refused
from veche.languages import here
from veche.look.fields import say_refusal
from veche.look.http import sent


def _form(request: HttpRequest, at: dt.datetime, call: Call | None, **more: Any) -> forms.CallForm:
    """The form of a draft, with what whoever asks may choose."""
    held, of = asker(request).holdings, programme()
    agency = runs(held, of)
    offices = [
        one.organisation_id
        for one in held
        if one.role in access.HEADS and one.organisation_id is not None
    ]
    rows = demand(at=at)[: forms.SHOWN_ROWS]
    said = _("{theme}, {place}: {score}")
    shown = [
        (row.key, said.format(theme=row.name, place=row.place, score=round(row.scored.score)))
        for row in rows
    ]
    known = {key for key, _word in shown}
    old = forms.call_as_given(call)["evidence"] if call is not None else []
    earlier = access.calls().filter(access.READABLE).order_by("-pk")
    return forms.CallForm(
        departments=forms.departments() if agency else forms.departments(offices),
        demand=[*shown, *((key, key) for key in old if key not in known)],
        forms_of=queries.latest_forms(),
        earlier=() if call is not None else list(earlier[:20]),
        agency=agency,
        **more,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def draft(request: HttpRequest, person: Person) -> HttpResponse:
    """A new call, blank or from a row of what is in demand.

    Raises:
        NotADrafter: whoever asks neither runs the programme nor speaks for a department.
    """
    if not may_draft(request):
        raise access.NotADrafter
    at = clock.now()
    if request.method != "POST":
        start = _first(request, at)
        return _shown(request, _form(request, at, None, initial=start))
    form = _form(request, at, None, data=sent(request))
    if not form.is_valid():
        return _shown(request, form, status=422)
    number = form.cleaned_data.get("criteria_of")
    source = access.calls().filter(case__number=number).first() if number else None
    try:
        made = operations.draft_call(
            by=person,
            at=at,
            programme=programme(),
            given=form.given(),
            criteria_of=source,
            submission=form.cleaned_data["submission"],
        )
    except Refused as refusal:
        say_refusal(form, refusal)
        return _shown(request, form, status=refusal.status)
    messages.success(request, _("The draft is kept. Give it criteria, look at it, then open it."))
    return redirect("pilots:call", made.case.number)


def _first(request: HttpRequest, at: dt.datetime) -> dict[str, Any]:
    """What a new draft begins with; from a row of demand the row, and what solves it."""
    start: dict[str, Any] = {"submission": uuid.uuid4(), "closes_at": forms.closing(at)}
    offices = [o for o in asker(request).holdings if o.role in access.HEADS and o.organisation]
    if offices and offices[0].organisation is not None:
        start["department"] = offices[0].organisation.code
    key = request.GET.get("row", "")[:160]
    row = next((one for one in demand(at=at) if one.key == key), None)
    if row is not None:
        from veche.city.pilots.models import DemandTheme

        start["evidence"] = [key]
        theme = DemandTheme.objects.filter(theme=row.counted.theme).first()
        if theme is not None:
            start["technologies"] = [one.code for one in theme.technologies.all()]
            start["targets"] = [one.code for one in theme.targets.all()]
    return start


def _shown(
    request: HttpRequest, form: forms.CallForm, call: Call | None = None, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "call": call, "title": here(call.titles) if call else ""}
    return render(request, "pilots/calls_draft.html", context, status=status)


def _drafted(request: HttpRequest, number: str) -> Call:
    """The draft of this number, for who writes it.

    Raises:
        UnknownCall, NotADrafter: there is none, or it is not theirs.
        NotADraft: it has opened.
    """
    held = asker(request).holdings
    found = access.call_for(number, held)
    if not access.drafts(held, found):
        raise access.NotADrafter
    if found.case.state != "draft":
        raise NotADraft
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def change(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """A draft, written anew.

    Raises:
        UnknownCall, NotADrafter, NotADraft: there is none, it is not theirs, or it has opened.
    """
    found, at = _drafted(request, number), clock.now()
    if request.method != "POST":
        start = forms.call_as_given(found)
        return _shown(request, _form(request, at, found, initial=start), found)
    form = _form(request, at, found, data=sent(request))
    if not form.is_valid():
        return _shown(request, form, found, status=422)
    try:
        operations.set_call(by=person, at=at, call=found, given=form.given())
    except Refused as refusal:
        say_refusal(form, refusal)
        return _shown(request, form, found, status=refusal.status)
    messages.success(request, _("The draft is kept."))
    return redirect("pilots:call", number)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def criterion(request: HttpRequest, person: Person, number: str, code: str = "") -> HttpResponse:
    """Add a criterion with the words of its marks, or write one anew.

    Raises:
        UnknownCall, NotADrafter, NotADraft: there is none, it is not theirs, or it has opened.
        UnknownCriterion: it has no such criterion.
    """
    found = _drafted(request, number)
    known = Criterion.objects.filter(call=found, code=code).first() if code else None
    if code and known is None:
        raise UnknownCriterion
    status = 200
    if request.method == "POST":
        form = forms.CriterionForm(sent(request))
        status = 422
        if form.is_valid():
            try:
                criteria.set_criterion(
                    by=person, at=clock.now(), call=found, given=form.given(), code=code
                )
            except Refused as refusal:
                say_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("The criterion is kept."))
                return redirect("pilots:call", number)
    else:
        form = forms.CriterionForm(initial=forms.criterion_as_given(known) if known else None)
    context = {"form": form, "call": found, "title": here(found.titles), "criterion": known}
    return render(request, "pilots/calls_criterion.html", context, status=status)


@require_POST
@signed_in("")
def drop_criterion(request: HttpRequest, person: Person, number: str, code: str) -> HttpResponse:
    """Take a criterion out of a draft.

    Raises:
        UnknownCall, NotADrafter, NotADraft, UnknownCriterion: as above.
    """
    found = _drafted(request, number)
    criteria.drop_criterion(by=person, at=clock.now(), call=found, code=code)
    messages.success(request, _("The criterion is taken out."))
    return redirect("pilots:call", number)


@dataclass(frozen=True)
class Act:
    """A step of a call: its button, its form, what it does."""

    code: str
    title: str | Promise
    said: str | Promise
    done: str | Promise
    states: tuple[str, ...]
    run: Callable[..., Call]
    form: type[forms.ActForm] = forms.ReasonForm
    grave: bool = False


ACTS: dict[str, Act] = {
    one.code: one
    for one in (
        Act(
            "open", gettext_lazy("Open the call"),
            gettext_lazy("Everybody reads it then. Its words, form and criteria stay as they are."),
            gettext_lazy("The call is open: everybody can read it."),
            ("draft",), operations.open_call, forms.ActForm,
        ),
        Act(
            "prolong", gettext_lazy("Take applications longer"),
            gettext_lazy("Whoever follows the call is told. The first last day stays on record."),
            gettext_lazy("Applications are taken longer."),
            ("open",), operations.prolong_call, forms.ProlongForm,
        ),
        Act(
            "close", gettext_lazy("Close it now"),
            gettext_lazy("No more applications are taken from this moment on."),
            gettext_lazy("The call is closed."),
            ("open",), operations.close_call, grave=True,
        ),
        Act(
            "finish", gettext_lazy("All applications are decided"),
            gettext_lazy("The call is then over; its applications go on by themselves."),
            gettext_lazy("The call is over."),
            ("closed",), operations.finish_call, forms.ActForm,
        ),
        Act(
            "cancel", gettext_lazy("Cancel the call"),
            gettext_lazy("It cannot be taken back."),
            gettext_lazy("The call is cancelled."),
            ("draft", "open", "closed"), operations.cancel_call, grave=True,
        ),
    )
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def act(request: HttpRequest, person: Person, number: str, code: str) -> HttpResponse:
    """A step of a call, asked once more before it is taken.

    Raises:
        UnknownCall: there is none, or it is not open yet.
        NotTheAgency: whoever asks runs no programme.
        NotFound: the call is past this step.
    """
    held = asker(request).holdings
    found, one = access.call_for(number, held), ACTS[code]
    if not runs(held, found.programme):
        raise access.NotTheAgency
    if found.case.state not in one.states:
        raise NotFound
    status = 200
    if request.method == "POST":
        form = one.form(sent(request))
        status = 422
        if form.is_valid():
            try:
                one.run(by=person, at=clock.now(), call=found, **form.cleaned_data)
            except Refused as refusal:
                if code == "open":
                    return call_page(request, found, refusal=str(refusal), status=refusal.status)
                say_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, str(one.done))
                gone = code == "cancel" and found.opens_at is None
                return redirect("pilots:calls") if gone else redirect("pilots:call", number)
    else:
        form = one.form(initial={"seen": found.case.seq, "closes_at": found.closes_at})
    context = {"form": form, "call": found, "title": here(found.titles), "act": one}
    return render(request, "pilots/calls_act.html", context, status=status)

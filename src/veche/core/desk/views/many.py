"""One step for many matters: chosen, looked at, ordered, undone."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from veche import clock
from veche.core.cases.models import Case
from veche.core.cases.operations.many import judge
from veche.core.desk import operations, queries, rules
from veche.core.desk.adapter import DeskAction, DeskForm, desk_of
from veche.core.desk.filters import Filters
from veche.core.desk.guard import after, staff_only
from veche.core.desk.views.queue import seated
from veche.errors import Invalid, NotFound, Refused

SHOWN = 200
"""Rows of the preview; the others are counted."""
GRACES = ((60, _("1 minute")), (300, _("5 minutes")), (600, _("10 minutes")))


class GraceForm(forms.Form):
    """How long it can be undone."""

    grace = forms.TypedChoiceField(
        label=_("Carry it out after"), choices=GRACES, coerce=int, initial=300
    )


def _chosen(request: HttpRequest) -> list[Case]:
    """The cases that were ticked, or all of the view."""
    at = clock.now()
    who, person, seat = seated(request, at)
    rows = queries.chosen(person, who.holdings, Filters(), seat, at)
    if request.POST.get("all"):
        filters = Filters.of(request.POST.get("query", "")[:400])
        rows = queries.chosen(person, who.holdings, filters, seat, at)
    else:
        numbers = [n.replace("\x00", "") for n in request.POST.getlist("number")]
        rows = rows.filter(number__in=numbers[: rules.MOST_AT_ONCE])
    return list(
        queries.ordered(rows, "due")
        .select_related("territory", "organisation")
        .defer("territory__outline")[: rules.MOST_AT_ONCE + 1]
    )


def _form(action: DeskAction, data: QueryDict | None) -> DeskForm:
    return (action.bulk_form or action.form)(data, auto_id="id_%s")


@require_POST
@staff_only
def choose(request: HttpRequest) -> HttpResponse:
    """What will happen to which, and which will be refused and why; then the order itself."""
    if request.POST.get("move") in ("take", "print"):
        return _at_once(request)
    procedure, _dot, move = request.POST.get("move", "").partition(".")
    desk = desk_of(procedure)
    action = desk.action(move) if desk else None
    at = clock.now()
    who, person, _seat = seated(request, at)
    if action is None or action.bulk is None:
        messages.error(request, gettext("Choose what to do with them."))
        return redirect(after(request))
    known = queries.bulk_by_submission(person, _submission(request))
    if known is not None:  # pressed twice
        return redirect("desk:change", pk=known.pk)
    cases = _chosen(request)
    if not cases:
        messages.error(request, str(operations.NothingChosen()))
        return redirect(after(request))
    step = request.POST.get("do", "")
    form = _form(action, request.POST if step else None)
    grace = GraceForm(request.POST if step else None)
    others = [case for case in cases if case.procedure != procedure]
    ready, refused = judge(
        by=person, at=at, cases=[c for c in cases if c.procedure == procedure], move=move
    )
    status = 200
    if step:
        status = 422
        if form.is_valid() and grace.is_valid():
            status = 200
            if step == "order":
                try:
                    change = operations.order_bulk(
                        by=person,
                        at=at,
                        submission=_submission(request),
                        procedure=procedure,
                        move=move,
                        cases=[one.case for one in ready],
                        step=_wordless(form),
                        words=_words(form, [one.case for one in ready]),
                        grace=dt.timedelta(seconds=grace.cleaned_data["grace"]),
                    )
                except Invalid as refusal:
                    form.add_error(None, str(refusal))
                    status = refusal.status
                else:
                    return redirect("desk:change", pk=change.pk)
    lines = queries.lines_of(cases[:SHOWN])
    words = _words(form, [one.case for one in ready[:SHOWN]]) if form.is_bound else {}
    context: dict[str, Any] = {
        "action": action,
        "procedure": procedure,
        "form": form,
        "grace": grace,
        "looked": step == "look" and status == 200,
        "ready": [
            (one.case, lines.get(one.case.pk), words.get(one.case.pk, "")) for one in ready[:SHOWN]
        ],
        "refused": [
            (case, lines.get(case.pk), str(refused.get(case.pk) or _other_kind()))
            for case in cases
            if case.pk in refused or case in others
        ][:SHOWN],
        "ready_count": len(ready),
        "refused_count": len(cases) - len(ready),
        "numbers": [] if request.POST.get("all") else [case.number for case in cases],
        "all": request.POST.get("all", ""),
        "query": request.POST.get("query", "")[:400],
        "submission": _submission(request),
        "templates": queries.bulk_templates(procedure, move, who.holdings),
        "words_field": type(form).words,
        "here": after(request),
        "shown": SHOWN,
    }
    return render(request, "desk/many.html", context, status=status)


def _other_kind() -> str:
    return gettext("It is of another kind: this step is not made there.")


def _wordless(form: DeskForm) -> dict[str, Any]:
    """The arguments that are the same for all: the words are kept with each case."""
    step = form.step()
    step.pop(type(form).words, None)
    return step


def _words(form: DeskForm, cases: list[Case]) -> dict[int, str]:
    """What is said in each case, its number, address and office filled in."""
    name = type(form).words
    text = str(getattr(form, "cleaned_data", {}).get(name) or "") if name else ""
    if not text:
        return {}
    lines = queries.lines_of(cases)
    return {
        case.pk: rules.filled(
            text,
            queries.places_of(
                case.number,
                lines[case.pk].place if case.pk in lines else "",
                str(case.organisation or ""),
            ),
        )
        for case in cases
    }


def _submission(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("submission", ""))
    except ValueError:
        return uuid.uuid4()


def _at_once(request: HttpRequest) -> HttpResponse:
    """What changes nothing for residents is done at once: taking, printing."""
    at = clock.now()
    _who, person, seat = seated(request, at)
    cases = _chosen(request)[: rules.MOST_AT_ONCE]
    if not cases:
        messages.error(request, str(operations.NothingChosen()))
        return redirect(after(request))
    if request.POST["move"] == "print":
        from veche.core.places.queries import atlas

        ids = [case.pk for case in cases]
        rows = queries.rows_of(queries.read(ids, person, "due"), seat, at, atlas())
        context = {"rows": rows, "count": len(rows), "most": len(rows), "now": at,
                   "back": after(request)}  # fmt: skip
        return render(request, "desk/print.html", context)
    taken = operations.take_many(by=person, at=at, cases=[case.pk for case in cases])
    messages.success(
        request,
        gettext("Taken by you: {taken}; left with a colleague: {left}.").format(
            taken=taken, left=len(cases) - taken
        ),
    )
    return redirect(after(request))


@require_GET
@staff_only
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """A change of many: when it goes out, or what became of it."""
    at = clock.now()
    _who, person, _seat = seated(request, at)
    found = queries.bulk_of(person, pk)
    if found is None:
        raise NotFound
    items = queries.items_of(found)
    desk = desk_of(found.procedure)
    lines = queries.lines_of([item.case for item in items[:SHOWN]])
    context = {
        "change": found,
        "action": desk.action(found.move) if desk else None,
        "items": [(item, lines.get(item.case_id)) for item in items[:SHOWN]],
        "count": len(items),
        "done": sum(item.done is True for item in items),
        "refused": sum(item.done is False for item in items),
        "now": at,
        "over": found.due_at <= at,
    }
    return render(request, "desk/change.html", context)


@require_GET
@staff_only
def changes(request: HttpRequest) -> HttpResponse:
    """The changes of many this person has ordered lately."""
    _who, person, _seat = seated(request, clock.now())
    rows = []
    for one in queries.bulks_of(person):
        desk = desk_of(one.procedure)
        action = desk.action(one.move) if desk else None
        rows.append((one, action.title if action else one.move))
    return render(request, "desk/changes.html", {"rows": rows})


@require_POST
@staff_only
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a change of many back in time."""
    at = clock.now()
    _who, person, _seat = seated(request, at)
    found = queries.bulk_of(person, pk)
    if found is None:
        raise NotFound
    try:
        operations.undo_bulk(by=person, at=at, change=found)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:change", pk=pk)
    messages.success(request, gettext("Undone: nothing was sent, nothing has changed."))
    return redirect(reverse("desk:change", args=[pk]))

"""Assignments: computed, compared, given out; scores of a call."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche.city.pilots.access.calls import call_for
from veche.city.pilots.access.conflicts import check_may_see, open_to
from veche.city.pilots.forms.experts import RunForm, TakeBackForm
from veche.city.pilots.models import Application, Call, ReviewTask
from veche.city.pilots.operations import assigning, reading
from veche.city.pilots.operations.experts import assign, give_out
from veche.city.pilots.queries import experts as queries
from veche.city.pilots.queries import scores
from veche.city.pilots.views.experts import for_agency
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import Refused
from veche.look.fields import say_refusal
from veche.look.http import sent
from veche.tables import csv_whole

PAGE = 50
"""Applications of one page of scores; the table file has all."""


@signed_in("")
@require_http_methods(["GET", "HEAD", "POST"])
def runs(request: HttpRequest, person: Person) -> HttpResponse:
    """What waits for readers; assignments made so far; make one."""
    programme, at = for_agency(person)
    calls = queries.calls_with_readers(programme)
    form = RunForm(sent(request), calls=calls) if request.method == "POST" else RunForm(calls=calls)
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        least, most = values["least"], values["most"]
        load = None
        if least is not None or most is not None:
            load = (
                programme.least_load if least is None else least,
                programme.most_load if most is None else most,
            )
        call = next((one for one in calls if one.case.number == values["call"]), None)
        try:
            run = assign(
                by=person, at=at, programme=programme, call=call, load=load,
                reviews=values["reviews"], seed=values["seed"] or 0,
            )  # fmt: skip
        except Refused as refusal:
            say_refusal(form, refusal)
        else:
            return redirect("pilots:assignment", pk=run.pk)
    rows = open_to(assigning.waiting(programme), person, at)
    context = {
        "form": form,
        "runs": queries.runs(programme, person, at),
        "waiting": rows,
        "calls": calls,
        "programme": programme,
    }
    status = 422 if form.is_bound else 200
    return render(request, "pilots/experts_runs.html", context, status=status)


@signed_in("")
@require_safe
def run(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """One assignment: how good it is, who reads what, how to recompute it."""
    programme, at = for_agency(person)
    found = queries.run_for(pk, programme, person, at)
    rows, loads = queries.solution(found)
    context = {
        "run": found,
        "rows": rows,
        "loads": loads,
        "spread": queries.spread(found),
        "most": max((one["experts"] for one in queries.spread(found)), default=1),
        "conflicts": len(found.instance["conflicts"]),
        "mean": found.result["total"] / len(rows) if rows else None,
        "days": assigning.REVIEW_DAYS,
        "command": f"veche pilots assign assignment-{pk}.json --json",
    }
    return render(request, "pilots/experts_run.html", context)


@signed_in("")
@require_safe
def instance(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """The instance, as `veche pilots assign` reads it; without names."""
    programme, at = for_agency(person)
    found = queries.run_for(pk, programme, person, at)
    text = json.dumps(found.instance, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return HttpResponse(
        text,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="assignment-{pk}.json"'},
    )


@signed_in("")
@require_safe
def table(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Who reads what, as a table file."""
    programme, at = for_agency(person)
    found = queries.run_for(pk, programme, person, at)
    rows: list[tuple[object, ...]] = [("application", "title", "expert", "affinity", "kept")]
    for one in queries.solution(found)[0]:
        number, title = one.application.case.number, one.application.title
        rows += [
            (number, title, str(expert.person), near, int(kept))
            for expert, near, kept in one.readers
        ]
    return csv_whole(f"assignment-{pk}", rows)


@signed_in("")
@require_POST
def give(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Give the applications out."""
    programme, at = for_agency(person)
    found = queries.run_for(pk, programme, person, at)
    tasks = give_out(by=person, at=at, run=found)
    said = _("Given out: {n}. The experts were told.")
    messages.success(request, said.format(n=len(tasks)))
    return redirect("pilots:assignment", pk=pk)


@signed_in("")
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Take something back from an expert, with a reason."""
    _programme, at = for_agency(person)
    rows = ReviewTask.objects.select_related("application__case", "expert__person")
    task = get_object_or_404(rows, pk=pk)
    check_may_see(person, task.application, at)
    form = TakeBackForm(sent(request)) if request.method == "POST" else TakeBackForm()
    if form.is_bound and form.is_valid():
        try:
            reading.take_back(by=person, at=at, task=task, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            say_refusal(form, refusal)
        else:
            messages.success(request, _("It was taken back; another expert was looked for."))
            return redirect("pilots:application", number=task.application.case.number)
    status = 422 if form.is_bound else 200
    context = {"form": form, "task": task}
    return render(request, "pilots/experts_take_back.html", context, status=status)


def _ranked(request: HttpRequest, person: Person, number: str) -> tuple[Call, list[scores.Ranked]]:
    _programme, at = for_agency(person)
    call = call_for(number, asker(request).holdings)
    rows = Application.objects.filter(call=call).select_related("case", "company")
    return call, scores.ranking(call, open_to(rows, person, at))


@signed_in("")
@require_safe
def score_list(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """The applications of a call by their scores, with what cannot be told apart."""
    call, rows = _ranked(request, person, number)
    asked = request.GET.get("page", "1")
    last = max(1, -(-len(rows) // PAGE))
    page = min(max(1, int(asked)), last) if asked.isdecimal() and len(asked) < 6 else 1
    context = {
        "call": call,
        "rows": rows[(page - 1) * PAGE : page * PAGE],
        "case": call.case,
        "page": {"number": page, "last": last},
    }
    return render(request, "pilots/experts_scores.html", context)


@signed_in("")
@require_safe
def score_table(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """The same as a table file."""
    _call, found = _ranked(request, person, number)
    rows: list[tuple[object, ...]] = [
        ("application", "title", "reviews", "mean", "adjusted", "error", "low", "high",
         "best_rank", "worst_rank")
    ]  # fmt: skip
    for one in found:
        score = one.score
        rows.append((
            one.application.case.number, one.application.title, score.reviews,
            round(score.mean, 4), round(score.adjusted, 4),
            "" if score.error is None else round(score.error, 4), round(score.low, 4),
            round(score.high, 4), one.best, one.worst,
        ))  # fmt: skip
    return csv_whole(f"scores-{number}", rows)

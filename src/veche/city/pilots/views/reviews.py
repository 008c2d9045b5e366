"""What an expert has to read, and the review."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.pilots.forms.experts import RefuseForm, ReviewForm
from veche.city.pilots.models import Answer, Expert, ReviewTask
from veche.city.pilots.operations import reading
from veche.city.pilots.operations.assigning import needed
from veche.city.pilots.operations.reviews import done, submit_review
from veche.city.pilots.queries import reviews as queries
from veche.city.pilots.shown_calendar import calendar_file, events_of
from veche.core.organisations.guard import signed_in
from veche.core.people.models import Person
from veche.errors import Refused
from veche.languages import here
from veche.look.fields import say_refusal
from veche.look.http import sent


@signed_in("")
@require_safe
def queue(request: HttpRequest, person: Person) -> HttpResponse:
    """What one has to read, by when."""
    at = clock.now()
    found = queries.queue(person, at)
    context = {
        **found,
        "expert": Expert.objects.filter(pk=person.pk).exclude(until__lte=at).first(),
        "empty": not any(found.values()),
        "at": at,
    }
    return render(request, "pilots/experts_queue.html", context)


@never_cache
@require_safe
@signed_in("")
def calendar(request: HttpRequest, person: Person) -> HttpResponse:
    """What one has to read, and the panels one is called to, as a file for a calendar."""
    return calendar_file("pilots", events_of(person, clock.now()))


def _initial(task: ReviewTask) -> dict[str, Any]:
    """What one's own review said last, to write a better version."""
    last = task.reviews.order_by("-version").first()
    if last is None:
        return {}
    found: dict[str, Any] = {"summary": last.summary}
    for one in last.marks.all():
        found[f"mark_{one.criterion_id}"] = one.mark
        found[f"reason_{one.criterion_id}"] = one.reason
    return found


@signed_in("")
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """One application to read, and its review."""
    at = clock.now()
    task = reading.own_task(person, at, pk)
    criteria = queries.criteria(task.application)
    stands = task.standing != ReviewTask.Standing.REFUSED and (
        task.application.case.state == "review"
    )
    complete = done(task.application) >= needed(task.application)
    writes = stands and not (task.standing == ReviewTask.Standing.DONE and complete)
    if request.method == "POST":
        form = ReviewForm(sent(request), criteria=criteria)
        if form.is_valid():
            try:
                submit_review(
                    by=person, at=at, task=task, marks=form.marks,
                    summary=form.cleaned_data["summary"],
                )  # fmt: skip
            except Refused as refusal:
                say_refusal(form, refusal)
            else:
                messages.success(request, _("Your review is in. Thank you: it will not change."))
                return redirect("pilots:reviews")
    else:
        form = ReviewForm(initial=_initial(task), criteria=criteria)
    status = 422 if form.is_bound else 200
    shown = queries.reviews(task.application, person, {"expert"})
    context = {
        **_about(task),
        "task": task,
        "form": form,
        "writes": writes,
        "shown": shown,
        "mine": next((one for one in shown if one.mine), None),
        "at": at,
    }
    return render(request, "pilots/experts_review.html", context, status=status)


def _about(task: ReviewTask) -> dict[str, Any]:
    """What the company wrote, for whoever reads it."""
    application = task.application
    rows = Answer.objects.filter(application=application, revision=application.revision)
    said = {one.question: one.text for one in rows}
    questions = [
        (here(one.get("names")), said[one["code"]])
        for one in application.call.form.questions
        if said.get(one.get("code", ""))
    ]
    return {"application": application, "case": application.case, "answers": questions}


@signed_in("")
@require_POST
def accept(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Take something on."""
    at = clock.now()
    reading.accept_task(by=person, at=at, task=reading.own_task(person, at, pk))
    return redirect("pilots:review", pk=pk)


@signed_in("")
@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Refuse something, with a reason."""
    at = clock.now()
    task = reading.own_task(person, at, pk)
    form = RefuseForm(sent(request)) if request.method == "POST" else RefuseForm()
    if form.is_bound and form.is_valid():
        try:
            reading.refuse_task(by=person, at=at, task=task, **form.cleaned_data)
        except Refused as refusal:
            say_refusal(form, refusal)
        else:
            messages.success(request, _("It was given to somebody else."))
            return redirect("pilots:reviews")
    status = 422 if form.is_bound else 200
    context = {"form": form, "task": task, "application": task.application}
    return render(request, "pilots/experts_refuse.html", context, status=status)

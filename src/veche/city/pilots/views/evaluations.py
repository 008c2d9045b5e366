"""The report of a trial: written, looked at, published, read; and the department's answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.pilots import acts_evaluations as acts
from veche.city.pilots.access.applications import Standing, application_for
from veche.city.pilots.documents import report as printed
from veche.city.pilots.forms.evaluations import ReportForm
from veche.city.pilots.models import Application, Evaluation, RollOut
from veche.city.pilots.operations import evaluations as operations
from veche.city.pilots.operations.contracts import BEFORE, writes_contracts
from veche.city.pilots.operations.refusals_applications import NotTheAgency
from veche.city.pilots.operations.refusals_evaluations import (
    NoReport,
    NoTrialToJudge,
    NotTheDepartment,
    ReportPublished,
)
from veche.city.pilots.queries import applications as pilots
from veche.city.pilots.queries import evaluations as queries
from veche.city.pilots.words import evaluations as said
from veche.core.cases.models import Case
from veche.core.cases.operations import Changed, MoveNotPossible
from veche.core.desk.adapter import DeskForm
from veche.core.organisations.middleware import asker
from veche.errors import NotFound, Refused
from veche.kept import kept
from veche.look.fields import say_refusal
from veche.look.http import cached, sent, sign_in
from veche.tables import csv_whole


def _stand(request: HttpRequest, number: str) -> Standing:
    return application_for(number, asker(request).person, clock.now())


@require_safe
def evaluation(request: HttpRequest, number: str) -> HttpResponse:
    """The published report; of several the newest, or the one of the trial that is asked for.

    Raises:
        UnknownApplication, UnknownReport: there is none, or not for whoever asks.
    """
    stand, at = _stand(request, number), clock.now()
    found = queries.evaluations_of(stand.application)
    row = _chosen(found, request.GET.get("trial", ""))
    report = queries.report_of(row, stand.application, at)
    context = {
        **_shared(request, stand, report),
        "others": [one for one in found if one.pk != row.pk],
        "newest": row == found[0],
    }
    return cached(request, render(request, "pilots/evaluations_report.html", context))


def _chosen(found: Sequence[Evaluation], trial: str) -> Evaluation:
    for one in found:
        if not trial or str(one.trial.number) == trial:
            return one
    raise queries.UnknownReport


def _shared(request: HttpRequest, stand: Standing, report: queries.Report) -> dict[str, Any]:
    found = stand.application
    rows = RollOut.objects.filter(application=found).select_related("territory", "promise__case")
    at, who = clock.now(), asker(request)
    return {
        "application": found,
        "case": found.case,
        "title": found.title or found.case.number,
        "report": report,
        "evaluation": report.evaluation,
        "lead": printed.lead(report),
        "people": printed.people(report.figures),
        "money": printed.money(report),
        "interest": printed.interest(),
        "words": said,
        "stages": [
            (said.STAGES[one["stage"]], one["days"], one["allowed"], one["broken"])
            for one in report.figures["stages"]
        ],
        "rollouts": list(rows.order_by("since", "pk")),
        "contracts": list(found.contracts.select_related("buyer").order_by("signed_on", "pk")),
        "acts": acts.acts_of(stand, who.holdings) if who.person else [],
        "may_contract": who.person is not None
        and stand.staff
        and found.case.state not in BEFORE
        and writes_contracts(who.person, found, at),
        "stand": pilots.stand_of(found, at),
        "late": found.case.state == "answering"
        and found.case.due_at is not None
        and found.case.due_at < at,
        "now": at,
    }


HEAD = (
    "indicator", "unit", "measure", "by_testers", "baseline", "direction", "threshold", "value",
    "values", "met", "why",
)  # fmt: skip


@require_safe
def csv(request: HttpRequest, number: str) -> HttpResponse:
    """Every indicator of a published report as a table."""
    stand = _stand(request, number)
    row = _chosen(queries.evaluations_of(stand.application), request.GET.get("trial", ""))
    lines = _cells(queries.results_of(row))
    return cached(request, csv_whole(f"pilot-{number}-results", lines))


def _cells(judged: Sequence[queries.Judged]) -> Iterator[Sequence[object]]:
    yield HEAD
    for one in judged:
        thing = one.indicator
        yield (
            thing.name, thing.unit, thing.measure, "yes" if thing.by_testers else "no",
            thing.baseline, thing.direction, thing.threshold, one.value,
            "" if one.few else one.count, one.state, one.words,
        )  # fmt: skip


@require_safe
def pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The report as it was set and hashed when it was published; one that came without its PDF, as
    those of the past do, is set now, of what was published then, and has no digest.

    Raises:
        NotFound: this computer has no font for its words.
    """
    stand = _stand(request, number)
    row = _chosen(queries.evaluations_of(stand.application), request.GET.get("trial", ""))
    found = row.pdf
    if found is None:
        found = kept(
            ("pilot-report", row.pk), clock.now(), lambda: _set_now(row, stand.application),
            large=lambda _made: True,
        ).value  # fmt: skip
    if found is None:
        raise NotFound
    response = HttpResponse(bytes(found), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="pilot-{number}-report.pdf"'
    return cached(request, response)


def _set_now(row: Evaluation, application: Application) -> bytes | None:
    """A published report as a PDF, if this computer can set it; always the same for the same."""
    at = row.published_at or row.at
    return printed.report_pdf(queries.report_of(row, application, at), at)


def _agency(request: HttpRequest, number: str) -> tuple[Standing, Any]:
    """The application for whoever runs its programme, and its ended trial.

    Raises:
        NotTheAgency: they do not.
        NoTrialToJudge, ReportPublished: there is nothing to write about.
    """
    stand = _stand(request, number)
    if not stand.agency:
        raise NotTheAgency
    trial = queries.trial_of(stand.application)
    if trial is None or stand.application.case.state != "evaluating":
        if trial is not None and operations.evaluated(trial):
            raise ReportPublished
        raise NoTrialToJudge
    return stand, trial


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, number: str) -> HttpResponse:
    """The agency writes the report; what was measured stands beside it."""
    person = asker(request).person
    if person is None:
        return sign_in(request)
    stand, trial = _agency(request, number)
    draft = queries.draft_of(trial)
    judged = queries.judge(trial, draft.said if draft else {})
    status = 200
    if request.method == "POST":
        form = ReportForm(sent(request), judged=judged, draft=draft)
        status = 422
        if form.is_valid():
            try:
                operations.write_evaluation(
                    by=person, at=clock.now(), application=stand.application, **form.step()
                )
            except Refused as refusal:
                say_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("The draft is kept. Look at it before you publish it."))
                return redirect("pilots:evaluation-preview", number)
    else:
        form = ReportForm(judged=judged, draft=draft)
    context = {
        "application": stand.application,
        "case": stand.application.case,
        "title": stand.application.title or number,
        "trial": trial,
        "judged": judged,
        "form": form,
        "whys": [one for one in form if one.name.startswith("why_")],
        "words": said,
        "back": pilots.address(stand.application),
    }
    return render(request, "pilots/evaluations_write.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, number: str) -> HttpResponse:
    """The draft as everybody would read it; sent from here it is published.

    Raises:
        NoReport: nothing was written yet.
    """
    person = asker(request).person
    if person is None:
        return sign_in(request)
    stand, trial = _agency(request, number)
    draft = queries.draft_of(trial)
    if draft is None:
        raise NoReport
    refusal, status = "", 200
    if request.method == "POST":
        seen = request.POST.get("revision", "")
        try:
            operations.publish_evaluation(
                by=person, at=clock.now(), application=stand.application,
                seen=int(seen) if seen.isdecimal() and len(seen) < 6 else None,
            )  # fmt: skip
        except Refused as fault:
            refusal, status = str(fault), fault.status
        else:
            messages.success(request, _("The report is published: the department answers next."))
            return redirect("pilots:evaluation", number)
    report = queries.report_of(draft, stand.application, clock.now())
    context = {**_shared(request, stand, report), "preview": True, "refusal": refusal}
    return render(request, "pilots/evaluations_report.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """One act of the department: its form, and the step when it is sent.

    Raises:
        UnknownApplication: there is none, or not for whoever asks.
        NotTheDepartment: it is not theirs to do.
        veche.core.cases.operations.MoveNotPossible: it cannot be done now.
    """
    which, who = acts.BY_CODE[code], asker(request)
    if who.person is None:
        return sign_in(request)
    stand = _stand(request, number)
    case = stand.application.case
    if not acts.possible(which, stand, who.holdings):
        if "department" in stand.relations and case.state != which.state:
            raise MoveNotPossible(state=pilots.case_title(case))
        raise NotTheDepartment
    if request.method != "POST":
        return _act_page(request, stand, which, which.form(case=case))
    form = which.form(sent(request), case=case)
    if not form.is_valid():
        return _act_page(request, stand, which, form, status=422)
    try:
        which.run(by=who.person, at=clock.now(), application=stand.application, **form.step())
    except Refused as refusal:
        if isinstance(refusal, Changed):  # what was typed is sent again with what stands there now
            data = sent(request)
            data["seen"] = str(Case.objects.values_list("seq", flat=True).get(pk=case.pk))
            form = which.form(data, case=case)
        form.is_valid()
        say_refusal(form, refusal)
        return _act_page(request, stand, which, form, status=refusal.status)
    messages.success(request, str(which.done))
    return redirect(_after(stand))


def _after(stand: Standing) -> str:
    if queries.evaluations_of(stand.application):
        return reverse("pilots:evaluation", args=[stand.application.case.number])
    return pilots.address(stand.application)


def _act_page(
    request: HttpRequest, stand: Standing, which: acts.Act, form: DeskForm, *, status: int = 200
) -> HttpResponse:
    found = stand.application
    context = {
        "application": found,
        "case": found.case,
        "title": found.title or found.case.number,
        "act": which,
        "form": form,
        "stand": pilots.stand_of(found, clock.now()),
        "interest": printed.interest(),
        "report": next(iter(queries.evaluations_of(found)), None),
        "words": said,
        "draft": f"{which.code}-{found.case.number}",
        "back": _after(stand),
    }
    return render(request, "pilots/evaluations_act.html", context, status=status)

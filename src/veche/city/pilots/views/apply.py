"""Applying: step by step, each kept as it is sent, until all is there and it is sent."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from veche import clock
from veche.city.pilots.access.applications import application_for, applications
from veche.city.pilots.access.calls import call_for
from veche.city.pilots.access.conflicts import UnknownApplication
from veche.city.pilots.forms import applications as forms
from veche.city.pilots.models import Application, Company
from veche.city.pilots.operations import applications as operations
from veche.city.pilots.operations.refusals_applications import AlreadyBegun, NotComplete
from veche.city.pilots.procedure import FOUNDER
from veche.city.pilots.queries import applications as queries
from veche.city.pilots.queries import writing
from veche.city.pilots.rules import applications as rules
from veche.core.organisations.middleware import asker
from veche.errors import Refused
from veche.look.fields import say_refusal
from veche.look.http import sent, sign_in

FORMS = {"profile": forms.ProfileForm, "solution": forms.SolutionForm}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, call: str) -> HttpResponse:
    """The first page: what it takes, and with which product one applies.

    Raises:
        UnknownCall: there is no such call.
    """
    found, who, at = call_for(call), asker(request), clock.now()
    firms = [one.organisation_id for one in who.holdings if one.role == FOUNDER]
    companies = list(Company.objects.filter(pk__in=firms).select_related("organisation"))
    takes = operations.takes(found, at)
    context: dict[str, Any] = {
        "call": found,
        "takes": takes,
        "companies": companies,
        "questions": len(found.form.questions),
        "person": who.person,
        "refusal": "",
    }
    if who.person is None:
        if request.method == "POST":
            return sign_in(request)
        return render(request, "pilots/applications_begin.html", context)
    form = forms.BeginForm(sent(request) if request.method == "POST" else None, companies=companies)
    drafts = applications().filter(call=found, company__in=firms, case__state="draft")
    context |= {"form": form, "drafts": list(drafts.order_by("-case_id"))}
    if request.method != "POST":
        return render(request, "pilots/applications_begin.html", context)
    if not form.is_valid():
        return render(request, "pilots/applications_begin.html", context, status=422)
    product = form.chosen
    try:
        made = operations.begin(
            by=who.person, at=at, call=found, company=product.company, product=product,
            submission=form.cleaned_data["submission"],
        )  # fmt: skip
    except AlreadyBegun:
        before = Application.objects.filter(
            submission=form.cleaned_data["submission"], company__in=firms
        ).select_related("case", "call__case")
        for one in before:
            return redirect(writing.address(one, "solution"))
        context["refusal"] = str(AlreadyBegun(number=""))
        return render(request, "pilots/applications_begin.html", context, status=409)
    except Refused as refusal:
        context["refusal"] = str(refusal)
        return render(request, "pilots/applications_begin.html", context, status=refusal.status)
    return redirect(writing.address(made, "solution"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, call: str, number: str, step: str) -> HttpResponse:
    """One step of writing; what is sent is kept, complete or not.

    Raises:
        UnknownApplication: there is none, or not of a company of theirs.
    """
    who, at = asker(request), clock.now()
    if who.person is None:
        return sign_in(request)
    stand = application_for(number, who.person, at)
    found = stand.application
    if not stand.company or found.call.case.number != call:
        raise UnknownApplication(number=number)
    if found.case.state != "draft":
        return redirect(queries.address(found))
    codes = writing.codes_of(found)
    if step not in codes:
        raise UnknownApplication(number=number)
    if step == "check":
        return _check(request, found)
    posted = request.method == "POST"
    form = _form(request, step, found, sent(request) if posted else None)
    if not posted:
        return _page(request, found, step, form)
    valid = form.is_valid()
    try:
        saved = operations.save_draft(by=who.person, at=at, application=found, draft=form.draft())
    except Refused as refusal:
        say_refusal(form, refusal)
        return _page(request, found, step, form, status=refusal.status)
    if not valid:
        found.refresh_from_db()
        return _page(request, found, step, form, status=422)
    if "stay" in request.POST:
        messages.success(request, _("Kept. You can go on whenever you like."))
        return redirect(writing.address(found, step))
    after = codes[codes.index(step) + 1]
    return redirect(writing.address(saved, after))


def _form(request: HttpRequest, step: str, found: Application, data: Any) -> forms.StepForm:
    if step == "questions":
        return forms.QuestionsForm(
            data, request.FILES if data is not None else None, application=found,
            answers=writing.answers(found), too_large=request.META.get("veche.too_large", ()),
        )  # fmt: skip
    return FORMS[step](data, application=found)


def _page(
    request: HttpRequest, found: Application, step: str, form: forms.StepForm, status: int = 200
) -> HttpResponse:
    codes = writing.codes_of(found)
    place = codes.index(step)
    context = {
        **_shared(found, step),
        "form": form,
        "last": codes[place + 1] == "check",
        "before": writing.address(found, codes[place - 1]) if place else "",
    }
    return render(request, "pilots/applications_step.html", context, status=status)


def _shared(found: Application, step: str) -> dict[str, Any]:
    steps = writing.steps_of(found, step)
    return {
        "application": found,
        "call": found.call,
        "case": found.case,
        "step": next(one for one in steps if one.code == step),
        "steps": steps,
    }


def _check(request: HttpRequest, found: Application) -> HttpResponse:
    """All that will be sent, what is missing, and the button that sends it."""
    who, at = asker(request), clock.now()
    refusal, status = "", 200
    if request.method == "POST" and who.person is not None:
        try:
            operations.submit(by=who.person, at=at, application=found)
        except NotComplete as gaps:
            status = gaps.status
        except Refused as refused:
            refusal, status = str(refused), refused.status
        else:
            messages.success(request, _("Your application was sent."))
            return redirect(queries.address(found))
        found = application_for(found.case.number, who.person, at).application
        if found.case.state != "draft":  # sent by another press of the button, or by a colleague
            return redirect(queries.address(found))
    gaps_found = writing.gaps_of(found)
    context = {
        **_shared(found, "check"),
        "answers": queries.answers_of(found),
        "gaps": writing.in_words(found, gaps_found),
        "profile": operations.profile_of(found.company, found.product),
        "takes": operations.takes(found.call, at),
        "refusal": refusal,
        "first": writing.address(found, rules.first_gap(gaps_found)),
    }
    return render(request, "pilots/applications_check.html", context, status=status)

"""Trials: the public page of one, their list, the tables, and the pages of what staff does."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.pilots import acts_trials as acts
from veche.city.pilots.access.applications import Standing, application_for
from veche.city.pilots.access.companies import NotTheAgency
from veche.city.pilots.access.trials import (
    PUBLIC_TRIAL,
    NotOfTheTrial,
    Shown,
    UnknownTrial,
    trial_for,
)
from veche.city.pilots.forms.trials import SupersedeForm, TableForm, TrialForm
from veche.city.pilots.models import Measurement, Stream, Trial
from veche.city.pilots.operations import measurements, streams
from veche.city.pilots.operations.measured_tables import Loaded
from veche.city.pilots.queries import applications as application_queries
from veche.city.pilots.queries import trials as queries
from veche.city.pilots.queries.tester_words import published_words
from veche.city.pilots.words import testers as said_of_testers
from veche.city.pilots.words import trials as said
from veche.core.cases.models import Case
from veche.core.cases.operations import Changed, MoveNotPossible
from veche.core.cases.queries import procedure_of
from veche.core.organisations.middleware import asker
from veche.errors import Invalid, Refused
from veche.look.fields import say_refusal
from veche.look.http import cached, sent, sign_in
from veche.look.qr import qr
from veche.tables import csv_answer, csv_whole

PAGE = 25


@require_safe
def trials(request: HttpRequest) -> HttpResponse:
    """Every trial there is or was, the newest first."""
    rows = Trial.objects.filter(PUBLIC_TRIAL).select_related(
        "application__case", "application__company", "site"
    )
    which = request.GET.get("show", "")
    if which == "running":
        rows = rows.filter(ended_at__isnull=True)
    elif which == "over":
        rows = rows.filter(ended_at__isnull=False)
    pages = Paginator(rows.order_by("-starts_at", "-pk"), PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "page": {"number": page.number, "last": pages.num_pages},
        "count": pages.count,
        "rows": [(one, said.HOW.get(one.ended_how, "")) for one in page],
        "show": which if which in ("running", "over") else "",
        "query": f"show={which}" if which in ("running", "over") else "",
    }
    return cached(request, render(request, "pilots/trials_list.html", context))


@require_safe
def trials_csv(request: HttpRequest) -> HttpResponseBase:
    """Every public trial as a table."""
    rows = Trial.objects.filter(PUBLIC_TRIAL).select_related("application__case", "site")

    def lines() -> Any:
        yield (
            "application", "number", "title", "site", "starts_datetime", "ends_datetime",
            "ended_datetime", "ended_how",
        )  # fmt: skip
        for one in rows.order_by("starts_at", "pk").iterator(500):
            yield (
                one.application.case.number, one.number, one.application.title, one.site.code,
                one.starts_at.isoformat(), one.ends_at.isoformat(),
                one.ended_at.isoformat() if one.ended_at else "", one.ended_how,
            )  # fmt: skip

    return csv_answer("trials", lines())


@require_safe
def trial(request: HttpRequest, number: str, which: int | None = None) -> HttpResponse:
    """What is tested where and until when, and what is measured beside the frozen thresholds.

    Raises:
        veche.city.pilots.access.applications.UnknownApplication: not for whoever asks.
        veche.city.pilots.access.trials.UnknownTrial: there is none.
    """
    who, at = asker(request), clock.now()
    shown = trial_for(number, which, who.person, at)
    found, stand = shown.trial, shown.standing
    newest = shown.newest
    inner = bool(stand.relations & {"agency", "company"})
    context: dict[str, Any] = {
        **_shared(shown),
        "now": at,
        "indicators": queries.indicators(found, at),
        "hypotheses": queries.hypotheses(found),
        "measures": said.MEASURES,
        "origins": said.ORIGINS,
        "measurements": queries.measurements(found),
        "most": queries.SHOWN,
        "incidents": queries.incidents(found, at, inside=stand.inside),
        "mix": queries.mix_of(found),
        "kinds": said_of_testers.KINDS,
        "streams": queries.streams(found),
        "others": [one for one in queries.trials_of(found) if one.pk != found.pk],
        "acts": acts.acts_for(stand, found) if newest else [],
        "corrects": shown.measured and stand.staff,
        "files": queries.files(found) if stand.staff else [],
        "said": queries.words_of_testers(found) if inner else [],
        "published": published_words(found),
        "inner": inner,
        "poster": shown.goes_on and bool(stand.relations & {"agency", "department", "site"}),
    }
    response = render(request, "pilots/trials_trial.html", context)
    return response if stand.inside else cached(request, response)


def _shared(shown: Shown) -> dict[str, Any]:
    found, application = shown.trial, shown.trial.application
    return {
        "trial": found,
        "application": application,
        "case": application.case,
        "goes_on": shown.goes_on,
        "measured": shown.measured,
        "how": said.HOW.get(found.ended_how, ""),
        "back": queries.address(found, newest=shown.newest),
        "matter": application_queries.address(application),
    }


@require_safe
def measurements_csv(
    request: HttpRequest, number: str, which: int | None = None
) -> HttpResponseBase:
    """All that was measured in a trial, as a table."""
    shown = trial_for(number, which, asker(request).person, clock.now())
    name = f"trial-{number}-{shown.trial.number}"
    return csv_answer(name, queries.table(shown.trial))


@require_safe
def testers_csv(request: HttpRequest, number: str, which: int | None = None) -> HttpResponse:
    """The mix of testers as a table; empty where fewer than five would be told."""
    shown = trial_for(number, which, asker(request).person, clock.now())
    mix = queries.mix_of(shown.trial)
    rows: list[tuple[object, ...]] = [("kind", "wanted", "reached", "rounded_down")]
    rows.append(("all", shown.trial.methodology.testers, mix.total, mix.growing))
    rows += [(one.kind, one.wanted, one.reached, mix.growing) for one in mix.parts]
    return csv_whole(f"testers-{number}-{shown.trial.number}", rows)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """One act: its form, and the step when it is sent.

    Raises:
        veche.city.pilots.access.applications.UnknownApplication: not for whoever asks.
        NotTheAgency, NotOfTheTrial: it is not theirs to do.
        veche.core.cases.operations.MoveNotPossible: it cannot be done now.
    """
    which, who, at = acts.BY_CODE[code], asker(request), clock.now()
    if who.person is None:
        return sign_in(request)
    stand = application_for(number, who.person, at)
    found = Trial.objects.filter(application=stand.application).select_related(
        "methodology", "site"
    ).order_by("-number").first()  # fmt: skip
    if found is not None:
        found.application = stand.application
    if not acts.possible(which, stand, found):
        if not which.relations & stand.relations:
            raise NotTheAgency if which.relations == acts.AGENCY else NotOfTheTrial
        raise MoveNotPossible(state=_state(stand))
    made: dict[str, Any] = {"case": stand.application.case, "trial": found, "at": at}
    if request.method != "POST":
        return _page(request, stand, found, which, which.form(**made))
    form = which.form(sent(request), request.FILES, **made)
    if isinstance(form, TableForm) and request.META.get("veche.too_large"):
        form.fields["file"].required = False
        form.is_valid()
        form.add_error("file", _("The file is too large and was not read."))
        return _page(request, stand, found, which, form, status=413)
    if not form.is_valid():
        return _page(request, stand, found, which, form, status=422)
    step = form.step()
    if which.of == "application":
        step["application"] = stand.application
        if which.code != "incident":
            step["seen"] = form.cleaned_data.get("seen")
    else:
        step["trial"] = found
    try:
        result = which.run(by=who.person, at=at, **step)
    except Invalid as refusal:
        say_refusal(form, refusal)
        return _page(request, stand, found, which, form, status=refusal.status)
    except Refused as refusal:
        if isinstance(refusal, Changed):  # what was typed is sent again with what stands there now
            data = sent(request)
            data["seen"] = str(Case.objects.values_list("seq", flat=True).get(pk=made["case"].pk))
            form = which.form(data, **made)
        return _page(
            request, stand, found, which, form, refusal=str(refusal), status=refusal.status
        )
    if isinstance(result, Loaded):
        return _loaded(request, number, result)
    messages.success(request, str(which.done))
    if which.code == "lose-site":
        return redirect(application_queries.address(stand.application))
    return redirect("pilots:trial", number)


def _state(stand: Standing) -> Any:
    case = stand.application.case
    return procedure_of(case).by_code[case.state].title


def _loaded(request: HttpRequest, number: str, result: Loaded) -> HttpResponse:
    taken = ngettext("%(n)s value was taken.", "%(n)s values were taken.", result.file.taken) % {
        "n": result.file.taken
    }
    if result.again:
        messages.info(request, _("This very file was taken before: nothing was written anew."))
    else:
        messages.success(request, taken)
    if result.rejected:
        count = len(result.rejected)
        messages.warning(
            request,
            ngettext(
                "%(n)s row was not taken: see the list of tables below.",
                "%(n)s rows were not taken: see the list of tables below.",
                count,
            )
            % {"n": count},
        )
    return redirect(f"{reverse('pilots:trial', args=[number])}#h-files")


def _page(
    request: HttpRequest,
    stand: Standing,
    trial: Trial | None,
    which: acts.Act,
    form: TrialForm,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    found = stand.application
    number = found.case.number
    if "stop" in form.fields and not stand.agency:
        del form.fields["stop"]
    context = {
        "application": found,
        "trial": trial,
        "act": which,
        "form": form,
        "refusal": refusal,
        "draft": f"trial-{which.code}-{number}",
        "back": reverse("pilots:trial", args=[number])
        if trial is not None
        else application_queries.address(found),
        "files": isinstance(form, TableForm),
    }
    return render(request, "pilots/trials_act.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def supersede(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Put another value in the place of a wrong one.

    Raises:
        NotOfTheTrial: it is not theirs to do.
        UnknownTrial: there is no such measurement.
    """
    who, at = asker(request), clock.now()
    if who.person is None:
        return sign_in(request)
    shown = trial_for(number, None, who.person, at)
    if not shown.standing.staff:
        raise NotOfTheTrial
    rows = Measurement.objects.filter(trial__application=shown.trial.application)
    one = rows.select_related("indicator", "trial").filter(pk=pk).first()
    if one is None:
        raise UnknownTrial
    refusal, status = "", 200
    form = SupersedeForm(case=shown.trial.application.case)
    if request.method == "POST":
        form, status = SupersedeForm(sent(request), case=shown.trial.application.case), 422
        if form.is_valid():
            try:
                measurements.supersede_measurement(
                    by=who.person, at=at, measurement=one, **form.step()
                )
            except Invalid as fault:
                say_refusal(form, fault)
            except Refused as fault:
                refusal, status = str(fault), fault.status
            else:
                messages.success(request, _("The other value stands in its place."))
                return redirect("pilots:trial", number)
    context = {**_shared(shown), "one": one, "form": form, "refusal": refusal}
    return render(request, "pilots/trials_supersede.html", context, status=status)


@never_cache
@require_POST
def drop_stream(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Read an indicator from its stream no longer.

    Raises:
        UnknownTrial: there is no such stream.
        NotOfTheTrial: it is not theirs to do.
    """
    who, at = asker(request), clock.now()
    if who.person is None:
        return sign_in(request)
    shown = trial_for(number, None, who.person, at)
    one = Stream.objects.filter(trial=shown.trial, pk=pk).select_related("indicator").first()
    if one is None:
        raise UnknownTrial
    one.trial = shown.trial
    streams.drop_stream(by=who.person, at=at, watched=one)
    messages.success(request, _("The stream is no longer read; what it gave stays."))
    return redirect("pilots:trial", number)


@never_cache
@require_safe
def poster(request: HttpRequest, number: str) -> HttpResponse:
    """A sheet to be printed and hung up at the site: what is tested, and the QR code to join.

    Raises:
        NotOfTheTrial: for the agency, the department and the keeper of the site.
        UnknownTrial: no trial goes on.
    """
    who, at = asker(request), clock.now()
    if who.person is None:
        return sign_in(request)
    shown = trial_for(number, None, who.person, at)
    if not shown.standing.relations & {"agency", "department", "site"}:
        raise NotOfTheTrial
    if not shown.goes_on or shown.trial.key is None:
        raise UnknownTrial
    address = request.build_absolute_uri(reverse("pilots:test", args=[shown.trial.key]))
    context = {
        **_shared(shown),
        "address": address,
        "short": request.build_absolute_uri(reverse("pilots:test-word")),
        "picture": qr(address, _("QR code: join the trial")),
    }
    return render(request, "pilots/trials_poster.html", context)

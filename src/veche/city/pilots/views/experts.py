"""The register of experts, and an expert's own entry."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.pilots.access.companies import check_agency, programme
from veche.city.pilots.forms.experts import EnrolForm, ExpertForm
from veche.city.pilots.models import Expert, Programme, Technology
from veche.city.pilots.operations import experts as doing
from veche.city.pilots.operations.refusals_experts import NoSuchAccount, UnknownExpert
from veche.city.pilots.queries import experts as queries
from veche.core.organisations.guard import signed_in
from veche.core.people.models import Person
from veche.errors import Refused
from veche.look.fields import say_refusal
from veche.look.http import sent
from veche.tables import csv_whole

PAGE = 50
HEAD = ("name", "technologies", "targets", "capacity", "open", "read", "since", "until")


def for_agency(person: Person) -> tuple[Programme, dt.datetime]:
    """The programme, for who runs it.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they do not.
    """
    found, at = programme(), clock.now()
    check_agency(person, at, found)
    return found, at


@signed_in("")
@require_safe
def listed(request: HttpRequest, person: Person) -> HttpResponse:
    """The experts of a choice, with what they know and have to read."""
    _programme, at = for_agency(person)
    which = queries.read_filter(request.GET.dict())
    page = Paginator(queries.experts(person, at, which), PAGE).get_page(request.GET.get("page"))
    context = {
        "which": which,
        "page": page,
        "rows": list(page.object_list),
        "count": page.paginator.count,
        "technologies": sorted(Technology.objects.all(), key=str),
        "at": at,
    }
    return render(request, "pilots/experts_list.html", context)


@signed_in("")
@require_safe
def table(request: HttpRequest, person: Person) -> HttpResponse:
    """The same as a table file."""
    _programme, at = for_agency(person)
    rows: list[tuple[object, ...]] = [HEAD]
    for one in queries.experts(person, at, queries.read_filter(request.GET.dict())):
        rows.append((
            str(one.person), " ".join(x.code for x in one.technologies.all()),
            " ".join(x.code for x in one.targets.all()), one.capacity,
            one.open_tasks, one.done_tasks, one.since.isoformat(),
            one.until.isoformat() if one.until else "",
        ))  # fmt: skip
    return csv_whole("experts", rows)


@signed_in("")
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest, person: Person) -> HttpResponse:
    """Put somebody on the list."""
    run_by, at = for_agency(person)
    form = EnrolForm(sent(request)) if request.method == "POST" else EnrolForm()
    if form.is_bound and form.is_valid():
        values = dict(form.cleaned_data)
        address = values.pop("address")
        try:
            found = Person.objects.filter(email__iexact=address, is_active=True).first()
            if found is None:
                raise NoSuchAccount(address=address)
            doing.enrol_expert(by=person, at=at, programme=run_by, person=found, **values)
        except Refused as refusal:
            say_refusal(form, refusal)
        else:
            messages.success(request, _("They are on the list and can be given applications."))
            return redirect("pilots:experts")
    return _form(request, form, title=_("Enrol an expert"))


def _form(request: HttpRequest, form: ExpertForm, **more: Any) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "pilots/experts_form.html", {"form": form, **more}, status=status)


def _entry(one: Expert) -> dict[str, Any]:
    return {
        "technologies": list(one.technologies.values_list("code", flat=True)),
        "targets": list(one.targets.values_list("code", flat=True)),
        "words": one.words,
        "capacity": one.capacity,
    }


def _set(request: HttpRequest, person: Person, one: Expert, run_by: Programme) -> ExpertForm | None:
    """The form as it is to be shown; None: it was taken."""
    if request.method != "POST":
        return ExpertForm(initial=_entry(one))
    form = ExpertForm(sent(request))
    if not form.is_valid():
        return form
    try:
        doing.set_expert(
            by=person, at=clock.now(), programme=run_by, expert=one, **form.cleaned_data
        )
    except Refused as refusal:
        say_refusal(form, refusal)
        return form
    messages.success(request, _("The entry is changed."))
    return None


@signed_in("")
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """An expert's entry, for the agency."""
    run_by, at = for_agency(person)
    one = queries.expert(pk)
    form = _set(request, person, one, run_by)
    if form is None:
        return redirect("pilots:experts")
    ended = one.until is not None and one.until <= at
    return _form(request, form, title=str(one.person), expert=one, ended=ended)


@signed_in("")
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest, person: Person) -> HttpResponse:
    """One's own entry.

    Raises:
        UnknownExpert: they are no expert now.
    """
    at = clock.now()
    one = Expert.objects.filter(pk=person.pk).exclude(until__lte=at).first()
    if one is None:
        raise UnknownExpert
    form = _set(request, person, one, programme())
    if form is None:
        return redirect("pilots:reviews")
    return _form(request, form, title=_("What I know"), own=True)


@signed_in("")
@require_POST
def end(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Take somebody off the list."""
    run_by, at = for_agency(person)
    lost = doing.end_expert(by=person, at=at, programme=run_by, expert=queries.expert(pk))
    said = _("They are off the list. What they had not read was given to others: {n}.")
    messages.success(request, said.format(n=lost))
    return redirect("pilots:experts")

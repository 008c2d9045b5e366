"""What happened, by place and hours: counts for everybody, one by one for analysts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from veche import clock
from veche.city.spheres import access, words
from veche.city.spheres.forms import ChoiceForm, LinkForm
from veche.city.spheres.operations import occurrences as operations
from veche.city.spheres.queries import safety as queries
from veche.core.cases.terms import city_zone
from veche.core.organisations.choices import territories
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.core.places import ground as grounds
from veche.core.places.queries import atlas, territory_by_code
from veche.errors import Refused
from veche.look.http import sent
from veche.look.plan import Mark
from veche.tables import csv_whole

PAGE = 60


def _choice(request: HttpRequest) -> queries.Choice:
    today = clock.now().astimezone(city_zone()).date()
    data = request.GET.copy()
    for name in list(data):
        data[name] = str(data[name]).replace("\x00", "")
    return queries.Choice(**ChoiceForm(data).chosen(today))


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """How often what happened, at a place AND in a time window.

    Raises:
        veche.core.places.queries.UnknownTerritory: there is no such place.
    """
    which = _choice(request)
    exact = access.analyses(asker(request).holdings)
    rows = which.rows()
    by_code = atlas().by_code
    total = rows.count()
    kinds = queries.shown(queries.by_kind(rows), exact=exact)
    districts = queries.shown(queries.by_district(rows), exact=exact)
    context: dict[str, Any] = {
        "which": which,
        "exact": exact,
        "total": queries.told(total, exact=exact),
        "least": queries.LEAST,
        "kinds": [(words.word(words.OCCURRENCES, one.name), one.count) for one in kinds],
        "districts": [(by_code[one.name], one.count) for one in districts],
        "most_kind": max((one.count or 0 for one in kinds), default=0),
        "most_place": max((one.count or 0 for one in districts), default=0),
        "all_kinds": [(code, words.word(words.OCCURRENCES, code)) for code in queries.kinds()],
        "all_places": territories(city=False),
        "hours": range(25),
        "query": _query(which),
    }  # fmt: skip
    if exact:
        found = list(rows.select_related("territory").order_by("-at")[:PAGE])
        context["rows"] = [
            (n, one, words.word(words.OCCURRENCES, one.kind)) for n, one in enumerate(found, 1)
        ]
        context["map"] = _map(which, found)
    return render(request, "spheres/safety.html", context)


def _query(which: queries.Choice) -> str:
    asked: dict[str, str | int] = {
        "since": which.since.isoformat(),
        "until": which.until.isoformat(),
        "place": which.place,
        "kind": which.kind,
        "from_hour": which.from_hour,
        "to_hour": which.to_hour,
    }
    return urlencode(asked)


def _map(which: queries.Choice, found: list[Any]) -> Any:
    known = atlas()
    home = known.home()
    if home is None or not found:
        return None
    area = territory_by_code(which.place) if which.place else home
    return grounds.plan(
        grounds.ground(home, known),
        area.bounds,
        area,
        marks=[
            Mark(one.longitude, one.latitude, str(n), "pin", f"#o-{one.pk}", one.number)
            for n, one in enumerate(found[:30], 1)
        ],
        title=gettext("Where it happened"),
    )


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """The counts by kind and district as a table file; small ones are left out for everybody.

    Raises:
        veche.core.places.queries.UnknownTerritory: there is no such place.
    """
    rows = _choice(request).rows()
    exact = access.analyses(asker(request).holdings)
    lines: list[list[object]] = [["what", "name", "count"]]
    by_kind, by_district = queries.by_kind(rows), queries.by_district(rows)
    if queries.told(sum(by_kind.values()), exact=exact) is None:
        return csv_whole("occurrences", lines)  # not even that there is something
    for what, counts in (("kind", by_kind), ("district", by_district)):
        lines += [[what, one.name, one.count] for one in queries.shown(counts, exact=exact)]
    return csv_whole("occurrences", lines)


@require_safe
@signed_in("")
def occurrence(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """One occurrence, those it belongs to and those that may.

    Raises:
        NotAnAnalyst: the person reads only counts.
        NotFound: there is none.
    """
    access.check_analyses(person, clock.now())
    return _page(request, pk, LinkForm())


def _page(request: HttpRequest, pk: int, form: LinkForm, status: int = 200) -> HttpResponse:
    one = queries.occurrence_of(pk)
    context = {
        "one": one,
        "kind": words.word(words.OCCURRENCES, one.kind),
        "links": [
            (row, other, words.word(words.OCCURRENCES, other.kind))
            for row, other in queries.links(one)
        ],
        "alike": [
            (a, words.word(words.OCCURRENCES, a.other.kind), dt.timedelta(days=a.days))
            for a in queries.alike(one)
        ],
        "form": form,
    }
    return render(request, "spheres/occurrence.html", context, status=status)


@require_POST
@signed_in("")
def link(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Say that two belong together.

    Raises:
        NotAnAnalyst: the person reads only counts.
    """
    access.check_analyses(person, clock.now())
    form = LinkForm(sent(request))
    if not form.is_valid():
        return _page(request, pk, form, 422)
    try:
        operations.link(
            by=person, at=clock.now(), first=pk, second=form.cleaned_data["other"],
            why=form.cleaned_data["why"],
        )  # fmt: skip
    except Refused as fault:
        if fault.status in (403, 404):
            raise
        messages.error(request, str(fault))
    else:
        messages.success(request, gettext("Linked."))
    return redirect("spheres:occurrence", pk)


@require_POST
@signed_in("")
def part(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Take a link back."""
    operations.part(by=person, at=clock.now(), link=pk)
    messages.success(request, gettext("The two are apart again."))
    back = request.POST.get("back", "")
    return (
        redirect("spheres:occurrence", back)
        if back.isascii() and back.isdigit()
        else redirect("spheres:safety")
    )

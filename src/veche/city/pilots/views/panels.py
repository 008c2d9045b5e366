"""Panels: called, held on a telephone, and public when they have closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.pilots.access.applications import application_for
from veche.city.pilots.access.companies import check_agency, programme_or_none, runs
from veche.city.pilots.access.conflicts import open_to
from veche.city.pilots.forms.panels import AsideForm, DecideForm, MinutesForm, PanelForm, VoteForm
from veche.city.pilots.models import Application, Panel, PanelItem
from veche.city.pilots.operations import panels as doing
from veche.city.pilots.operations.refusals_experts import UnknownPanel
from veche.city.pilots.queries import panels as queries
from veche.city.pilots.shown_calendar import calendar_file, meeting
from veche.city.pilots.views.experts import for_agency
from veche.city.pilots.words import panels as words
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import Refused
from veche.languages import said
from veche.look.fields import say_refusal
from veche.look.http import sent, sign_in
from veche.tables import csv_answer


@dataclass(frozen=True)
class Viewer:
    """Who looks at panels, and what they are."""

    person: Person | None
    agency: bool
    at: dt.datetime


def _viewer(request: HttpRequest) -> Viewer:
    who = asker(request)
    return Viewer(who.person, runs(who.holdings, programme_or_none()), clock.now())


@never_cache
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """The panels that closed; to members theirs, to the agency all."""
    who = _viewer(request)
    rows = list(queries.panels(who.person, agency=who.agency)[:200])
    context = {
        "coming": [one for one in reversed(rows) if one.closed_at is None],
        "closed": [one for one in rows if one.closed_at is not None],
        "agency": who.agency,
        "at": who.at,
    }
    return render(request, "pilots/panels_list.html", context)


@signed_in("")
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: HttpRequest, person: Person) -> HttpResponse:
    """Call a panel."""
    programme, at = for_agency(person)
    people = queries.panellists(at)
    if request.method == "POST":
        form = PanelForm(sent(request), panellists=people)
    else:
        form = PanelForm(initial={"quorum": programme.quorum}, panellists=people)
    if form.is_bound and form.is_valid():
        try:
            made = doing.call_panel(by=person, at=at, programme=programme, **_given(form))
        except Refused as refusal:
            say_refusal(form, refusal)
        else:
            return redirect("pilots:panel", pk=made.pk)
    status = 422 if form.is_bound else 200
    return render(request, "pilots/panels_form.html", {"form": form}, status=status)


def _given(form: PanelForm) -> dict[str, Any]:
    values = form.cleaned_data
    return {
        "titles": said(values, "titles"),
        "meets_at": values["meets_at"],
        "quorum": values["quorum"],
        "members": [form.people[pk] for pk in values["members"]],
        "chair": form.people[values["chair"]],
    }


@signed_in("")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Change a panel that does not sit yet."""
    _programme, at = for_agency(person)
    panel = queries.panel_for(pk, person, agency=True)
    seats = queries.members(panel)
    chair = next((str(one.person_id) for one in seats if one.chairs), "")
    start = {
        "meets_at": panel.meets_at, "quorum": panel.quorum, "chair": chair,
        "members": [str(one.person_id) for one in seats],
        **{f"titles_{code}": text for code, text in panel.titles.items()},
    }  # fmt: skip
    people = queries.panellists(at)
    if request.method == "POST":
        form = PanelForm(sent(request), panellists=people)
    else:
        form = PanelForm(initial=start, panellists=people)
    if form.is_bound and form.is_valid():
        try:
            doing.set_panel(by=person, at=at, panel=panel, **_given(form))
        except Refused as refusal:
            say_refusal(form, refusal)
        else:
            messages.success(request, _("The panel is changed."))
            return redirect("pilots:panel", pk=pk)
    status = 422 if form.is_bound else 200
    return render(request, "pilots/panels_form.html", {"form": form, "panel": panel}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """A panel: for members and the agency while it sits, for everybody when it has closed.

    Raises:
        UnknownPanel: there is none, or not for whoever asks.
    """
    who = _viewer(request)
    if request.method == "POST" and who.person is None:
        return sign_in(request)
    found = queries.panel_for(pk, who.person, agency=who.agency)
    if request.method == "POST" and who.person is not None:
        return _act(request, who, who.person, found)
    return _page(request, who, found)


@never_cache
@require_safe
def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """When a panel meets, as a file for a calendar; for whoever may see the panel.

    Raises:
        UnknownPanel: there is none, or not for whoever asks.
    """
    who = _viewer(request)
    found = queries.panel_for(pk, who.person, agency=who.agency)
    return calendar_file(f"panel-{pk}", [meeting(found, who.at)])


def _page(
    request: HttpRequest,
    who: Viewer,
    found: Panel,
    *,
    about: int = 0,
    **forms: Any,
) -> HttpResponse:
    seats = queries.members(found)
    mine = next((one for one in seats if who.person and one.person_id == who.person.pk), None)
    inside = who.agency or mine is not None
    items = queries.agenda(found, who.person, who.at, inside=inside)
    sits = found.opened_at is not None and found.closed_at is None
    waiting: list[Application] = []
    if who.agency and found.closed_at is None:
        rows = Application.objects.filter(programme=found.programme, case__state="panel")
        rows = open_to(rows.select_related("case").order_by("pk"), who.person, who.at)
        waiting = queries.to_be_put(found, list(rows))
    cards = []
    for one in items:
        own = forms if one.item.pk == about else {}
        voted = {"choice": one.mine.choice, "reason": one.mine.reason} if one.mine else {}
        cards.append({
            "one": one,
            "chosen": [(words.CHOSEN[v.choice], v) for v in one.votes],
            "mine": words.CHOSEN[one.mine.choice] if one.mine else "",
            "aside": one.mine is not None and one.mine.choice == "recused",
            "decision": words.DECISIONS.get(one.item.decision, ""),
            "vote": own.get("vote") or VoteForm(initial=voted, prefix=f"v{one.item.pk}"),
            "recuse": own.get("recuse") or AsideForm(prefix=f"r{one.item.pk}"),
            "decide": own.get("decide") or DecideForm(prefix=f"d{one.item.pk}"),
        })  # fmt: skip
    context = {
        "panel": found,
        "members": seats,
        "mine": mine,
        "inside": inside,
        "agency": who.agency,
        "cards": cards,
        "sits": sits,
        "waiting": waiting,
        "minutes": forms.get("minutes") or MinutesForm(),
    }
    status = 422 if forms else 200
    return render(request, "pilots/panels_panel.html", context, status=status)


def _item(found: Panel, data: QueryDict) -> PanelItem:
    asked = str(data.get("item") or "")
    item = found.items.filter(pk=int(asked) if asked.isdecimal() and len(asked) < 19 else 0).first()
    if item is None:
        raise UnknownPanel
    return item


def _act(request: HttpRequest, who: Viewer, person: Person, found: Panel) -> HttpResponse:
    """What a member, the agency or the chair does on the page."""
    data, at = sent(request), who.at
    act = str(data.get("do") or "")
    plain: dict[str, Callable[[], object]] = {
        "open": lambda: doing.open_panel(by=person, at=at, panel=found),
        "come": lambda: doing.come(by=person, at=at, panel=found),
        "add": lambda: _add(who, person, found, str(data.get("number") or "")),
    }
    if act in plain:
        plain[act]()
        return redirect("pilots:panel", pk=found.pk)
    if act == "close":
        form: Any = MinutesForm(data)
        return _tried(request, who, found, form, "minutes", 0, lambda values: doing.close_panel(
            by=person, at=at, panel=found, minutes=values["minutes"]
        ))  # fmt: skip
    item = _item(found, data)
    if act == "vote":
        form = VoteForm(data, prefix=f"v{item.pk}")
        return _tried(request, who, found, form, "vote", item.pk, lambda values: doing.vote(
            by=person, at=at, item=item, choice=values["choice"], reason=values["reason"]
        ))  # fmt: skip
    if act == "recuse":
        form = AsideForm(data, prefix=f"r{item.pk}")
        return _tried(request, who, found, form, "recuse", item.pk, lambda values: doing.recuse(
            by=person, at=at, item=item, reason=values["reason"]
        ))  # fmt: skip
    form = DecideForm(data, prefix=f"d{item.pk}")
    settle = doing.put_off if act == "put_off" else doing.decide
    return _tried(request, who, found, form, "decide", item.pk, lambda values: settle(
        by=person, at=at, item=item, reason=values["reason"]
    ))  # fmt: skip


def _tried(
    request: HttpRequest,
    who: Viewer,
    found: Panel,
    form: Any,
    name: str,
    about: int,
    do: Callable[[dict[str, Any]], object],
) -> HttpResponse:
    """Do what a form says; what was refused stands beside it, and what was written stays."""
    if form.is_valid():
        try:
            do(form.cleaned_data)
        except Refused as refusal:
            if refusal.status == 404:
                raise
            say_refusal(form, refusal)
        else:
            return redirect("pilots:panel", pk=found.pk)
    return _page(request, who, found, about=about, **{name: form})


def _add(who: Viewer, person: Person, found: Panel, number: str) -> None:
    """Put an application on the agenda."""
    stand = application_for(number, person, who.at)
    doing.add_item(by=person, at=who.at, panel=found, application=stand.application)


@signed_in("")
@require_POST
def bring(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Bring an application before a panel, from its own page."""
    at = clock.now()
    stand = application_for(number, person, at)
    check_agency(person, at, stand.application.programme)
    data = sent(request)
    asked, seen = str(data.get("panel") or ""), str(data.get("seen") or "")
    chosen = (
        queries.panel_for(int(asked), person, agency=True)
        if asked.isdecimal() and len(asked) < 19
        else None
    )
    if stand.application.case.state == "panel" and chosen is not None:
        doing.add_item(by=person, at=at, panel=chosen, application=stand.application)
    else:
        doing.bring(
            by=person, at=at, application=stand.application, panel=chosen,
            seen=int(seen) if seen.isdecimal() and len(seen) < 9 else None,
        )  # fmt: skip
    messages.success(request, _("It lies before the panel."))
    return redirect("pilots:application", number=number)


@never_cache
@require_safe
def table(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What a panel decided, as a table file: of a closed one for everybody."""
    who = _viewer(request)
    found = queries.panel_for(pk, who.person, agency=who.agency)
    seat = who.person is not None and found.members.filter(person=who.person).exists()
    items = queries.agenda(found, who.person, who.at, inside=who.agency or seat)
    rows: list[tuple[object, ...]] = [
        ("application", "title", "company", "decision", "for", "against", "abstained",
         "stepped_aside", "quorum", "decided", "reason")
    ]  # fmt: skip
    for one in items:
        rows.append((
            one.application.case.number, one.application.title, str(one.application.company),
            one.item.decision, one.tally.select, one.tally.decline, one.tally.abstain,
            one.tally.recused, found.quorum,
            one.item.decided_at.isoformat() if one.item.decided_at else "", one.item.reason,
        ))  # fmt: skip
    return csv_answer(f"panel-{pk}", rows)

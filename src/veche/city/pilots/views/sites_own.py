"""What the owner of a site does: offers it, opens windows, answers what is asked for, closes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.pilots.access import sites as access
from veche.city.pilots.access.companies import programme_or_none, runs
from veche.city.pilots.forms import sites as forms
from veche.city.pilots.models import Booking, Site, SiteWindow
from veche.city.pilots.operations import booking as bookings
from veche.city.pilots.operations import sites as operations
from veche.city.pilots.queries import sites as queries
from veche.city.pilots.queries.matching import days_of, span_of
from veche.city.pilots.views.sites import row
from veche.city.pilots.views.tried import tried
from veche.city.pilots.words import sites as said
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.organisations.models import Organisation
from veche.core.people.models import Person
from veche.core.places.queries import atlas
from veche.errors import NotFound
from veche.look.http import sent

METHODS = ["GET", "HEAD", "POST"]
MOST = 2**62


class UnknownHold(NotFound):
    """There is no such place, or it is none of theirs."""

    code = "unknown-hold"


@require_safe
@signed_in("")
def mine(request: HttpRequest, person: Person) -> HttpResponse:
    """The sites somebody keeps, and what is asked for there.

    Raises:
        NotTheOwner: they keep none.
    """
    at, who = clock.now(), asker(request)
    owners = access.owned(who.holdings)
    if not owners:
        raise access.NotTheOwner
    found = list(access.sites().filter(owner__in=owners).order_by("code"))
    free = queries.next_free(found, at)
    asked: list[dict[str, Any]] = []
    everything = [one for one in queries.bookings_at(found, at) if one.standing == "held"]
    for site in found:
        held = [one for one in everything if one.site_id == site.pk]
        held.sort(key=lambda one: (one.rank or len(held) + 1, one.pk))
        if held:
            asked.append({"site": site, "rows": [_asked(one) for one in held]})
    context = {"rows": [row(one, free.get(one.pk)) for one in found], "asked": asked, "at": at}
    return render(request, "pilots/sites_mine.html", context)


def _asked(one: Booking) -> dict[str, Any]:
    needs = getattr(one.application, "site_needs", None)
    return {
        "booking": one,
        "application": one.application,
        "days": days_of((one.during.lower, one.during.upper)),
        "needs": [said.feature(c, v) for c, v in needs.needs.items()] if needs else [],
        "brings": [said.FEATURES[c] for c in needs.brings] if needs else [],
    }


@require_http_methods(METHODS)
@signed_in("")
def new(request: HttpRequest, person: Person) -> HttpResponse:
    """Write a site down.

    Raises:
        NotTheOwner: they keep none and do not run the programme.
    """
    who = asker(request)
    owners = _owners(request)
    if not owners:
        raise access.NotTheOwner
    if request.method != "POST":
        return _editing(request, forms.SiteForm(owners=owners))
    form = forms.SiteForm(sent(request), owners=owners)
    made: list[Site] = []

    def run() -> None:
        made.append(operations.add_site(
            by=who.person, at=clock.now(), owner=form.owners[form.cleaned_data["owner"]],
            given=form.given(atlas()), submission=form.cleaned_data["submission"],
        ))  # fmt: skip

    status = tried(form, run)
    if status:
        return _editing(request, form, status=status)
    messages.success(request, _("It is written down. Say when it is free, then publish it."))
    return redirect("pilots:site", made[0].code)


def _owners(request: HttpRequest) -> list[Organisation]:
    """The organisations for which somebody may write a site down: their own; the agency, any."""
    held = asker(request).holdings
    rows = Organisation.objects.filter(imported=False)
    if not runs(held, programme_or_none()):
        rows = rows.filter(pk__in=access.owned(held))
    return sorted(rows, key=str)


@require_http_methods(METHODS)
@signed_in("")
def edit(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """Say something else of a site.

    Raises:
        UnknownSite, NotTheSite: there is none, or it is not theirs.
    """
    site = _own(request, person, code)
    owners = [site.owner]
    if request.method != "POST":
        initial = forms.initial_of(site, operations.mark_of(site))
        return _editing(request, forms.SiteForm(initial=initial, owners=owners), site)
    form = forms.SiteForm(sent(request), owners=owners)
    status = tried(form, lambda: operations.set_site(
        by=person, at=clock.now(), site=site, given=form.given(atlas()),
        seen=form.cleaned_data["seen"],
    ))  # fmt: skip
    if status:
        return _editing(request, form, site, status)
    messages.success(request, _("What you wrote is kept."))
    return redirect("pilots:site", code)


def _editing(
    request: HttpRequest, form: forms.SiteForm, site: Site | None = None, status: int = 200
) -> HttpResponse:
    context = {"form": form, "site": site, "home": atlas().home()}
    return render(request, "pilots/sites_edit.html", context, status=status)


def _own(request: HttpRequest, person: Person, code: str) -> Site:
    """A site that somebody may change.

    Raises:
        UnknownSite, NotTheSite: there is none, or it is not theirs.
    """
    site = access.site_for(code, asker(request).holdings)
    access.check_changes(person, clock.now(), site)
    return site


@require_POST
@signed_in("")
def publish(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """Offer a site to everybody.

    Raises:
        UnknownSite, NotTheOwner: there is none, or it is not theirs.
    """
    site = access.site_for(code, asker(request).holdings)
    operations.publish_site(by=person, at=clock.now(), site=site)
    messages.success(request, _("Everybody can see the site now."))
    return redirect("pilots:site", code)


@require_http_methods(METHODS)
@signed_in("")
def close(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """Take a site out of the offer."""
    site = _own(request, person, code)

    def run(values: dict[str, Any]) -> None:
        operations.close_site(by=person, at=clock.now(), site=site, because=values["because"])

    return _act(
        request, site, forms.ReasonForm, _("Close this site"), run,
        text=_("What is held there is given back. Who is booked is told at once, with the agency, "
               "which looks for another site."),
        grave=True,
    )  # fmt: skip


@require_http_methods(METHODS)
@signed_in("")
def add_window(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """Say when a site takes trials."""
    site = _own(request, person, code)

    def run(values: dict[str, Any]) -> None:
        begins, ends = span_of(values["begins_on"], values["ends_on"])
        operations.add_window(
            by=person, at=clock.now(), site=site, begins=begins, ends=ends, places=values["places"]
        )

    return _act(request, site, forms.WindowForm, _("Open a window"), run)


def _window(site: Site, number: int) -> SiteWindow:
    found = SiteWindow.objects.filter(site=site, pk=min(number, MOST)).first()
    if found is None:
        raise access.UnknownSite(asked=f"{site.code}/{number}")
    found.site = site
    return found


@require_http_methods(METHODS)
@signed_in("")
def set_window(request: HttpRequest, person: Person, code: str, number: int) -> HttpResponse:
    """Widen or narrow a window."""
    site = _own(request, person, code)
    window = _window(site, number)
    first, last = days_of((window.during.lower, window.during.upper)) or (None, None)

    def run(values: dict[str, Any]) -> None:
        begins, ends = span_of(values["begins_on"], values["ends_on"])
        operations.set_window(
            by=person, at=clock.now(), window=window, begins=begins, ends=ends,
            places=values["places"],
        )  # fmt: skip

    initial = {"begins_on": first, "ends_on": last, "places": window.places}
    return _act(request, site, forms.WindowForm, _("Change a window"), run, initial=initial)


@require_POST
@signed_in("")
def remove_window(request: HttpRequest, person: Person, code: str, number: int) -> HttpResponse:
    """Take a window back in which nobody ever booked."""
    site = _own(request, person, code)
    operations.remove_window(by=person, at=clock.now(), window=_window(site, number))
    messages.success(request, _("The window is gone."))
    return redirect("pilots:site", code)


def _hold(person: Person, number: int) -> Booking:
    """A place at a site of theirs.

    Raises:
        UnknownHold: there is none.
    """
    rows = Booking.objects.select_related("site__owner", "application__case")
    found = rows.filter(pk=min(number, MOST)).first()
    if found is None:
        raise UnknownHold
    try:
        access.check_keeps(person, clock.now(), found.site)
    except access.NotTheOwner as refusal:
        raise UnknownHold from refusal
    return found


@require_POST
@signed_in("")
def accept(request: HttpRequest, person: Person, number: int) -> HttpResponse:
    """The owner accepts what is held.

    Raises:
        UnknownHold, HoldOver, SiteBookedAlready: it cannot be had.
    """
    hold = _hold(person, number)
    bookings.book(by=person, at=clock.now(), booking=hold)
    messages.success(request, _("You accepted it: the company and the agency are told."))
    return redirect("pilots:sites-mine")


@require_http_methods(METHODS)
@signed_in("")
def refuse(request: HttpRequest, person: Person, number: int) -> HttpResponse:
    """The owner refuses what is held, with the reason."""
    hold = _hold(person, number)

    def run(values: dict[str, Any]) -> None:
        bookings.release(by=person, at=clock.now(), booking=hold, because=values["because"])

    return _act(
        request, hold.site, forms.ReasonForm, _("Give the place back"), run,
        text=str(hold.application), grave=True, back="pilots:sites-mine",
    )  # fmt: skip


@require_POST
@signed_in("")
def rank(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """Put what is held at a site one place up in the owner's order."""
    site = access.site_for(code, asker(request).holdings)
    held = [b for b in queries.bookings_of(site, clock.now()) if b.standing == "held"]
    held.sort(key=lambda one: (one.rank or len(held) + 1, one.pk))
    wanted = request.POST.get("up", "")
    place = next((n for n, one in enumerate(held) if str(one.pk) == wanted), None)
    if place is None:
        raise UnknownHold
    if place:
        held[place - 1], held[place] = held[place], held[place - 1]
    bookings.rank_holds(by=person, at=clock.now(), site=site, order=held)
    return redirect("pilots:sites-mine")


def _act(
    request: HttpRequest,
    site: Site,
    kind: type[Form],
    title: str,
    run: Callable[[dict[str, Any]], None],
    *,
    initial: dict[str, Any] | None = None,
    text: str = "",
    grave: bool = False,
    back: str = "",
) -> HttpResponse:
    """A page with one small form about a site."""
    form = kind(sent(request)) if request.method == "POST" else kind(initial=initial)
    status = tried(form, lambda: run(form.cleaned_data)) if form.is_bound else 200
    if not status:
        messages.success(request, _("It is done; whom it concerns is told."))
        return redirect(back) if back else redirect("pilots:site", site.code)
    context = {
        "form": form, "title": title, "site": site, "text": text, "grave": grave, "back": back,
    }  # fmt: skip
    return render(request, "pilots/sites_act.html", context, status=status)

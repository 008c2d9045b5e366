"""Photographs of a site: shown to whoever reads it, and kept by who keeps it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.pilots.access import sites as access
from veche.city.pilots.forms.photographs import PhotographForm
from veche.city.pilots.models import SitePhotograph
from veche.city.pilots.operations import photographs as operations
from veche.city.pilots.views.tried import tried
from veche.core.files.photographs import PhotographTooLarge
from veche.core.files.serving import photograph as answer_photograph
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import NotFound
from veche.look.http import sent

MOST = 2**62


@require_safe
def photograph(request: HttpRequest, code: str, address: str, size: str) -> HttpResponseBase:
    """A photograph of a site, for whoever may read of the site.

    Raises:
        UnknownSite: there is none, or it is not published.
        NotFound: it has no such photograph.
        veche.core.files.serving.Gone: it was withdrawn.
    """
    site = access.site_for(code, asker(request).holdings)
    if size not in ("small", "large"):
        raise NotFound
    rows = SitePhotograph.objects.filter(site=site).select_related("file")
    file = next((one.file for one in rows if one.file.address == address), None)
    public = site.published_at is not None
    return answer_photograph(request, file, address=address, small=size == "small", public=public)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def photographs(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """The photographs of a site, for who keeps it; a new one is sent here.

    Raises:
        UnknownSite, NotTheSite: there is none, or it is not theirs.
    """
    site = access.site_for(code, asker(request).holdings)
    access.check_changes(person, clock.now(), site)
    form, status = PhotographForm(), 200
    if request.method == "POST":
        form = PhotographForm(sent(request), request.FILES)
        if "photograph" in request.META.get("veche.too_large", ()):
            form.fields["photograph"].required = False
            form.is_valid()
            form.add_error("photograph", str(PhotographTooLarge()))
            status = PhotographTooLarge.status
        else:
            status = tried(form, lambda: operations.add_photograph(
                by=person, at=clock.now(), site=site, **form.step()
            ))  # fmt: skip
        if not status:
            messages.success(request, _("The photograph stands with the site."))
            return redirect("pilots:site-photographs", code)
    rows = list(site.photographs.select_related("file").order_by("place"))
    context: dict[str, Any] = {
        "site": site,
        "rows": rows,
        "form": form,
        "most": operations.MOST_PHOTOGRAPHS,
        "full": len(rows) >= operations.MOST_PHOTOGRAPHS,
    }
    return render(request, "pilots/sites_photographs.html", context, status=status)


def _one(request: HttpRequest, code: str, number: int) -> SitePhotograph:
    """A photograph of a site that whoever asks may read of.

    Raises:
        UnknownSite: there is none, or it is not published.
        UnknownPhotograph: it has no such photograph.
    """
    site = access.site_for(code, asker(request).holdings)
    rows = SitePhotograph.objects.filter(site=site, pk=min(number, MOST))
    found = rows.select_related("site").first()
    if found is None:
        raise operations.UnknownPhotograph
    return found


@require_POST
@signed_in("")
def first(request: HttpRequest, person: Person, code: str, number: int) -> HttpResponse:
    """Let a photograph stand before the others."""
    one = _one(request, code, number)
    operations.show_first(by=person, at=clock.now(), site=one.site, photograph=one)
    messages.success(request, _("It stands first now."))
    return redirect("pilots:site-photographs", code)


@require_POST
@signed_in("")
def take_away(request: HttpRequest, person: Person, code: str, number: int) -> HttpResponse:
    """Take a photograph away."""
    one = _one(request, code, number)
    operations.take_away(by=person, at=clock.now(), site=one.site, photograph=one)
    messages.success(request, _("The photograph is gone."))
    return redirect("pilots:site-photographs", code)
